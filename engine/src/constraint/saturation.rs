//! `saturation`: the mean distance of every colour from the pixel's mean colour.

use tch::{Kind, Tensor};

pub(super) fn value(windows: &Tensor) -> Tensor {
    let gray = windows.mean_dim([1_i64].as_slice(), true, None::<Kind>);
    (gray - windows).abs().mean_dim([2_i64, 3].as_slice(), false, None::<Kind>)
}

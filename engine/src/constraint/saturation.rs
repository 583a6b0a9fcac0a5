//! `saturation`: the mean distance of every colour from the pixel's mean colour.

use tch::{Kind, Tensor};

use super::Evaluation;

pub(super) fn value(windows: &Tensor, eval: &Evaluation<'_>) -> Tensor {
    let gray = windows.mean_dim([1_i64].as_slice(), true, None::<Kind>);
    eval.mean(&(gray - windows).abs())
}

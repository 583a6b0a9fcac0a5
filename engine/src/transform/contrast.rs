//! `contrast`: moves every pixel towards or away from the mean grey of the image, then limits to [0, 1].

use clipig_geometry::transform::contrast::Contrast;
use tch::{Kind, Tensor};

use crate::colors;

pub(super) fn apply(contrast: &Contrast, x: &Tensor) -> Tensor {
    let mean = colors::gray(x).mean_dim([1_i64, 2, 3].as_slice(), true, None::<Kind>);
    (x * contrast.0 + mean * (1.0 - contrast.0)).clamp(0.0, 1.0)
}

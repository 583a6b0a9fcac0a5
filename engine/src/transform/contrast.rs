//! `contrast`: moves every pixel towards or away from the mean grey of the image, then limits to [0, 1].

use clipig_experiment::expression::Float;
use tch::{Kind, Tensor};

use super::context::{Draw, TransformError};
use crate::colors;

/// The factor: 0 is plain grey, 1 leaves the image as it is (but for the limit).
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast(f64);

pub(super) fn draw(factor: &Float, draw: &Draw<'_>) -> Result<Contrast, TransformError> {
    let factor = draw.float(factor)?;
    if factor < 0.0 {
        return Err(draw.impossible(format!("the factor is {factor}; it must not be negative")));
    }
    Ok(Contrast(factor))
}

impl Contrast {
    pub(super) fn apply(&self, x: &Tensor) -> Tensor {
        let mean = colors::gray(x).mean_dim([1_i64, 2, 3].as_slice(), true, None::<Kind>);
        (x * self.0 + mean * (1.0 - self.0)).clamp(0.0, 1.0)
    }
}

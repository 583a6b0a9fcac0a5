//! `saturation`: moves every pixel towards or away from its own grey, then limits to [0, 1].

use clipig_experiment::expression::Float;
use tch::Tensor;

use super::{Draw, PixelStep, Step, TransformError};
use crate::colors;

/// The factor: 0 is grey, 1 leaves the image as it is (but for the limit).
#[derive(Clone, Debug, PartialEq)]
pub struct Saturation(f32);

pub(super) fn draw(factor: &Float, draw: &Draw<'_>) -> Result<Step, TransformError> {
    let factor = draw.float(factor)?;
    if factor < 0.0 {
        return Err(draw.impossible(format!("the factor is {factor}; it must not be negative")));
    }
    Ok(Step::Pixel(PixelStep::Saturation(Saturation(factor as f32))))
}

impl Saturation {
    pub(super) fn apply(batch: &[&Self], x: &Tensor) -> Tensor {
        let factor = colors::per_sample(batch.iter().map(|saturation| [saturation.0; 3]), x);
        let rest = colors::per_sample(batch.iter().map(|saturation| [1.0 - saturation.0; 3]), x);
        (x * factor + colors::gray(x) * rest).clamp(0.0, 1.0)
    }
}

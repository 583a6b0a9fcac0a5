//! `mul`: multiplies by a colour.

use clipig_experiment::expression::Float;
use tch::Tensor;

use super::{Draw, PixelStep, Step, TransformError};
use crate::colors;

/// The factors.
#[derive(Clone, Debug, PartialEq)]
pub struct Mul([f32; 3]);

pub(super) fn draw(factor: &[Float; 3], draw: &Draw<'_>) -> Result<Step, TransformError> {
    Ok(Step::Pixel(PixelStep::Mul(Mul(draw.color(factor)?))))
}

impl Mul {
    pub(super) fn apply(batch: &[&Self], x: &Tensor) -> Tensor {
        x * colors::per_sample(batch.iter().map(|mul| mul.0), x)
    }
}

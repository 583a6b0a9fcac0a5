//! `add`: adds a colour.

use clipig_experiment::expression::Float;
use tch::Tensor;

use super::{Draw, PixelStep, Step, TransformError};
use crate::colors;

/// The colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Add([f32; 3]);

pub(super) fn draw(color: &[Float; 3], draw: &Draw<'_>) -> Result<Step, TransformError> {
    Ok(Step::Pixel(PixelStep::Add(Add(draw.color(color)?))))
}

impl Add {
    pub(super) fn apply(batch: &[&Self], x: &Tensor) -> Tensor {
        x + colors::per_sample(batch.iter().map(|add| add.0), x)
    }
}

//! `quantize`: rounds down to multiples of a step. Its gradient is zero.

use clipig_experiment::expression::Float;
use tch::Tensor;

use super::{Draw, PixelStep, Step, TransformError};
use crate::colors;

/// Step per colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantize([f32; 3]);

pub(super) fn draw(step: &[Float; 3], draw: &Draw<'_>) -> Result<Step, TransformError> {
    let step = draw.color(step)?;
    if step.contains(&0.0) {
        return Err(draw.impossible(format!("the step is {step:?}; it must not be 0")));
    }
    Ok(Step::Pixel(PixelStep::Quantize(Quantize(step))))
}

impl Quantize {
    pub(super) fn apply(batch: &[&Self], x: &Tensor) -> Tensor {
        let step = colors::per_sample(batch.iter().map(|quantize| quantize.0), x);
        (x / &step).floor() * step
    }
}

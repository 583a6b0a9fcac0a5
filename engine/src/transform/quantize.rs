//! `quantize`: rounds down to multiples of a step. Its gradient is zero.

use clipig_experiment::expression::Float;

use super::context::{Draw, TransformError};
use super::gate::Row;

/// Step per colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantize(pub(super) [f32; 3]);

pub(super) fn draw(step: &[Float; 3], draw: &Draw<'_>) -> Result<Quantize, TransformError> {
    let step = draw.color(step)?;
    if step.contains(&0.0) {
        return Err(draw.impossible(format!("the step is {step:?}; it must not be 0")));
    }
    Ok(Quantize(step))
}

impl Quantize {
    pub(super) fn apply(&self, row: &mut Row<'_>) {
        for (channel, step) in row.iter_mut().zip(self.0) {
            channel.iter_mut().for_each(|value| *value = (*value / step).floor() * step);
        }
    }
}

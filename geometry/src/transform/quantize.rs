//! `quantize`: rounds down to multiples of a step. Its gradient is zero.

use clipig_experiment::expression::Float;

use crate::context::{Draw, DrawError};

/// Step per colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantize(pub [f32; 3]);

pub(crate) fn draw(step: &[Float; 3], draw: &Draw<'_>) -> Result<Quantize, DrawError> {
    let step = draw.color(step)?;
    if step.contains(&0.0) {
        return Err(draw.impossible(format!("the step is {step:?}; it must not be 0")));
    }
    Ok(Quantize(step))
}

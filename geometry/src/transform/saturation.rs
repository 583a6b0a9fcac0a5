//! `saturation`: moves every pixel towards or away from its own grey, then limits to [0, 1].

use clipig_experiment::expression::Float;

use crate::context::{Draw, DrawError};

/// The factor: 0 is grey, 1 leaves the image as it is, apart from the limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Saturation(pub f32);

pub(crate) fn draw(factor: &Float, draw: &Draw<'_>) -> Result<Saturation, DrawError> {
    let factor = draw.float(factor)?;
    if factor < 0.0 {
        return Err(draw.impossible(format!("the factor is {factor}; it must not be negative")));
    }
    Ok(Saturation(factor as f32))
}

//! `contrast`: moves every pixel towards or away from the mean grey of the image, then limits to [0, 1].

use clipig_experiment::expression::Float;

use crate::context::{Draw, DrawError};

/// The factor: 0 is plain grey, 1 leaves the image as it is (but for the limit).
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast(pub f64);

pub(crate) fn draw(factor: &Float, draw: &Draw<'_>) -> Result<Contrast, DrawError> {
    let factor = draw.float(factor)?;
    if factor < 0.0 {
        return Err(draw.impossible(format!("the factor is {factor}; it must not be negative")));
    }
    Ok(Contrast(factor))
}

//! `mul`: multiplies by a colour.

use clipig_experiment::expression::Float;

use crate::context::{Draw, DrawError};

/// The factors.
#[derive(Clone, Debug, PartialEq)]
pub struct Mul(pub [f32; 3]);

pub(crate) fn draw(factor: &[Float; 3], draw: &Draw<'_>) -> Result<Mul, DrawError> {
    Ok(Mul(draw.color(factor)?))
}

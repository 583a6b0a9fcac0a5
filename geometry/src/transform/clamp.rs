//! `clamp`: limits values to a range. The gradient passes where the value lies in it, bounds included.

use clipig_experiment::expression::Float;

use crate::context::{Draw, DrawError};

/// Lower and upper bound; where they cross, the upper bound wins.
#[derive(Clone, Debug, PartialEq)]
pub struct Clamp(pub [f32; 2]);

pub(crate) fn draw(range: &[Float; 2], draw: &Draw<'_>) -> Result<Clamp, DrawError> {
    Ok(Clamp(draw.floats(range)?.map(|value| value as f32)))
}

//! `add`: adds a colour.

use clipig_experiment::expression::Float;

use crate::context::{Draw, DrawError};

/// The colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Add(pub [f32; 3]);

pub(crate) fn draw(color: &[Float; 3], draw: &Draw<'_>) -> Result<Add, DrawError> {
    Ok(Add(draw.color(color)?))
}

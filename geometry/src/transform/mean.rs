//! `mean`: moves the mean of every colour to a value.

use clipig_experiment::expression::Float;

use crate::context::{Draw, DrawError};

/// The mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Mean(pub [f32; 3]);

pub(crate) fn draw(mean: &[Float; 3], draw: &Draw<'_>) -> Result<Mean, DrawError> {
    Ok(Mean(draw.color(mean)?))
}

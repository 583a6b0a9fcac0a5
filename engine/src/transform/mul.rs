//! `mul`: multiplies by a colour.

use clipig_experiment::expression::Float;

use super::context::{Draw, TransformError};
use super::gate::Row;

/// The factors.
#[derive(Clone, Debug, PartialEq)]
pub struct Mul(pub(super) [f32; 3]);

pub(super) fn draw(factor: &[Float; 3], draw: &Draw<'_>) -> Result<Mul, TransformError> {
    Ok(Mul(draw.color(factor)?))
}

impl Mul {
    /// Multiplies values, or their gradients.
    pub(super) fn apply(&self, row: &mut Row<'_>) {
        for (channel, factor) in row.iter_mut().zip(self.0) {
            channel.iter_mut().for_each(|value| *value *= factor);
        }
    }
}

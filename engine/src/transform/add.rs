//! `add`: adds a colour.

use clipig_experiment::expression::Float;

use super::context::{Draw, TransformError};
use super::gate::Row;

/// The colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Add(pub(super) [f32; 3]);

pub(super) fn draw(color: &[Float; 3], draw: &Draw<'_>) -> Result<Add, TransformError> {
    Ok(Add(draw.color(color)?))
}

impl Add {
    pub(super) fn apply(&self, row: &mut Row<'_>) {
        for (channel, color) in row.iter_mut().zip(self.0) {
            channel.iter_mut().for_each(|value| *value += color);
        }
    }
}

//! `clamp`: limits values to a range. The gradient passes where the value lies in it, bounds included.

use clipig_experiment::expression::Float;

use super::context::{Draw, TransformError};
use super::gate::{GateRow, Row, limit};

/// Lower and upper bound; where they cross, the upper bound wins.
#[derive(Clone, Debug, PartialEq)]
pub struct Clamp(pub(super) [f32; 2]);

pub(super) fn draw(range: &[Float; 2], draw: &Draw<'_>) -> Result<Clamp, TransformError> {
    Ok(Clamp(draw.floats(range)?.map(|value| value as f32)))
}

impl Clamp {
    pub(super) fn apply(&self, row: &mut Row<'_>, gates: Option<GateRow<'_>>) {
        limit(row, self.0, gates);
    }
}

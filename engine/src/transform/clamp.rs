//! `clamp`: limits values to a range. The gradient passes where the value lies in it, bounds included.

use clipig_geometry::transform::clamp::Clamp;

use super::gate::{GateRow, Row, limit};

pub(super) fn apply(clamp: &Clamp, row: &mut Row<'_>, gates: Option<GateRow<'_>>) {
    limit(row, clamp.0, gates);
}

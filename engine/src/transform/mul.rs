//! `mul`: multiplies by a colour.

use clipig_geometry::transform::mul::Mul;

use super::gate::Row;

/// Multiplies values, or their gradients.
pub(super) fn apply(mul: &Mul, row: &mut Row<'_>) {
    for (channel, factor) in row.iter_mut().zip(mul.0) {
        channel.iter_mut().for_each(|value| *value *= factor);
    }
}

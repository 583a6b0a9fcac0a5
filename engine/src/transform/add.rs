//! `add`: adds a colour.

use clipig_geometry::transform::add::Add;

use super::gate::Row;

pub(super) fn apply(add: &Add, row: &mut Row<'_>) {
    for (channel, color) in row.iter_mut().zip(add.0) {
        channel.iter_mut().for_each(|value| *value += color);
    }
}

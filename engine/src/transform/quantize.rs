//! `quantize`: rounds down to multiples of a step. Its gradient is zero.

use clipig_geometry::transform::quantize::Quantize;

use super::gate::Row;

pub(super) fn apply(quantize: &Quantize, row: &mut Row<'_>) {
    for (channel, step) in row.iter_mut().zip(quantize.0) {
        channel.iter_mut().for_each(|value| *value = (*value / step).floor() * step);
    }
}

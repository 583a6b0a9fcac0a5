//! `saturation`: moves every pixel towards or away from its own grey, then limits to [0, 1].

use clipig_geometry::transform::saturation::Saturation;

use super::gate::{GateRow, Row, limit};
use crate::colors::GRAY;

pub(super) fn apply(saturation: &Saturation, [red, green, blue]: &mut Row<'_>, gates: Option<GateRow<'_>>) {
    let (factor, rest) = (saturation.0, 1.0 - saturation.0);
    for ((red, green), blue) in red.iter_mut().zip(green.iter_mut()).zip(blue.iter_mut()) {
        let gray = (*red * GRAY[0] + *green * GRAY[1] + *blue * GRAY[2]) * rest;
        for value in [red, green, blue] {
            *value = *value * factor + gray;
        }
    }
    limit(&mut [red, green, blue], [0.0, 1.0], gates);
}

/// v ← factor · v + rest · gray(v), transposed.
pub(super) fn back(saturation: &Saturation, [red, green, blue]: &mut Row<'_>) {
    let (factor, rest) = (saturation.0, 1.0 - saturation.0);
    for ((red, green), blue) in red.iter_mut().zip(green.iter_mut()).zip(blue.iter_mut()) {
        let gray = *red * rest + *green * rest + *blue * rest;
        for (value, weight) in [red, green, blue].into_iter().zip(GRAY) {
            *value = *value * factor + gray * weight;
        }
    }
}

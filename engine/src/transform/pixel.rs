//! Pixel steps: what changes every pixel by itself, row by row.

use clipig_geometry::{PixelStep, RowPlaces};

use super::gate::{GateRow, Row};
use super::{add, clamp, mul, noise, quantize, saturation};

/// Changes a row. `gates` are those of the stretch that the output belongs to.
pub(super) fn apply(step: &PixelStep, row: &mut Row<'_>, places: RowPlaces<'_>, gates: Option<GateRow<'_>>) {
    match step {
        PixelStep::Add(drawn) => add::apply(drawn, row),
        PixelStep::Clamp(drawn) => clamp::apply(drawn, row, gates),
        PixelStep::Mul(drawn) => mul::apply(drawn, row),
        PixelStep::Noise(drawn) => noise::apply(drawn, row, places),
        PixelStep::Quantize(drawn) => quantize::apply(drawn, row),
        PixelStep::Saturation(drawn) => saturation::apply(drawn, row, gates),
    }
}

/// Turns the gradient of a row of the output into that of the input. Gates are not passed here.
pub(super) fn back(step: &PixelStep, gradient: &mut Row<'_>) {
    match step {
        PixelStep::Add(_) | PixelStep::Clamp(_) | PixelStep::Noise(_) => {}
        PixelStep::Mul(drawn) => mul::apply(drawn, gradient),
        PixelStep::Quantize(_) => gradient.iter_mut().for_each(|channel| channel.fill(0.0)),
        PixelStep::Saturation(drawn) => saturation::back(drawn, gradient),
    }
}

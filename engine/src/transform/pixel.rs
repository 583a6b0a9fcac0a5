//! Pixel steps: what changes every pixel by itself.

use super::add::Add;
use super::clamp::Clamp;
use super::gate::{GateRow, Row};
use super::mul::Mul;
use super::noise::Noise;
use super::places::RowPlaces;
use super::quantize::Quantize;
use super::saturation::Saturation;

/// Changes every pixel by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum PixelStep {
    /// The transform `add`.
    Add(Add),
    /// The transform `clamp`.
    Clamp(Clamp),
    /// The transform `mul`.
    Mul(Mul),
    /// The transforms `noise` and `bwnoise`.
    Noise(Noise),
    /// The transform `quantize`.
    Quantize(Quantize),
    /// The transform `saturation`.
    Saturation(Saturation),
}

impl PixelStep {
    /// Does a colour of the output depend on several of the input? The gates before and after are different ones
    /// then.
    pub(super) fn mixes_colors(&self) -> bool {
        matches!(self, Self::Saturation(_))
    }

    /// Does it have to know where its pixels are?
    pub(super) fn needs_places(&self) -> bool {
        matches!(self, Self::Noise(_))
    }

    /// Changes a row. `gates` are those of the stretch that the output belongs to.
    pub(super) fn apply(&self, row: &mut Row<'_>, places: RowPlaces<'_>, gates: Option<GateRow<'_>>) {
        match self {
            Self::Add(add) => add.apply(row),
            Self::Clamp(clamp) => clamp.apply(row, gates),
            Self::Mul(mul) => mul.apply(row),
            Self::Noise(noise) => noise.apply(row, places),
            Self::Quantize(quantize) => quantize.apply(row),
            Self::Saturation(saturation) => saturation.apply(row, gates),
        }
    }

    /// Turns the gradient of a row of the output into that of the input. Gates are not passed here.
    pub(super) fn back(&self, gradient: &mut Row<'_>) {
        match self {
            Self::Add(_) | Self::Clamp(_) | Self::Noise(_) => {}
            Self::Mul(mul) => mul.apply(gradient),
            Self::Quantize(_) => gradient.iter_mut().for_each(|channel| channel.fill(0.0)),
            Self::Saturation(saturation) => saturation.back(gradient),
        }
    }
}

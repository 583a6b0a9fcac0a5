//! Pixel steps: what changes every pixel by itself.

use crate::transform::add::Add;
use crate::transform::clamp::Clamp;
use crate::transform::mul::Mul;
use crate::transform::noise::Noise;
use crate::transform::quantize::Quantize;
use crate::transform::saturation::Saturation;

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
    pub fn mixes_colors(&self) -> bool {
        matches!(self, Self::Saturation(_))
    }

    /// Does it have to know where its pixels are?
    pub fn needs_places(&self) -> bool {
        matches!(self, Self::Noise(_))
    }
}

//! Field steps: what needs neighbours or the whole image.

use crate::region::{Region, Size};
use crate::transform::blur::Blur;
use crate::transform::contrast::Contrast;
use crate::transform::edge::Edge;
use crate::transform::fnoise::FNoise;
use crate::transform::mean::Mean;
use crate::transform::resize::Resize;
use crate::transform::rnoise::RNoise;

/// Needs neighbours or the whole image.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldStep {
    /// The transform `blur`.
    Blur(Blur),
    /// The transform `contrast`.
    Contrast(Contrast),
    /// The transform `edge`.
    Edge(Edge),
    /// The transform `fnoise`.
    FNoise(FNoise),
    /// The transform `mean`.
    Mean(Mean),
    /// The transform `resize`.
    Resize(Resize),
    /// The transform `rnoise`.
    RNoise(RNoise),
}

impl FieldStep {
    /// Size of the output for an input.
    pub fn size(&self, input: Size) -> Size {
        match self {
            Self::Resize(resize) => resize.size(),
            _ => input,
        }
    }

    /// The piece of the input that a piece of the output needs.
    pub fn needs(&self, output: Region, input: Size) -> Region {
        match self {
            Self::Blur(blur) => blur.needs(output, input),
            Self::Edge(edge) => edge.needs(output, input),
            Self::RNoise(_) => output,
            Self::Contrast(_) | Self::FNoise(_) | Self::Mean(_) => Region::whole(input),
            Self::Resize(resize) => resize.needs(output, input),
        }
    }
}

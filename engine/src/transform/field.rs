//! Field steps: what needs neighbours or the whole image.

use tch::Tensor;

use super::blur::Blur;
use super::contrast::Contrast;
use super::edge::Edge;
use super::fnoise::FNoise;
use super::mean::Mean;
use super::piece::Piece;
use super::resize::Resize;
use super::rnoise::RNoise;
use crate::region::{Region, Size};

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

    /// `[n, 3, input.height, input.width]` to `[n, 3, output.height, output.width]`.
    pub fn apply(&self, x: &Tensor, piece: &Piece) -> Tensor {
        match self {
            Self::Blur(blur) => blur.apply(x, piece),
            Self::Contrast(contrast) => piece.cut(&contrast.apply(x)),
            Self::Edge(edge) => edge.apply(x, piece),
            Self::FNoise(noise) => piece.cut(&noise.apply(x)),
            Self::Mean(mean) => piece.cut(&mean.apply(x)),
            Self::Resize(resize) => resize.apply(x, piece),
            Self::RNoise(noise) => noise.apply(x, piece),
        }
    }
}

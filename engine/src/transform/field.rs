//! Field steps: what needs neighbours or the whole image, as tensor operations.

use clipig_geometry::FieldStep;
use tch::Tensor;

use super::{blur, contrast, edge, fnoise, mean, resize, rnoise};
use crate::piece::Piece;

/// `[n, 3, input.height, input.width]` to `[n, 3, output.height, output.width]`.
pub(super) fn apply(step: &FieldStep, x: &Tensor, piece: &Piece) -> Tensor {
    match step {
        FieldStep::Blur(drawn) => blur::apply(drawn, x, piece),
        FieldStep::Contrast(drawn) => piece.cut(&contrast::apply(drawn, x)),
        FieldStep::Edge(drawn) => edge::apply(drawn, x, piece),
        FieldStep::FNoise(drawn) => piece.cut(&fnoise::apply(drawn, x)),
        FieldStep::Mean(drawn) => piece.cut(&mean::apply(drawn, x)),
        FieldStep::Resize(drawn) => resize::apply(drawn, x, piece),
        FieldStep::RNoise(drawn) => rnoise::apply(drawn, x, piece),
    }
}

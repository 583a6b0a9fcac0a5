//! `blur`: a Gaussian blur with mirrored edges.

use clipig_geometry::transform::blur::Blur;
use tch::Tensor;

use crate::gaussian;
use crate::piece::Piece;

pub(super) fn apply(blur: &Blur, x: &Tensor, piece: &Piece) -> Tensor {
    gaussian::blur(&blur.0, x, piece)
}

//! `resize`: changes the resolution (bilinear, not antialiased).

use clipig_geometry::transform::resize::Resize;
use tch::Tensor;

use crate::piece::Piece;
use crate::resample;

pub(super) fn apply(resize: &Resize, x: &Tensor, piece: &Piece) -> Tensor {
    if resize.0 == piece.size { x.shallow_clone() } else { piece.cut(&resample::bilinear(x, resize.0)) }
}

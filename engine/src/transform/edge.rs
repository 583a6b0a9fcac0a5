//! `edge`: amount · |image − blurred image|.

use clipig_geometry::Region;
use clipig_geometry::transform::edge::Edge;
use tch::Tensor;

use super::blur;
use crate::colors;
use crate::piece::{Piece, cut};

pub(super) fn apply(edge: &Edge, x: &Tensor, piece: &Piece) -> Tensor {
    let Piece { input, output, .. } = piece;
    let inner = Region { x: output.x - input.x, y: output.y - input.y, ..*output };
    (cut(inner, x) - blur::apply(&edge.blur, x, piece)).abs() * colors::one(edge.amount, x)
}

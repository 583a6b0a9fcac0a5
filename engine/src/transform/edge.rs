//! `edge`: amount · |image − blurred image|.

use clipig_experiment::Kernel;
use clipig_experiment::expression::Float;
use tch::Tensor;

use super::blur::{self, Blur};
use super::context::{Draw, TransformError};
use super::piece::Piece;
use crate::colors;
use crate::region::{Region, Size};

/// The blur and the factor per colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    blur: Blur,
    amount: [f32; 3],
}

pub(super) fn draw(kernel: &Kernel, amount: &[Float; 3], draw: &Draw<'_>) -> Result<Edge, TransformError> {
    Ok(Edge { blur: blur::draw(kernel, draw)?, amount: draw.color(amount)? })
}

impl Edge {
    pub(super) fn needs(&self, output: Region, input: Size) -> Region {
        self.blur.needs(output, input)
    }

    pub(super) fn apply(&self, x: &Tensor, piece: &Piece) -> Tensor {
        let Piece { input, output, .. } = piece;
        let inner = Region { x: output.x - input.x, y: output.y - input.y, ..*output };
        (inner.cut(x) - self.blur.apply(x, piece)).abs() * colors::one(self.amount, x)
    }
}

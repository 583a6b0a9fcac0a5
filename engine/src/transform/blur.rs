//! `blur`: a Gaussian blur with mirrored edges.

use clipig_experiment::Kernel;
use tch::Tensor;

use super::context::{Draw, TransformError};
use super::piece::Piece;
use crate::gaussian::{Gaussian, GaussianError};
use crate::region::{Region, Size};

/// The kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Blur(pub(super) Gaussian);

/// Evaluates a kernel and checks that it fits the image.
pub(super) fn draw(kernel: &Kernel, draw: &Draw<'_>) -> Result<Blur, TransformError> {
    Gaussian::evaluate(kernel, draw.scope, draw.size).map(Blur).map_err(|error| match error {
        GaussianError::Expression(error) => error.into(),
        GaussianError::TooLarge(message) => draw.impossible(message),
    })
}

impl Blur {
    pub(super) fn needs(&self, output: Region, input: Size) -> Region {
        self.0.needs(output, input)
    }

    pub(super) fn apply(&self, x: &Tensor, piece: &Piece) -> Tensor {
        self.0.apply(x, piece.size, piece.input, piece.output)
    }
}

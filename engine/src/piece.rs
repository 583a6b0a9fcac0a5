//! Pieces of images, as tensors.

use clipig_geometry::{Region, Size};
use tch::Tensor;

/// A piece of a field step's input becomes a piece of its output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// Size of the whole input.
    pub(crate) size: Size,
    /// The piece of the input that is there.
    pub(crate) input: Region,
    /// The piece of the output that is wanted.
    pub(crate) output: Region,
}

impl Piece {
    /// Cuts the wanted piece out of a whole output.
    pub(crate) fn cut(&self, whole: &Tensor) -> Tensor {
        cut(self.output, whole)
    }
}

/// Cuts a region out of `[…, height, width]`.
pub(crate) fn cut(region: Region, image: &Tensor) -> Tensor {
    image.narrow(-1, region.x, region.width).narrow(-2, region.y, region.height)
}

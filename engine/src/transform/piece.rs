//! Where a field step is applied.

use tch::Tensor;

use crate::region::{Region, Size};

/// A piece of a field step's input becomes a piece of its output.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Size of the whole input.
    pub size: Size,
    /// The piece of the input that is there.
    pub input: Region,
    /// The piece of the output that is wanted.
    pub output: Region,
}

impl Piece {
    /// Cuts the wanted piece out of a whole output.
    pub fn cut(&self, whole: &Tensor) -> Tensor {
        self.output.cut(whole)
    }
}

//! `resize`: changes the resolution (bilinear, not antialiased).

use clipig_experiment::expression::Int;
use tch::Tensor;

use super::context::{Draw, TransformError};
use super::piece::Piece;
use crate::region::{Region, Size};
use crate::resample;

/// The new size.
#[derive(Clone, Debug, PartialEq)]
pub struct Resize(Size);

/// The most pixels of an image that is held as a whole.
const MAX_AREA: i64 = 1 << 28;

pub(super) fn draw(size: &[Int; 2], draw: &Draw<'_>) -> Result<Resize, TransformError> {
    let size = draw.new_size(size)?;
    if size.area() > MAX_AREA {
        return Err(draw.impossible(format!(
            "{}×{} pixels are too many; at most {MAX_AREA} in all",
            size.width, size.height
        )));
    }
    Ok(Resize(size))
}

impl Resize {
    pub(super) fn size(&self) -> Size {
        self.0
    }

    pub(super) fn needs(&self, output: Region, input: Size) -> Region {
        if self.0 == input { output } else { Region::whole(input) }
    }

    pub(super) fn apply(&self, x: &Tensor, piece: &Piece) -> Tensor {
        if self.0 == piece.size { x.shallow_clone() } else { piece.cut(&resample::bilinear(x, self.0)) }
    }
}

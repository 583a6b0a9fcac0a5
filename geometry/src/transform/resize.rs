//! `resize`: changes the resolution (bilinear, not antialiased).

use clipig_experiment::expression::Int;

use crate::context::{Draw, DrawError};
use crate::region::{Region, Size};

/// The new size.
#[derive(Clone, Debug, PartialEq)]
pub struct Resize(pub Size);

/// The most pixels of an image that is held as a whole.
const MAX_AREA: i64 = 1 << 28;

pub(crate) fn draw(size: &[Int; 2], draw: &Draw<'_>) -> Result<Resize, DrawError> {
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
    /// Size of the output.
    pub fn size(&self) -> Size {
        self.0
    }

    /// The piece of the input that a piece of the output needs.
    pub fn needs(&self, output: Region, input: Size) -> Region {
        if self.0 == input { output } else { Region::whole(input) }
    }
}

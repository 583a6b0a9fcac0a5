//! `random_crop`: a piece of width × height from anywhere in the image.

use clipig_experiment::expression::Int;
use clipig_experiment::random::Stream;

use crate::context::{Draw, DrawError};
use crate::map::PixelMap;
use crate::region::Size;

pub(crate) fn draw(size: &[Int; 2], draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let size = draw.new_size(size)?;
    let image = draw.size;
    if size.width > image.width || size.height > image.height {
        return Err(draw.impossible(format!(
            "a piece of {}×{} cannot be cut from an image of {}×{}",
            size.width, size.height, image.width, image.height
        )));
    }
    let [top, left] = sample(image, size, &mut draw.stream());
    Ok(PixelMap::cutout(image, [left, top], size))
}

/// Draws first row and first column.
pub fn sample(image: Size, size: Size, stream: &mut Stream) -> [i64; 2] {
    let mut offset = |image: i64, size: i64| stream.below((image - size + 1) as u64) as i64;
    [offset(image.height, size.height), offset(image.width, size.width)]
}

//! `center_crop`: the middle of the image, width × height; black where the image is smaller.

use clipig_experiment::expression::Int;

use crate::context::{Draw, DrawError};
use crate::map::PixelMap;

pub(crate) fn draw(size: &[Int; 2], draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let size = draw.new_size(size)?;
    Ok(PixelMap::cutout(
        draw.size,
        [offset(draw.size.width, size.width), offset(draw.size.height, size.height)],
        size,
    ))
}

/// Where the middle begins. A smaller image is first padded, the odd pixel after it; an odd difference is
/// rounded half to even (torchvision).
fn offset(image: i64, crop: i64) -> i64 {
    if crop > image { -((crop - image) / 2) } else { ((image - crop) as f64 / 2.0).round_ties_even() as i64 }
}

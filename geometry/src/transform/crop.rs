//! `crop`: x, y, width, height; below 1 a share of the image, from 1 on pixels; black outside.

use clipig_experiment::expression::Float;

use crate::context::{Draw, DrawError};
use crate::map::PixelMap;
use crate::region::Size;

pub(crate) fn draw(xywh: &[Float; 4], draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let [x, y, width, height] = draw.floats(xywh)?;
    // Also a negative place is a share: −5 lies five images to the left, as in the original.
    let pixels = |value: f64, side: i64| (if value < 1.0 { value * side as f64 } else { value }) as i64;
    let size = Size { width: pixels(width, draw.size.width), height: pixels(height, draw.size.height) };
    let sides = 1..=Size::MAX_SIDE;
    if !sides.contains(&size.width) || !sides.contains(&size.height) {
        return Err(draw.impossible(format!(
            "the piece is {}×{} pixels; it needs at least one and at most {} per side",
            size.width,
            size.height,
            Size::MAX_SIDE
        )));
    }
    let place = |value: f64, side: i64| pixels(value, side).clamp(-(1 << 30), 1 << 30);
    Ok(PixelMap::cutout(draw.size, [place(x, draw.size.width), place(y, draw.size.height)], size))
}

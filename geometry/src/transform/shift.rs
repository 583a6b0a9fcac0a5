//! `shift`: moves the image; what leaves on one side comes in on the other.

use clipig_experiment::expression::Float;

use crate::axis::Axis;
use crate::context::{Draw, DrawError};
use crate::map::PixelMap;
use crate::region::Size;

pub(crate) fn draw(offset: &[Float; 2], draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let [x, y] = draw.floats(offset)?;
    Ok(roll(draw.size, x, y))
}

/// A move by `x` and `y`, each a share of the image when below 1 and pixels otherwise.
pub(crate) fn roll(image: Size, x: f64, y: f64) -> PixelMap {
    let pixels = |value: f64, side: i64| {
        let moved = if value.abs() < 1.0 { value * side as f64 } else { value };
        (moved as i64).rem_euclid(side)
    };
    let axis = |value: f64, side: i64| Axis::Roll { by: pixels(value, side) as i32, side: side as i32 };
    PixelMap::grid(image, [axis(x, image.width), axis(y, image.height)])
}

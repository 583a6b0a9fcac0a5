//! `repeat`: copies of the image side by side.

use clipig_experiment::expression::Int;

use crate::axis::Axis;
use crate::context::{Draw, DrawError};
use crate::map::PixelMap;
use crate::region::Size;

pub(crate) fn draw(count: &[Int; 2], draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let [x, y] = draw.ints(count)?;
    let side = |side: i64, count: i64| side.checked_mul(count).filter(|&side| side <= Size::MAX_SIDE);
    match (side(draw.size.width, x), side(draw.size.height, y)) {
        (Some(width), Some(height)) if x >= 1 && y >= 1 => {
            let copies = |side: i64| Axis::Repeat { side: side as i32 };
            Ok(PixelMap::grid(Size { width, height }, [copies(draw.size.width), copies(draw.size.height)]))
        }
        _ => Err(draw.impossible(format!(
            "{x}×{y} copies; there must be at least one each way, and at most {} pixels per side",
            Size::MAX_SIDE
        ))),
    }
}

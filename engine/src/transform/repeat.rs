//! `repeat`: copies of the image side by side.

use clipig_experiment::expression::Int;

use super::axis::Axis;
use super::context::{Draw, TransformError};
use super::map::PixelMap;
use crate::region::Size;

pub(super) fn draw(count: &[Int; 2], draw: &Draw<'_>) -> Result<PixelMap, TransformError> {
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

//! `repeat`: copies of the image side by side.

use clipig_experiment::expression::Int;

use super::{Draw, PixelMap, Step, TransformError};
use crate::region::{Point, Size};

/// The copies.
#[derive(Debug)]
struct Copies {
    image: Size,
    size: Size,
}

pub(super) fn draw(count: &[Int; 2], draw: &Draw<'_>) -> Result<Step, TransformError> {
    let [x, y] = draw.ints(count)?;
    let side = |side: i64, count: i64| side.checked_mul(count).filter(|&side| side <= Size::MAX_SIDE);
    match (side(draw.size.width, x), side(draw.size.height, y)) {
        (Some(width), Some(height)) if x >= 1 && y >= 1 => {
            Ok(Step::Map(Box::new(Copies { image: draw.size, size: Size { width, height } })))
        }
        _ => Err(draw.impossible(format!(
            "{x}×{y} copies; there must be at least one each way, and at most {} pixels per side",
            Size::MAX_SIDE
        ))),
    }
}

impl PixelMap for Copies {
    fn size(&self) -> Size {
        self.size
    }

    fn trace(&self, points: &mut [Point]) {
        let (width, height) = (self.image.width as i32, self.image.height as i32);
        for point in points.iter_mut().filter(|point| point.is_somewhere()) {
            *point = Point { x: point.x % width, y: point.y % height };
        }
    }
}

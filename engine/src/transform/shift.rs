//! `shift`: moves the image; what leaves on one side comes in on the other.

use clipig_experiment::expression::Float;

use super::{Draw, PixelMap, Step, TransformError};
use crate::region::{Point, Size};

/// The move, in pixels to the right and down.
#[derive(Debug)]
struct Roll {
    image: Size,
    x: i64,
    y: i64,
}

pub(super) fn draw(offset: &[Float; 2], draw: &Draw<'_>) -> Result<Step, TransformError> {
    let [x, y] = draw.floats(offset)?;
    Ok(roll(draw.size, x, y))
}

/// A move by `x` and `y`, each a share of the image when below 1 and pixels otherwise.
pub(super) fn roll(image: Size, x: f64, y: f64) -> Step {
    let pixels = |value: f64, side: i64| {
        let moved = if value.abs() < 1.0 { value * side as f64 } else { value };
        (moved as i64).rem_euclid(side)
    };
    Step::Map(Box::new(Roll { image, x: pixels(x, image.width), y: pixels(y, image.height) }))
}

impl PixelMap for Roll {
    fn size(&self) -> Size {
        self.image
    }

    fn trace(&self, points: &mut [Point]) {
        // Both are in 0..side, so one addition brings the source back inside.
        let (x, y) = (self.x as i32, self.y as i32);
        let (width, height) = (self.image.width as i32, self.image.height as i32);
        for point in points.iter_mut().filter(|point| point.is_somewhere()) {
            let (left, top) = (point.x - x, point.y - y);
            *point = Point {
                x: if left < 0 { left + width } else { left },
                y: if top < 0 { top + height } else { top },
            };
        }
    }
}

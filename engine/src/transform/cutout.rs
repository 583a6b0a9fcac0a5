//! A rectangle cut out of an image; outside of the image it is black. Crops are cutouts.

use super::{PixelMap, Step};
use crate::region::{Point, Size};

/// The rectangle.
#[derive(Debug)]
pub(super) struct Cutout {
    image: Size,
    left: i64,
    top: i64,
    size: Size,
}

impl Cutout {
    /// `size` pixels from (`left`, `top`) on, which may lie outside of `image`.
    pub(super) fn step(image: Size, left: i64, top: i64, size: Size) -> Step {
        Step::Map(Box::new(Self { image, left, top, size }))
    }
}

impl PixelMap for Cutout {
    fn size(&self) -> Size {
        self.size
    }

    fn trace(&self, points: &mut [Point]) {
        for point in points.iter_mut().filter(|point| point.is_somewhere()) {
            let (x, y) = (i64::from(point.x) + self.left, i64::from(point.y) + self.top);
            *point = if (0..self.image.width).contains(&x) && (0..self.image.height).contains(&y) {
                Point { x: x as i32, y: y as i32 }
            } else {
                Point::NOWHERE
            };
        }
    }
}

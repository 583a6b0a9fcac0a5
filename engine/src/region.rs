//! Sizes, points and pieces of images.

use tch::Tensor;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: i64,
    /// Rows.
    pub height: i64,
}

impl Size {
    /// The longest side of an image on the way from canvas to window. Images in between are never held as a
    /// whole, so this bounds arithmetic rather than memory.
    pub const MAX_SIDE: i64 = 1 << 20;

    /// Number of pixels.
    pub fn area(&self) -> i64 {
        self.width * self.height
    }
}

/// A pixel's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Column.
    pub x: i32,
    /// Row.
    pub y: i32,
}

impl Point {
    /// The place of pixels that have a fixed colour.
    pub const NOWHERE: Self = Self { x: i32::MIN, y: i32::MIN };

    /// Is this a place in an image?
    pub fn is_somewhere(self) -> bool {
        self != Self::NOWHERE
    }
}

/// A rectangle of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First column.
    pub x: i64,
    /// First row.
    pub y: i64,
    /// Columns.
    pub width: i64,
    /// Rows.
    pub height: i64,
}

impl Region {
    /// The whole image.
    pub fn whole(size: Size) -> Self {
        Self { x: 0, y: 0, width: size.width, height: size.height }
    }

    /// Its size.
    pub fn size(&self) -> Size {
        Size { width: self.width, height: self.height }
    }

    /// All its points, row by row.
    pub fn points(&self) -> Vec<Point> {
        let mut points = Vec::with_capacity((self.width * self.height) as usize);
        for y in self.y..self.y + self.height {
            points.extend((self.x..self.x + self.width).map(|x| Point { x: x as i32, y: y as i32 }));
        }
        points
    }

    /// The smallest region around all points that are somewhere; one pixel where there is none.
    pub fn around(points: &[Point]) -> Self {
        let mut bounds: Option<(i32, i32, i32, i32)> = None;
        for point in points.iter().filter(|point| point.is_somewhere()) {
            let (left, top, right, bottom) = bounds.unwrap_or((point.x, point.y, point.x, point.y));
            bounds = Some((left.min(point.x), top.min(point.y), right.max(point.x), bottom.max(point.y)));
        }
        let (left, top, right, bottom) = bounds.unwrap_or((0, 0, 0, 0));
        Self {
            x: i64::from(left),
            y: i64::from(top),
            width: i64::from(right) - i64::from(left) + 1,
            height: i64::from(bottom) - i64::from(top) + 1,
        }
    }

    /// The region grown by some pixels on every side, inside an image of `size`.
    #[must_use]
    pub fn grown(&self, columns: i64, rows: i64, size: Size) -> Self {
        let (left, top) = ((self.x - columns).max(0), (self.y - rows).max(0));
        let right = (self.x + self.width + columns).min(size.width);
        let bottom = (self.y + self.height + rows).min(size.height);
        Self { x: left, y: top, width: right - left, height: bottom - top }
    }

    /// Cuts the region out of `[…, height, width]`.
    pub fn cut(&self, image: &Tensor) -> Tensor {
        image.narrow(-1, self.x, self.width).narrow(-2, self.y, self.height)
    }
}

//! Sizes and pieces of images.

/// The most pixels of one sample that are computed at once.
pub(crate) const MAX_AREA: i64 = 1 << 26;

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

    /// The smallest region that holds both.
    #[must_use]
    pub fn around(&self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// The region grown by some pixels on every side, inside an image of `size`.
    #[must_use]
    pub fn grown(&self, columns: i64, rows: i64, size: Size) -> Self {
        let (left, top) = ((self.x - columns).max(0), (self.y - rows).max(0));
        let right = (self.x + self.width + columns).min(size.width);
        let bottom = (self.y + self.height + rows).min(size.height);
        Self { x: left, y: top, width: right - left, height: bottom - top }
    }
}

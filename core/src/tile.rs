//! The squares that a canvas is cut into, for memory and for the wire.

/// Side of a tile in pixels. It changes no bits, only memory: at 64 a 224-pixel window touches 16 to 25
/// tiles of 48 KiB.
pub const TILE: usize = 64;

/// The tiles of a canvas, numbered row by row from 0. Those at the right and lower edge are cropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TileGrid {
    width: usize,
    height: usize,
}

/// The part of the canvas under a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileArea {
    /// First column.
    pub x: usize,
    /// First row.
    pub y: usize,
    /// Columns, 1 to [`TILE`].
    pub width: usize,
    /// Rows, 1 to [`TILE`].
    pub height: usize,
}

impl TileGrid {
    /// The tiles of a canvas of `width` × `height` pixels.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height }
    }

    /// Pixels per row.
    pub fn width(self) -> usize {
        self.width
    }

    /// Rows of pixels.
    pub fn height(self) -> usize {
        self.height
    }

    /// Tiles side by side.
    pub fn columns(self) -> usize {
        self.width.div_ceil(TILE)
    }

    /// Tiles one below the other.
    pub fn rows(self) -> usize {
        self.height.div_ceil(TILE)
    }

    /// Number of tiles.
    pub fn count(self) -> usize {
        self.columns() * self.rows()
    }

    /// What lies under a tile; `None` for a number beyond the last one.
    pub fn area(self, number: usize) -> Option<TileArea> {
        if number >= self.count() {
            return None;
        }
        let (x, y) = (number % self.columns() * TILE, number / self.columns() * TILE);
        Some(TileArea { x, y, width: TILE.min(self.width - x), height: TILE.min(self.height - y) })
    }
}

impl TileArea {
    /// Number of values under the tile: three channels.
    pub fn values(self) -> usize {
        3 * self.width * self.height
    }

    /// Is nothing of the tile cropped?
    pub fn is_whole(self) -> bool {
        self.width == TILE && self.height == TILE
    }

    /// The rows of all three channels, as places of their first values: in `[3, height, width]` of this area,
    /// and in `[3, TILE, TILE]`. Each row has `width` values.
    pub(crate) fn lines(self) -> impl Iterator<Item = (usize, usize)> {
        (0..3 * self.height).map(move |line| {
            let (channel, row) = (line / self.height, line % self.height);
            (line * self.width, (channel * TILE + row) * TILE)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_pixel_once() {
        for (width, height) in [(1, 1), (64, 64), (65, 63), (200, 140)] {
            let grid = TileGrid::new(width, height);
            let mut covered = vec![0; width * height];
            for number in 0..grid.count() {
                let area = grid.area(number).unwrap();
                assert_eq!(area.is_whole(), area.values() == 3 * TILE * TILE);
                for y in area.y..area.y + area.height {
                    covered[y * width + area.x..][..area.width].iter_mut().for_each(|n| *n += 1);
                }
            }
            assert!(covered.iter().all(|n| *n == 1), "{width}×{height}");
            assert_eq!(grid.area(grid.count()), None);
        }
        assert_eq!(TileGrid::new(0, 7).count(), 0);
    }
}

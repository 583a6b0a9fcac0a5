//! The gradient of a part of an epoch, held only where it is.
//!
//! Windows cover a small part of a large canvas, so a gradient is kept in square tiles that come into
//! being when something is added to them. A pixel's value does not depend on which tiles exist: a tile that
//! is not there is zero.

use std::collections::BTreeMap;

use crate::canvas::{Patch, Rect};

/// Side of a tile in pixels. It changes no bits, only memory: at 64 a 224-pixel window touches 16 to 25
/// tiles of 48 KiB.
pub const TILE: usize = 64;

/// A gradient `[3, height, width]` as a sum of what was added to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GradientSum {
    width: usize,
    height: usize,
    tiles: BTreeMap<(usize, usize), Box<[f32]>>,
}

impl GradientSum {
    /// Zero everywhere.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, tiles: BTreeMap::new() }
    }

    /// Pixels per row of the canvas.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of the canvas.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Adds values at single pixels, in the order given.
    ///
    /// `pixels` are offsets `y · width + x`, `values` holds `[3, pixels.len()]`; `None` skips a value.
    /// A pixel may occur several times.
    ///
    /// # Panics
    /// When an offset lies outside of the canvas or `values` is too short: a fault of the caller.
    pub fn add_at(&mut self, pixels: &[Option<u32>], values: &[f32]) {
        let plane = pixels.len();
        let mut tiles = TileCursor::new(self);
        for (i, pixel) in pixels.iter().enumerate() {
            if let Some(offset) = *pixel {
                let tile = tiles.at(offset as usize);
                for channel in 0..3 {
                    tile.0[channel * TILE * TILE + tile.1] += values[channel * plane + i];
                }
            }
        }
    }

    /// Adds a patch.
    ///
    /// # Panics
    /// When the patch reaches outside of the canvas or holds the wrong number of values; peers' patches are
    /// checked where they come in.
    pub fn add_patch(&mut self, patch: &Patch) {
        let Rect { x, y, width, height } = patch.rect;
        assert!(x + width <= self.width && y + height <= self.height, "patch outside of the canvas");
        assert_eq!(patch.values.len(), 3 * width * height, "patch of the wrong size");
        for row in 0..height {
            let pixels: Vec<Option<u32>> =
                (0..width).map(|column| Some(((y + row) * self.width + x + column) as u32)).collect();
            let line: Vec<f32> = (0..3)
                .flat_map(|channel| {
                    let start = (channel * height + row) * width;
                    patch.values[start..start + width].iter().copied()
                })
                .collect();
            self.add_at(&pixels, &line);
        }
    }

    /// The sum of two parts: at every pixel `self + other`.
    ///
    /// # Panics
    /// When the canvases have different sizes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        assert_eq!((self.width, self.height), (other.width, other.height), "gradients of different canvases");
        for (place, tile) in other.tiles {
            match self.tiles.entry(place) {
                std::collections::btree_map::Entry::Vacant(free) => {
                    free.insert(tile);
                }
                std::collections::btree_map::Entry::Occupied(mut held) => {
                    for (sum, value) in held.get_mut().iter_mut().zip(tile.iter()) {
                        *sum += value;
                    }
                }
            }
        }
        self
    }

    /// The whole gradient `[3, height, width]`.
    pub fn to_dense(&self) -> Vec<f32> {
        let mut dense = vec![0.0; 3 * self.width * self.height];
        for (&(column, row), tile) in &self.tiles {
            let (x, y) = (column * TILE, row * TILE);
            let width = TILE.min(self.width - x);
            for channel in 0..3 {
                for line in 0..TILE.min(self.height - y) {
                    let from = (channel * TILE + line) * TILE;
                    let to = (channel * self.height + y + line) * self.width + x;
                    dense[to..to + width].copy_from_slice(&tile[from..from + width]);
                }
            }
        }
        dense
    }

    /// Is every value finite?
    pub fn is_finite(&self) -> bool {
        self.tiles.values().all(|tile| tile.iter().all(|value| value.is_finite()))
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.tiles.len() * 3 * TILE * TILE * size_of::<f32>()
    }
}

/// Finds the tile of a pixel; neighbours mostly share one, so the last is remembered.
struct TileCursor<'a> {
    width: usize,
    height: usize,
    tiles: &'a mut BTreeMap<(usize, usize), Box<[f32]>>,
    place: (usize, usize),
    held: Option<Box<[f32]>>,
}

impl<'a> TileCursor<'a> {
    fn new(sum: &'a mut GradientSum) -> Self {
        Self { width: sum.width, height: sum.height, tiles: &mut sum.tiles, place: (0, 0), held: None }
    }

    fn at(&mut self, offset: usize) -> (&mut [f32], usize) {
        let (x, y) = (offset % self.width, offset / self.width);
        assert!(y < self.height, "pixel outside of the canvas");
        let place = (x / TILE, y / TILE);
        if self.held.is_none() || self.place != place {
            self.put_back();
            self.place = place;
        }
        let tile = self.held.get_or_insert_with(|| {
            self.tiles.remove(&place).unwrap_or_else(|| vec![0.0; 3 * TILE * TILE].into_boxed_slice())
        });
        (tile, (y % TILE) * TILE + x % TILE)
    }

    fn put_back(&mut self) {
        if let Some(tile) = self.held.take() {
            self.tiles.insert(self.place, tile);
        }
    }
}

impl Drop for TileCursor<'_> {
    fn drop(&mut self) {
        self.put_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn patch(x: usize, y: usize, width: usize, height: usize, seed: u32) -> Patch {
        let values =
            (0..3 * width * height).map(|i| ((i as u32).wrapping_mul(2_654_435_761) ^ seed) as f32 / 1e6);
        Patch { rect: Rect { x, y, width, height }, values: values.collect() }
    }

    proptest! {
        #[test]
        fn tiles_equal_a_dense_sum(
            places in prop::collection::vec((0_usize..150, 0_usize..90, 1_usize..40, 1_usize..40, any::<u32>()), 1..6)
        ) {
            let (width, height) = (200, 140);
            let mut sum = GradientSum::new(width, height);
            let mut dense = vec![0.0_f32; 3 * width * height];
            for (x, y, w, h, seed) in places {
                let patch = patch(x, y, w, h, seed);
                sum.add_patch(&patch);
                for channel in 0..3 {
                    for row in 0..h {
                        for column in 0..w {
                            dense[(channel * height + y + row) * width + x + column] +=
                                patch.values[(channel * h + row) * w + column];
                        }
                    }
                }
            }
            prop_assert_eq!(sum.to_dense(), dense);
        }
    }

    #[test]
    fn a_repeated_pixel_is_added_in_order() {
        let mut sum = GradientSum::new(70, 2);
        sum.add_at(
            &[Some(69), None, Some(69), Some(0)],
            &[1.0, 9.0, 2.0, 3.0, 0.0, 9.0, 0.0, 0.0, 0.5, 9.0, 0.5, 0.0],
        );
        let dense = sum.to_dense();
        assert_eq!((dense[69], dense[0], dense[2 * 140 + 69]), (3.0, 3.0, 1.0));
        assert_eq!(sum.bytes(), 2 * 3 * TILE * TILE * 4);
    }
}

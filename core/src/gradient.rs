//! The gradient of a part of an epoch. Only the tiles that it touches are held.
//!
//! Windows cover a small part of a large canvas, so a gradient is kept in square tiles, each made when something is
//! first added to it. A pixel's value does not depend on which tiles exist: a missing tile is zero.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::finite::all_finite;
use crate::tile::{TILE, TileArea, TileGrid};
use crate::tile_values::TileValues;
use crate::wide;

/// [`TILE`] among columns and rows.
const SIDE: u32 = TILE as u32;

/// Pixels whose tiles are looked for in one go.
const PIECE: usize = 64;

/// The tile of a pixel that is none.
const NONE: u32 = u32::MAX;

/// A gradient `[3, height, width]` as a sum of what was added to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GradientSum {
    width: usize,
    height: usize,
    /// By column and row of tiles: `[3, TILE, TILE]`, zero beyond the canvas's edge.
    tiles: BTreeMap<(usize, usize), TileValues>,
}

/// Why a tile was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The canvas has no such tile.
    #[error("lies outside of the canvas")]
    Outside,
    /// The tile is there already.
    #[error("is there already")]
    Twice,
    /// The number of values does not fit.
    #[error("has {found} values, not {expected}")]
    Length {
        /// `3 · width · height` of the tile's area.
        expected: usize,
        /// Values given.
        found: usize,
    },
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

    /// Adds to single pixels, one after the other, until it is dropped.
    pub fn adder(&mut self) -> Adder<'_> {
        let grid = self.grid();
        let mut tiles = Vec::new();
        tiles.resize_with(grid.count(), || None);
        for ((column, row), tile) in std::mem::take(&mut self.tiles) {
            tiles[row * grid.columns() + column] = Some(tile);
        }
        Adder { columns: grid.columns(), sum: self, tiles }
    }

    /// Adds values at single pixels, in the order given.
    ///
    /// `pixels` are offsets `y · width + x`, `values` holds `[3, pixels.len()]`; `None` skips a value.
    /// A pixel may occur several times.
    ///
    /// # Panics
    /// When an offset lies outside of the canvas or `values` is too short: a fault of the caller.
    pub fn add_at(&mut self, pixels: &[Option<u32>], values: &[f32]) {
        let (plane, width) = (pixels.len(), self.width.max(1) as u32);
        let column = |pixel: &Option<u32>| pixel.map_or(-1, |offset| (offset % width) as i32);
        let row = |pixel: &Option<u32>| pixel.map_or(0, |offset| (offset / width) as i32);
        let xs: Vec<i32> = pixels.iter().map(column).collect();
        let ys: Vec<i32> = pixels.iter().map(row).collect();
        self.adder().add_pixels(&xs, &ys, [0, 1, 2].map(|channel| &values[channel * plane..][..plane]));
    }

    /// The tiles of the canvas.
    pub fn grid(&self) -> TileGrid {
        TileGrid::new(self.width, self.height)
    }

    /// How many tiles are there. All others are zero.
    pub fn tile_count(&self) -> usize {
        self.tiles.len()
    }

    /// The tiles that are there, by column and row of tiles: each `[3, TILE, TILE]`, zero beyond the canvas's edge.
    pub fn tiles(&self) -> impl ExactSizeIterator<Item = ((usize, usize), &[f32])> {
        self.tiles.iter().map(|(place, tile)| (*place, &**tile))
    }

    /// The numbers of the tiles that are there, in the order of [`into_tiles`](Self::into_tiles).
    pub fn tile_numbers(&self) -> impl ExactSizeIterator<Item = usize> {
        let columns = self.grid().columns();
        self.tiles.keys().map(move |(column, row)| row * columns + column)
    }

    /// The values of a tile, `[3, height, width]` of its area: those of a whole tile as they lie in memory, a copy of others.
    /// `None`: it is not there, so it is zero.
    pub fn tile(&self, number: usize) -> Option<Cow<'_, TileValues>> {
        let grid = self.grid();
        let area = grid.area(number)?;
        let tile = self.tiles.get(&(number % grid.columns(), number / grid.columns()))?;
        Some(if area.is_whole() { Cow::Borrowed(tile) } else { Cow::Owned(cropped(tile, area)) })
    }

    /// The tiles with their numbers, each as `[3, height, width]` of its area. Whole tiles are handed over
    /// without a copy.
    pub fn into_tiles(self) -> impl ExactSizeIterator<Item = (usize, TileValues)> + Send {
        let grid = self.grid();
        self.tiles.into_iter().map(move |((column, row), tile)| {
            let number = row * grid.columns() + column;
            match grid.area(number) {
                Some(area) if !area.is_whole() => (number, cropped(&tile, area)),
                _ => (number, tile),
            }
        })
    }

    /// Puts a tile in, `[3, height, width]` of its area, where none was before. A whole one is taken without a
    /// copy.
    ///
    /// # Errors
    /// When the canvas has no such tile, it is there already, or the number of values is wrong.
    pub fn insert_tile(&mut self, number: usize, values: impl Into<TileValues>) -> Result<(), TileError> {
        let values = values.into();
        let grid = self.grid();
        let area = grid.area(number).ok_or(TileError::Outside)?;
        if values.len() != area.values() {
            return Err(TileError::Length { expected: area.values(), found: values.len() });
        }
        let Entry::Vacant(free) = self.tiles.entry((number % grid.columns(), number / grid.columns())) else {
            return Err(TileError::Twice);
        };
        if area.is_whole() {
            free.insert(values);
            return Ok(());
        }
        let mut tile = TileValues::zeros(3 * TILE * TILE);
        for (from, to) in area.lines() {
            tile[to..to + area.width].copy_from_slice(&values[from..from + area.width]);
        }
        free.insert(tile);
        Ok(())
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
                Entry::Vacant(free) => {
                    free.insert(tile);
                }
                Entry::Occupied(mut held) => {
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
        let rows = self.rows();
        for (line, values) in dense.chunks_exact_mut(self.width.max(1)).enumerate() {
            rows.copy(line / self.height, line % self.height, values);
        }
        dense
    }

    /// The rows of the whole gradient, for those who go through all of them.
    pub fn rows(&self) -> GradientRows<'_> {
        let grid = self.grid();
        let mut tiles = vec![None; grid.count()];
        for ((column, row), tile) in &self.tiles {
            tiles[row * grid.columns() + column] = Some(&**tile);
        }
        GradientRows { width: self.width, height: self.height, columns: grid.columns(), tiles }
    }

    /// Multiplies the gradient of each pixel by a factor, which is given by column and row. Where the factor is 0, so is the
    /// gradient, whatever it was. Tiles in which it is 0 everywhere are left out.
    pub fn weigh(&mut self, factor: impl Fn(usize, usize) -> f32) {
        let grid = self.grid();
        self.tiles.retain(|(column, row), tile| {
            let Some(area) = grid.area(row * grid.columns() + column) else { return false };
            let mut counts = false;
            for (y, x) in (0..area.height).flat_map(|y| (0..area.width).map(move |x| (y, x))) {
                let factor = factor(area.x + x, area.y + y);
                counts |= factor != 0.0;
                for channel in 0..3 {
                    let value = &mut tile[(channel * TILE + y) * TILE + x];
                    *value = if factor == 0.0 { 0.0 } else { *value * factor };
                }
            }
            counts
        });
    }

    /// Is every value finite?
    pub fn is_finite(&self) -> bool {
        self.tiles.values().all(|tile| all_finite(tile))
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        self.tiles.len() * 3 * TILE * TILE * size_of::<f32>()
    }
}

/// What of a tile `[3, TILE, TILE]` lies on the canvas: `[3, height, width]` of its area.
fn cropped(tile: &TileValues, area: TileArea) -> TileValues {
    let mut cropped = Vec::with_capacity(area.values());
    area.lines().for_each(|(_, from)| cropped.extend_from_slice(&tile[from..from + area.width]));
    cropped.into()
}

/// The rows of a gradient.
#[derive(Clone, Debug)]
pub struct GradientRows<'a> {
    width: usize,
    height: usize,
    columns: usize,
    tiles: Vec<Option<&'a [f32]>>,
}

impl GradientRows<'_> {
    /// Pixels per row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows per channel.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Copies row `y` of a channel: as many values as the canvas has columns, zeros where there is no tile.
    ///
    /// # Panics
    /// When `row` has another length or the canvas has no such row: a fault of the caller.
    pub fn copy(&self, channel: usize, y: usize, row: &mut [f32]) {
        assert_eq!(row.len(), self.width, "a row of another canvas");
        let line = (channel * TILE + y % TILE) * TILE;
        let tiles = &self.tiles[y / TILE * self.columns..][..self.columns];
        for (values, tile) in row.chunks_mut(TILE).zip(tiles) {
            match tile {
                Some(tile) => values.copy_from_slice(&tile[line..line + values.len()]),
                None => values.fill(0.0),
            }
        }
    }
}

/// Adds to the pixels of a gradient. While it lives, tiles lie in a table instead of a tree, so that finding one
/// costs an index.
#[derive(Debug)]
pub struct Adder<'a> {
    columns: usize,
    sum: &'a mut GradientSum,
    tiles: Vec<Option<TileValues>>,
}

impl Adder<'_> {
    /// Adds to pixels, given by column and row, one after the other; a negative column is no pixel.
    ///
    /// # Panics
    /// When one lies outside of the canvas, or when there are fewer values than pixels: a fault of the caller.
    pub fn add_pixels(&mut self, xs: &[i32], ys: &[i32], values: [&[f32]; 3]) {
        assert_eq!(xs.len(), ys.len(), "columns and rows are of the same pixels");
        for from in (0..xs.len()).step_by(PIECE) {
            let to = xs.len().min(from + PIECE);
            self.add_piece(&xs[from..to], &ys[from..to], values.map(|values| &values[from..to]));
        }
    }

    fn add_piece(&mut self, xs: &[i32], ys: &[i32], values: [&[f32]; 3]) {
        let (mut tiles, mut places) = ([NONE; PIECE], [0; PIECE]);
        let area = Area {
            width: self.sum.width as u32,
            height: self.sum.height as u32,
            columns: self.columns as u32,
        };
        let inside = find(area, xs, ys, &mut tiles, &mut places);
        assert!(inside, "pixel outside of the canvas");
        let mut from = 0;
        // Neighbours mostly share a tile, so it is looked for once for all that follow each other in it.
        for same in tiles[..xs.len()].chunk_by(|a, b| a == b) {
            let here = from..from + same.len();
            from = here.end;
            if same[0] == NONE {
                continue;
            }
            let tile = tile_of(&mut self.tiles, same[0] as usize);
            let [red, green, blue] = values.map(|values| &values[here.clone()]);
            // All colours in one go, because each waits for memory of its own.
            for (((place, red), green), blue) in places[here.clone()].iter().zip(red).zip(green).zip(blue) {
                let place = *place as usize % (TILE * TILE);
                tile[place] += red;
                tile[TILE * TILE + place] += green;
                tile[2 * TILE * TILE + place] += blue;
            }
        }
    }

    /// Adds to the pixels from column `x` on, one for each value of a channel.
    ///
    /// # Panics
    /// When one lies outside of the canvas: a fault of the caller.
    pub fn add_span(&mut self, x: usize, y: usize, values: [&[f32]; 3]) {
        let (mut x, mut values) = (x, values);
        while !values[0].is_empty() {
            let width = (TILE - x % TILE).min(values[0].len());
            let tile = self.tile(x + width - 1, y);
            let place = y % TILE * TILE + x % TILE;
            for (channel, values) in values.iter().enumerate() {
                let from = channel * TILE * TILE + place;
                for (sum, value) in tile[from..from + width].iter_mut().zip(&values[..width]) {
                    *sum += value;
                }
            }
            (x, values) = (x + width, values.map(|values| &values[width..]));
        }
    }

    #[inline]
    fn tile(&mut self, x: usize, y: usize) -> &mut [f32; 3 * TILE * TILE] {
        assert!(x < self.sum.width && y < self.sum.height, "pixel outside of the canvas");
        tile_of(&mut self.tiles, y / TILE * self.columns + x / TILE)
    }
}

/// What a canvas covers.
#[derive(Clone, Copy)]
struct Area {
    width: u32,
    height: u32,
    /// Of tiles.
    columns: u32,
}

wide! {
    /// The numbers of the pixels' tiles, and their places in these. Do all lie on the canvas?
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "branches would keep the compiler from doing several at once"
    )]
    fn find(
        area: Area,
        xs: &[i32],
        ys: &[i32],
        tiles: &mut [u32; PIECE],
        places: &mut [u32; PIECE],
    ) -> bool {
        let mut inside = true;
        for (((&x, &y), tile), place) in xs.iter().zip(ys).zip(tiles).zip(places) {
            let (none, x, y) = (x < 0, x as u32, y as u32);
            inside &= none | ((x < area.width) & (y < area.height));
            *tile = if none { NONE } else { (y / SIDE).wrapping_mul(area.columns).wrapping_add(x / SIDE) };
            *place = y % SIDE * SIDE + x % SIDE;
        }
        inside
    }
}

/// A tile, which is made where there is none yet.
#[inline]
fn tile_of(tiles: &mut [Option<TileValues>], number: usize) -> &mut [f32; 3 * TILE * TILE] {
    let tile = tiles[number].get_or_insert_with(|| TileValues::zeros(3 * TILE * TILE));
    tile.first_chunk_mut().expect("all tiles have this length")
}

impl Drop for Adder<'_> {
    fn drop(&mut self) {
        let columns = self.columns;
        let tiles = std::mem::take(&mut self.tiles).into_iter().enumerate();
        self.sum.tiles = tiles.filter_map(|(i, tile)| Some(((i % columns, i / columns), tile?))).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wide::limit;
    use proptest::prelude::*;

    /// A rectangle of pixels, as offsets, and a value for each channel of each.
    fn window(canvas: usize, place: (usize, usize, usize, usize), seed: u32) -> (Vec<Option<u32>>, Vec<f32>) {
        let (x, y, width, height) = place;
        let pixels = (y..y + height).flat_map(|row| (x..x + width).map(move |column| row * canvas + column));
        let values =
            (0..3 * width * height).map(|i| ((i as u32).wrapping_mul(2_654_435_761) ^ seed) as f32 / 1e6);
        (pixels.map(|pixel| Some(pixel as u32)).collect(), values.collect())
    }

    #[test]
    fn weights_multiply_every_pixel_and_zeros_leave_nothing() {
        let (width, height) = (150, 90);
        let places: Vec<Option<u32>> = (0..width as u32 * height as u32).map(Some).collect();
        let values: Vec<f32> = (0..3 * width * height).map(|i| (i as f32).sin()).collect();
        let mut sum = GradientSum::new(width, height);
        sum.add_at(&places, &values);
        let (mut same, mut half) = (sum.clone(), sum.clone());
        same.weigh(|_, _| 1.0);
        assert_eq!(same, sum);
        half.weigh(|x, y| if x < 70 { 0.0 } else { (y % 3) as f32 / 2.0 });
        for (place, (found, value)) in half.to_dense().iter().zip(&values).enumerate() {
            let (x, y) = (place % width, place / width % height);
            let wanted = if x < 70 { 0.0 } else { value * ((y % 3) as f32 / 2.0) };
            assert_eq!(*found, wanted, "{x}, {y}");
        }
        assert_eq!((sum.tile_count(), half.tile_count()), (6, 4), "the first column of tiles is left out");
        let mut wild = GradientSum::new(2, 1);
        wild.add_at(&[Some(0), Some(1)], &[f32::INFINITY, 1.0, f32::NAN, 1.0, 1.0, 1.0]);
        wild.weigh(|x, _| x as f32);
        assert_eq!(wild.to_dense(), [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
    }

    proptest! {
        #[test]
        fn tiles_equal_a_dense_sum(
            places in prop::collection::vec((0_usize..150, 0_usize..90, 1_usize..40, 1_usize..40, any::<u32>()), 1..6)
        ) {
            let (width, height) = (200, 140);
            let mut sums = Vec::new();
            limit::each(|_| sums.push(GradientSum::new(width, height)));
            let mut dense = vec![0.0_f32; 3 * width * height];
            for (x, y, w, h, seed) in places {
                let (pixels, values) = window(width, (x, y, w, h), seed);
                let mut of_registers = sums.iter_mut();
                limit::each(|_| of_registers.next().unwrap().add_at(&pixels, &values));
                for (i, value) in values.iter().enumerate() {
                    let pixel = pixels[i % (w * h)].unwrap() as usize;
                    dense[i / (w * h) * width * height + pixel] += value;
                }
            }
            for sum in &sums {
                prop_assert_eq!(sum.to_dense(), &dense[..]);
            }
            let sum = sums.remove(0);
            let mut again = GradientSum::new(width, height);
            prop_assert!(sum.tile_numbers().eq(sum.clone().into_tiles().map(|(number, _)| number)));
            for (number, tile) in sum.clone().into_tiles() {
                let found = sum.tile(number).map(Cow::into_owned);
                prop_assert_eq!(found.as_ref(), Some(&tile));
                prop_assert_eq!(again.insert_tile(number, tile.clone()), Ok(()));
                prop_assert_eq!(again.insert_tile(number, tile), Err(TileError::Twice));
            }
            prop_assert_eq!(again, sum);
        }
    }

    proptest! {
        #[test]
        fn spans_and_rows_are_their_pixels(
            spans in prop::collection::vec((0_usize..150, 0_usize..140, 0_usize..150, any::<u32>()), 1..6)
        ) {
            let (width, height) = (200, 140);
            let [mut by_span, mut by_pixel] = [GradientSum::new(width, height), GradientSum::new(width, height)];
            for (x, y, length, seed) in spans {
                let length = length.min(width - x);
                let (_, values) = window(width, (x, y, length, 1), seed);
                let channels: Vec<&[f32]> = values.chunks(length.max(1)).chain([&[][..]; 3]).take(3).collect();
                by_span.adder().add_span(x, y, [channels[0], channels[1], channels[2]]);
                let xs: Vec<i32> = (x..x + length).map(|x| x as i32).collect();
                by_pixel.adder().add_pixels(&xs, &vec![y as i32; length], [channels[0], channels[1], channels[2]]);
            }
            prop_assert_eq!(&by_span, &by_pixel);
            let (dense, rows, mut row) = (by_pixel.to_dense(), by_span.rows(), vec![f32::NAN; width]);
            for line in 0..3 * height {
                rows.copy(line / height, line % height, &mut row);
                prop_assert_eq!(&row[..], &dense[line * width..(line + 1) * width]);
            }
        }
    }

    #[test]
    #[should_panic(expected = "pixel outside of the canvas")]
    fn a_span_beyond_the_edge_is_a_fault() {
        GradientSum::new(70, 2).adder().add_span(60, 0, [&[1.0; 11]; 3]);
    }

    #[test]
    fn strange_tiles_are_refused() {
        let mut sum = GradientSum::new(70, 2);
        assert_eq!(sum.insert_tile(2, vec![1.0; 3 * 64 * 2]), Err(TileError::Outside));
        assert_eq!(sum.insert_tile(1, vec![1.0; 35]), Err(TileError::Length { expected: 36, found: 35 }));
        assert_eq!(sum.insert_tile(usize::MAX, Vec::new()), Err(TileError::Outside));
        assert_eq!(sum.tile_count(), 0);
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

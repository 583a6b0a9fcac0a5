//! A canvas of which only some tiles are there.

use std::sync::Arc;

use crate::gradient::TileError;
use crate::tile::{TILE, TileGrid};
use crate::tile_set::TileSet;
use crate::tile_values::TileValues;

/// The tiles of a canvas that a worker holds. Cloning shares them: a clone keeps what was there, whatever is added later.
#[derive(Clone, Debug)]
pub struct TiledCanvas {
    grid: TileGrid,
    held: TileSet,
    /// Row by row, `[3, TILE, TILE]` each, also those that are cropped at an edge.
    tiles: Arc<Vec<Option<Arc<TileValues>>>>,
}

impl TiledCanvas {
    /// A canvas of which nothing is there.
    pub fn empty(grid: TileGrid) -> Self {
        Self { grid, held: TileSet::none(grid), tiles: Arc::new(vec![None; grid.count()]) }
    }

    /// Its tiles.
    pub fn grid(&self) -> TileGrid {
        self.grid
    }

    /// Those that are there.
    pub fn held(&self) -> &TileSet {
        &self.held
    }

    /// Adds a tile: `[3, height, width]` of its area. One that was there before is replaced.
    ///
    /// # Errors
    /// When the canvas has no such tile, or the tile another number of values; nothing changes then.
    pub fn insert(&mut self, number: usize, values: Arc<TileValues>) -> Result<(), TileError> {
        let area = self.grid.area(number).ok_or(TileError::Outside)?;
        if values.len() != area.values() {
            return Err(TileError::Length { expected: area.values(), found: values.len() });
        }
        let whole = if area.is_whole() {
            values
        } else {
            let mut whole = TileValues::zeros(3 * TILE * TILE);
            for (from, to) in area.lines() {
                whole[to..to + area.width].copy_from_slice(&values[from..from + area.width]);
            }
            Arc::new(whole)
        };
        Arc::make_mut(&mut self.tiles)[number] = Some(whole);
        self.held.insert(number);
        Ok(())
    }

    /// A tile, `[3, TILE, TILE]`; `None` where it is not there.
    pub fn tile(&self, number: usize) -> Option<&Arc<TileValues>> {
        self.tiles.get(number)?.as_ref()
    }

    /// The tile under a pixel, `[3, TILE, TILE]`; `None` where it is not there.
    #[inline]
    pub fn tile_at(&self, x: usize, y: usize) -> Option<&[f32]> {
        let tile = self.tiles.get(y / TILE * self.grid.columns() + x / TILE)?;
        tile.as_deref().map(|values| &values[..])
    }

    /// The three colours of a pixel; `None` where its tile is not there.
    pub fn pixel(&self, x: usize, y: usize) -> Option<[f32; 3]> {
        let inside = x < self.grid.width() && y < self.grid.height();
        let tile = self.tile_at(x, y).filter(|_| inside)?;
        let place = y % TILE * TILE + x % TILE;
        Some([0, 1, 2].map(|channel| tile[channel * TILE * TILE + place]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::Canvas;
    use crate::canvas_tiles::CanvasTiles;

    #[test]
    fn tiles_bring_their_pixels() {
        let (width, height) = (150, 70);
        let pixels: Vec<f32> = (0..3 * width * height).map(|i| i as f32).collect();
        let canvas = Canvas::new(width, height, pixels.clone()).unwrap();
        let mut wanted = TileSet::none(canvas.grid());
        for number in [0, 2, 4] {
            wanted.insert(number);
        }
        let mut held = TiledCanvas::empty(canvas.grid());
        let before = held.clone();
        let sent = CanvasTiles::within(canvas.clone(), wanted.clone());
        assert_eq!((sent.len(), sent.grid()), (3, canvas.grid()));
        let arrived = CanvasTiles::apart(sent.grid(), sent.into_iter().collect());
        for (number, values) in arrived {
            held.insert(number, values).unwrap();
        }
        assert_eq!(held.held(), &wanted);
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let number = y / TILE * 3 + x / TILE;
            let pixel = [0, 1, 2].map(|channel| pixels[(channel * height + y) * width + x]);
            assert_eq!(held.pixel(x, y), wanted.contains(number).then_some(pixel), "({x}, {y})");
        }
        assert!(before.held().is_empty() && before.pixel(0, 0).is_none(), "a clone keeps what was there");
    }

    #[test]
    fn strange_tiles_are_refused() {
        let mut held = TiledCanvas::empty(TileGrid::new(70, 2));
        let tile = |length: usize| Arc::new(TileValues::zeros(length));
        assert_eq!(held.insert(2, tile(3 * 64 * 2)), Err(TileError::Outside));
        assert_eq!(held.insert(1, tile(35)), Err(TileError::Length { expected: 36, found: 35 }));
        assert!(held.held().is_empty());
    }
}

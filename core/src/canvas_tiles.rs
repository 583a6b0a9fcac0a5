//! Tiles of a canvas on their way to a worker.

use std::sync::Arc;

use crate::canvas::Canvas;
use crate::tile::TileGrid;
use crate::tile_set::TileSet;
use crate::tile_values::TileValues;

/// Some tiles of a canvas. Where they are sent they are still part of the whole canvas, and are cut out of it one by one
/// when their turn comes; where they arrive they are by themselves.
#[derive(Clone, Debug)]
pub struct CanvasTiles {
    grid: TileGrid,
    tiles: Tiles,
}

#[derive(Clone, Debug)]
enum Tiles {
    Within(Canvas, TileSet),
    Apart(Vec<(usize, Arc<TileValues>)>),
}

impl CanvasTiles {
    /// These tiles of a canvas.
    ///
    /// # Panics
    /// When they are another canvas's: a fault of the caller.
    pub fn within(canvas: Canvas, tiles: TileSet) -> Self {
        let grid = canvas.grid();
        assert_eq!(grid, tiles.grid(), "tiles of another canvas");
        Self { grid, tiles: Tiles::Within(canvas, tiles) }
    }

    /// These tiles by their numbers, with as many values as lie under each.
    pub fn apart(grid: TileGrid, tiles: Vec<(usize, Arc<TileValues>)>) -> Self {
        Self { grid, tiles: Tiles::Apart(tiles) }
    }

    /// All tiles of their canvas.
    pub fn grid(&self) -> TileGrid {
        self.grid
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        match &self.tiles {
            Tiles::Within(_, tiles) => tiles.len(),
            Tiles::Apart(tiles) => tiles.len(),
        }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The canvas that they are part of, where they were not cut out yet.
    pub fn canvas(&self) -> Option<(&Canvas, &TileSet)> {
        match &self.tiles {
            Tiles::Within(canvas, tiles) => Some((canvas, tiles)),
            Tiles::Apart(_) => None,
        }
    }
}

impl IntoIterator for CanvasTiles {
    type Item = (usize, Arc<TileValues>);
    type IntoIter = Box<dyn Iterator<Item = Self::Item> + Send>;

    /// Number and values of each, in order.
    fn into_iter(self) -> Self::IntoIter {
        match self.tiles {
            Tiles::Apart(tiles) => Box::new(tiles.into_iter()),
            Tiles::Within(canvas, tiles) => {
                let mut next = 0;
                let count = self.grid.count();
                Box::new(std::iter::from_fn(move || {
                    let number = (next..count).find(|number| tiles.contains(*number))?;
                    next = number + 1;
                    Some((number, Arc::new(canvas.tile(number)?)))
                }))
            }
        }
    }
}

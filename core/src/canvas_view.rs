//! What a worker has of a canvas.

use crate::canvas::Canvas;
use crate::tile::TileGrid;
use crate::tiled_canvas::TiledCanvas;

/// What a worker has of a canvas. Cloning shares the pixels.
#[derive(Clone, Debug)]
pub enum CanvasView {
    /// All of it.
    Whole(Canvas),
    /// The tiles that its leases need.
    Tiles(TiledCanvas),
}

impl CanvasView {
    /// The canvas's tiles, whether they are there or not.
    pub fn grid(&self) -> TileGrid {
        match self {
            Self::Whole(canvas) => canvas.grid(),
            Self::Tiles(tiles) => tiles.grid(),
        }
    }

    /// Pixels per row.
    pub fn width(&self) -> usize {
        self.grid().width()
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.grid().height()
    }

    /// The three colours of a pixel; `None` where it is not there.
    pub fn pixel(&self, x: usize, y: usize) -> Option<[f32; 3]> {
        match self {
            Self::Whole(canvas) => canvas.pixel(x, y),
            Self::Tiles(tiles) => tiles.pixel(x, y),
        }
    }
}

impl From<Canvas> for CanvasView {
    fn from(canvas: Canvas) -> Self {
        Self::Whole(canvas)
    }
}

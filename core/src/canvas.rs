//! Pixels as plain memory: the canvas that a worker reads.

use std::sync::{Arc, Weak};

use crate::tile::TileGrid;
use crate::tile_values::TileValues;

/// The image being trained as a worker sees it: `[3, height, width]` float32, channel by channel, row by
/// row. Cloning shares the pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Arc<Vec<f32>>,
}

/// Recognises the pixels of a canvas without keeping them: they are the same as long as their owner shares them, and
/// others are never taken for them. While it lives, they are not changed in place.
#[derive(Clone, Debug)]
pub struct CanvasId(Weak<Vec<f32>>);

impl CanvasId {
    /// Are these the pixels?
    pub fn is_of(&self, canvas: &Canvas) -> bool {
        std::ptr::eq(self.0.as_ptr(), Arc::as_ptr(&canvas.pixels))
    }
}

/// The number of values does not fit the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a canvas of {width}×{height} has {expected} values, not {found}")]
pub struct CanvasSizeError {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `3 · width · height`.
    pub expected: usize,
    /// Values given.
    pub found: usize,
}

impl Canvas {
    /// A canvas from `3 · height · width` values.
    ///
    /// # Errors
    /// When there are more or fewer values.
    pub fn new(width: usize, height: usize, pixels: Vec<f32>) -> Result<Self, CanvasSizeError> {
        let expected = 3 * width * height;
        if pixels.len() != expected {
            return Err(CanvasSizeError { width, height, expected, found: pixels.len() });
        }
        Ok(Self { width, height, pixels: Arc::new(pixels) })
    }

    /// Pixels per row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// By what its pixels are recognised.
    pub fn id(&self) -> CanvasId {
        CanvasId(Arc::downgrade(&self.pixels))
    }

    /// The tiles that it is cut into.
    pub fn grid(&self) -> TileGrid {
        TileGrid::new(self.width, self.height)
    }

    /// The values under a tile, `[3, height, width]` of its area; `None` for a number beyond the last one.
    pub fn tile(&self, number: usize) -> Option<TileValues> {
        let area = self.grid().area(number)?;
        Some(TileValues::written(area.values(), |values| {
            for (line, values) in values.chunks_exact_mut(area.width).enumerate() {
                let (channel, row) = (line / area.height, line % area.height);
                let from = (channel * self.height + area.y + row) * self.width + area.x;
                values.copy_from_slice(&self.pixels[from..from + area.width]);
            }
        }))
    }

    /// The three colours of a pixel; `None` beyond the edge.
    pub fn pixel(&self, x: usize, y: usize) -> Option<[f32; 3]> {
        let color = |channel: usize| self.pixels[(channel * self.height + y) * self.width + x];
        (x < self.width && y < self.height).then(|| [0, 1, 2].map(color))
    }

    /// The values, without a copy where nobody else holds them.
    pub fn into_pixels(self) -> Vec<f32> {
        Arc::unwrap_or_clone(self.pixels)
    }

    /// The values, to be changed, where nobody else holds them.
    pub fn pixels_mut(&mut self) -> Option<&mut [f32]> {
        Arc::get_mut(&mut self.pixels).map(Vec::as_mut_slice)
    }

    /// The values where nobody else holds them; else the canvas as it was.
    ///
    /// # Errors
    /// When they are shared.
    pub fn try_into_pixels(self) -> Result<Vec<f32>, Self> {
        let Self { width, height, pixels } = self;
        Arc::try_unwrap(pixels).map_err(|pixels| Self { width, height, pixels })
    }

    /// All values: red rows, green rows, blue rows. Not clamped.
    pub fn pixels(&self) -> &[f32] {
        &self.pixels
    }
}

//! Gradients of pixels, added up on the device in the order of samples and of their pixels.

use clipig_core::{GradientSum, TILE, TileArea, TileSet, TileValues};
use tch::{Device, Kind, Tensor};

use super::canvas::{AREA, Pixels, SlotTiles};
use crate::read_back::{Parcel, Part, ReadBackError, send};

/// Rows for gradients that belong to no pixel. One would do, but many additions to one row take long on a GPU.
const NOBODY: i64 = 1 << 16;

/// Gradients of a table of pixels.
#[derive(Debug)]
pub(super) struct PixelSums {
    /// `[pixels + NOBODY, 3]`.
    sums: Tensor,
    pixels: i64,
}

/// The gradient of a canvas on the device.
#[derive(Debug)]
pub(crate) struct CanvasSums {
    tiles: SlotTiles,
    sums: PixelSums,
    /// By slot: 1 where something was added to it.
    touched: Tensor,
    /// The tiles that samples may have looked at. The host knows them without asking the device; no other tile is touched.
    needed: TileSet,
}

/// Sums on their way to the computer's memory.
#[derive(Debug)]
pub(crate) struct PackedSums {
    /// The numbers of the tiles.
    numbers: Vec<usize>,
    /// 1 for each that something was added to, else 0.
    touched: Part,
    /// `[tiles, 3, TILE²]`.
    sums: Part,
}

impl PixelSums {
    /// Zeros.
    pub(super) fn new(pixels: i64, device: Device) -> Self {
        Self { sums: Tensor::zeros([pixels + NOBODY, 3], (Kind::Float, device)), pixels }
    }

    /// Adds `[n, 3, h, w]` to the rows of `pixels`, sample by sample and row by row. The rows that were added to.
    pub(super) fn add(&mut self, pixels: &Pixels, gradient: &Tensor) -> Tensor {
        let [_, h, w] = pixels.shape();
        let device = gradient.device();
        let nobody = Tensor::arange(h * w, (Kind::Int64, device)).bitwise_and(NOBODY - 1) + self.pixels;
        let rows = pixels.rows.where_self(&pixels.there, &nobody.view([1, h, w])).reshape([-1]);
        let values = gradient.permute([0, 2, 3, 1]).reshape([-1, 3]);
        let _ = if device == Device::Cpu {
            // One after the other. `index_put_` takes turns as threads come.
            self.sums.index_add_(0, &rows, &values)
        } else {
            // Sorts rows first, and keeps the order of equal ones. `index_add_` takes turns as threads come.
            self.sums.index_put_(&[Some(&rows)], &values, true)
        };
        rows
    }

    /// `[pixels, 3]`.
    pub(super) fn sums(&self) -> Tensor {
        self.sums.narrow(0, 0, self.pixels)
    }
}

impl CanvasSums {
    /// Zeros for the tiles in these slots.
    pub(super) fn new(tiles: SlotTiles, needed: TileSet, device: Device) -> Self {
        let slots = tiles.len() as i64 + 1;
        let touched = Tensor::zeros([slots + NOBODY / AREA], (Kind::Uint8, device));
        Self { tiles, sums: PixelSums::new(slots * AREA, device), touched, needed }
    }

    /// Other tiles may be touched, too.
    pub(crate) fn need(&mut self, tiles: &TileSet) {
        self.needed.add(tiles);
    }

    pub(super) fn add(&mut self, pixels: &Pixels, gradient: &Tensor) {
        let rows = self.sums.add(pixels, gradient);
        let _ = self.touched.index_fill_(0, &rows.floor_divide_scalar(AREA), 1_i64);
    }

    /// Puts everything that the computer needs of it into a parcel.
    ///
    /// # Errors
    /// When the device fails.
    pub(crate) fn pack(&self, parcel: &mut Parcel) -> Result<PackedSums, ReadBackError> {
        let is_needed = |slot: &usize| self.needed.contains(self.tiles[slot - 1]);
        let slots: Vec<usize> = (1..=self.tiles.len()).filter(is_needed).collect();
        let chosen: Vec<i64> = slots.iter().map(|slot| *slot as i64).collect();
        let chosen = send(&Tensor::from_slice(&chosen), self.touched.device());
        let sums = self.sums.sums().view([-1, AREA, 3]).index_select(0, &chosen).permute([0, 2, 1]);
        let touched = parcel.add(&self.touched.index_select(0, &chosen))?;
        Ok(PackedSums {
            numbers: slots.iter().map(|slot| self.tiles[slot - 1]).collect(),
            touched,
            sums: parcel.add(&sums)?,
        })
    }
}

impl PackedSums {
    /// Adds all to a gradient in the computer's memory, which gets no tile that nothing was added to. `values` are those of
    /// the parcel.
    pub(crate) fn add_to(&self, gradient: &mut GradientSum, values: &[f32]) {
        let touched = &values[self.touched.clone()];
        if touched.iter().all(|touched| *touched == 0.0) {
            return;
        }
        let mut found = GradientSum::new(gradient.width(), gradient.height());
        let tiles = values[self.sums.clone()].chunks_exact(3 * TILE * TILE);
        for ((number, values), touched) in self.numbers.iter().zip(tiles).zip(touched) {
            if let Some(area) = found.grid().area(*number).filter(|_| *touched != 0.0) {
                found.insert_tile(*number, cropped(area, values)).expect("each slot is another tile");
            }
        }
        *gradient = std::mem::take(gradient).merge(found);
    }
}

/// `[3, height, width]` of a tile's area, from `[3, TILE, TILE]`.
fn cropped(area: TileArea, values: &[f32]) -> TileValues {
    TileValues::written(area.values(), |cropped| {
        let rows = values.chunks_exact(TILE).enumerate().filter(|(row, _)| row % TILE < area.height);
        for (cropped, (_, row)) in cropped.chunks_exact_mut(area.width).zip(rows) {
            cropped.copy_from_slice(&row[..area.width]);
        }
    })
}

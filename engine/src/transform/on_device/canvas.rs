//! The canvas on the device: tiles that samples have looked at, kept as long as they do not change.
//!
//! A tile lies in a *slot*. Slots are handed out as tiles are first needed and never taken back, so all slots together
//! are never larger than the canvas. Slot 0 belongs to no tile and holds NaN: what is taken from a tile that is not there
//! cannot be overlooked.

use std::sync::{Arc, Weak};

use clipig_core::{CanvasId, TILE, TileArea, TileGrid, TileSet, TileValues};
use tch::{Device, Kind, Tensor};

use super::places::Places;
use crate::read_back::{send, tensor_written};
use crate::transform::rows::Values;

/// Pixels of a tile.
pub(super) const AREA: i64 = (TILE * TILE) as i64;

/// A tile's side is 2 to this power.
const SIDE_BITS: i64 = TILE.trailing_zeros() as i64;

/// The numbers of the tiles in slots 1, 2, …
pub(super) type SlotTiles = Arc<Vec<usize>>;

/// A canvas on a device.
#[derive(Debug)]
pub(super) struct DeviceCanvas {
    device: Device,
    grid: TileGrid,
    /// `[slots, TILE², 3]`, more slots than there are tiles.
    tiles: Tensor,
    numbers: SlotTiles,
    /// Where the values of each slot of `numbers` came from.
    origins: Vec<Origin>,
    /// By number of tile: its slot, or 0.
    slots: Vec<i64>,
    /// The same on the device.
    table: Tensor,
}

/// What a tile's values were copied from. It does not keep them alive.
#[derive(Debug)]
enum Origin {
    Unknown,
    Canvas(CanvasId),
    Tile(Weak<TileValues>),
}

/// Pixels as rows of a table of pixels.
#[derive(Debug)]
pub(super) struct Pixels {
    /// `[n, h, w]`, 0 where there is none.
    pub(super) rows: Tensor,
    /// Is there one?
    pub(super) there: Tensor,
}

impl DeviceCanvas {
    pub(super) fn empty(device: Device, grid: TileGrid) -> Self {
        let slots = vec![0_i64; grid.count()];
        Self {
            device,
            grid,
            tiles: Tensor::full([1, AREA, 3], f64::NAN, (Kind::Float, device)),
            numbers: Arc::default(),
            origins: Vec::new(),
            table: send(&Tensor::from_slice(&slots), device),
            slots,
        }
    }

    pub(super) fn grid(&self) -> TileGrid {
        self.grid
    }

    pub(super) fn slot_tiles(&self) -> SlotTiles {
        Arc::clone(&self.numbers)
    }

    /// Copies tiles to the device that are not there yet, or from other values. How many these were.
    pub(super) fn bring(&mut self, values: &Values<'_>, tiles: &TileSet) -> usize {
        let missing: Vec<usize> = tiles.numbers().filter(|tile| !self.is_current(*tile, values)).collect();
        if missing.is_empty() {
            return 0;
        }
        self.give_slots(&missing);
        let staged = tensor_written(&[missing.len() as i64, 3, AREA], |staged| {
            for (tile, staged) in missing.iter().zip(staged.chunks_exact_mut(3 * TILE * TILE)) {
                copy_tile(values, self.grid, *tile, staged);
            }
        });
        let slots: Vec<i64> = missing.iter().map(|tile| self.slots[*tile]).collect();
        for (tile, slot) in missing.iter().zip(&slots) {
            self.origins[*slot as usize - 1] = Origin::of(values, *tile);
        }
        let slots = send(&Tensor::from_slice(&slots), self.device);
        let staged = send(&staged, self.device).permute([0, 2, 1]);
        let _ = self.tiles.index_copy_(0, &slots, &staged);
        missing.len()
    }

    fn is_current(&self, tile: usize, values: &Values<'_>) -> bool {
        let Some(place) = (self.slots[tile] as usize).checked_sub(1) else { return false };
        match (&self.origins[place], values) {
            (Origin::Canvas(id), Values::Whole(canvas)) => id.is_of(canvas),
            (Origin::Tile(known), Values::Tiles(tiles)) => {
                tiles.tile(tile).is_some_and(|tile| std::ptr::eq(known.as_ptr(), Arc::as_ptr(tile)))
            }
            _ => false,
        }
    }

    /// Gives slots to tiles that have none.
    fn give_slots(&mut self, tiles: &[usize]) {
        let numbers = Arc::make_mut(&mut self.numbers);
        let before = numbers.len();
        for tile in tiles {
            if self.slots[*tile] == 0 {
                numbers.push(*tile);
                self.slots[*tile] = numbers.len() as i64;
            }
        }
        let needed = numbers.len() as i64 + 1;
        if numbers.len() == before {
            return;
        }
        self.origins.resize_with(numbers.len(), || Origin::Unknown);
        self.table = send(&Tensor::from_slice(&self.slots), self.device);
        let room = self.tiles.size()[0];
        if needed > room {
            // Twice as many, so that a growing number is not copied again and again.
            let more = needed.max(2 * room).min(self.grid.count() as i64 + 1) - room;
            let more = Tensor::zeros([more, AREA, 3], (Kind::Float, self.device));
            self.tiles = Tensor::cat(&[&self.tiles, &more], 0);
        }
    }

    /// Where pixels lie in [`all_pixels`](Self::all_pixels).
    pub(super) fn pixels(&self, places: &Places) -> Pixels {
        let side = TILE as i64;
        let Places { xs, ys, there } = places;
        let tile_of = |places: &Tensor| places.bitwise_right_shift_tensor_scalar(SIDE_BITS);
        let tile = tile_of(ys) * self.grid.columns() as i64 + tile_of(xs);
        let slot = self.table.take(&tile.where_scalarother(there, 0_i64).to_kind(Kind::Int64));
        let within = |places: &Tensor| places.bitwise_and(side - 1);
        let pixel = slot * AREA + (within(ys) * side + within(xs));
        Pixels { rows: pixel.where_scalarother(there, 0_i64), there: there.shallow_clone() }
    }

    /// All pixels, `[slots · TILE², 3]`.
    pub(super) fn all_pixels(&self) -> Tensor {
        self.tiles.view([-1, 3])
    }
}

impl Origin {
    fn of(values: &Values<'_>, tile: usize) -> Self {
        match values {
            Values::Plain(_) => Self::Unknown,
            Values::Whole(canvas) => Self::Canvas(canvas.id()),
            Values::Tiles(tiles) => {
                tiles.tile(tile).map_or(Self::Unknown, |tile| Self::Tile(Arc::downgrade(tile)))
            }
        }
    }
}

/// Copies a tile as `[3, TILE, TILE]`: zeros beyond the canvas's edge, NaN where the tile is not there.
fn copy_tile(values: &Values<'_>, grid: TileGrid, tile: usize, copy: &mut [f32]) {
    let Some(area) = grid.area(tile) else { return };
    let pixels = match *values {
        Values::Plain(pixels) => pixels,
        Values::Whole(canvas) => canvas.pixels(),
        Values::Tiles(tiles) => {
            match tiles.tile(tile) {
                Some(values) => copy.copy_from_slice(values),
                None => copy.fill(f32::NAN),
            }
            return;
        }
    };
    let TileArea { x, y, width, height } = area;
    if !area.is_whole() {
        copy.fill(0.0);
    }
    for channel in 0..3 {
        for row in 0..height {
            let from = (channel * grid.height() + y + row) * grid.width() + x;
            let to = (channel * TILE + row) * TILE;
            copy[to..to + width].copy_from_slice(&pixels[from..from + width]);
        }
    }
}

impl Pixels {
    /// These of a table `[pixels, 3]`, as `[n, 3, h, w]`; 0 where there is none.
    pub(super) fn of(&self, table: &Tensor) -> Tensor {
        let [n, h, w] = self.shape();
        let found = table.index_select(0, &self.rows.reshape([-1])).view([n, h, w, 3]);
        // In the order of rows: sums of windows depend on the order in memory.
        let found = found.permute([0, 3, 1, 2]).contiguous();
        found.where_scalarother(&self.there.unsqueeze(1), 0.0)
    }

    pub(super) fn shape(&self) -> [i64; 3] {
        let shape = self.rows.size();
        [shape[0], shape[1], shape[2]]
    }
}

//! What stands in for tensors: gradients that are ready at once, or after a sleep, and a canvas that learns nothing.
//!
//! All values are small multiples of a half, so their sums are exact in any order, and what comes back can be compared
//! with what was to come.

mod canvas;
mod compute;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use clipig_core::{GradientSum, TILE, TileError, TileGrid, TileValues};
use serde::Serialize;

pub(crate) use canvas::{Canvases, Gate};
pub(crate) use compute::Factory;

/// Side of a window in pixels, as most CLIP models see it.
const WINDOW: usize = 224;

/// Windows in a gradient of [`Shape::Windows`].
const WINDOWS: usize = 3;

/// The value of a dense gradient beyond its corner. No other patch has it.
const READY: f32 = 0.25;

/// Where a gradient is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shape {
    /// On the whole canvas.
    Dense,
    /// In three windows of 224 × 224 pixels.
    Windows,
    /// In as many such windows as a CPU's shard has samples.
    Crops,
}

/// What a shard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Work {
    /// Where its gradient is.
    pub(crate) shape: Shape,
    /// How long it takes.
    pub(crate) sleep: Duration,
}

impl Work {
    /// A gradient of that shape at once.
    pub(crate) fn at_once(shape: Shape) -> Self {
        Self { shape, sleep: Duration::ZERO }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = match self.shape {
            Shape::Dense => "dense",
            Shape::Windows => "windows",
            Shape::Crops => "crops",
        };
        write!(f, "{shape}:{}", self.sleep.as_millis())
    }
}

impl FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is no work; `dense:0` and `windows:100` are (milliseconds)");
        let (shape, milliseconds) = text.split_once(':').ok_or_else(refused)?;
        let shape = Shape::from_str(shape, false).map_err(|_| refused())?;
        let sleep = Duration::from_millis(milliseconds.parse().map_err(|_| refused())?);
        Ok(Self { shape, sleep })
    }
}

/// A rectangle of the canvas that has one value.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Patch {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    value: f32,
}

/// The rectangles that make a shard's gradient on a square canvas.
fn patches(shape: Shape, side: usize, shard: u32) -> Vec<Patch> {
    let value = 0.5 + (shard % 4) as f32 * 0.5;
    match shape {
        // A corner tells the shards apart; the rest is the same in all, so that it lies ready.
        Shape::Dense => {
            let corner = TILE.min(side);
            let whole = Patch { x: 0, y: 0, width: side, height: side, value: READY };
            vec![whole, Patch { x: 0, y: 0, width: corner, height: corner, value }]
        }
        Shape::Windows | Shape::Crops => {
            let count = if shape == Shape::Windows { WINDOWS } else { clipig_schedule::CPU_SHARD as usize };
            let mut places = fastrand::Rng::with_seed(u64::from(shard));
            let size = WINDOW.min(side);
            let mut place = || places.usize(0..=side - size);
            (0..count).map(|_| Patch { x: place(), y: place(), width: size, height: size, value }).collect()
        }
    }
}

/// A shard's gradient.
pub(crate) fn gradient(shape: Shape, side: usize, shard: u32) -> Result<GradientSum, TileError> {
    let empty = GradientSum::new(side, side);
    patches(shape, side, shard).iter().try_fold(empty, |sum, patch| {
        let one = filled(side, patch)?;
        Ok(if sum.tile_count() == 0 { one } else { sum.merge(one) })
    })
}

fn filled(side: usize, patch: &Patch) -> Result<GradientSum, TileError> {
    let mut sum = GradientSum::new(side, side);
    let grid = TileGrid::new(side, side);
    for number in 0..grid.count() {
        let area = grid.area(number).ok_or(TileError::Outside)?;
        let columns = patch.x.max(area.x)..(patch.x + patch.width).min(area.x + area.width);
        let rows = patch.y.max(area.y)..(patch.y + patch.height).min(area.y + area.height);
        if columns.is_empty() || rows.is_empty() {
            continue;
        }
        if columns.len() == area.width && rows.len() == area.height {
            sum.insert_tile(number, TileValues::written(area.values(), |values| fill(values, patch.value)))?;
            continue;
        }
        let mut tile = TileValues::zeros(area.values());
        for channel in 0..3 {
            for row in rows.clone() {
                let line = (channel * area.height + row - area.y) * area.width;
                tile[line + columns.start - area.x..line + columns.end - area.x].fill(patch.value);
            }
        }
        sum.insert_tile(number, tile)?;
    }
    Ok(sum)
}

/// Fills a whole tile; one that comes back from the last epoch is ready. Tiles of dense gradients that hold anything else
/// hold it from their first value on, or zeros at their end.
fn fill(values: &mut [f32], value: f32) {
    if value != READY || values.first() != Some(&value) || values.last() != Some(&value) {
        values.fill(value);
    }
}

/// The sum of all shards' gradients, `[3, side, side]`, by its definition.
fn sum_of_all(shape: Shape, side: usize, shards: u32) -> Vec<f32> {
    let mut sum = vec![0.0; 3 * side * side];
    for patch in (0..shards).flat_map(|shard| patches(shape, side, shard)) {
        for line in
            (0..3).flat_map(|channel| (patch.y..patch.y + patch.height).map(move |y| channel * side + y))
        {
            let from = line * side + patch.x;
            sum[from..from + patch.width].iter_mut().for_each(|value| *value += patch.value);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_what_they_should_be() {
        for (shape, side) in
            [(Shape::Dense, 70), (Shape::Windows, 300), (Shape::Windows, 1000), (Shape::Crops, 1000)]
        {
            let shards = 5;
            let parts = (0..shards).map(|shard| gradient(shape, side, shard).unwrap());
            let sum = parts.reduce(GradientSum::merge).unwrap();
            assert_eq!(sum.to_dense(), sum_of_all(shape, side, shards), "{shape:?} {side}");
        }
        let tiles = gradient(Shape::Windows, 4096, 1).unwrap().tile_count();
        assert!((16..=3 * 25).contains(&tiles), "{tiles}");
        assert_eq!(gradient(Shape::Dense, 70, 0).unwrap().tile_count(), 4);
    }

    #[test]
    fn work_is_read_as_it_is_written() {
        let work = Work { shape: Shape::Windows, sleep: Duration::from_millis(100) };
        assert_eq!((work.to_string().as_str(), "windows:100".parse()), ("windows:100", Ok(work)));
        assert!("windows".parse::<Work>().is_err() && "round:1".parse::<Work>().is_err());
    }
}

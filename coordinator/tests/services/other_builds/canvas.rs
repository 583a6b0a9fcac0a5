//! What the canvas of a job must be at each moment, where one worker computes all of it.

use std::collections::BTreeSet;

use clipig_frozen::v2026_11_30::{JobRevision, Resolution};

use super::SAMPLES;

/// The number of a preparation, where epochs have theirs.
pub(super) const PREPARATION: u32 = u32::MAX;

/// Pixels of a side of a tile.
const TILE: usize = 64;

/// The picture that a sample wants: the value at a place of the canvas.
fn wanted(place: usize) -> f32 {
    (place % 8) as f32 / 8.0
}

/// A canvas as the worker can foretell it from what it has returned.
pub(super) struct ForetoldCanvas {
    pub(super) revision: JobRevision,
    /// The epoch, or [`PREPARATION`].
    pub(super) epoch: u32,
    pub(super) size: Resolution,
    /// `[3, height, width]`.
    values: Vec<f32>,
    /// In how many samples of this epoch each value has counted.
    counted: Vec<u32>,
    learnrate: f64,
    /// Tiles of this epoch that have come.
    tiles: BTreeSet<u32>,
    /// Values of a whole canvas that have come.
    received: usize,
}

impl ForetoldCanvas {
    /// The first canvas of the stand-in: all gray.
    pub(super) fn first(revision: JobRevision, epoch: u32, size: Resolution) -> Self {
        let length = 3 * size.width as usize * size.height as usize;
        Self {
            revision,
            epoch,
            size,
            values: vec![0.5; length],
            counted: vec![0; length],
            learnrate: 0.0,
            tiles: BTreeSet::new(),
            received: 0,
        }
    }

    /// Another epoch begins. The one before has made a step.
    pub(super) fn turn(&mut self, epoch: u32) {
        if self.epoch != PREPARATION {
            assert_eq!(epoch, self.epoch + 1, "one worker sees every epoch");
            self.step();
        }
        self.epoch = epoch;
        self.tiles.clear();
    }

    /// A whole canvas begins to come.
    pub(super) fn expect_pixels(&mut self) {
        self.received = 0;
    }

    /// The stand-in's step, with the gradient that was returned.
    fn step(&mut self) {
        for (place, value) in self.values.iter_mut().enumerate() {
            let slope = self.counted[place] as f32 * (*value - wanted(place));
            *value = *value * 1.001 - self.learnrate as f32 * slope;
        }
        self.counted.fill(0);
    }

    /// The next values of a whole canvas have come.
    pub(super) fn check_pixels(&mut self, bytes: &[u8]) {
        let end = self.received + bytes.len() / 4;
        assert!(values(bytes).eq(self.values[self.received..end].iter().copied()), "epoch {}", self.epoch);
        self.received = end;
        if end == self.values.len() {
            let tiles = self.size.width.div_ceil(TILE as u32) * self.size.height.div_ceil(TILE as u32);
            self.tiles = (0..tiles).collect();
        }
    }

    /// A tile has come.
    pub(super) fn check_tile(&mut self, number: u32, bytes: &[u8]) {
        let expected = self.places(number).into_iter().map(|place| self.values[place]);
        assert!(values(bytes).eq(expected), "tile {number} of epoch {}", self.epoch);
        self.tiles.insert(number);
    }

    /// The gradient of so many samples, as tiles: half the squared distance from what is wanted, of each. `learnrate`
    /// is that of the step which follows.
    pub(super) fn gradient(&mut self, samples: u32, learnrate: f64) -> Vec<(u32, Vec<u8>)> {
        assert!(samples <= SAMPLES && !self.tiles.is_empty());
        self.learnrate = learnrate;
        let mut tiles = Vec::new();
        for number in self.tiles.clone() {
            let mut bytes = Vec::new();
            for place in self.places(number) {
                self.counted[place] += samples;
                // Shards have 8, 8 and 4 samples: all sums but the last are exact, so their order does not matter.
                let slope = samples as f32 * (self.values[place] - wanted(place));
                bytes.extend(slope.to_le_bytes());
            }
            tiles.push((number, bytes));
        }
        tiles
    }

    /// The canvas after the last epoch.
    pub(super) fn finished(mut self) -> Vec<f32> {
        self.step();
        self.values
    }

    /// Where the values of a tile are on the canvas, in the order in which they travel.
    fn places(&self, number: u32) -> Vec<usize> {
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        let columns = width.div_ceil(TILE);
        let (left, top) = (number as usize % columns * TILE, number as usize / columns * TILE);
        let (right, bottom) = ((left + TILE).min(width), (top + TILE).min(height));
        let mut places = Vec::new();
        for channel in 0..3 {
            for y in top..bottom {
                places.extend((left..right).map(|x| (channel * height + y) * width + x));
            }
        }
        places
    }
}

fn values(bytes: &[u8]) -> impl Iterator<Item = f32> {
    assert!(bytes.len().is_multiple_of(4), "whole values");
    bytes.chunks_exact(4).map(|value| f32::from_le_bytes(value.try_into().unwrap()))
}

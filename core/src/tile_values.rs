//! The values of tiles, in memory that is used again.
//!
//! Workers make a gradient per node and the coordinator takes one per node, each of up to thousands of tiles. An
//! allocator gives that much memory back to the system, and the system clears it page by page before it hands it out
//! again. That takes several times as long as writing the tile. So whole tiles that are dropped wait here to be reused.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::tile::TILE;

/// Values under a whole tile.
const WHOLE: usize = 3 * TILE * TILE;

/// Tiles that may wait: 1 GiB of them.
const MOST: usize = (1 << 30) / (WHOLE * size_of::<f32>());

/// After this many tiles were dropped, those that nobody has needed meanwhile are freed.
const PERIOD: usize = 8 * MOST;

/// The values of a tile, `[3, height, width]` of its area.
#[derive(PartialEq)]
pub struct TileValues(Box<[f32]>);

impl TileValues {
    /// This many values, written by `write`. It finds old values in the memory and must overwrite all of them.
    pub fn written(length: usize, write: impl FnOnce(&mut [f32])) -> Self {
        let spare = if length == WHOLE { spare().take() } else { None };
        let mut values = Self(spare.unwrap_or_else(|| vec![0.0; length].into_boxed_slice()));
        write(&mut values);
        values
    }

    /// This many zeros.
    pub fn zeros(length: usize) -> Self {
        Self::written(length, |values| values.fill(0.0))
    }
}

impl Drop for TileValues {
    fn drop(&mut self) {
        if self.0.len() == WHOLE {
            let superfluous = spare().put(std::mem::take(&mut self.0));
            // Freed without the lock.
            drop(superfluous);
        }
    }
}

impl Clone for TileValues {
    fn clone(&self) -> Self {
        Self::written(self.len(), |values| values.copy_from_slice(self))
    }
}

impl Deref for TileValues {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for TileValues {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}

impl From<Box<[f32]>> for TileValues {
    fn from(values: Box<[f32]>) -> Self {
        Self(values)
    }
}

impl From<Vec<f32>> for TileValues {
    fn from(values: Vec<f32>) -> Self {
        Self(values.into_boxed_slice())
    }
}

impl fmt::Debug for TileValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whole tiles that wait to be used again.
struct Spare {
    tiles: Vec<Box<[f32]>>,
    /// The fewest that waited since the last look.
    fewest: usize,
    /// Tiles dropped since then.
    put: usize,
}

static SPARE: Mutex<Spare> = Mutex::new(Spare { tiles: Vec::new(), fewest: 0, put: 0 });

fn spare() -> MutexGuard<'static, Spare> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Spare {
    fn take(&mut self) -> Option<Box<[f32]>> {
        let tile = self.tiles.pop();
        self.fewest = self.fewest.min(self.tiles.len());
        tile
    }

    /// Keeps a tile. What is to be freed in its place.
    fn put(&mut self, tile: Box<[f32]>) -> Vec<Box<[f32]>> {
        if self.tiles.len() >= MOST {
            return vec![tile];
        }
        self.tiles.push(tile);
        self.put += 1;
        if self.put < PERIOD {
            return Vec::new();
        }
        self.put = 0;
        let unused = self.tiles.split_off(self.tiles.len() - self.fewest);
        self.fewest = self.tiles.len();
        unused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(value: f32) -> Box<[f32]> {
        vec![value; WHOLE].into_boxed_slice()
    }

    #[test]
    fn memory_is_used_again_and_holds_nothing_of_before() {
        let mut first = TileValues::zeros(WHOLE);
        first.fill(7.0);
        drop(first);
        assert!(TileValues::zeros(WHOLE).iter().all(|value| *value == 0.0));
        let odd = TileValues::zeros(12);
        assert_eq!((odd.len(), odd.clone()), (12, odd));
    }

    #[test]
    fn what_is_not_needed_is_freed() {
        let mut spare = Spare { tiles: Vec::new(), fewest: 0, put: 0 };
        for value in 0..10 {
            assert!(spare.put(tile(value as f32)).is_empty());
        }
        let use_three = |spare: &mut Spare| {
            let taken: Vec<_> = (0..3).filter_map(|_| spare.take()).collect();
            taken.into_iter().map(|tile| spare.put(tile).len()).sum::<usize>()
        };
        spare.put = PERIOD - 3;
        assert_eq!(use_three(&mut spare), 0, "all have come in this period");
        spare.put = PERIOD - 6;
        assert_eq!((use_three(&mut spare), use_three(&mut spare)), (0, 7), "seven never moved");
        assert_eq!(use_three(&mut spare) + spare.tiles.len(), 3);
    }
}

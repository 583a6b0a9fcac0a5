//! Some of a canvas's tiles.

use std::ops::RangeInclusive;

use crate::tile::{TILE, TileGrid};

/// Where more than this share of a canvas's tiles would travel, all of it does: it travels as it lies in memory, while tiles
/// are cut out of it.
pub const WHOLE_SHARE: f64 = 0.6;

/// Bits of a word.
const WORD: usize = u64::BITS as usize;

/// A set of tiles of one canvas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TileSet {
    grid: TileGrid,
    /// A bit for each tile.
    words: Vec<u64>,
}

impl TileSet {
    /// No tiles.
    pub fn none(grid: TileGrid) -> Self {
        Self { grid, words: vec![0; grid.count().div_ceil(WORD)] }
    }

    /// All tiles.
    pub fn all(grid: TileGrid) -> Self {
        let mut words = vec![u64::MAX; grid.count().div_ceil(WORD)];
        if let Some(last) = words.last_mut()
            && !grid.count().is_multiple_of(WORD)
        {
            *last = (1 << (grid.count() % WORD)) - 1;
        }
        Self { grid, words }
    }

    /// The tiles of which these are some.
    pub fn grid(&self) -> TileGrid {
        self.grid
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Are these more than `share` of all tiles?
    pub fn exceeds(&self, share: f64) -> bool {
        self.len() as f64 > share * self.grid.count() as f64
    }

    /// Is this tile among them?
    pub fn contains(&self, number: usize) -> bool {
        self.words.get(number / WORD).is_some_and(|word| word >> (number % WORD) & 1 == 1)
    }

    /// Adds a tile.
    ///
    /// # Panics
    /// When the canvas has no such tile: a fault of the caller.
    pub fn insert(&mut self, number: usize) {
        assert!(number < self.grid.count(), "tile {number} of {}", self.grid.count());
        self.words[number / WORD] |= 1 << (number % WORD);
    }

    /// Takes a tile out.
    pub fn remove(&mut self, number: usize) {
        if let Some(word) = self.words.get_mut(number / WORD) {
            *word &= !(1 << (number % WORD));
        }
    }

    /// Adds the tiles under these columns and rows of pixels.
    ///
    /// # Panics
    /// When they lie outside of the canvas: a fault of the caller.
    pub fn insert_pixels(&mut self, columns: RangeInclusive<usize>, rows: RangeInclusive<usize>) {
        let tiles_per_row = self.grid.columns();
        for row in rows.start() / TILE..=rows.end() / TILE {
            for column in columns.start() / TILE..=columns.end() / TILE {
                assert!(column < tiles_per_row, "pixel outside of the canvas");
                self.insert(row * tiles_per_row + column);
            }
        }
    }

    /// Adds others of the same canvas.
    ///
    /// # Panics
    /// When they are another canvas's: a fault of the caller.
    pub fn add(&mut self, others: &Self) {
        assert_eq!(self.grid, others.grid, "tiles of different canvases");
        self.words.iter_mut().zip(&others.words).for_each(|(word, other)| *word |= other);
    }

    /// Those that are not among others of the same canvas.
    ///
    /// # Panics
    /// When they are another canvas's: a fault of the caller.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        assert_eq!(self.grid, others.grid, "tiles of different canvases");
        let words = self.words.iter().zip(&others.words).map(|(word, other)| word & !other);
        Self { grid: self.grid, words: words.collect() }
    }

    /// Their numbers, in order.
    pub fn numbers(&self) -> impl Iterator<Item = usize> + use<'_> {
        self.words.iter().enumerate().flat_map(|(place, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                // The lowest bit goes.
                left &= left.checked_sub(1)?;
                Some(place * WORD + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn sets_of_tiles_are_sets(
            width in 1_usize..1_000, height in 1_usize..1_000,
            a in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
            b in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        ) {
            let grid = TileGrid::new(width, height);
            let numbers = |picks: &[prop::sample::Index]| -> BTreeSet<usize> {
                picks.iter().map(|pick| pick.index(grid.count())).collect()
            };
            let set = |numbers: &BTreeSet<usize>| {
                let mut set = TileSet::none(grid);
                for &number in numbers {
                    set.insert(number);
                }
                set
            };
            let (a, b) = (numbers(&a), numbers(&b));
            let (mut sum, both) = (set(&a), set(&b));
            prop_assert_eq!(sum.numbers().collect::<BTreeSet<_>>(), a.clone());
            prop_assert_eq!(sum.len(), a.len());
            prop_assert_eq!(sum.is_empty(), a.is_empty());
            prop_assert!((0..grid.count()).all(|number| sum.contains(number) == a.contains(&number)));
            prop_assert!(!sum.contains(grid.count()));
            prop_assert_eq!(sum.without(&both), set(&a.difference(&b).copied().collect()));
            sum.add(&both);
            prop_assert_eq!(&sum, &set(&a.union(&b).copied().collect()));
            for number in &b {
                sum.remove(*number);
            }
            prop_assert_eq!(sum, set(&a.difference(&b).copied().collect()));
            let all = TileSet::all(grid);
            prop_assert_eq!(all.len(), grid.count());
            prop_assert!(all.exceeds(0.99) && !all.exceeds(1.0));
            prop_assert!(set(&a).without(&all).is_empty());
        }
    }

    #[test]
    fn pixels_lie_in_their_tiles() {
        let mut set = TileSet::none(TileGrid::new(300, 200));
        set.insert_pixels(63..=64, 70..=71);
        set.insert_pixels(299..=299, 199..=199);
        assert_eq!(set.numbers().collect::<Vec<_>>(), [5, 6, 19]);
    }
}

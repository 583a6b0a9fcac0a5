//! The way of a run's pixels through its maps, row by row.
//!
//! A *level* is an image between two maps: level 0 is the run's output, the last level its input. Up to the
//! first rotation, columns and rows are independent, so two short tables say where every pixel comes from. From
//! there on each row of the output has its own lists of places, which are overwritten by the next row's: no list
//! is longer than a row.

use std::ops::Range;

use crate::axis::{Axis, NOWHERE};
use crate::map::{PixelMap, Way};
use crate::places::{RowPlaces, Ys};
use crate::region::Region;
use crate::turn::Turn;

/// The maps of a run, composed.
#[derive(Debug)]
pub struct Route {
    output: Region,
    /// Levels before the first rotation; there is at least one.
    straight: Vec<Straight>,
    /// What leads to the levels after them.
    hops: Vec<Hop>,
    maps: usize,
}

/// A level in which columns and rows are independent, both counted in the output.
#[derive(Clone, Debug)]
struct Straight {
    columns: Vec<i32>,
    rows: Vec<i32>,
    /// Columns that are nowhere from this level on.
    lost: Vec<Range<usize>>,
}

/// Which pixels of a row come from nowhere from some level on.
#[derive(Clone, Copy)]
pub enum Losses<'a> {
    /// These columns of the output.
    Columns(&'a [Range<usize>]),
    /// Those that are somewhere before and nowhere after.
    Each {
        /// Columns on the level before.
        before: &'a [i32],
        /// Columns on the level.
        after: &'a [i32],
    },
}

/// From one level to the next: a rotation, or none, then maps of columns and rows.
#[derive(Debug)]
struct Hop {
    turn: Option<Turn>,
    grids: Vec<[Axis; 2]>,
}

/// Memory for the places of one row.
#[derive(Debug, Default)]
pub struct RowMemory {
    nowhere: Vec<i32>,
    /// Columns and rows of each level that a hop leads to.
    bent: Vec<[Vec<i32>; 2]>,
}

impl Route {
    /// The route without maps from an output.
    pub fn new(output: Region) -> Self {
        let places = |from: i64, count: i64| (from..from + count).map(|place| place as i32).collect();
        let level = Straight {
            columns: places(output.x, output.width),
            rows: places(output.y, output.height),
            lost: Vec::new(),
        };
        Self { output, straight: vec![level], hops: Vec::new(), maps: 0 }
    }

    /// Goes on through one more map, away from the output. `keep` says that somebody wants to know the places in
    /// the map's output.
    ///
    /// Returns whether pixels of the map's output may come from nowhere; the last level is then a new one.
    pub fn push(&mut self, map: &PixelMap, keep: bool) -> bool {
        self.maps += 1;
        match map.way {
            Way::Turn(turn) => {
                self.hops.push(Hop { turn: Some(turn), grids: Vec::new() });
                true
            }
            Way::Grid(axes) if self.hops.is_empty() => self.push_straight(axes, keep),
            Way::Grid(axes) => {
                let loses = axes.iter().any(Axis::can_lose);
                match self.hops.last_mut() {
                    Some(last) if !loses && !keep => last.grids.push(axes),
                    _ => self.hops.push(Hop { turn: None, grids: vec![axes] }),
                }
                loses
            }
        }
    }

    fn push_straight(&mut self, [columns, rows]: [Axis; 2], keep: bool) -> bool {
        let last = self.straight.len() - 1;
        let level = &mut self.straight[last];
        let mut next = level.clone();
        columns.follow(&mut next.columns);
        rows.follow(&mut next.rows);
        let lost = ranges_lost(&level.columns, &next.columns);
        let loses = !lost.is_empty() || !ranges_lost(&level.rows, &next.rows).is_empty();
        if loses || keep {
            self.straight.push(Straight { lost, ..next });
        } else {
            // The same pixels are nowhere as before.
            *level = next;
        }
        loses
    }

    /// The number of the level that the maps so far lead to.
    pub fn last_level(&self) -> usize {
        self.straight.len() + self.hops.len() - 1
    }

    /// Are there no maps at all?
    pub fn is_empty(&self) -> bool {
        self.maps == 0
    }

    /// Where the columns of the last level come from, and its rows, if they are independent.
    pub fn tables(&self) -> Option<[&[i32]; 2]> {
        let last = self.straight.last()?;
        self.hops.is_empty().then_some([&last.columns, &last.rows])
    }

    /// The smallest region around all places of the last level; `None` where all are nowhere.
    pub fn bounds(&self) -> Option<Region> {
        let mut bounds = Bounds::default();
        if let Some([columns, rows]) = self.tables() {
            bounds.add(columns, columns);
            let mut across = Bounds::default();
            across.add(rows, rows);
            return bounds.crossed(&across).region();
        }
        let mut memory = RowMemory::default();
        for row in 0..self.straight[0].rows.len() {
            self.follow(row, &mut memory);
            if let RowPlaces { xs, ys: Ys::Each(ys) } = self.row(self.last_level(), row, &memory) {
                bounds.add(xs, ys);
            }
        }
        bounds.region()
    }

    /// Finds the places of a row of the output in all levels.
    pub fn follow(&self, row: usize, memory: &mut RowMemory) {
        let width = self.straight[0].columns.len();
        if memory.nowhere.len() != width || memory.bent.len() < self.hops.len() {
            memory.nowhere = vec![NOWHERE; width];
            memory.bent = vec![[vec![0; width], vec![0; width]]; self.hops.len()];
        }
        for (i, hop) in self.hops.iter().enumerate() {
            let (before, rest) = memory.bent.split_at_mut(i);
            let from = match before.last() {
                Some([xs, ys]) => RowPlaces { xs, ys: Ys::Each(ys) },
                None => self.straight_row(self.straight.len() - 1, row, &memory.nowhere),
            };
            let [xs, ys] = &mut rest[0];
            hop.follow(from, [xs, ys]);
        }
    }

    /// The places of the row that was followed last.
    pub fn row<'a>(&'a self, level: usize, row: usize, memory: &'a RowMemory) -> RowPlaces<'a> {
        match level.checked_sub(self.straight.len()) {
            None => self.straight_row(level, row, &memory.nowhere),
            Some(hop) => {
                let [xs, ys] = &memory.bent[hop];
                RowPlaces { xs, ys: Ys::Each(ys) }
            }
        }
    }

    /// The pixels of the row that was followed last that come from nowhere from a level on.
    pub fn losses<'a>(&'a self, level: usize, row: usize, memory: &'a RowMemory) -> Losses<'a> {
        if level < self.straight.len() {
            let [before, after] = [level - 1, level].map(|level| self.straight[level].rows[row]);
            if before == NOWHERE {
                return Losses::Columns(&[]);
            }
            if after != NOWHERE {
                return Losses::Columns(&self.straight[level].lost);
            }
        }
        let [before, after] = [level - 1, level].map(|level| self.row(level, row, memory).xs);
        Losses::Each { before, after }
    }

    /// Does every pixel come from its own place or from nowhere?
    pub fn stays(&self) -> bool {
        let stays = |places: &[i32], from: i64| {
            places.iter().zip(from as i32..).all(|(place, own)| *place == NOWHERE || *place == own)
        };
        self.tables()
            .is_some_and(|[columns, rows]| stays(columns, self.output.x) && stays(rows, self.output.y))
    }

    fn straight_row<'a>(&'a self, level: usize, row: usize, nowhere: &'a [i32]) -> RowPlaces<'a> {
        let Straight { columns, rows, .. } = &self.straight[level];
        match rows[row] {
            NOWHERE => RowPlaces { xs: nowhere, ys: Ys::All(0) },
            y => RowPlaces { xs: columns, ys: Ys::All(y) },
        }
    }
}

impl Hop {
    fn follow(&self, from: RowPlaces<'_>, [xs, ys]: [&mut [i32]; 2]) {
        if let Some(turn) = &self.turn {
            turn.follow(from, [xs, ys]);
        } else {
            xs.copy_from_slice(from.xs);
            match from.ys {
                Ys::All(y) => ys.fill(y),
                Ys::Each(from) => ys.copy_from_slice(from),
            }
        }
        let mut loses = false;
        for [columns, rows] in &self.grids {
            columns.follow(xs);
            rows.follow(ys);
            loses |= rows.can_lose();
        }
        if loses {
            // One coordinate that is nowhere is enough, and the column says so for both.
            for (x, y) in xs.iter_mut().zip(ys) {
                *x = if *y == NOWHERE { NOWHERE } else { *x };
            }
        }
    }
}

/// Where places became nowhere.
fn ranges_lost(before: &[i32], after: &[i32]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (i, (before, after)) in before.iter().zip(after).enumerate() {
        if *after == NOWHERE && *before != NOWHERE {
            match ranges.last_mut() {
                Some(last) if last.end == i => last.end += 1,
                _ => ranges.push(i..i + 1),
            }
        }
    }
    ranges
}

/// The extremes of places.
#[derive(Default)]
struct Bounds {
    /// Left, top, right, bottom.
    found: Option<[i32; 4]>,
}

impl Bounds {
    fn add(&mut self, xs: &[i32], ys: &[i32]) {
        for (&x, &y) in xs.iter().zip(ys) {
            if x != NOWHERE {
                let [left, top, right, bottom] = self.found.unwrap_or([x, y, x, y]);
                self.found = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
            }
        }
    }

    /// Columns of one, rows of the other.
    fn crossed(&self, rows: &Self) -> Self {
        let both = self.found.zip(rows.found);
        Self { found: both.map(|([left, _, right, _], [_, top, _, bottom])| [left, top, right, bottom]) }
    }

    fn region(&self) -> Option<Region> {
        let [left, top, right, bottom] = self.found?.map(i64::from);
        Some(Region { x: left, y: top, width: right - left + 1, height: bottom - top + 1 })
    }
}

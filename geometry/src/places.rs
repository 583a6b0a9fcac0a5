//! The places of a row of pixels.

use crate::axis::NOWHERE;

/// The places of one row of the output in the image of some level.
#[derive(Clone, Copy)]
pub struct RowPlaces<'a> {
    /// Columns, or [`NOWHERE`].
    pub xs: &'a [i32],
    /// Rows. Without meaning where the column is nowhere.
    pub ys: Ys<'a>,
}

impl RowPlaces<'_> {
    /// Columns and rows of all pixels that are somewhere.
    pub fn pixels(&self) -> impl Iterator<Item = [usize; 2]> {
        let there = self.xs.iter().enumerate().filter(|(_, x)| **x != NOWHERE);
        there.map(|(i, x)| {
            let y = match self.ys {
                Ys::All(y) => y,
                Ys::Each(ys) => ys[i],
            };
            [*x as usize, y as usize]
        })
    }
}

/// The rows of places.
#[derive(Clone, Copy)]
pub enum Ys<'a> {
    /// The same for all.
    All(i32),
    /// One for each.
    Each(&'a [i32]),
}

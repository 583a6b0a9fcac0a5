//! The places of a row of pixels.

/// The places of one row of the output in the image of some level.
#[derive(Clone, Copy)]
pub struct RowPlaces<'a> {
    /// Columns, or [`NOWHERE`](crate::axis::NOWHERE).
    pub xs: &'a [i32],
    /// Rows. Without meaning where the column is nowhere.
    pub ys: Ys<'a>,
}

/// The rows of places.
#[derive(Clone, Copy)]
pub enum Ys<'a> {
    /// The same for all.
    All(i32),
    /// One for each.
    Each(&'a [i32]),
}

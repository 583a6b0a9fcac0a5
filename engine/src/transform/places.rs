//! The places of a row of pixels.

/// The places of one row of the output in the image of some level.
#[derive(Clone, Copy)]
pub(super) struct RowPlaces<'a> {
    /// Columns, or [`NOWHERE`](super::axis::NOWHERE).
    pub(super) xs: &'a [i32],
    /// Rows. Without meaning where the column is nowhere.
    pub(super) ys: Ys<'a>,
}

/// The rows of places.
#[derive(Clone, Copy)]
pub(super) enum Ys<'a> {
    /// The same for all.
    All(i32),
    /// One for each.
    Each(&'a [i32]),
}

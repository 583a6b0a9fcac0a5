//! What can be wrong with a peer's message.

use clipig_core::{Fence, JobRevision, Stage, TileError};

/// A message that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what a field is")]
pub enum WireError {
    /// None of the kinds of messages.
    #[error("a message is empty or of a kind that this version does not know")]
    Unknown,
    /// A field does not hold what it must.
    #[error("the field `{field}` {problem}")]
    Field {
        field: &'static str,
        /// What is wrong with it.
        problem: FieldProblem,
    },
    /// A gradient cannot be put together.
    #[error("the gradient under lease {fence} {problem}")]
    Gradient {
        fence: Fence,
        /// What is wrong with it.
        problem: TransferProblem,
    },
    /// A canvas cannot be put together.
    #[error("the canvas of job {revision}, {stage} {problem}")]
    Canvas {
        revision: JobRevision,
        /// The stage that it is sent for.
        stage: Stage,
        /// What is wrong with it.
        problem: TransferProblem,
    },
    /// A long message cannot be put together.
    #[error("a message in fragments {0}")]
    Fragment(FragmentProblem),
}

/// What can be wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what a field is")]
pub enum FieldProblem {
    /// It must be set.
    #[error("is missing")]
    Missing,
    /// A text or list is too long.
    #[error("is longer than {0}")]
    TooLong(usize),
    /// A list or content has another length than the rest of the message says.
    #[error("has a length of {found}, not {expected}")]
    Length {
        /// As it must be.
        expected: usize,
        found: usize,
    },
    /// A number is out of its range.
    #[error("is {found}, not {least} to {most}")]
    Range {
        /// The least allowed.
        least: u64,
        /// The greatest allowed.
        most: u64,
        found: u64,
    },
    /// A number is NaN or infinite.
    #[error("is not finite")]
    NotFinite,
    /// An enum has a value that this version does not know, or none.
    #[error("has the unknown value {0}")]
    UnknownValue(i32),
    /// Something is named twice.
    #[error("names {0} twice")]
    Twice(String),
    /// It contradicts its type's rules, which say how.
    #[error("is not usable: {0}")]
    Invalid(String),
}

/// What can be wrong with a transfer of a canvas or a gradient.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what a field is")]
pub enum TransferProblem {
    /// Its header came already.
    #[error("is under way already")]
    Opened,
    /// Bulk came without a header before.
    #[error("was not opened, but pixels of it came")]
    NotOpened,
    /// Too many are under way.
    #[error("is one too many under way; {0} may be")]
    TooMany(usize),
    /// It belongs to a canvas of another size.
    #[error("is for {found} pixels, not {expected}")]
    Size {
        /// Width × height as it must be.
        expected: String,
        /// Width × height as it is.
        found: String,
    },
    /// More tiles are announced than the canvas has.
    #[error("has {found} tiles, but the canvas has {canvas}")]
    Count {
        /// Tiles of the canvas.
        canvas: usize,
        found: usize,
    },
    /// More tiles came than were announced, or numbers without pixels.
    #[error("has a message of {pixels} tiles with {numbers} numbers; {left} tiles are left")]
    Message {
        numbers: usize,
        pixels: usize,
        /// Tiles still to come.
        left: usize,
    },
    /// Pixels beyond the canvas, none, or parts of values.
    #[error("has a message of {found} bytes of pixels; they must be whole values, and {left} bytes are left")]
    Pixels {
        /// Bytes still to come.
        left: usize,
        found: usize,
    },
    /// A pixel of a canvas is NaN or infinite.
    #[error("is not finite (NaN or infinite) at x {x}, y {y}")]
    PixelNotFinite { x: usize, y: usize },
    /// A message is larger than receivers take.
    #[error("has a message of {found} bytes of pixels; {limit} are allowed")]
    TooLarge {
        /// Bytes allowed.
        limit: usize,
        found: usize,
    },
    /// A tile does not fit.
    #[error("has a bad tile {number}: it {error}")]
    Tile {
        number: usize,
        /// What is wrong with it.
        error: TileError,
    },
    /// A tile holds a number that is NaN or infinite.
    #[error("is not finite (NaN or infinite) in tile {number}")]
    NotFinite {
        /// The tile's number: the first in the order of arrival.
        number: usize,
    },
    /// The reports do not fit the lease.
    #[error("comes with reports of {found}, not {expected}")]
    Reports {
        /// As they must be.
        expected: String,
        found: String,
    },
}

/// What can be wrong with a long message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what a field is")]
pub enum FragmentProblem {
    /// It would be longer than allowed, or is empty.
    #[error("has {found} bytes, not 1 to {limit}")]
    Total {
        /// Greatest length.
        limit: usize,
        found: usize,
    },
    /// A piece is empty, too long, or goes beyond the message.
    #[error("has a piece of {found} bytes, not 1 to {limit}")]
    Piece {
        /// Greatest length.
        limit: usize,
        /// Length of the piece.
        found: usize,
    },
    /// A piece of another message came in between.
    #[error("changes its length from {before} to {after} bytes")]
    Mixed {
        /// Length announced by the first piece.
        before: usize,
        after: usize,
    },
    /// It holds fragments, tiles or pixels, which may not be fragmented.
    #[error("holds fragments, tiles or pixels")]
    Nested,
    /// Its bytes are no message.
    #[error("cannot be decoded: {0}")]
    Decode(String),
}

impl WireError {
    /// The lease that the message was about, where it concerns nothing but one. Then the session can go on: the
    /// lease has failed, whatever else comes of its gradient is passed over.
    pub fn fence(&self) -> Option<Fence> {
        match self {
            Self::Gradient { fence, problem: TransferProblem::NotFinite { .. } } => Some(*fence),
            _ => None,
        }
    }
}

/// For `ok_or_else` and the like: an error of one field.
pub(crate) fn field(field: &'static str, problem: FieldProblem) -> WireError {
    WireError::Field { field, problem }
}

//! What can be wrong with a checkpoint.

use std::io;

use clipig_core::{Epoch, JobRevision};

use crate::store::binary::Malformed;

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointFault {
    /// The file is something else.
    #[error("it is not a checkpoint of clipig")]
    NotOne,
    /// A newer clipig wrote it.
    #[error("it has version {found}, but this clipig knows versions up to {known}")]
    Version {
        /// Its version.
        found: u32,
        /// The newest version that this program reads.
        known: u32,
    },
    /// The file is shorter or longer than its head says.
    #[error("its end is missing")]
    Torn,
    /// Bytes are not what was written.
    #[error("its bytes were damaged")]
    Damaged,
    /// It belongs to another job or epoch.
    #[error("it is of job {}, epoch {}", .0.job, .1)]
    Misplaced(JobRevision, Epoch),
    /// The averages of the optimiser are not as long as what it steps; a fault of the program.
    #[error("the optimiser has {found} values where the canvas has {expected}")]
    Lengths {
        /// Values of the canvas, or of the parameters that it follows from.
        expected: usize,
        /// Values of an average.
        found: usize,
    },
    /// The system could not read it.
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
}

impl From<io::Error> for CheckpointFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Torn,
            _ => Self::Unreadable(error),
        }
    }
}

impl From<Malformed> for CheckpointFault {
    fn from(_: Malformed) -> Self {
        Self::Damaged
    }
}

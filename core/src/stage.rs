//! Which of a job's canvases something belongs to.

use std::fmt;

use crate::ids::Epoch;

/// A job's preparation, or one of its epochs.
///
/// A preparation is computed from the job's first canvas. Epoch 0 is computed from the same canvas after its
/// post-processing, so the two must not be taken for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Texts and images are encoded, before the first epoch.
    Prepare,
    /// Shards of this epoch are computed.
    Epoch(Epoch),
}

impl Stage {
    /// The epoch, unless it is the preparation.
    pub fn epoch(self) -> Option<Epoch> {
        match self {
            Self::Prepare => None,
            Self::Epoch(epoch) => Some(epoch),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prepare => f.write_str("preparation"),
            Self::Epoch(epoch) => write!(f, "epoch {epoch}"),
        }
    }
}

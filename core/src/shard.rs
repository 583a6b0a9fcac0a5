//! Shards, and the list of them that makes up an epoch.

use std::ops::Range;

use crate::ids::{Epoch, ShardIndex, TargetIndex};

/// What is computed in one epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochPlan {
    /// The epoch.
    pub epoch: Epoch,
    /// All shards in the order of the merge.
    pub shards: Vec<Shard>,
}

/// A fixed slice of one target's samples in one epoch: the unit of work and of accounting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its place in the epoch.
    pub index: ShardIndex,
    /// The target that it samples.
    pub target: TargetIndex,
    /// The samples of the target, counted from 0 in every epoch.
    pub samples: Range<u32>,
}

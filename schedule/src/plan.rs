//! The plan of an epoch: active targets → samples → shards.

use std::ops::Range;

use clipig_experiment::{Experiment, Scope, Target};

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

/// The plan of the scope's epoch: every sample of every active target in exactly one shard.
///
/// `shard_size` is the greatest number of samples in a shard. It depends on the experiment and the kind of
/// device that computes the job, never on how many workers there are: shards decide the order of the sum and
/// so the bits. A target's samples are divided as evenly as possible.
pub fn plan(experiment: &Experiment, scope: &Scope, shard_size: u32) -> EpochPlan {
    let epoch = Epoch(scope.epoch());
    let mut shards = Vec::new();
    for (target, definition) in experiment.targets.iter().enumerate() {
        if !definition.active || !definition.span.contains(epoch.0, scope.time()) {
            continue;
        }
        let samples = sample_count(definition);
        let count = samples.div_ceil(shard_size.max(1));
        for part in 0..count {
            let bound = |part: u32| (u64::from(samples) * u64::from(part) / u64::from(count)) as u32;
            shards.push(Shard {
                index: ShardIndex(shards.len() as u32),
                target: TargetIndex(target as u32),
                samples: bound(part)..bound(part + 1),
            });
        }
    }
    EpochPlan { epoch, shards }
}

/// Samples of a target in one epoch. A target that draws nothing gives the same window every time: one sample
/// says all.
pub(crate) fn sample_count(target: &Target) -> u32 {
    if target.draws() { target.batch_size.max(1) } else { 1 }
}

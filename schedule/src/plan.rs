//! The plan of an epoch: active targets → samples → shards.

use clipig_experiment::{Experiment, Scope, Target};

use clipig_core::{Epoch, EpochPlan, Shard, ShardIndex, TargetIndex};

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

/// The most samples that an epoch of the experiment can have: those of all its active targets, whatever their spans.
pub fn samples_of_epoch(experiment: &Experiment) -> u64 {
    let active = experiment.targets.iter().filter(|target| target.active);
    active.map(|target| u64::from(sample_count(target))).sum()
}

/// Samples of a target in one epoch. A target that draws nothing gives the same window every time: one sample
/// says all.
pub(crate) fn sample_count(target: &Target) -> u32 {
    if target.draws() { target.batch_size.max(1) } else { 1 }
}

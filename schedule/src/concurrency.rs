//! How the cores of a CPU are shared among shards.

use clipig_experiment::Experiment;

use crate::plan::most_samples;

/// The greatest number of samples in a shard on CPUs: large enough for matrix products to be efficient, small
/// enough for shards to spread over cores.
pub const CPU_SHARD: u32 = 8;

/// The greatest number of samples in a shard on GPUs, which need many windows at once to be busy.
pub const GPU_SHARD: u32 = 64;

/// Shards that are computed side by side on a GPU: while the device computes one, the host prepares the next.
pub const GPU_SHARDS: u32 = 2;

/// Threads within an operation when nobody chose: one, or more when an epoch has fewer shards than there are
/// cores. It is a recorded property of the job, because it changes bits.
pub fn threads_per_shard(experiment: &Experiment, shard_size: u32, cores: usize) -> usize {
    let shards: u64 =
        most_samples(experiment).map(|samples| u64::from(samples.div_ceil(shard_size.max(1)))).sum();
    let side_by_side = usize::try_from(shards).unwrap_or(usize::MAX).clamp(1, cores.max(1));
    cores.max(1) / side_by_side
}

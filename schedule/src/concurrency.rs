//! How many samples a shard has, and how the cores of a CPU are shared among shards.

use clipig_core::{RENDERED_PIXELS, WindowCost};
use clipig_experiment::Experiment;

use crate::plan::most_samples;

/// The greatest number of samples in a shard on CPUs: large enough for matrix products to be efficient, small
/// enough for shards to spread over cores.
pub const CPU_SHARD: u32 = 8;

/// Shards that are computed side by side on a GPU: while the device computes one, the host prepares the next.
pub const GPU_SHARDS: u32 = 2;

/// Arithmetic that keeps a GPU busy for longer than the host needs to start a shard's operations. A tower of 12 layers takes
/// some 700 of them, 5 microseconds each, so 4 ms; a GPU that computes 500 TFLOP/s needs 9 ms for this.
const WORK: u64 = 1 << 42;

/// Between these bounds a shard has as many samples as [`WORK`] takes: fewer would leave most of a GPU idle in small matrix
/// products, more would leave other GPUs without a shard.
const USEFUL: [u64; 2] = [16, 512];

/// Memory of a GPU that does not say how much it has.
const ASSUMED_MEMORY: u64 = 8 << 30;

/// The greatest number of samples in a shard on a GPU with so many bytes of memory (0: it is not known), a power of two.
/// It is recorded with the job, because it changes bits.
///
/// As many as keep the device busy, but no more than fit: [`GPU_SHARDS`] shards and the model take three quarters of the
/// memory at most. The rest is for the canvas, for the model of another job, and for what CUDA and its libraries take.
/// Windows take at most half of what a device renders in one batch, because before a blur they are larger.
pub fn gpu_shard(cost: &WindowCost, memory: u64) -> u32 {
    let memory = if memory == 0 { ASSUMED_MEMORY } else { memory };
    let room = (memory - memory / 4).saturating_sub(cost.model);
    let fitting = room / cost.bytes.saturating_mul(u64::from(GPU_SHARDS)).max(1);
    let rendered = RENDERED_PIXELS / 2 / cost.pixels.max(1);
    let busy = WORK.div_ceil(cost.flop.max(1)).next_power_of_two().clamp(USEFUL[0], USEFUL[1]);
    let most = fitting.min(rendered).max(1);
    busy.min(1 << most.ilog2()) as u32
}

/// Threads within an operation when nobody chose: one, or more when an epoch has fewer shards than there are
/// cores. It is a recorded property of the job, because it changes bits.
pub fn threads_per_shard(experiment: &Experiment, shard_size: u32, cores: usize) -> usize {
    let shards: u64 =
        most_samples(experiment).map(|samples| u64::from(samples.div_ceil(shard_size.max(1)))).sum();
    let side_by_side = usize::try_from(shards).unwrap_or(usize::MAX).clamp(1, cores.max(1));
    cores.max(1) / side_by_side
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: WindowCost = WindowCost { pixels: 1, flop: 1 << 36, bytes: 1 << 28, model: 1 << 30 };

    #[test]
    fn a_shard_keeps_the_device_busy_and_fits() {
        let with = |flop, bytes, pixels, gigabytes: u64| {
            gpu_shard(&WindowCost { flop, bytes, pixels, ..COST }, gigabytes << 30)
        };
        assert_eq!(with(1 << 36, 1, 1, 80), 64);
        assert_eq!(with((1 << 36) - 1, 1, 1, 80), 128, "rather more work than less");
        assert_eq!([1, 1 << 41, u64::MAX].map(|flop| with(flop, 1, 1, 80)), [512, 16, 16]);
        // Of 16 GB there are 11 for two shards.
        assert_eq!([1 << 26, 1 << 27, 1 << 28].map(|bytes| with(1 << 36, bytes, 1, 16)), [64, 32, 16]);
        assert_eq!(with(u64::MAX, 1 << 31, 1, 16), 2, "less than is useful is better than nothing");
        assert_eq!(with(u64::MAX, u64::MAX, u64::MAX, 16), 1);
        assert_eq!(with(1, 1, 224 * 224, 80), 128, "the device renders no more");
    }

    #[test]
    fn more_memory_never_makes_smaller_shards_and_none_is_eight_gigabytes() {
        let sizes: Vec<u32> = (1..200).map(|gigabytes| gpu_shard(&COST, gigabytes << 30)).collect();
        assert!(sizes.is_sorted() && sizes.iter().all(|size| size.is_power_of_two()), "{sizes:?}");
        assert_eq!((sizes[0], sizes[198]), (1, 64));
        assert_eq!(gpu_shard(&COST, 0), gpu_shard(&COST, 8 << 30));
    }
}

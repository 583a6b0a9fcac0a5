//! Pure decisions: the plan of an epoch, the order of the merge, jobs' states, the queue, leases, what a switchboard does.
//!
//! Nothing here computes tensors, reads clocks or talks to anybody: plans, merges and statistics are
//! functions from values to values. What a worker and a coordinator must agree on, bit for bit, stands in
//! this crate.

mod concurrency;
mod digest;
pub mod dispatcher;
pub mod job;
pub mod memory;
mod merge;
mod plan;
pub mod queue;
mod statistics;
pub mod switchboard;

pub use concurrency::{CPU_SHARD, GPU_SHARDS, gpu_shard, threads_per_shard};
pub use digest::digest;
pub use merge::{MergeError, MergeTree};
pub use plan::{plan, samples_at, samples_of_epoch, shard_models};
pub use statistics::{JobStatistics, Recent, TargetKey, TargetStatistics};

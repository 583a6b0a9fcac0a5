//! What the attributes of spans are called.

/// Number of a job.
pub const JOB: &str = "clipig.job";
/// How often the job was updated before.
pub const REVISION: &str = "clipig.revision";
/// An epoch, counted from 0. Not set for a preparation.
pub const EPOCH: &str = "clipig.epoch";
/// The epochs of a job.
pub const EPOCHS: &str = "clipig.epochs";
/// The epoch took more than twice as long as usual.
pub const SLOW: &str = "clipig.epoch.slow";
/// Are the leases of an epoch traced, too? If not, it was told afterwards, because it was slow.
pub const IN_FULL: &str = "clipig.epoch.in_full";
/// Node of the merge tree, as `level:index`.
pub const NODE: &str = "clipig.node";
/// How many shards.
pub const SHARDS: &str = "clipig.shards";
/// A shard's number in its epoch.
pub const SHARD: &str = "clipig.shard";
/// How many samples.
pub const SAMPLES: &str = "clipig.samples";
/// A target's number in its experiment.
pub const TARGET: &str = "clipig.target";
/// Name of a worker.
pub const WORKER: &str = "clipig.worker";
/// The fence of a lease.
pub const FENCE: &str = "clipig.lease.fence";
/// Another worker holds a lease of the same node: the first answer counts.
pub const COPY: &str = "clipig.lease.speculative";
/// A spot check: the node's result comes from another worker, and this one is only compared with it.
pub const CHECK: &str = "clipig.lease.check";
/// How a lease ended: `computed`, `prepared`, `failed`, `returned`, `lost`, `revoked` or `dropped`.
pub const OUTCOME: &str = "clipig.lease.outcome";
/// How a run ended: `completed`, `paused`, `cancelled` or `failed`; `stopped` where the coordinator was shutting down.
pub const ENDING: &str = "clipig.run.ending";
/// How many bytes.
pub const BYTES: &str = "clipig.bytes";

//! Pure decisions: the plan of an epoch, its shards, the order of the merge, ids.
//!
//! Nothing here computes tensors, reads clocks or talks to anybody: plans, merges and statistics are
//! functions from values to values. What a worker and a coordinator must agree on, bit for bit, stands in
//! this crate, and so do the traits by which tensors come in from outside: [`ShardCompute`] turns a
//! canvas and a shard into a gradient, [`CanvasOwner`] owns the canvas and its optimiser.

mod brief;
mod canvas;
mod compute;
mod concurrency;
pub mod dispatcher;
mod gradient;
mod ids;
pub mod job;
mod kind;
mod merge;
mod messages;
mod node;
mod plan;
mod prepared;
mod pulse;
pub mod queue;
mod report;
mod statistics;
mod tile;
mod tile_values;

pub use brief::{EpochValues, JobBrief, Lease, ModelReference, Work};
pub use canvas::{Canvas, CanvasSizeError};
pub use compute::{
    Assets, CanvasFactory, CanvasJob, CanvasOwner, CanvasState, ComputeFactory, ComputeJob, EpochContext,
    Preparation, ShardCompute, ShardError, ShardResult, ShardTask, StepError, WeightsSource, all_finite,
};
pub use concurrency::{CPU_SHARD, GPU_SHARD, threads_per_shard};
pub use gradient::{GradientSum, TileError};
pub use ids::{
    Epoch, Fence, JobId, JobRevision, SessionId, Sha256, Sha256Error, ShardIndex, TargetIndex, WorkerName,
    WorkerNameError,
};
pub use kind::{DeviceClass, NumberType, NumberTypeError, WorkerKind};
pub use merge::{MergeError, MergeTree};
pub use messages::{Computed, EpochCanvas, FromWorker, Held, PROTOCOL, Registration, ToWorker, Welcome};
pub use node::Node;
pub use plan::{EpochPlan, Shard, plan};
pub use prepared::{Prepared, PreparedTarget};
pub use pulse::Pulse;
pub use report::{ConstraintReport, FeatureReport, SampleReport};
pub use statistics::{JobStatistics, Recent, TargetStatistics};
pub use tile::{TILE, TileArea, TileGrid};
pub use tile_values::TileValues;

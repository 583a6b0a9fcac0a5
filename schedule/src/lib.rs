//! Pure decisions: the plan of an epoch, its shards, the order of the merge, ids.
//!
//! Nothing here computes tensors, reads clocks or talks to anybody: plans, merges and statistics are
//! functions from values to values. What a worker and a coordinator must agree on, bit for bit, stands in
//! this crate, and so do the two traits by which tensors come in from outside: [`ShardCompute`] turns a
//! canvas and a shard into a gradient, [`CanvasOwner`] owns the canvas and its optimiser.

mod canvas;
mod compute;
mod concurrency;
mod dispatch;
mod gradient;
mod ids;
mod merge;
mod plan;
mod prepared;
mod report;
mod statistics;

pub use canvas::{Canvas, CanvasSizeError, Patch, Rect};
pub use compute::{CanvasOwner, EpochContext, ShardCompute, ShardError, ShardResult, ShardTask, StepError};
pub use concurrency::{CPU_SHARD, GPU_SHARD, threads_per_shard};
pub use dispatch::Dispatch;
pub use gradient::{GradientSum, TILE};
pub use ids::{Epoch, ShardIndex, TargetIndex};
pub use merge::{MergeError, MergeTree};
pub use plan::{EpochPlan, Shard, plan};
pub use prepared::{Prepared, PreparedTarget};
pub use report::{ConstraintReport, FeatureReport, SampleReport};
pub use statistics::{JobStatistics, Recent, TargetStatistics};

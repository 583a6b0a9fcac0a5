//! The two traits by which tensors come in from outside.
//!
//! [`ShardCompute`] is what a worker needs, [`CanvasOwner`] what a coordinator needs. The engine implements
//! both with libtorch; tests of the farm use stand-ins that answer in microseconds.

use clipig_experiment::Scope;

use crate::canvas::Canvas;
use crate::gradient::GradientSum;
use crate::plan::Shard;
use crate::report::SampleReport;

/// One shard to compute.
#[derive(Clone, Debug)]
pub struct ShardTask {
    /// Which samples of which target.
    pub shard: Shard,
    /// The epoch's variables: time, resolution, learn rate, and the key of random numbers.
    pub scope: Scope,
    /// The canvas after post-processing.
    pub canvas: Canvas,
}

/// What a shard gives.
#[derive(Clone, Debug)]
pub struct ShardResult {
    /// The gradient of the sum of the samples' losses with respect to the canvas, added up in sample order.
    pub gradient: GradientSum,
    /// One report per sample, in order.
    pub samples: Vec<SampleReport>,
}

/// Why a shard was not computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// The experiment asks for something impossible in this epoch; another worker would say the same.
    #[error("{0}")]
    Experiment(String),
    /// The gradient is not finite.
    #[error("the gradient of target `{0}` is not finite (NaN or infinite)")]
    NotFinite(String),
    /// The device failed or is out of memory; another worker may succeed.
    #[error("the device failed: {0}")]
    Device(String),
}

/// Turns canvas and shard into a gradient. Owned by one thread.
pub trait ShardCompute: Send {
    /// Computes one shard of the job that this object was made for.
    ///
    /// # Errors
    /// See [`ShardError`].
    fn compute(&mut self, task: &ShardTask) -> Result<ShardResult, ShardError>;
}

/// What the coordinator knows of an epoch when it begins.
#[derive(Clone, Debug)]
pub struct EpochContext {
    /// Time and resolution; not yet the learn rate.
    pub scope: Scope,
    /// Width and height that the experiment asks for in this epoch.
    pub resolution: [u32; 2],
}

/// Why the canvas could not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// The experiment asks for something impossible in this epoch.
    #[error("{0}")]
    Experiment(String),
    /// The computation failed.
    #[error("the step failed: {0}")]
    Device(String),
}

/// Owns canvas, optimiser and post-processing. Owned by one thread.
pub trait CanvasOwner: Send {
    /// Resizes the canvas where the resolution changed; the optimiser starts afresh then.
    ///
    /// # Errors
    /// See [`StepError`].
    fn resize(&mut self, context: &EpochContext) -> Result<(), StepError>;

    /// The optimiser's base rate, by which `learnrate` and `learnrate_scale` are multiplied.
    fn base_rate(&self) -> f64;

    /// Applies the post-processing effects that are active in the scope's epoch.
    ///
    /// # Errors
    /// See [`StepError`].
    fn post_process(&mut self, scope: &Scope) -> Result<(), StepError>;

    /// The canvas as the workers see it.
    fn canvas(&self) -> Canvas;

    /// One optimiser step along `gradient` with the learn rate `rate`.
    ///
    /// # Errors
    /// See [`StepError`].
    fn step(&mut self, gradient: &GradientSum, rate: f64) -> Result<(), StepError>;
}

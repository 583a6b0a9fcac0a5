//! The traits by which tensors come in from outside.
//!
//! [`ShardCompute`] is what a worker needs for a job, [`CanvasOwner`] what a coordinator needs; a
//! [`ComputeFactory`] and a [`CanvasFactory`] make them. The engine implements all with libtorch; tests of the
//! farm use stand-ins that answer in microseconds.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use clipig_experiment::{Experiment, Scope};

use crate::brief::JobBrief;
use crate::canvas::Canvas;
use crate::canvas_view::CanvasView;
use crate::finite::all_finite;
use crate::gradient::GradientSum;
use crate::prepared::Prepared;
use crate::progress_counter::ProgressCounter;
use crate::report::SampleReport;
use crate::shard::Shard;
use crate::weights::JobWeights;

/// One shard to compute.
#[derive(Clone, Debug)]
pub struct ShardTask {
    /// Which samples of which target.
    pub shard: Shard,
    /// The epoch's variables: time, resolution, learn rate, and the key of random numbers.
    pub scope: Scope,
    /// The canvas after post-processing, or the tiles of it that the shard needs.
    pub canvas: CanvasView,
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
    /// The device failed; another worker may succeed.
    #[error("the device failed: {0}")]
    Device(String),
    /// The device has not enough memory, even after everything was freed that could be. Another worker may have.
    #[error("the device is out of memory: {0}; smaller batches or a device with more memory would do")]
    OutOfMemory(String),
}

/// What is told of an experiment that asks for what cannot be, where nothing of it may be quoted.
const IMPOSSIBLE: &str = "the experiment asks for something impossible";

impl ShardError {
    /// What may be told where the experiment itself is not: without its texts and its targets' names, which the messages
    /// of some errors quote.
    pub fn without_texts(&self) -> Cow<'_, str> {
        match self {
            Self::Experiment(_) => IMPOSSIBLE.into(),
            Self::NotFinite(_) => "the gradient of a target is not finite (NaN or infinite)".into(),
            Self::Device(_) | Self::OutOfMemory(_) => self.to_string().into(),
        }
    }
}

/// Turns canvas and shard into a gradient. Owned by one thread.
pub trait ShardCompute: Send {
    /// Computes one shard of the job that this object was made for.
    ///
    /// # Errors
    /// See [`ShardError`].
    fn compute(&mut self, task: &ShardTask) -> Result<ShardResult, ShardError>;
}

/// A job as those who compute it need it: all content is at hand, except weights that nothing has needed yet.
#[derive(Clone, Debug)]
pub struct ComputeJob {
    /// What the coordinator has sent of it.
    pub brief: Arc<JobBrief>,
    /// The experiment, read from the brief's YAML.
    pub experiment: Arc<Experiment>,
    /// The weights of the models. Those that a task needs are at hand before it is computed.
    pub weights: JobWeights,
    /// Image files by the names that the experiment uses.
    pub assets: Assets,
    /// Advances whenever something of the job is done here: a batch of windows, a batch of features, a text.
    pub progress: ProgressCounter,
}

/// The bytes of image files, by the names that an experiment uses. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    files: BTreeMap<String, Arc<[u8]>>,
}

impl Assets {
    /// Adds a file's bytes under the name that the experiment uses.
    pub fn insert(&mut self, name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        self.files.insert(name.into(), bytes.into());
    }

    /// The bytes of a file.
    pub fn bytes(&self, name: &str) -> Option<&Arc<[u8]>> {
        self.files.get(name)
    }

    /// All names and bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<[u8]>)> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes))
    }
}

/// What a preparation gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Preparation {
    /// The features of all targets.
    pub prepared: Prepared,
    /// What the person who submitted the job should know, such as words that the model never saw.
    pub warnings: Vec<String>,
}

/// Makes what computes the shards of a job, on one device. Shared by the threads that compute.
pub trait ComputeFactory: Send + Sync {
    /// Encodes the texts and images of a job; `canvas` is its first.
    ///
    /// # Errors
    /// See [`ShardError`].
    fn prepare(&self, job: &ComputeJob, canvas: &Canvas) -> Result<Preparation, ShardError>;

    /// Makes what computes shards of a prepared job. Weights are loaded, if they are not loaded yet, at the latest for the
    /// first shard that needs them.
    ///
    /// # Errors
    /// See [`ShardError`].
    fn open(&self, job: &ComputeJob, prepared: &Arc<Prepared>) -> Result<Box<dyn ShardCompute>, ShardError>;

    /// Frees what is kept for jobs that are not computed any more.
    fn forget(&self) {}
}

/// Makes canvases. Shared by the threads of all running jobs.
pub trait CanvasFactory: Send + Sync {
    /// The first canvas of a job.
    ///
    /// # Errors
    /// See [`StepError`].
    fn first(&self, job: &CanvasJob, resolution: [u32; 2]) -> Result<Box<dyn CanvasOwner>, StepError>;

    /// A canvas as it was saved. If the experiment names another optimiser by now, that one starts afresh.
    ///
    /// # Errors
    /// See [`StepError`].
    fn restore(&self, job: &CanvasJob, state: CanvasState) -> Result<Box<dyn CanvasOwner>, StepError>;

    /// The device that steps canvases, as it is recorded with the job.
    fn kind(&self) -> String;
}

/// A job as the owner of its canvas needs it.
#[derive(Clone, Debug)]
pub struct CanvasJob {
    /// The experiment.
    pub experiment: Arc<Experiment>,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Image files by the names that the experiment uses.
    pub assets: Assets,
    /// Threads within an operation of post-processing.
    pub threads: u32,
}

/// Everything that a canvas needs to go on elsewhere with the same bits.
#[derive(Clone, Debug, PartialEq)]
pub struct CanvasState {
    /// The pixels.
    pub canvas: Canvas,
    /// What the optimiser steps if that is not the pixels: as many numbers, which the pixels follow from.
    pub parameters: Option<Canvas>,
    /// Name of the optimiser, as experiments write it.
    pub optimizer: String,
    /// Steps that the optimiser has taken since it started afresh.
    pub steps: u32,
    /// The optimiser's running averages, each as long as the canvas. They are shared with the optimiser, which writes to
    /// other memory as long as somebody else holds them.
    pub averages: Vec<Arc<Vec<f32>>>,
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

impl StepError {
    /// As [`ShardError::without_texts`].
    pub fn without_texts(&self) -> Cow<'_, str> {
        match self {
            Self::Experiment(_) => IMPOSSIBLE.into(),
            Self::Device(_) => self.to_string().into(),
        }
    }
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

    /// Width and height of the canvas.
    fn size(&self) -> [u32; 2];

    /// Are all pixels numbers, none of them NaN or infinite? Override it where [`canvas`](Self::canvas) copies.
    fn is_finite(&self) -> bool {
        all_finite(self.canvas().pixels())
    }

    /// One optimiser step along `gradient` with the learn rate `rate`.
    ///
    /// # Errors
    /// See [`StepError`].
    fn step(&mut self, gradient: &GradientSum, rate: f64) -> Result<(), StepError>;

    /// All that a later run needs to go on from here.
    fn state(&self) -> CanvasState;
}

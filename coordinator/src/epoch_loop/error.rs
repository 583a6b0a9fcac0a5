//! What can go wrong in an epoch.

use std::borrow::Cow;

use clipig_core::{Epoch, Node, ShardError, StepError};
use clipig_experiment::EvaluationError;
use clipig_experiment::limits::ResolutionError;
use clipig_schedule::MergeError;

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
#[error("epoch {epoch}: {cause}")]
pub struct JobError {
    /// The epoch in which it happened.
    pub epoch: Epoch,
    /// What happened.
    pub cause: JobErrorCause,
}

/// What made a job fail.
#[derive(Debug, thiserror::Error)]
pub enum JobErrorCause {
    /// An expression failed.
    #[error(transparent)]
    Expression(#[from] EvaluationError),
    /// The resolution is impossible.
    #[error("`resolution`: {0}")]
    Resolution(#[from] ResolutionError),
    /// A shard failed.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// The canvas would be larger than the farm takes.
    #[error(transparent)]
    TooLarge(#[from] CanvasTooLarge),
    /// The epoch would have more samples than the farm takes.
    #[error(
        "it has {samples} samples; this farm takes {most} (`limits.epoch_samples`): lower `batch_size`, or have the \
         limit raised"
    )]
    TooManySamples {
        /// Samples of all targets.
        samples: u64,
        /// The most that they may be.
        most: u64,
    },
    /// The canvas failed.
    #[error(transparent)]
    Step(#[from] StepError),
    /// After the step there are pixels that are NaN or infinite.
    #[error(
        "pixels of the canvas are not finite (NaN or infinite) after the step with a learn rate of {learnrate}; \
         lower `learnrate` or `learnrate_scale`"
    )]
    StepNotFinite {
        /// Base rate · `learnrate_scale` · `learnrate`.
        learnrate: f64,
    },
    /// Before the step there are pixels that are NaN or infinite.
    #[error(
        "pixels of the canvas are not finite (NaN or infinite) before the step; check `init`, `resolution` and \
         `postproc`"
    )]
    CanvasNotFinite,
    /// The epoch was to be finished before all its shards were merged.
    #[error("{0} shards were not computed")]
    Incomplete(usize),
}

impl JobErrorCause {
    /// As [`ShardError::without_texts`].
    pub fn without_texts(&self) -> Cow<'_, str> {
        match self {
            Self::Expression(_) => "an expression cannot be evaluated".into(),
            Self::Shard(error) => error.without_texts(),
            Self::Step(error) => error.without_texts(),
            _ => self.to_string().into(),
        }
    }
}

/// Why a node's result was not taken. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// It does not belong to the tree, or was merged before.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The gradient belongs to another canvas.
    #[error("the gradient is for a canvas of {found:?}, not of {expected:?}")]
    Size {
        /// Width and height of the canvas.
        expected: [usize; 2],
        /// Width and height of the gradient.
        found: [usize; 2],
    },
    /// The reports do not fit the plan.
    #[error("node {node}: {found} reports where the plan has {expected}")]
    Reports {
        /// The node.
        node: Node,
        /// Samples that the plan gives it.
        expected: usize,
        /// Reports that came.
        found: usize,
    },
    /// A report has more features or constraints than the target.
    #[error("node {0}: a report has more features or constraints than its target")]
    Shape(Node),
    /// A number of a report is NaN or infinite.
    #[error("node {0}: a report has a loss, similarity or weight that is not finite (NaN or infinite)")]
    NotFinite(Node),
}

/// A canvas is larger than the farm takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a canvas of {width}×{height} has {} pixels; this farm takes {most} (`limits.job_pixels`)",
    pixels(*.width, *.height)
)]
pub struct CanvasTooLarge {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The most pixels that it may have.
    pub most: u64,
}

impl CanvasTooLarge {
    /// Compares a canvas with the bound.
    ///
    /// # Errors
    /// Where it has more than `most` pixels.
    pub(crate) fn check([width, height]: [u32; 2], most: u64) -> Result<(), Self> {
        if pixels(width, height) > most { Err(Self { width, height, most }) } else { Ok(()) }
    }
}

fn pixels(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}

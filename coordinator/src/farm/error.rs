//! Why a farm cannot open, and why a client's command is refused. Why a run failed is a [`RunFailure`]'s business.
//!
//! [`RunFailure`]: super::failure::RunFailure

use clipig_core::JobId;
use clipig_experiment::Diagnostics;
use clipig_schedule::job::{JobState, TransitionError};

use super::estimate::{MemoryTooSmall, TooManySamples};
use super::submission::{InvalidRequest, PRIORITIES, TooManyRevisions};
use super::transition::TransitionFailure;
use super::weights::ModelRefusal;
use crate::epoch_loop::{CanvasTooLarge, JobError};
use crate::quotas::OverLimit;
use crate::store::StoreError;
use crate::switchboard::WorkerCommandError;

/// Why a farm cannot open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system has no more threads.
    #[error("the system has no more threads: {0}")]
    Threads(#[from] std::io::Error),
    /// Jobs that ran before cannot be put back into the queue.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a client's command is refused. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A field of the request makes no sense.
    #[error(transparent)]
    Invalid(#[from] InvalidRequest),
    /// No job may have that priority.
    #[error("a priority is a number from {least} to {most}, not {0}", least = PRIORITIES.start(), most = PRIORITIES.end())]
    Priority(i32),
    /// The experiment has problems.
    #[error("the experiment cannot run:\n{}", .0.render(false))]
    Experiment(Box<Diagnostics>),
    /// The size of the first canvas cannot be evaluated.
    #[error(transparent)]
    FirstCanvas(JobError),
    /// The canvas is larger than the farm takes.
    #[error(transparent)]
    TooLarge(#[from] CanvasTooLarge),
    /// It takes more memory than there is.
    #[error(transparent)]
    Memory(#[from] MemoryTooSmall),
    /// An epoch has too many samples.
    #[error(transparent)]
    Samples(#[from] TooManySamples),
    /// It was updated too often.
    #[error(transparent)]
    Revisions(#[from] TooManyRevisions),
    /// The model cannot be used here.
    #[error(transparent)]
    Model(#[from] ModelRefusal),
    /// The job's state does not allow it.
    #[error("job {job}: {refused}")]
    State {
        /// The job.
        job: JobId,
        /// What its state allows.
        refused: TransitionError,
    },
    /// A job that has ended cannot be updated.
    #[error("job {job} is {status}; submit the experiment as a new job")]
    Ended {
        /// The job.
        job: JobId,
        /// How it ended.
        status: JobState,
    },
    /// The queue is full.
    #[error("{waiting} jobs wait, which is as many as this farm takes (`max_queued_jobs`); try again later")]
    Full {
        /// Jobs that wait.
        waiting: usize,
    },
    /// The owner takes more than a limit allows.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A worker cannot do what is asked.
    #[error(transparent)]
    Worker(WorkerCommandError),
    /// No seed could be drawn. This is the machine's fault, not the client's.
    #[error("the system gives no random numbers: {0}")]
    Entropy(getrandom::Error),
    /// The coordinator is stopping.
    #[error("the farm is shutting down; try again when it is back")]
    ShuttingDown,
}

impl From<TransitionFailure> for CommandError {
    fn from(failure: TransitionFailure) -> Self {
        match failure {
            TransitionFailure::Refused { job, refused } => Self::State { job, refused },
            TransitionFailure::Store(error) => Self::Store(error),
        }
    }
}

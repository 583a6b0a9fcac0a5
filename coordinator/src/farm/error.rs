//! Why a client's wish is not granted.

use clipig_experiment::Diagnostics;

use crate::store::StoreError;
use crate::switchboard::WorkerWishError;

/// Why a farm cannot open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system has no more threads.
    #[error("the system gives no more threads: {0}")]
    Threads(#[from] std::io::Error),
    /// Jobs that ran before cannot be taken up again.
    #[error(transparent)]
    Jobs(#[from] FarmError),
}

/// Why a client's wish is not granted. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum FarmError {
    /// A field of the request makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The experiment has problems.
    #[error("the experiment cannot run:\n{}", .0.render(false))]
    Experiment(Box<Diagnostics>),
    /// The model cannot be used here.
    #[error("{0}")]
    Model(String),
    /// The job is in a state in which that cannot be.
    #[error("{0}")]
    State(String),
    /// The queue is full.
    #[error("{waiting} jobs wait, which is as many as this farm takes (`max_queued_jobs`); try again later")]
    Full {
        /// Jobs that wait.
        waiting: usize,
    },
    /// Something is larger than the farm takes.
    #[error("{0}")]
    TooLarge(String),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A worker cannot do what is asked.
    #[error(transparent)]
    Worker(WorkerWishError),
    /// The coordinator is stopping.
    #[error("the farm is shutting down; try again when it is back")]
    ShuttingDown,
}

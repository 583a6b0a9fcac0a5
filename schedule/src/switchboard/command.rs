//! What jobs and people want of a switchboard.

use std::sync::Arc;
use std::time::Duration;

use clipig_core::{Canvas, Fence, JobBrief, JobId, JobRevision, Sha256, ShardError, ShardTiles, WorkerName};

use crate::dispatcher::{Accepted, DispatchError, Fit, Offer};

/// Under which terms a job has workers, whatever its revision.
#[derive(Clone, Debug)]
pub struct JobShare {
    /// −10 to 10; each step doubles the job's share.
    pub priority: i32,
    /// Who may compute it.
    pub fit: Fit,
}

/// What a job wants, in the order in which its runner does.
#[derive(Debug)]
pub enum JobCommand {
    /// Let it have workers from now on.
    Add {
        /// The job.
        job: JobId,
        /// Its share of the farm.
        share: JobShare,
    },
    /// Take its workers away; what it has open is closed.
    Remove(JobId),
    /// Change its share of the workers.
    Priority(JobId, i32),
    /// Make a revision known; again when it is prepared.
    Open(Arc<JobBrief>),
    /// Have something computed. It takes the place of what the revision offered before.
    Offer {
        /// What is to be computed.
        offer: Offer,
        /// The canvas that it is computed from.
        canvas: Canvas,
        /// The tiles of it that each shard needs.
        tiles: ShardTiles,
    },
    /// A result that was accepted makes no sense: somebody else shall compute it.
    Refuse {
        /// The result.
        accepted: Accepted,
        /// What is wrong with it.
        error: ShardError,
    },
    /// The digest of a result that is compared with another one, under this lease.
    Digest(Fence, Sha256),
    /// A gradient of so many bytes is merged, or was dropped because it came too late.
    Merged(JobRevision, u64),
    /// Take back what is offered and not computed; the revision needs nothing more.
    Close(JobRevision),
}

/// What people want of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerCommand {
    /// Give it nothing new.
    Pause,
    /// End a pause.
    Resume,
    /// Let it finish what it has and leave, for this reason.
    Drain(String),
    /// Give it work again in spite of its failures.
    Reinstate,
    /// Give it nothing for what is left of the time for which it was quarantined before a restart.
    Quarantine {
        /// Why it was quarantined.
        reason: String,
        /// How much of the time is left.
        lasts: Duration,
    },
}

/// Why a command about a worker is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkerCommandError {
    /// There is no such worker.
    #[error("no worker is called `{0}`; `clipig workers` lists those that the farm knows")]
    Unknown(WorkerName),
    /// It is in a state in which that cannot be.
    #[error("{0}")]
    State(DispatchError),
    /// The coordinator is shutting down.
    #[error("the farm is shutting down")]
    ShuttingDown,
}

impl From<DispatchError> for WorkerCommandError {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::UnknownWorker(name) => Self::Unknown(name),
            error => Self::State(error),
        }
    }
}

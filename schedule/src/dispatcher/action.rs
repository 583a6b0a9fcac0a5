//! What comes out of the dispatcher.

use std::fmt;
use std::time::Duration;

use clipig_core::Lease;
use clipig_core::Node;
use clipig_core::ShardError;
use clipig_core::{Epoch, Fence, JobRevision, SessionId, WorkerName};

/// Something to do, in the order given. Messages to a session that has ended meanwhile are dropped.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send the brief of a job.
    Open {
        /// To whom.
        session: SessionId,
        /// The job.
        revision: JobRevision,
    },
    /// Send the canvas of the job's last offer.
    Canvas {
        /// To whom.
        session: SessionId,
        /// The job.
        revision: JobRevision,
        /// The epoch to send it under.
        epoch: Epoch,
    },
    /// Send a lease.
    Lease {
        /// To whom.
        session: SessionId,
        /// What.
        lease: Lease,
    },
    /// Send word that a lease is not needed any more.
    Revoke {
        /// To whom.
        session: SessionId,
        /// Which.
        fence: Fence,
    },
    /// Send word that a job is not needed any more.
    Close {
        /// To whom.
        session: SessionId,
        /// The job.
        revision: JobRevision,
    },
    /// Ask the worker to finish and leave.
    Drain {
        /// To whom.
        session: SessionId,
        /// Why.
        reason: String,
    },
    /// Refuse and end a session; it is not known to the dispatcher any more.
    End {
        /// Which.
        session: SessionId,
        /// Why.
        reason: String,
    },
    /// A job cannot be computed. Its offer is gone; the job stays open until it is closed.
    JobFailed(JobFailure),
    /// Something that people want to read about.
    Note(Note),
}

/// Why a job cannot be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFailure {
    /// The job.
    pub revision: JobRevision,
    /// The epoch; [`PREPARATION`](super::PREPARATION) for a preparation.
    pub epoch: Epoch,
    /// The error of the last attempt.
    pub error: ShardError,
    /// All attempts of the node that failed, in order.
    pub attempts: Vec<Attempt>,
}

/// An attempt of a node that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Who tried.
    pub worker: WorkerName,
    /// What went wrong.
    pub error: ShardError,
}

impl fmt::Display for JobFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)?;
        if self.attempts.len() > 1 {
            let workers: Vec<&str> = self.attempts.iter().map(|attempt| attempt.worker.as_str()).collect();
            write!(f, " ({} attempts, on {})", workers.len(), workers.join(", "))?;
        }
        Ok(())
    }
}

/// Something that people want to read about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A worker has registered.
    Joined {
        /// The worker.
        worker: WorkerName,
        /// The name that it asked for, where that was taken.
        asked: Option<WorkerName>,
    },
    /// A connection is over.
    Left {
        /// The worker.
        worker: WorkerName,
        /// Why.
        cause: LeaveCause,
        /// Leases that go to others.
        leases: usize,
    },
    /// A worker says nothing any more.
    Lost {
        /// The worker.
        worker: WorkerName,
        /// Leases that go to others.
        leases: usize,
    },
    /// A lost worker speaks again, on the same connection.
    Back {
        /// The worker.
        worker: WorkerName,
    },
    /// A worker gets nothing for a while.
    SetAside {
        /// The worker.
        worker: WorkerName,
        /// Why.
        reason: String,
        /// For how long, unless it is forgiven before.
        lasts: Duration,
    },
    /// A worker that was set aside gets work again.
    Forgiven {
        /// The worker.
        worker: WorkerName,
    },
    /// An attempt failed.
    Failed {
        /// The job.
        revision: JobRevision,
        /// The epoch.
        epoch: Epoch,
        /// The node.
        node: Node,
        /// Who and why.
        attempt: Attempt,
    },
    /// A lease ended without an answer; its node goes to others.
    LeaseLost {
        /// The worker.
        worker: WorkerName,
        /// The job.
        revision: JobRevision,
        /// The epoch.
        epoch: Epoch,
        /// The node.
        node: Node,
    },
    /// A lease was handed back undone.
    Returned {
        /// The worker.
        worker: WorkerName,
        /// The job.
        revision: JobRevision,
        /// The epoch.
        epoch: Epoch,
        /// The node.
        node: Node,
        /// Why.
        reason: String,
    },
    /// A node is computed a second time, because the first takes long.
    SecondCopy {
        /// The job.
        revision: JobRevision,
        /// The epoch.
        epoch: Epoch,
        /// The node.
        node: Node,
        /// Who takes long.
        slow: WorkerName,
        /// Who computes it too.
        second: WorkerName,
    },
}

/// Why a connection is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaveCause {
    /// It broke off.
    Disconnected,
    /// The worker said goodbye.
    Goodbye,
    /// The same worker has connected anew.
    Replaced,
    /// It broke the rules; how.
    Fault(String),
}

impl fmt::Display for LeaveCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnected => f.write_str("the connection broke off"),
            Self::Goodbye => f.write_str("it said goodbye"),
            Self::Replaced => f.write_str("it has connected anew"),
            Self::Fault(what) => f.write_str(what),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Joined { worker, asked: None } => write!(f, "worker {worker} has joined"),
            Self::Joined { worker, asked: Some(asked) } => {
                write!(f, "worker {worker} has joined; its name `{asked}` was taken")
            }
            Self::Left { worker, cause, leases } => {
                write!(f, "worker {worker} has left: {cause}{}", GoElsewhere(*leases))
            }
            Self::Lost { worker, leases } => {
                write!(f, "worker {worker} says nothing any more{}", GoElsewhere(*leases))
            }
            Self::Back { worker } => write!(f, "worker {worker} is back"),
            Self::SetAside { worker, reason, .. } => write!(f, "worker {worker} is set aside: {reason}"),
            Self::Forgiven { worker } => write!(f, "worker {worker} is forgiven"),
            Self::Failed { revision, epoch, node, attempt } => {
                let Attempt { worker, error } = attempt;
                let job = revision.job;
                if *epoch == super::PREPARATION {
                    write!(f, "job {job}: preparation failed on worker {worker}: {error}")
                } else {
                    write!(f, "job {job}, epoch {epoch}, node {node} failed on worker {worker}: {error}")
                }
            }
            Self::LeaseLost { worker, revision, node, .. } => {
                write!(f, "job {}: node {node} goes to others, worker {worker} has lost it", revision.job)
            }
            Self::Returned { worker, revision, reason, .. } => {
                write!(f, "worker {worker} has handed back work of job {}: {reason}", revision.job)
            }
            Self::SecondCopy { revision, node, slow, second, .. } => {
                write!(f, "job {}: worker {second} computes node {node} too, {slow} takes long", revision.job)
            }
        }
    }
}

/// What becomes of leases, after the end of a sentence.
struct GoElsewhere(usize);

impl fmt::Display for GoElsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str("; one lease goes to others"),
            n => write!(f, "; {n} leases go to others"),
        }
    }
}

//! What comes out of the dispatcher.

use std::fmt;
use std::time::Duration;

use clipig_core::{Fence, JobId, JobRevision, Lease, Node, SessionId, ShardError, Stage, WorkerName};

use super::evidence::{CheckEnd, Evidence};

/// Something to do, in the order given. Messages to a session that has ended meanwhile are dropped.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send the brief of a job.
    Open {
        /// The session that needs it before its next lease.
        session: SessionId,
        /// The job.
        revision: JobRevision,
    },
    /// A session has nothing of the canvas of the job's last offer. Send it what its leases need, before each of them.
    Canvas {
        /// The session that needs it before its next lease.
        session: SessionId,
        /// The job.
        revision: JobRevision,
        /// The stage that was offered.
        stage: Stage,
    },
    /// Send a lease, after what it needs of the canvas. The brief has been sent before.
    Lease {
        /// The session that holds it from now on.
        session: SessionId,
        /// The lease.
        lease: Lease,
    },
    /// Send word that a lease is not needed any more.
    Revoke {
        /// The session that held it.
        session: SessionId,
        /// The lease's fence.
        fence: Fence,
    },
    /// Send word that a job is not needed any more.
    Close {
        /// A session that was sent the job's brief.
        session: SessionId,
        /// The job.
        revision: JobRevision,
    },
    /// Ask the worker to finish and leave.
    Drain {
        /// Its session.
        session: SessionId,
        /// Why it should, for its log.
        reason: String,
    },
    /// Tell a session why it ends, and end it; it is not known to the dispatcher any more.
    End {
        /// The session.
        session: SessionId,
        /// Why it ends, for the worker's log.
        reason: String,
    },
    /// A job cannot be computed. Its offer is gone; the job stays open until it is closed.
    JobFailed(JobFailure),
    /// The check of a node is over.
    Checked(CheckEnd),
    /// Something that people want to read about.
    Note(Note),
}

/// Why a job cannot be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFailure {
    /// The job.
    pub revision: JobRevision,
    /// What could not be computed.
    pub stage: Stage,
    /// The error of the last attempt.
    pub error: ShardError,
    /// All attempts of the node that failed, in order.
    pub attempts: Vec<Attempt>,
}

/// An attempt of a node that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The worker that tried.
    pub worker: WorkerName,
    /// What it said, or what was found wrong with its result.
    pub error: ShardError,
}

/// The workers that tried in vain, as the end of a sentence about an error: nothing where there are none, else
/// ` (tried by a, b)`, or ` (tried 3 times by a)` where it was always the same.
#[derive(Clone, Copy, Debug)]
pub struct TriedBy<'a>(pub &'a [Attempt]);

impl fmt::Display for TriedBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut workers: Vec<&str> = Vec::new();
        for attempt in self.0 {
            if !workers.contains(&attempt.worker.as_str()) {
                workers.push(attempt.worker.as_str());
            }
        }
        match (&workers[..], self.0.len()) {
            ([], _) => Ok(()),
            ([one], 1) => write!(f, " (tried by {one})"),
            ([one], times) => write!(f, " (tried {times} times by {one})"),
            (many, _) => write!(f, " (tried by {})", many.join(", ")),
        }
    }
}

impl fmt::Display for JobFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.error, TriedBy(&self.attempts))
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
        /// How it ended.
        cause: LeaveCause,
        /// Leases that go to others.
        leases: usize,
    },
    /// A worker has sent nothing for the heartbeat timeout.
    Lost {
        /// The worker.
        worker: WorkerName,
        /// Leases that go to others.
        leases: usize,
    },
    /// A lost worker is heard again, on the same connection.
    Back {
        /// The worker.
        worker: WorkerName,
    },
    /// A worker gets nothing for a while, because it failed.
    Quarantined {
        /// The worker.
        worker: WorkerName,
        /// What it did.
        reason: String,
        /// For how long, unless it is reinstated before.
        lasts: Duration,
    },
    /// A worker that was quarantined gets work again.
    Reinstated {
        /// The worker.
        worker: WorkerName,
    },
    /// An attempt failed.
    Failed {
        /// The job.
        revision: JobRevision,
        /// The stage of the job.
        stage: Stage,
        /// The node.
        node: Node,
        /// The worker and its error.
        attempt: Attempt,
    },
    /// A lease ended without an answer; its node goes to others.
    LeaseLost {
        /// The worker.
        worker: WorkerName,
        /// The job.
        revision: JobRevision,
        /// The stage of the job.
        stage: Stage,
        /// The node.
        node: Node,
    },
    /// A lease was handed back undone.
    Returned {
        /// The worker.
        worker: WorkerName,
        /// The job.
        revision: JobRevision,
        /// The stage of the job.
        stage: Stage,
        /// The node.
        node: Node,
        /// What the worker said.
        reason: String,
    },
    /// A node is computed by a second worker, too, because the first takes long; the first answer counts.
    Speculated {
        /// The job.
        revision: JobRevision,
        /// The stage of the job.
        stage: Stage,
        /// The node.
        node: Node,
        /// The worker that takes long.
        slow: WorkerName,
        /// The worker that computes it, too.
        second: WorkerName,
    },
    /// Two workers gave different results for the same node.
    Differs(Evidence),
    /// A job took results of a worker that is not believed any more.
    Doubtful {
        /// The job, which may have ended.
        job: JobId,
        /// Why the worker is not believed; often found with another job.
        evidence: Evidence,
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
    /// The coordinator stops, and ends all connections.
    Closing,
    /// It broke the rules of the conversation; in which way.
    Fault(String),
}

impl fmt::Display for LeaveCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnected => f.write_str("the connection broke off"),
            Self::Goodbye => f.write_str("it said goodbye"),
            Self::Replaced => f.write_str("it has connected anew"),
            Self::Closing => f.write_str("the farm is shutting down"),
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
                write!(f, "worker {worker} sends nothing any more{}", GoElsewhere(*leases))
            }
            Self::Back { worker } => write!(f, "worker {worker} is back"),
            Self::Quarantined { worker, reason, .. } => write!(f, "worker {worker} is quarantined: {reason}"),
            Self::Reinstated { worker } => write!(f, "worker {worker} is reinstated"),
            Self::Failed { revision, stage, node, attempt } => {
                let Attempt { worker, error } = attempt;
                let job = revision.job;
                match stage {
                    Stage::Prepare => write!(f, "job {job}: preparation failed on worker {worker}: {error}"),
                    Stage::Epoch(epoch) => {
                        write!(f, "job {job}, epoch {epoch}, node {node} failed on worker {worker}: {error}")
                    }
                }
            }
            Self::LeaseLost { worker, revision, node, .. } => {
                write!(f, "job {}: node {node} goes to others, worker {worker} has lost it", revision.job)
            }
            Self::Returned { worker, revision, reason, .. } => {
                write!(f, "worker {worker} has handed back work of job {}: {reason}", revision.job)
            }
            Self::Speculated { revision, node, slow, second, .. } => {
                write!(f, "job {}: worker {second} computes node {node} too, {slow} takes long", revision.job)
            }
            Self::Differs(evidence) => write!(f, "a spot check found that results differ: {evidence}"),
            Self::Doubtful { job, evidence } => {
                let workers: Vec<&str> = evidence.at_fault().map(|opinion| opinion.worker.as_str()).collect();
                write!(
                    f,
                    "job {job}: its picture may not be the one that its experiment and seed give; worker {} may have \
                     computed wrongly for it ({evidence})",
                    workers.join(" or ")
                )
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

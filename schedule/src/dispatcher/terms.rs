//! What goes into the dispatcher and what its calls return.

use std::fmt;
use std::time::Duration;

use clipig_core::{
    DeviceClass, Epoch, EpochValues, Fence, JobRevision, Lease, SessionId, ShardModels, Stage, Work,
    WorkerKind, WorkerName,
};

/// Under which terms a job is computed.
#[derive(Clone, Debug, PartialEq)]
pub struct JobTerms {
    /// The job.
    pub revision: JobRevision,
    /// −10 to 10, limited to that; each step doubles the job's share.
    pub priority: i32,
    /// Who may compute it.
    pub fit: Fit,
    /// Threads within an operation: what a shard occupies of a CPU worker's cores.
    pub threads: u32,
}

/// Which workers may compute a job.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Those of one kind: the picture is exact, bit for bit.
    Kind(WorkerKind),
    /// Those of one class; kinds mix.
    Class(DeviceClass),
    /// All; kinds mix.
    Any,
}

impl Fit {
    /// May a worker of this kind compute the job?
    pub fn admits(&self, kind: &WorkerKind) -> bool {
        match self {
            Self::Kind(wanted) => wanted == kind,
            Self::Class(class) => *class == kind.class,
            Self::Any => true,
        }
    }

    /// Do all who fit give the same bits?
    pub(super) fn is_exact(&self) -> bool {
        matches!(self, Self::Kind(kind) if kind.class == DeviceClass::Cpu)
    }

    /// Is there a kind that both admit?
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Kind(kind), fit) | (fit, Self::Kind(kind)) => fit.admits(kind),
            (Self::Class(class), Self::Class(other)) => class == other,
        }
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => write!(f, "worker of the kind {kind}"),
            Self::Class(class) => write!(f, "{class} worker"),
            Self::Any => f.write_str("worker"),
        }
    }
}

/// A worker that is welcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Admitted {
    /// The name that the farm knows it by.
    pub name: WorkerName,
    /// Leases that were in its hands when its last connection broke, and that are still valid: it goes on with them.
    pub leases: Vec<Lease>,
    /// Jobs that it was told of on its last connection, and that are still open.
    pub jobs: Vec<JobRevision>,
}

/// Work that a job has ready.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The job; it must be open.
    pub revision: JobRevision,
    /// What is to be done.
    pub work: OfferedWork,
    /// The epoch's variables; for a preparation those of the first canvas.
    pub values: EpochValues,
    /// The models of the epoch's shards. A preparation needs all models.
    pub models: ShardModels,
}

/// What a job has ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferedWork {
    /// Encode texts and images.
    Prepare,
    /// All shards of an epoch.
    Epoch {
        /// The epoch; a job may offer it again.
        epoch: Epoch,
        /// How many shards it has, at least one.
        shards: u32,
    },
}

impl OfferedWork {
    /// Of which stage of the job this is.
    pub fn stage(self) -> Stage {
        match self {
            Self::Prepare => Stage::Prepare,
            Self::Epoch { epoch, .. } => Stage::Epoch(epoch),
        }
    }
}

/// What a worker answers when it has done what a lease asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Texts and images are encoded.
    Prepared,
    /// A node is computed; this is the time that its worker says it took, over all slots.
    Computed(Duration),
}

impl Answer {
    /// Is it an answer to this work at all?
    pub(super) fn fits(self, work: Work) -> bool {
        matches!((self, work), (Self::Prepared, Work::Prepare) | (Self::Computed(_), Work::Node { .. }))
    }

    pub(super) fn computing(self) -> Duration {
        match self {
            Self::Prepared => Duration::ZERO,
            Self::Computed(computing) => computing,
        }
    }
}

/// A result that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The job.
    pub revision: JobRevision,
    /// What was done.
    pub work: Work,
    /// The worker whose result it is.
    pub worker: WorkerName,
    /// Its connection.
    pub session: SessionId,
    /// The lease, where the result is compared with another worker's. When it has been merged, its
    /// [digest](crate::digest()) is wanted, by [`Dispatcher::handle_digest`](super::Dispatcher::handle_digest).
    pub compare: Option<Fence>,
}

/// A result that is only compared with one that counts. Its [digest](crate::digest()) is wanted, by
/// [`Dispatcher::handle_digest`](super::Dispatcher::handle_digest).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The job.
    pub revision: JobRevision,
    /// The lease.
    pub fence: Fence,
}

/// What is to be done with a result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Hand it on to the job; nobody else's result for it will be accepted.
    Accept(Accepted),
    /// Hash it and drop it; it must not be merged.
    Compare(Compared),
    /// Drop it: the lease was taken back, never was this session's, or asked for something else.
    Stale,
}

/// A call that names something that the dispatcher does not know, or that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DispatchError {
    /// No such worker.
    #[error("there is no worker `{0}`")]
    UnknownWorker(WorkerName),
    /// The worker is not connected.
    #[error("worker `{0}` is not connected")]
    NotConnected(WorkerName),
    /// The job is not open: a fault of the caller.
    #[error("job {0} is not open")]
    UnknownJob(JobRevision),
    /// An offer without shards: nothing to wait for.
    #[error("job {0} offers an epoch without shards")]
    NoShards(JobRevision),
}

/// Why a worker is not welcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// It speaks another version of the conversation.
    #[error(
        "the coordinator speaks version {expected} of the farm's protocol, worker `{name}` (clipig {version}) \
         version {found}; install the same clipig on both"
    )]
    Protocol {
        /// The worker.
        name: WorkerName,
        /// Its clipig.
        version: String,
        /// The coordinator's protocol.
        expected: u32,
        /// The worker's protocol.
        found: u32,
    },
    /// There is no room.
    #[error("{0} workers are connected, and the coordinator takes no more")]
    Full(usize),
    /// The session's number is taken: a fault of the caller.
    #[error("session {0} has joined already")]
    Twice(SessionId),
}

//! What comes out of a switchboard.

use std::time::Duration;

use clipig_core::{GradientSum, JobId, Lease, Node, Preparation, SampleReport, SessionId, ToWorker, Welcome};

use crate::dispatcher::{Accepted, CheckEnd, Compared, DispatchError, JobFailure, Note};

/// A worker that is let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The answer to it.
    pub welcome: Welcome,
    /// The leases of the welcome: what they ask for bounds what the worker may answer.
    pub leases: Vec<KeptLease>,
}

/// A lease that a process keeps on a new connection.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptLease {
    /// As it was granted.
    pub lease: Lease,
    /// The greatest number of samples in a shard of its job.
    pub shard_size: u32,
}

/// Something to do, in the order given.
#[derive(Debug)]
pub enum Output {
    /// Send a message. Those to a session that has ended are dropped.
    Send {
        /// The session.
        session: SessionId,
        /// The message.
        message: ToWorker,
    },
    /// Nothing more is sent to a session. What was sent before is still written.
    End(SessionId),
    /// Tell a job's runner what has happened.
    Job {
        /// The job.
        job: JobId,
        /// What has happened.
        event: JobEvent,
    },
    /// Something that people want to read about.
    Note(Note),
    /// What became of shards, for the metrics.
    Shards(ShardReport),
    /// A spot check is over.
    Checked(CheckEnd),
    /// A job's command made no sense: a bug of the coordinator.
    Fault(DispatchError),
}

/// What happens to a job.
#[derive(Debug)]
pub enum JobEvent {
    /// A revision's texts and images are encoded.
    Prepared {
        /// The features.
        preparation: Preparation,
        /// The lease, for the case that the result makes no sense.
        accepted: Accepted,
    },
    /// A node is computed; each node of an offer comes exactly once, unless it is refused.
    Computed {
        /// The node.
        node: Node,
        /// The sum of its shards.
        gradient: GradientSum,
        /// One entry per shard.
        reports: Vec<Vec<SampleReport>>,
        /// The lease, for the case that the result makes no sense.
        accepted: Accepted,
    },
    /// A node is computed once more, for a spot check. It must not be merged: its [digest](crate::digest()) is wanted, by
    /// [`JobCommand::Digest`](super::JobCommand::Digest). It may belong to an epoch that is over.
    Compared {
        /// The lease.
        compared: Compared,
        /// The sum of the node's shards.
        gradient: GradientSum,
        /// One entry per shard.
        reports: Vec<Vec<SampleReport>>,
    },
    /// What it offers cannot be computed.
    Failed(JobFailure),
}

/// What became of shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardReport {
    /// Their result counts.
    Accepted {
        /// How many.
        shards: u32,
        /// Time from the grant of their lease.
        held: Duration,
    },
    /// Their result came too late, or from somebody who was not asked.
    Stale {
        /// How many.
        shards: u32,
    },
    /// Their worker said that they failed.
    Failed {
        /// How many.
        shards: u32,
    },
}

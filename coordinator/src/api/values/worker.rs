//! Workers.

use clipig_proto::v1;
use clipig_proto::v1::worker_lease::Work;
use serde::Serialize;
use utoipa::ToSchema;

use super::job::Kind;
use super::moment;

/// What a worker is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WorkerState {
    /// It has nothing to do.
    Idle,
    /// It computes.
    Busy,
    /// A person has paused it.
    Paused,
    /// It finishes its work and leaves.
    Draining,
    /// It has failed too often and gets nothing for a while.
    Quarantined,
    /// It has left or sends nothing any more.
    Lost,
}

impl WorkerState {
    pub(crate) fn of(state: v1::WorkerState) -> Self {
        match state {
            v1::WorkerState::Unspecified | v1::WorkerState::Idle => Self::Idle,
            v1::WorkerState::Busy => Self::Busy,
            v1::WorkerState::Paused => Self::Paused,
            v1::WorkerState::Draining => Self::Draining,
            v1::WorkerState::Quarantined => Self::Quarantined,
            v1::WorkerState::Lost => Self::Lost,
        }
    }
}

/// A worker that the farm knows.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Worker {
    /// Its name.
    #[serde(rename = "worker")]
    name: String,
    /// What it is about.
    state: WorkerState,
    /// Why it is quarantined, paused, drains or was lost; empty else.
    reason: String,
    /// Until when it is quarantined.
    quarantined_until: Option<String>,
    /// Everything about its device that changes bits.
    kind: Option<Kind>,
    /// Its device.
    device: String,
    /// Memory of the device in bytes.
    memory: u64,
    /// Cores that it computes with.
    cores: u32,
    /// Version of its program.
    version: String,
    /// Since when it is connected or lost.
    since: Option<String>,
    /// When something was heard of it last; `null` while it is connected.
    last_heard: Option<String>,
    /// What it computes now.
    leases: Vec<Lease>,
    /// Shards that it has done since the coordinator started.
    shards_done: u64,
    /// Leases that it has failed since the coordinator started.
    leases_failed: u64,
}

/// A part of an epoch that a worker computes.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Lease {
    /// The job's number.
    job: u64,
    /// The epoch, counted from 0.
    epoch: u32,
    /// The node of the merge tree; `null` where texts and images are encoded.
    node: Option<String>,
    /// When it was given.
    since: Option<String>,
}

impl From<v1::Worker> for Worker {
    fn from(worker: v1::Worker) -> Self {
        Self {
            state: WorkerState::of(worker.state()),
            name: worker.name,
            reason: worker.reason,
            quarantined_until: moment(worker.quarantined_until),
            kind: worker.kind.map(Kind::from),
            device: worker.device,
            memory: worker.memory,
            cores: worker.cores,
            version: worker.version,
            since: moment(worker.since),
            last_heard: moment(worker.last_heard),
            leases: worker.leases.into_iter().map(Lease::from).collect(),
            shards_done: worker.shards_done,
            leases_failed: worker.leases_failed,
        }
    }
}

impl From<v1::WorkerLease> for Lease {
    fn from(lease: v1::WorkerLease) -> Self {
        let node = match lease.work {
            Some(Work::Node(node)) => Some(node),
            Some(Work::Prepare(_)) | None => None,
        };
        Self { job: lease.job, epoch: lease.epoch, node, since: moment(lease.since) }
    }
}

/// The workers, by name.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct WorkerList {
    /// The workers.
    pub(crate) workers: Vec<Worker>,
}

//! What others see of the dispatcher, as plain values.

use std::fmt;

use clipig_core::{Fence, JobRevision, Node, Registration, Stage, WorkerKind, WorkerName};

use super::terms::Fit;
use super::timers::Time;
use super::workers::{Liveness, Quarantine, WorkerCounts};

/// A worker as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerView {
    /// Its name on the farm.
    pub name: WorkerName,
    /// What it last said of itself.
    pub registration: Registration,
    /// Is it there?
    pub liveness: Liveness,
    /// Was it paused by a person?
    pub paused: bool,
    /// Why it gets nothing, where it has failed too often.
    pub quarantine: Option<Quarantine>,
    /// Is it about to leave?
    pub draining: bool,
    /// What it holds, in the order of granting.
    pub leases: Vec<LeaseView>,
    /// What it has done.
    pub counts: WorkerCounts,
}

impl WorkerView {
    /// Does it get leases?
    pub fn takes_work(&self) -> bool {
        matches!(self.liveness, Liveness::Connected(_))
            && !self.paused
            && self.quarantine.is_none()
            && !self.draining
    }
}

/// A lease as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseView {
    /// Its fence.
    pub fence: Fence,
    /// The job.
    pub revision: JobRevision,
    /// The stage of the job.
    pub stage: Stage,
    /// The node.
    pub node: Node,
    /// The worker that holds it.
    pub worker: WorkerName,
    /// When it was granted.
    pub granted: Time,
    /// When its holder came to it; `None` while it waits there.
    pub begun: Option<Time>,
}

/// Why nothing is leased for a job that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseWait {
    /// It has nothing to offer: the coordinator steps, or everything is merged.
    NothingToDo,
    /// No worker that fits is connected; the kinds that are.
    NoWorker {
        /// What the job asks for.
        fit: Fit,
        /// Kinds of the workers that are connected.
        connected: Vec<WorkerKind>,
    },
    /// Those that fit take no work.
    NobodyServes {
        /// How many are paused by a person.
        paused: usize,
        /// How many are quarantined.
        quarantined: usize,
        /// How many send nothing.
        silent: usize,
        /// How many are leaving.
        draining: usize,
    },
    /// They have handed its work back, and are asked again after a while.
    HandedBack {
        /// The worker that did so last.
        worker: WorkerName,
        /// What it said.
        reason: String,
    },
    /// They serve other jobs.
    Busy,
}

impl fmt::Display for LeaseWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToDo => f.write_str("the coordinator is at work on it"),
            Self::NoWorker { fit, connected } if connected.is_empty() => {
                write!(f, "no {fit} is connected, nor any other")
            }
            Self::NoWorker { fit, connected } => {
                let kinds: Vec<String> = connected.iter().map(ToString::to_string).collect();
                write!(f, "no {fit} is connected; there are: {}", kinds.join("; "))
            }
            Self::NobodyServes { paused, quarantined, silent, draining } => {
                let parts = [
                    (paused, "paused"),
                    (quarantined, "quarantined"),
                    (silent, "silent"),
                    (draining, "leaving"),
                ];
                let said: Vec<String> = parts
                    .iter()
                    .filter(|(count, _)| **count > 0)
                    .map(|(count, what)| format!("{count} {what}"))
                    .collect();
                write!(f, "no fitting worker takes work: {}", said.join(", "))
            }
            Self::HandedBack { worker, reason } => {
                write!(f, "its work was handed back, at last by worker {worker}: {reason}; it is tried again")
            }
            Self::Busy => f.write_str("the workers that fit are busy with other jobs"),
        }
    }
}

/// What a job offers, and how far that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundView {
    /// The stage of the job.
    pub stage: Stage,
    /// All shards.
    pub shards: u32,
    /// Shards that are done.
    pub done: u32,
    /// Nodes that nobody computes.
    pub pending: usize,
    /// What is being computed; a node may occur twice.
    pub leases: Vec<LeaseView>,
}

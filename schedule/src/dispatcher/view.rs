//! What people see of the farm.

use std::fmt;

use clipig_core::Node;
use clipig_core::Registration;
use clipig_core::WorkerKind;
use clipig_core::{Epoch, Fence, JobRevision, WorkerName};

use super::open_job::OpenJob;
use super::round::Round;
use super::terms::Fit;
use super::worker::{Granted, Presence, SetAside, Worker, WorkerCounts};
use super::{Dispatcher, Time};

/// A worker as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerView {
    /// Its name on the farm.
    pub name: WorkerName,
    /// What it last said of itself.
    pub registration: Registration,
    /// Where it is.
    pub presence: Presence,
    /// Was it paused by hand?
    pub paused: bool,
    /// Was it set aside?
    pub aside: Option<SetAside>,
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
        matches!(self.presence, Presence::Connected(_))
            && !self.paused
            && self.aside.is_none()
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
    /// The epoch.
    pub epoch: Epoch,
    /// The node.
    pub node: Node,
    /// Who holds it.
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
        /// Who would fit.
        fit: Fit,
        /// Kinds of the workers that are connected.
        connected: Vec<WorkerKind>,
    },
    /// Those that fit take no work.
    NobodyServes {
        /// Paused by hand.
        paused: usize,
        /// Set aside.
        aside: usize,
        /// Silent.
        silent: usize,
        /// Leaving.
        draining: usize,
    },
    /// They have handed its work back, and are asked again after a while.
    HandedBack {
        /// Who did so last.
        worker: WorkerName,
        /// Why.
        reason: String,
    },
    /// They serve other jobs.
    Busy,
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
            Self::NobodyServes { paused, aside, silent, draining } => {
                let parts =
                    [(paused, "paused"), (aside, "set aside"), (silent, "silent"), (draining, "leaving")];
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

impl Dispatcher {
    /// All workers that are not forgotten, by name.
    pub fn workers(&self) -> Vec<WorkerView> {
        self.workers.iter().map(|(name, worker)| self.worker_view(name, worker)).collect()
    }

    fn worker_view(&self, name: &WorkerName, worker: &Worker) -> WorkerView {
        let connection = worker.session().and_then(|session| self.connections.get(&session));
        let leases = connection.into_iter().flat_map(|connection| &connection.leases);
        WorkerView {
            name: name.clone(),
            registration: worker.registration.clone(),
            presence: worker.presence.clone(),
            paused: worker.paused,
            aside: worker.aside.clone(),
            draining: connection.is_some_and(|connection| connection.draining),
            leases: leases.filter_map(|fence| self.lease_view(*fence)).collect(),
            counts: worker.counts,
        }
    }

    pub(super) fn lease_view(&self, fence: Fence) -> Option<LeaseView> {
        let Granted { session, revision, epoch, node, times, .. } = self.leases.get(&fence)?;
        let worker = self.connections.get(session)?.worker.clone();
        let (granted, begun) = (times.granted, times.begun);
        Some(LeaseView { fence, revision: *revision, epoch: *epoch, node: *node, worker, granted, begun })
    }

    /// Why nothing is leased for an open job; `None` when something is, or it is not open. O(workers).
    pub fn lease_wait(&self, revision: JobRevision) -> Option<LeaseWait> {
        let job = self.jobs.get(&revision)?;
        let Some(round) = &job.round else { return Some(LeaseWait::NothingToDo) };
        if round.leased().next().is_some() {
            return None;
        }
        Some(if round.pending() == 0 { LeaseWait::NothingToDo } else { self.missing_worker(job, round) })
    }

    /// As [`lease_wait`](Self::lease_wait), for all jobs for which nothing is leased.
    pub fn lease_waits(&self) -> Vec<(JobRevision, LeaseWait)> {
        self.jobs.keys().filter_map(|revision| Some((*revision, self.lease_wait(*revision)?))).collect()
    }

    fn missing_worker(&self, job: &OpenJob, round: &Round) -> LeaseWait {
        let fit = &job.terms.fit;
        let mut serving = self.roster.serving(fit).filter_map(|id| self.connections.get(&id)).peekable();
        if serving.peek().is_some() {
            let reluctant = serving.all(|session| session.reluctance.contains_key(&job.terms.revision));
            return match round.last_return.clone().filter(|_| reluctant) {
                Some((worker, reason)) => LeaseWait::HandedBack { worker, reason },
                None => LeaseWait::Busy,
            };
        }
        let present: Vec<&Worker> =
            self.workers.values().filter(|worker| worker.session().is_some()).collect();
        let fitting: Vec<&&Worker> =
            present.iter().filter(|worker| fit.admits(&worker.registration.kind)).collect();
        if fitting.is_empty() {
            let mut connected: Vec<WorkerKind> =
                present.iter().map(|worker| worker.registration.kind.clone()).collect();
            connected.sort_unstable();
            connected.dedup();
            return LeaseWait::NoWorker { fit: fit.clone(), connected };
        }
        let count = |what: &dyn Fn(&Worker) -> bool| fitting.iter().filter(|worker| what(worker)).count();
        let drains = |worker: &Worker| {
            let connection = worker.session().and_then(|session| self.connections.get(&session));
            connection.is_some_and(|connection| connection.draining)
        };
        LeaseWait::NobodyServes {
            paused: count(&|worker| worker.paused),
            aside: count(&|worker| worker.aside.is_some()),
            silent: count(&|worker| matches!(worker.presence, Presence::Silent(_))),
            draining: count(&drains),
        }
    }

    /// Leases in workers' hands.
    pub fn leases(&self) -> usize {
        self.leases.len()
    }
}

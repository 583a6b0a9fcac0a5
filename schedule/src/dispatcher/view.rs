//! What people see of the farm.

use clipig_core::{Fence, JobRevision, WorkerKind, WorkerName};

use super::Dispatcher;
use super::jobs::{OpenJob, Round};
use super::terms::Fit;
use super::views::{LeaseView, LeaseWait, WorkerView};
use super::workers::{Connection, Liveness, Worker};

impl Dispatcher {
    /// All workers that are not forgotten, by name.
    pub fn workers(&self) -> Vec<WorkerView> {
        self.workers.iter().map(|(name, worker)| self.worker_view(name, worker)).collect()
    }

    /// One worker, if it is not forgotten.
    pub fn worker(&self, name: &WorkerName) -> Option<WorkerView> {
        self.workers.get(name).map(|worker| self.worker_view(name, worker))
    }

    fn worker_view(&self, name: &WorkerName, worker: &Worker) -> WorkerView {
        let leases = worker.session().into_iter().flat_map(|session| self.leases.of(session));
        WorkerView {
            name: name.clone(),
            registration: worker.registration().clone(),
            liveness: worker.liveness().clone(),
            paused: worker.is_paused(),
            quarantine: worker.quarantine().cloned(),
            draining: self.connection_of(worker).is_some_and(Connection::is_draining),
            leases: leases.filter_map(|fence| self.lease_view(fence)).collect(),
            counts: *worker.counts(),
        }
    }

    fn connection_of(&self, worker: &Worker) -> Option<&Connection> {
        self.workers.connection(worker.session()?)
    }

    pub(super) fn lease_view(&self, fence: Fence) -> Option<LeaseView> {
        let lease = self.leases.get(fence)?;
        let (grant, times) = (lease.grant(), lease.times());
        Some(LeaseView {
            fence,
            revision: grant.revision,
            stage: grant.stage,
            node: grant.node,
            worker: self.workers.holder(grant.session)?.worker().clone(),
            granted: times.granted,
            begun: times.begun,
        })
    }

    /// Why nothing is leased for an open job; `None` when something is, or it is not open. O(workers).
    pub fn lease_wait(&self, revision: JobRevision) -> Option<LeaseWait> {
        self.wait_of(revision, self.jobs.get(revision)?)
    }

    /// As [`lease_wait`](Self::lease_wait), for all jobs for which nothing is leased.
    pub fn lease_waits(&self) -> Vec<(JobRevision, LeaseWait)> {
        let waits = self.jobs.iter().map(|(revision, job)| (revision, self.wait_of(revision, job)));
        waits.filter_map(|(revision, wait)| Some((revision, wait?))).collect()
    }

    fn wait_of(&self, revision: JobRevision, job: &OpenJob) -> Option<LeaseWait> {
        match job.round() {
            None => Some(LeaseWait::NothingToDo),
            Some(round) if self.is_in_hand(round) => None,
            Some(round) if !round.is_leased() && round.pending() == 0 => Some(LeaseWait::NothingToDo),
            // It has first to merge what has come.
            Some(_) if !self.budget.has_room(revision, self.next_gradient(revision)) => {
                Some(LeaseWait::NothingToDo)
            }
            Some(round) => Some(self.missing_worker(revision, job.fit(), round)),
        }
    }

    /// Does anybody compute a node of a round, as far as is known?
    fn is_in_hand(&self, round: &Round) -> bool {
        let is_there = |fence| {
            let lease = self.leases.get(fence);
            lease.is_some_and(|lease| self.workers.is_connected(lease.grant().session))
        };
        round.is_leased() && round.leases().into_iter().any(is_there)
    }

    fn missing_worker(&self, revision: JobRevision, fit: &Fit, round: &Round) -> LeaseWait {
        let mut serving = self.workers.serving(fit).peekable();
        if serving.peek().is_some() {
            let all_hand_back = serving.all(|connection| connection.hands_back(revision));
            return match round.last_return().cloned().filter(|_| all_hand_back) {
                Some((worker, reason)) => LeaseWait::HandedBack { worker, reason },
                None => LeaseWait::Busy,
            };
        }
        let connected =
            self.workers.iter().map(|(_, worker)| worker).filter(|worker| worker.session().is_some());
        let (fitting, others): (Vec<&Worker>, Vec<&Worker>) =
            connected.partition(|worker| fit.admits(&worker.registration().kind));
        if fitting.is_empty() {
            let mut kinds: Vec<WorkerKind> =
                others.iter().map(|worker| worker.registration().kind.clone()).collect();
            kinds.sort_unstable();
            kinds.dedup();
            return LeaseWait::NoWorker { fit: fit.clone(), connected: kinds };
        }
        let count = |what: &dyn Fn(&Worker) -> bool| fitting.iter().filter(|worker| what(worker)).count();
        LeaseWait::NobodyServes {
            paused: count(&|worker| worker.is_paused()),
            quarantined: count(&|worker| worker.quarantine().is_some()),
            silent: count(&|worker| matches!(worker.liveness(), Liveness::Silent(_))),
            draining: count(&|worker| self.connection_of(worker).is_some_and(Connection::is_draining)),
        }
    }

    /// Bytes of gradients that have come and that their jobs have not merged yet.
    pub fn unmerged_bytes(&self) -> u64 {
        self.budget.unmerged()
    }

    /// How many leases are in workers' hands.
    pub fn leases(&self) -> usize {
        self.leases.len()
    }
}

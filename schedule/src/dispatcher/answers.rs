//! What workers answer, and what follows from it.

use std::time::Duration;

use crate::brief::Work;
use crate::compute::ShardError;
use crate::ids::{Fence, JobRevision, SessionId, WorkerName};
use crate::node::Node;

use super::action::{Action, Attempt, JobFailure, Note};
use super::terms::{Accepted, PREPARATION, Verdict};
use super::timers::Timer;
use super::worker::{Granted, Reluctance};
use super::{Dispatcher, Time};

/// The first pause of a worker that hands leases of a job back; it doubles.
const RELUCTANCE: Duration = Duration::from_millis(100);

/// How often the pause doubles at most: to 25.6 s.
const DOUBLINGS: u32 = 8;

impl Dispatcher {
    /// A result has come; `computing` is the time that its worker says it took, over all slots. It counts only if the
    /// lease is this session's and still valid.
    pub fn finished(&mut self, session: SessionId, fence: Fence, computing: Duration, now: Time) -> Verdict {
        self.heard(session, now);
        if !self.holds(session, fence) {
            return Verdict::Stale;
        }
        let Some(granted) = self.end_lease(fence, now) else { return Verdict::Stale };
        let Granted { revision, epoch, node, shards, times, .. } = granted;
        let begun = times.begun.unwrap_or(times.granted);
        let took = now.saturating_sub(begun);
        let Some(job) = self.jobs.get_mut(&revision) else { return Verdict::Stale };
        let threads = job.terms.threads;
        let Some(round) = job.round.as_mut().filter(|round| round.holds(node, fence)) else {
            return Verdict::Stale;
        };
        let work = round.work(node);
        let other = round.finish(node, fence, times);
        let tried: Vec<WorkerName> = round.history(node).map_or_else(Vec::new, |history| {
            history.attempts.iter().map(|attempt| attempt.worker.clone()).collect()
        });
        if work != Work::Prepare {
            job.pace.record(took, shards);
        }
        let mut worker = None;
        if let Some(connection) = self.connections.get_mut(&session) {
            // A worker cannot have computed longer than it had the lease, whatever it says.
            let computing = computing.min(took.saturating_mul(connection.slots(threads)));
            let cores = f64::from(connection.cores_per_shard(threads));
            job.settle(granted.charged, computing.as_secs_f64() * cores, shards);
            connection.progressed = now;
            connection.reluctance.remove(&revision);
            worker = Some(connection.worker.clone());
            if let Some(counts) = self.counts(session) {
                counts.nodes += 1;
                counts.shards += u64::from(shards);
                counts.computing += computing;
            }
        }
        let Some(worker) = worker else { return Verdict::Stale };
        if let Some(other) = other {
            self.take_back(other, now);
        }
        if let Some(worker) = self.workers.get_mut(&worker) {
            worker.succeeded();
        }
        for name in tried.iter().filter(|name| **name != worker) {
            if let Some(other) = self.workers.get_mut(name) {
                other.contradicted(revision, epoch, node);
            }
            self.judge(name, now);
        }
        self.assign(now);
        Verdict::Accept(Accepted { revision, epoch, work, worker, session })
    }

    /// The work under a lease has failed.
    pub fn failed(&mut self, session: SessionId, fence: Fence, error: &ShardError, now: Time) {
        self.heard(session, now);
        if self.holds(session, fence) {
            self.fail_attempt(fence, error.clone(), now);
            self.assign(now);
        }
    }

    /// The work under a lease is handed back undone.
    pub fn returned(&mut self, session: SessionId, fence: Fence, reason: String, now: Time) {
        self.heard(session, now);
        if !self.holds(session, fence) {
            return;
        }
        let Some(connection) = self.connections.get_mut(&session) else { return };
        let worker = connection.worker.clone();
        let Some(Granted { revision, node, .. }) = self.leases.get(&fence) else { return };
        let (revision, node) = (*revision, *node);
        if !connection.draining {
            let known = connection.reluctance.get(&revision).map_or(0, |reluctance| reluctance.times);
            // The first time it is asked again at once: it may just lack the brief or the canvas.
            let pause =
                if known == 0 { Duration::ZERO } else { RELUCTANCE * (1 << (known - 1).min(DOUBLINGS)) };
            let reluctance = Reluctance { times: known.saturating_add(1), until: now + pause };
            connection.reluctance.insert(revision, reluctance);
            self.timers.set(now + pause, Timer::Retry(session));
            if known > 0
                && let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut())
                && !round.history_mut(node).returned.contains(&worker)
            {
                round.history_mut(node).returned.push(worker.clone());
            }
        }
        self.forget_open(session, revision);
        self.release(fence, now);
        self.note(Note::Returned { worker, revision, reason });
        self.assign(now);
    }

    /// The job did not take a result that was accepted before: it is of the wrong shape, or not finite. The node goes
    /// out again, and counts as failed on that worker.
    pub fn refused(&mut self, accepted: &Accepted, error: &ShardError, now: Time) {
        let Accepted { revision, epoch, work, ref worker, .. } = *accepted;
        let node = node_of(work);
        let open = self.is_open(revision, node);
        let round = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut());
        let Some(round) = round.filter(|round| round.epoch == epoch && !open) else { return };
        let attempt = Attempt { worker: worker.clone(), error: error.clone() };
        round.history_mut(node).attempts.push(attempt.clone());
        round.reopen(node);
        self.attempt_failed(revision, node, attempt, now);
        self.assign(now);
    }

    fn holds(&self, session: SessionId, fence: Fence) -> bool {
        self.leases.get(&fence).is_some_and(|granted| granted.session == session)
    }

    /// Ends a lease as a failed attempt of its node.
    fn fail_attempt(&mut self, fence: Fence, error: ShardError, now: Time) {
        let Some(granted) = self.leases.get(&fence) else { return };
        let (revision, node) = (granted.revision, granted.node);
        let Some(connection) = self.connections.get(&granted.session) else { return };
        let attempt = Attempt { worker: connection.worker.clone(), error };
        if let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut()) {
            round.history_mut(node).attempts.push(attempt.clone());
        }
        self.release(fence, now);
        self.attempt_failed(revision, node, attempt, now);
    }

    /// An attempt is in the node's history, and the node is pending again: does the job fail, or the worker?
    fn attempt_failed(&mut self, revision: JobRevision, node: Node, attempt: Attempt, now: Time) {
        let Some(epoch) =
            self.jobs.get(&revision).and_then(|job| job.round.as_ref()).map(|round| round.epoch)
        else {
            return;
        };
        let worker = attempt.worker.clone();
        let fatal = self.is_fatal(revision, node, &attempt);
        let blames_worker = !matches!(attempt.error, ShardError::Experiment(_));
        if let Some(known) = self.workers.get_mut(&worker) {
            known.counts.failures += 1;
            if blames_worker {
                known.slipped(revision, epoch, node);
            }
        }
        let error = attempt.error.clone();
        self.note(Note::Failed { revision, epoch, node, attempt });
        if fatal {
            self.fail_job(revision, node, error, now);
        }
        self.judge(&worker, now);
    }

    /// Does this last attempt of a node fail its job?
    fn is_fatal(&self, revision: JobRevision, node: Node, last: &Attempt) -> bool {
        let Some(job) = self.jobs.get(&revision) else { return false };
        let Some(history) = job.round.as_ref().and_then(|round| round.history(node)) else { return false };
        if matches!(last.error, ShardError::Experiment(_)) || history.attempts.len() >= self.settings.attempts
        {
            return true;
        }
        if !matches!(last.error, ShardError::NotFinite(_)) {
            return false;
        }
        let mut same =
            history.attempts.iter().filter(|other| matches!(other.error, ShardError::NotFinite(_)));
        let alone = || {
            let mut others = self.roster.serving(&job.terms.fit).filter_map(|id| self.connections.get(&id));
            !others.any(|connection| connection.worker != last.worker)
        };
        let reproduced_elsewhere = same.clone().any(|other| other.worker != last.worker);
        reproduced_elsewhere || (same.nth(1).is_some() && alone())
    }

    fn fail_job(&mut self, revision: JobRevision, node: Node, error: ShardError, now: Time) {
        let Some(job) = self.jobs.get_mut(&revision) else { return };
        job.failed = true;
        let Some(round) = job.round.as_ref() else { return };
        let epoch = round.epoch;
        let attempts = round.history(node).map_or_else(Vec::new, |history| history.attempts.clone());
        self.drop_round(revision, now);
        let mut workers: Vec<&WorkerName> = attempts.iter().map(|attempt| &attempt.worker).collect();
        workers.sort_unstable();
        workers.dedup();
        if workers.len() > 1 {
            // What fails on several workers is the job's fault.
            for name in workers {
                if let Some(worker) = self.workers.get_mut(name) {
                    worker.absolved(revision);
                }
            }
        }
        self.actions.push(Action::JobFailed(JobFailure { revision, epoch, error, attempts }));
    }

    /// A worker has disappeared with a lease in its hands; perhaps the node is what ends workers.
    pub(super) fn count_disappearance(&mut self, fence: Fence, now: Time) {
        let Some(granted) = self.leases.get(&fence).filter(|granted| granted.times.begun.is_some()) else {
            return;
        };
        let (revision, node) = (granted.revision, granted.node);
        let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut()) else { return };
        let history = round.history_mut(node);
        history.disappeared += 1;
        let disappeared = history.disappeared;
        if disappeared >= self.settings.disappearances {
            let what =
                format!("{disappeared} workers disappeared while they computed node {node}; it may be why");
            self.fail_job(revision, node, ShardError::Device(what), now);
        }
    }

    pub(super) fn check_deadline(&mut self, fence: Fence, now: Time) {
        let timeout = self.settings.lease_timeout;
        let Some(granted) = self.leases.get_mut(&fence) else { return };
        let Some(connection) = self.connections.get(&granted.session) else { return };
        let (session, revision, node) = (granted.session, granted.revision, granted.node);
        let since = match granted.times.begun {
            _ if !granted.listed => granted.times.granted,
            Some(begun) => begun.max(granted.progressed),
            // It waits for those before it.
            None => granted.times.granted.max(connection.progressed),
        };
        if since + timeout > now {
            granted.timer = since + timeout;
            self.timers.set(granted.timer, Timer::Deadline(fence));
            return;
        }
        if granted.listed {
            let error = ShardError::Device(format!("no progress for {} s", timeout.as_secs()));
            self.fail_attempt(fence, error, now);
        } else {
            // The worker does not know of it, or does not say so.
            let worker = connection.worker.clone();
            if let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut()) {
                round.history_mut(node).returned.push(worker);
            }
            self.forget_open(session, revision);
            self.lose(fence, now);
        }
        self.actions.push(Action::Revoke { session, fence });
    }
}

/// The node of a work; a preparation is the only node of its round.
fn node_of(work: Work) -> Node {
    match work {
        Work::Prepare => Node::root(1),
        Work::Node { node, .. } => node,
    }
}

impl Accepted {
    /// Was a preparation accepted?
    pub fn is_preparation(&self) -> bool {
        self.epoch == PREPARATION
    }
}

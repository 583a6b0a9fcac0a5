//! What workers answer, and what follows from it.

use std::collections::BTreeSet;

use clipig_core::Node;
use clipig_core::ShardError;
use clipig_core::Work;
use clipig_core::{Fence, JobRevision, SessionId, WorkerName};

use super::action::{Action, Attempt, JobFailure, Note};
use super::terms::{Accepted, Answer, PREPARATION, Verdict};
use super::worker::{Granted, Slip};
use super::{Dispatcher, Time};

impl Dispatcher {
    /// A result has come. It counts only if the lease is this session's and still valid. A session that answers
    /// something else than it was asked is ended.
    pub fn finished(&mut self, session: SessionId, fence: Fence, answer: Answer, now: Time) -> Verdict {
        self.heard(session, now);
        let Some((holder, _, asked)) = self.lease(fence) else { return Verdict::Stale };
        if holder != session {
            return Verdict::Stale;
        }
        if !answer.fits(asked) {
            self.break_off(session, wrong_answer(asked), now);
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
        let tried: Vec<WorkerName> =
            round.history(node).map_or_else(Vec::new, |history| history.tried_by().cloned().collect());
        if work != Work::Prepare {
            job.pace.record(took, shards);
        }
        let mut worker = None;
        if let Some(connection) = self.connections.get_mut(&session) {
            // A worker cannot have computed longer than it had the lease, whatever it says.
            let computing = answer.computing().min(took.saturating_mul(connection.slots(threads)));
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

    pub(super) fn holds(&self, session: SessionId, fence: Fence) -> bool {
        self.leases.get(&fence).is_some_and(|granted| granted.session == session)
    }

    /// Ends a lease as a failed attempt of its node.
    pub(super) fn fail_attempt(&mut self, fence: Fence, error: ShardError, now: Time) {
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
        // Where nobody else can be asked, the experiment is believed to be at fault, and not the worker.
        let blames_worker = !(fatal && matches!(attempt.error, ShardError::Experiment(_)));
        if let Some(known) = self.workers.get_mut(&worker) {
            known.counts.failures += 1;
            if blames_worker {
                known.slipped(Slip::failed(revision, epoch, node));
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
        if history.attempts.len() >= self.settings.attempts {
            return true;
        }
        // These two may be the worker's own fault; another one says the same where they are not. An experiment that is
        // impossible stays so; numbers are computed once more where nobody else is there.
        let (is_same, times): (fn(&ShardError) -> bool, _) = match last.error {
            ShardError::Experiment(_) => (|error| matches!(error, ShardError::Experiment(_)), 1),
            ShardError::NotFinite(_) => (|error| matches!(error, ShardError::NotFinite(_)), 2),
            ShardError::Device(_) | ShardError::OutOfMemory(_) => return false,
        };
        let same = history.attempts.iter().filter(|attempt| is_same(&attempt.error));
        if same.clone().any(|other| other.worker != last.worker) {
            return true;
        }
        let mut serving = self.roster.serving(&job.terms.fit).filter_map(|id| self.connections.get(&id));
        same.count() >= times && serving.all(|connection| connection.worker == last.worker)
    }

    pub(super) fn fail_job(&mut self, revision: JobRevision, node: Node, error: ShardError, now: Time) {
        let Some(job) = self.jobs.get_mut(&revision) else { return };
        let Some(round) = job.round.as_ref() else { return };
        let epoch = round.epoch;
        let history = round.history(node).cloned().unwrap_or_default();
        self.drop_round(revision, now);
        let workers: BTreeSet<&WorkerName> = history.tried_by().collect();
        if workers.len() > 1 {
            // What fails on several workers is the job's fault.
            for name in workers {
                if let Some(worker) = self.workers.get_mut(name) {
                    worker.absolved(revision);
                }
            }
        }
        let attempts = history.attempts;
        self.actions.push(Action::JobFailed(JobFailure { revision, epoch, error, attempts }));
    }
}

/// Why a session ends that answered something else than it was asked.
fn wrong_answer(asked: Work) -> String {
    match asked {
        Work::Prepare => "it answered with a gradient where texts and images were to be encoded".to_owned(),
        Work::Node { node, .. } => {
            format!("it answered with encoded texts where node {node} was to be computed")
        }
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

//! Attempts fail: is it the node's fault, and so the job's, or the worker's?

use std::collections::BTreeSet;

use clipig_core::{Fence, JobRevision, Node, ShardError, WorkerName, expected};

use super::Dispatcher;
use super::action::{Action, Attempt, JobFailure, Note};
use super::jobs::History;
use super::timers::Time;
use super::workers::Strike;

impl Dispatcher {
    /// Ends a lease as a failed attempt of its node.
    pub(super) fn fail_attempt(&mut self, fence: Fence, error: ShardError, now: Time) {
        let Some(lease) = expected(self.leases.get(fence), "a lease that fails is valid") else { return };
        let (session, revision, node) = (lease.grant().session, lease.grant().revision, lease.grant().node);
        let Some(holder) = self.workers.holder(session) else { return };
        let attempt = Attempt { worker: holder.worker().clone(), error };
        if self.leases.is_check(fence) {
            self.check_failed(fence, attempt, now);
            return;
        }
        if let Some(round) = self.jobs.round_of_lease(revision) {
            round.add_attempt(node, attempt.clone());
        }
        self.release(fence, now);
        self.attempt_failed(revision, node, attempt, now);
    }

    /// An attempt is in the node's history, and the node is pending again: does the job fail, or the worker?
    pub(super) fn attempt_failed(&mut self, revision: JobRevision, node: Node, attempt: Attempt, now: Time) {
        let round = expected(self.jobs.round(revision), "an attempt's round exists");
        let Some(stage) = round.map(super::jobs::Round::stage) else { return };
        let worker = attempt.worker.clone();
        let fatal = self.is_fatal(revision, node, &attempt);
        self.workers.count_failure(&worker);
        // Where nobody else can be asked, the experiment is believed to be at fault, and not the worker.
        if !(fatal && matches!(attempt.error, ShardError::Experiment(_))) {
            self.workers.strike(&worker, Strike::failed(revision, stage, node));
        }
        let error = attempt.error.clone();
        self.note(Note::Failed { revision, stage, node, attempt });
        if fatal {
            self.fail_job(revision, node, error, now);
        }
        self.judge(&worker, now);
    }

    /// Does this last attempt of a node fail its job?
    fn is_fatal(&self, revision: JobRevision, node: Node, last: &Attempt) -> bool {
        let Some(job) = self.jobs.get(revision) else { return false };
        let Some(history) = job.round().and_then(|round| round.history(node)) else { return false };
        if history.attempts().len() >= self.settings.attempts {
            return true;
        }
        // These two may be the worker's own fault; another one says the same where they are not. An experiment that is
        // impossible stays so; numbers are computed once more where nobody else is there.
        let (is_same, times): (fn(&ShardError) -> bool, _) = match last.error {
            ShardError::Experiment(_) => (|error| matches!(error, ShardError::Experiment(_)), 1),
            ShardError::NotFinite(_) => (|error| matches!(error, ShardError::NotFinite(_)), 2),
            ShardError::Device(_) | ShardError::OutOfMemory(_) => return false,
        };
        let same = history.attempts().iter().filter(|attempt| is_same(&attempt.error));
        if same.clone().any(|other| other.worker != last.worker) {
            return true;
        }
        let is_alone = self.workers.serving(job.fit()).all(|connection| *connection.worker() == last.worker);
        same.count() >= times && is_alone
    }

    /// Gives up what a job offers, because this node cannot be computed.
    pub(super) fn fail_job(&mut self, revision: JobRevision, node: Node, error: ShardError, now: Time) {
        let Some(round) = expected(self.jobs.round(revision), "a job that fails offers something") else {
            return;
        };
        let stage = round.stage();
        let history: History = round.history(node).cloned().unwrap_or_default();
        self.withdraw(revision, now);
        let workers: BTreeSet<&WorkerName> = history.tried_by().collect();
        if workers.len() > 1 {
            // What fails on several workers is the job's fault.
            for name in workers {
                self.workers.absolve(name, revision);
            }
        }
        let attempts = history.into_attempts();
        self.actions.push(Action::JobFailed(JobFailure { revision, stage, error, attempts }));
    }
}

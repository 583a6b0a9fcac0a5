//! What jobs tell: they open, offer work, refuse results and close.

use std::time::Duration;

use clipig_core::{JobRevision, Node, ShardError, Work};

use super::Dispatcher;
use super::action::{Action, Attempt};
use super::jobs::OpenJob;
use super::spot_checks::OfferedNode;
use super::terms::{Accepted, DispatchError, JobTerms, Offer, OfferedWork};
use super::timers::Time;

/// The greatest level of nodes while it is not known how long a job's shards take: eight shards. Nodes are split further
/// as soon as it is known.
const LEVEL_OF_UNKNOWN: u32 = 3;

impl Dispatcher {
    /// Opens a job. When it is open already, the new terms hold, and every worker gets the brief anew before its next
    /// lease: that is how a job goes on when it is prepared. O(workers).
    pub fn handle_open(&mut self, terms: JobTerms) {
        let revision = terms.revision;
        if self.jobs.open(terms) {
            self.workers.forget_sent_to_all(revision);
        }
        self.is_stale = true;
    }

    /// Closes a job; its leases are taken back. Does nothing when it is not open.
    pub fn handle_close(&mut self, revision: JobRevision, now: Time) {
        self.withdraw(revision, now);
        self.end_all_checks(revision, now);
        self.release_kept(revision);
        self.is_stale |= self.budget.close(revision);
        if self.jobs.close(revision) {
            let told = self.workers.close(revision);
            self.actions.extend(told.into_iter().map(|session| Action::Close { session, revision }));
        }
    }

    /// Changes the priority of an open job.
    ///
    /// # Errors
    /// When it is not open.
    pub fn handle_priority(&mut self, revision: JobRevision, priority: i32) -> Result<(), DispatchError> {
        let known = self.jobs.set_priority(revision, priority);
        known.then_some(()).ok_or(DispatchError::UnknownJob(revision))
    }

    /// Takes the work that a job has ready. It takes the place of what the job offered before.
    ///
    /// # Errors
    /// When the job is not open, or there are no shards; nothing changes then.
    pub fn handle_offer(&mut self, offer: Offer, now: Time) -> Result<(), DispatchError> {
        let revision = offer.revision;
        if let OfferedWork::Epoch { shards: 0, .. } = offer.work {
            return Err(DispatchError::NoShards(revision));
        }
        let job = self.jobs.get(revision).ok_or(DispatchError::UnknownJob(revision))?;
        let level = match offer.work {
            OfferedWork::Prepare => 0,
            OfferedWork::Epoch { shards, .. } => self.level(job, shards),
        };
        let cores = self.workers.cores(job.fit());
        let before = job.round().map(|round| (round.serial(), round.values()));
        self.withdraw(revision, now);
        if let Some((offer, values)) = before {
            self.keep_offer(revision, offer, values);
        }
        self.jobs.offer(offer, level, cores);
        self.free_others(revision, now);
        self.is_stale = true;
        Ok(())
    }

    /// The level of nodes by which each slot gets about as many leases as the settings say, and no lease takes longer.
    fn level(&self, job: &OpenJob, shards: u32) -> u32 {
        let serving = self.workers.serving(job.fit());
        let slots: u64 = serving.map(|connection| u64::from(connection.slots(job.threads()))).sum();
        let leases = slots.max(1) * u64::from(self.settings.leases_per_slot.max(1));
        let level = (u64::from(shards) / leases).checked_ilog2().unwrap_or(0);
        let most = self.settings.lease_time.max(Duration::from_nanos(1));
        match job.expected_shard() {
            Some(shard) => {
                level.min((most.as_nanos() / shard.as_nanos().max(1)).checked_ilog2().unwrap_or(0))
            }
            None => level.min(LEVEL_OF_UNKNOWN),
        }
    }

    /// The job has merged a gradient of so many bytes, or dropped it because it came too late.
    pub fn handle_merged(&mut self, revision: JobRevision, bytes: u64) {
        self.is_stale |= self.budget.free(revision, bytes);
    }

    /// The job did not take a result that was accepted before: it is of the wrong shape, or not finite. The node goes
    /// out again, and counts as failed on that worker.
    pub fn handle_refusal(&mut self, accepted: &Accepted, error: &ShardError, now: Time) {
        let Accepted { revision, work, ref worker, .. } = *accepted;
        let node = node_of(work);
        // The job may offer something else by now, or the same once more.
        let round = self.jobs.round_at(revision, work.stage());
        let Some(round) = round.filter(|round| !round.is_open(node)) else { return };
        let checked = OfferedNode { revision, offer: round.serial(), node };
        let attempt = Attempt { worker: worker.clone(), error: error.clone() };
        round.add_attempt(node, attempt.clone());
        round.reopen(node);
        self.end_check(checked, now);
        self.attempt_failed(revision, node, attempt, now);
        self.is_stale = true;
    }

    /// Drops what a job offers; its leases are taken back.
    pub(super) fn withdraw(&mut self, revision: JobRevision, now: Time) {
        let Some(round) = self.jobs.round(revision) else { return };
        for fence in round.leases() {
            self.revoke(fence, now);
        }
        self.jobs.withdraw(revision);
        self.end_checks_of_offer(revision, now);
        self.is_stale = true;
    }
}

/// The node of a work; a preparation is the only node of its round.
fn node_of(work: Work) -> Node {
    match work {
        Work::Prepare => Node::root(1),
        Work::Node { node, .. } => node,
    }
}

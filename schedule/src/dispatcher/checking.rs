//! Idle workers compute nodes again that others compute or have computed, to see whether both give the same bits.
//!
//! A check is granted only to a slot that nobody has work for, also no other job, and from spare room for gradients. It is
//! taken back as soon as another job's work waits. Its own job pays for it, in its share of the farm.
//!
//! It may begin while the node is still under way: then both results come at about the same time, also where an epoch has
//! only one node. The epoch does not wait for it. It may outlive its epoch, since the worker has what it needs of the
//! canvas, but not the next one. So long the canvas of the epoch is kept, too, for a third worker (`comparing`).

use clipig_core::{EpochValues, Fence, JobRevision, SessionId, ShardError, WorkerName};

use super::Dispatcher;
use super::action::{Action, Attempt, Note};
use super::assign::Issued;
use super::budget::whole;
use super::checks::{Check, Comparison, KeptOffer};
use super::evidence::{CheckEnd, CheckOutcome};
use super::jobs::Round;
use super::leases::Purpose;
use super::spot_checks::OfferedNode;
use super::timers::Time;
use super::workers::{Connection, Strike};

/// How many nodes of a job are considered at once.
const CONSIDERED: usize = 8;

impl Dispatcher {
    /// A node was leased of which two workers give the same bits. If it is one of those that are to be checked, and there
    /// are two, it waits for a second one from now on.
    pub(super) fn perhaps_check(&mut self, checked: OfferedNode) {
        if !self.checks.choose(checked) {
            return;
        }
        let Some(job) = self.jobs.get(checked.revision) else { return };
        let Some(round) = job.round() else { return };
        if self.workers.serving(job.fit()).nth(1).is_some() {
            self.checks.add(checked, round.work(checked.node), round.values());
        }
    }

    /// The result of a node goes to its job. Returns its fence if it is compared with another one.
    pub(super) fn perhaps_compare(
        &mut self,
        checked: OfferedNode,
        fence: Fence,
        worker: &WorkerName,
        now: Time,
    ) -> Option<Fence> {
        let (is_compared, own) = self.checks.merge(checked, fence, worker);
        if let Some(own) = own {
            if self.leases.is_check(own) {
                self.revoke(own, now);
            }
            self.check_ends(checked, CheckOutcome::Dropped, vec![own]);
        }
        is_compared.then_some(fence)
    }

    /// Gives nodes that are to be checked to idle workers.
    pub(super) fn check(&mut self, now: Time) {
        if !self.checks.has_waiting() {
            return;
        }
        for revision in self.jobs.by_pass(|round| round.pending() == 0) {
            while let Some((checked, session)) = self.choose_check(revision, now) {
                self.grant_check(checked, session, now);
            }
        }
    }

    fn choose_check(&self, revision: JobRevision, now: Time) -> Option<(OfferedNode, SessionId)> {
        self.idle_for(revision, now).next()?;
        if self.others_wait(revision) || !self.budget.has_spare_room(self.next_gradient(revision)) {
            return None;
        }
        let round = self.jobs.round(revision)?;
        let waiting = self.checks.waiting(revision, round.serial());
        let sound = waiting.filter(|checked| !round.is_eventful(checked.node));
        sound.take(CONSIDERED).find_map(|checked| {
            let holders: Vec<SessionId> = round
                .copies(checked.node)
                .filter_map(|fence| Some(self.leases.get(fence)?.grant().session))
                .collect();
            let able = |session: SessionId, connection: &Connection| {
                !holders.contains(&session) && !self.checks.knows(checked, connection.worker())
            };
            let model = round.model(checked.node);
            let (session, _) = self.idle_with_model(revision, model, able, now)?;
            Some((checked, session))
        })
    }

    /// Leases a node for a check.
    pub(super) fn grant_check(&mut self, checked: OfferedNode, session: SessionId, now: Time) {
        let worker = self.workers.name_of(session).cloned();
        let issued = self.issue(checked.revision, checked.node, session, Some(checked), now);
        let (Some(Issued { fence, .. }), Some(worker)) = (issued, worker) else {
            self.end_check(checked, now);
            return;
        };
        self.checks.grant(checked, fence, worker);
    }

    /// Takes back a check that is in the way of another job's work.
    pub(super) fn free_checks(&mut self, now: Time) -> bool {
        let in_the_way = |fence: &Fence| {
            let lease = self.leases.get(*fence).filter(|lease| lease.grant().purpose == Purpose::Check);
            lease.is_some_and(|lease| self.others_wait(lease.grant().revision))
        };
        let Some(fence) = self.checks.first_checks().find(in_the_way) else { return false };
        self.take_back(fence, now);
        true
    }

    /// Does work of another job wait that some of this job's workers could do?
    fn others_wait(&self, revision: JobRevision) -> bool {
        let Some(fit) = self.jobs.fit(revision) else { return false };
        let waits = |round: &Round| round.pending() > 0 || round.last_queued().next().is_some();
        self.jobs.iter().any(|(other, job)| {
            other.job != revision.job && job.fit().overlaps(fit) && job.round().is_some_and(waits)
        })
    }

    /// A lease of a check has ended without a result.
    pub(super) fn check_lost(&mut self, fence: Fence) {
        let Some(checked) = self.checks.lose(fence) else { return };
        if self.checks.compare(checked) == Comparison::Disputed {
            // Its holder was to decide between two others. Perhaps somebody else can.
            self.checks.dispute(checked);
            self.is_stale = true;
        } else {
            self.checks.remove(checked);
            self.check_ends(checked, CheckOutcome::Dropped, vec![fence]);
        }
    }

    /// A lease of a check has failed. That is held against its worker as every other failure, but not against the job.
    pub(super) fn check_failed(&mut self, fence: Fence, attempt: Attempt, now: Time) {
        let Some(grant) = self.leases.get(fence).map(|lease| *lease.grant()) else { return };
        let (revision, stage, node) = (grant.revision, grant.stage, grant.node);
        let is_done = self.checks.is_merged(fence);
        let worker = attempt.worker.clone();
        self.release(fence, now);
        self.workers.count_failure(&worker);
        // An experiment that is impossible fails the node's own lease, too.
        if !matches!(attempt.error, ShardError::Experiment(_)) {
            self.workers.strike(&worker, Strike::failed(revision, stage, node));
            if is_done {
                self.workers.contradict(&worker, revision, stage, node);
            }
        }
        self.note(Note::Failed { revision, stage, node, attempt });
        self.judge(&worker, now);
    }

    /// Ends the check of a node that goes out again, or of which nothing can be found out any more.
    pub(super) fn end_check(&mut self, checked: OfferedNode, now: Time) {
        let Some(check) = self.checks.remove(checked) else { return };
        self.revoke_checks(&check, now);
        if check.is_granted() {
            let fences = check.results.iter().map(|result| result.fence).collect();
            self.check_ends(checked, CheckOutcome::Dropped, fences);
        }
    }

    /// A job offers something else than this, of which checks may still be open. Its canvas is kept for them if there is
    /// spare room, so that a third worker can decide where two differ.
    pub(super) fn keep_offer(&mut self, revision: JobRevision, offer: u64, values: EpochValues) {
        self.release_kept(revision);
        let bytes = whole(values.resolution);
        if self.checks.is_open(revision, offer) && self.budget.has_spare_room(bytes) {
            self.budget.reserve_spare(bytes);
            self.checks.keep(revision, KeptOffer { offer, bytes });
        }
    }

    /// Nothing is kept any more of what a job offered before.
    pub(super) fn release_kept(&mut self, revision: JobRevision) {
        if let Some(kept) = self.checks.release(revision) {
            self.budget.release_spare(kept.bytes);
        }
    }

    /// Lets go of what was offered before and of which no check is open any more. A lease may have waited for the room.
    pub(super) fn release_unneeded(&mut self) {
        for revision in self.checks.unneeded() {
            self.release_kept(revision);
            self.is_stale = true;
        }
    }

    /// Must the canvas be kept that a job offered before the one that it offers now?
    pub fn keeps_previous(&self, revision: JobRevision) -> bool {
        self.checks.kept(revision).is_some()
    }

    /// Takes back what is still computed for a check that is over.
    pub(super) fn revoke_checks(&mut self, check: &Check, now: Time) {
        for result in &check.results {
            if self.leases.is_check(result.fence) {
                self.revoke(result.fence, now);
            }
        }
    }

    pub(super) fn check_ends(&mut self, checked: OfferedNode, outcome: CheckOutcome, fences: Vec<Fence>) {
        let OfferedNode { revision, node, .. } = checked;
        self.actions.push(Action::Checked(CheckEnd { revision, node, outcome, fences }));
    }
}

//! Leases end.
//!
//! Whatever the reason, a lease first leaves its holder's hands ([`end_lease`](Dispatcher::end_lease)); without a result
//! its node then goes out again ([`release`](Dispatcher::release)), unless the whole round is dropped.

use clipig_core::{Fence, SessionId, WorkerName, expected};

use super::Dispatcher;
use super::action::{Action, LeaveCause, Note};
use super::leases::{Ended, Grant, HoldingChange, Purpose};
use super::spot_checks::OfferedNode;
use super::timers::Time;

impl Dispatcher {
    /// Ends a lease on the side of its holder. The node is not touched.
    pub(super) fn end_lease(&mut self, fence: Fence, now: Time) -> Option<Ended> {
        let mut ended = expected(self.leases.end(fence, now), "a lease that ends is valid")?;
        let Grant { session, revision, purpose, reserved, .. } = ended.grant;
        match purpose {
            Purpose::Work => self.budget.release(revision, reserved),
            Purpose::Check => self.budget.release_spare(reserved),
        }
        if self.workers.is_broken(session) {
            self.budget.linger(session, reserved);
        }
        let begun = std::mem::take(&mut ended.change.begun);
        self.holding_changed(HoldingChange { begun, ..ended.change }, now);
        Some(ended)
    }

    /// Ends a session, whose leases have ended or gone to another one. Returns its worker's name.
    pub(super) fn disconnect(
        &mut self,
        session: SessionId,
        cause: LeaveCause,
        now: Time,
    ) -> Option<WorkerName> {
        self.budget.let_go(session);
        self.workers.disconnect(session, cause, now)
    }

    /// The pool and the rounds learn what a session holds and has come to.
    pub(super) fn holding_changed(&mut self, change: HoldingChange, now: Time) {
        self.workers.set_load(change.session, change.load);
        for begun in change.begun {
            if let Some(round) = self.jobs.round_of_lease(begun.revision) {
                round.begin(begun.fence, now);
            }
        }
        self.is_stale = true;
    }

    /// Ends a lease that is not needed any more, and tells its holder.
    pub(super) fn revoke(&mut self, fence: Fence, now: Time) {
        if let Some(ended) = self.end_lease(fence, now) {
            self.actions.push(Action::Revoke { session: ended.grant.session, fence });
        }
    }

    /// Ends a lease without a result, whosever fault it was; its node goes out again.
    pub(super) fn release(&mut self, fence: Fence, now: Time) -> Option<Ended> {
        let ended = self.end_lease(fence, now)?;
        let (grant, times) = (&ended.grant, ended.times);
        let job = self.jobs.of_lease(grant.revision)?;
        if times.begun.is_none() {
            job.refund(grant.charged);
        }
        if grant.purpose == Purpose::Check {
            self.check_lost(fence);
            return Some(ended);
        }
        let round = expected(job.round_mut(), "a lease's round exists")?;
        round.release(grant.node, fence, times);
        if let Some(copy) = round.only_copy(grant.node) {
            if let Some(other) = expected(self.leases.get(copy), "what a round has leased is valid") {
                round.alone(copy, other.times());
            }
        } else {
            // It goes out again, perhaps in parts.
            let (revision, offer, node) = (grant.revision, round.serial(), grant.node);
            self.end_check(OfferedNode { revision, offer, node }, now);
        }
        Some(ended)
    }

    /// Takes a lease back so that somebody else gets its node at once.
    pub(super) fn take_back(&mut self, fence: Fence, now: Time) {
        if let Some(ended) = self.release(fence, now) {
            self.actions.push(Action::Revoke { session: ended.grant.session, fence });
        }
    }

    /// Ends a lease that its holder does not compute any more.
    pub(super) fn lose(&mut self, fence: Fence, now: Time) {
        self.checks.excuse(fence);
        let Some(Ended { grant, .. }) = self.release(fence, now) else { return };
        let Some(worker) = self.workers.holder(grant.session).map(|holder| holder.worker().clone()) else {
            return;
        };
        self.workers.count_lost(&worker);
        if grant.purpose == Purpose::Check {
            return;
        }
        let (revision, stage, node) = (grant.revision, grant.stage, grant.node);
        self.note(Note::LeaseLost { worker, revision, stage, node });
    }

    /// Ends all leases of a session, and says how many there were.
    pub(super) fn lose_all(&mut self, session: SessionId, now: Time) -> usize {
        let fences: Vec<Fence> = self.leases.of(session).collect();
        for fence in &fences {
            // The loss of one may end the check of the same node.
            if self.leases.get(*fence).is_some() {
                self.lose(*fence, now);
            }
        }
        fences.len()
    }
}

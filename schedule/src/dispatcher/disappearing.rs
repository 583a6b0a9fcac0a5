//! Workers that are gone with a lease in their hands: whose fault is it?
//!
//! - The node goes to workers that have not disappeared with it, if there are any.
//! - When the same process is back within the heartbeat timeout, the network was at fault, and nothing counts against
//!   anybody (`reconnecting`). What follows is about those that are not.
//! - When a new process takes the worker's name, the old one has ended: a strike against that worker, which is
//!   quarantined after three.
//! - Where it happens to a node again and again, on many workers or with nobody else there, the node may be what ends
//!   them: its job fails.

use clipig_core::{Fence, JobRevision, Node, SessionId, ShardError, WorkerName, expected};

use super::Dispatcher;
use super::action::LeaveCause;
use super::leases::Purpose;
use super::timers::Time;
use super::workers::Strike;

impl Dispatcher {
    /// A session is about to end for this cause. Its leases are still there.
    pub(super) fn note_disappearance(&mut self, session: SessionId, cause: &LeaveCause, now: Time) {
        match cause {
            LeaveCause::Disconnected => self.vanish(session),
            LeaveCause::Fault(_) => {
                if let Some((worker, strike)) = self.disappearance(session) {
                    self.workers.strike(&worker, strike);
                }
            }
            LeaveCause::Goodbye | LeaveCause::Replaced | LeaveCause::Closing => return,
        }
        for fence in self.leases.of(session).collect::<Vec<_>>() {
            // A job that fails by the first of them takes others with it.
            if self.leases.get(fence).is_some() {
                self.count_disappearance(fence, now);
            }
        }
    }

    /// A session is over or silent, and nobody knows yet why.
    pub(super) fn vanish(&mut self, session: SessionId) {
        if let Some((worker, strike)) = self.disappearance(session) {
            self.workers.vanish_with(&worker, strike);
        }
    }

    /// What the end of a session counts as: one strike, with the first lease that it has come to.
    fn disappearance(&self, session: SessionId) -> Option<(WorkerName, Strike)> {
        let first = self.leases.first_begun(session)?;
        let strike = Strike::disappeared(first.revision, first.stage, first.node);
        Some((self.workers.name_of(session)?.clone(), strike))
    }

    /// A connection ends with a lease in its worker's hands; perhaps the node is what ends workers.
    fn count_disappearance(&mut self, fence: Fence, now: Time) {
        let lease = self.leases.get(fence).filter(|lease| lease.times().begun.is_some());
        // A node that a check computes is in other hands, too, or done.
        let grant = lease.map(|lease| *lease.grant()).filter(|grant| grant.purpose == Purpose::Work);
        let Some(grant) = grant else { return };
        let Some(holder) = self.workers.holder(grant.session) else { return };
        let Some(round) = self.jobs.round_of_lease(grant.revision) else { return };
        let counts = round.add_disappearance(grant.node, holder.worker(), now);
        let times = round.history(grant.node).map_or(0, super::jobs::History::disappearances);
        if counts && times >= self.settings.disappearances && self.may_end_workers(grant.revision, grant.node)
        {
            self.fail_deadly(grant.revision, grant.node, now);
        }
    }

    /// Have as many workers disappeared with a node as accidents do not explain, or all that there are?
    fn may_end_workers(&self, revision: JobRevision, node: Node) -> bool {
        let Some(job) = self.jobs.get(revision) else { return false };
        let Some(history) = job.round().and_then(|round| round.history(node)) else { return false };
        let disappeared = history.disappeared();
        disappeared.len() >= self.settings.disappearances as usize
            || self.workers.serving(job.fit()).all(|connection| disappeared.contains(connection.worker()))
    }

    fn fail_deadly(&mut self, revision: JobRevision, node: Node, now: Time) {
        let history = self.jobs.round(revision).and_then(|round| round.history(node));
        let Some(history) = expected(history, "a node that ends workers has a history") else { return };
        let (times, who) = match history.disappeared() {
            [one] => (history.disappearances(), format!("worker {one} has")),
            many => (history.disappearances(), format!("{} workers have", many.len())),
        };
        let what = format!("{who} disappeared {times} times while computing node {node}, which may be why");
        self.fail_job(revision, node, ShardError::Device(what), now);
    }
}

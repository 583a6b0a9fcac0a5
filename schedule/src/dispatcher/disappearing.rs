//! Workers that are gone with a lease in their hands: whose fault is it?
//!
//! - The node goes to workers that have not disappeared with it, if there are any.
//! - When a new process takes the worker's name, the old one has ended: a slip of that worker, which is set aside when
//!   it makes nothing but slips. When the same process is back, the network was at fault, and nothing is held against
//!   anybody.
//! - Where it happens to a node again and again, on many workers or with nobody else there, the node may be what ends
//!   them: its job fails.

use std::time::Duration;

use clipig_core::Node;
use clipig_core::ShardError;
use clipig_core::{Fence, JobRevision, SessionId};

use super::round::History;
use super::worker::{Slip, Worker};
use super::{Dispatcher, Time};

/// What cuts off several workers that are given a node in turn, such as a switch that is restarted, counts once within
/// this time.
const BLOW: Duration = Duration::from_secs(1);

impl Dispatcher {
    /// Notes what a session that is over, or silent, has in hand. Its leases are still there.
    pub(super) fn vanishes(&mut self, session: SessionId) {
        if let Some((slip, worker)) = self.slip_of(session) {
            worker.vanished_with(slip);
        }
    }

    /// A session ends by its worker's own fault. Its leases are still there.
    pub(super) fn slips(&mut self, session: SessionId) {
        if let Some((slip, worker)) = self.slip_of(session) {
            worker.slipped(slip);
        }
    }

    /// What the end of a session counts as: one slip, with the first lease that it has come to.
    fn slip_of(&mut self, session: SessionId) -> Option<(Slip, &mut Worker)> {
        let connection = self.connections.get(&session)?;
        let mut begun = connection.leases.iter().filter_map(|fence| self.leases.get(fence));
        let first = begun.find(|granted| granted.times.begun.is_some())?;
        let slip = Slip::disappeared(first.revision, first.epoch, first.node);
        Some((slip, self.workers.get_mut(&connection.worker)?))
    }

    /// A connection has ended with a lease in its worker's hands; perhaps the node is what ends workers.
    pub(super) fn count_disappearance(&mut self, fence: Fence, now: Time) {
        let Some(granted) = self.leases.get(&fence).filter(|granted| granted.times.begun.is_some()) else {
            return;
        };
        let (revision, node) = (granted.revision, granted.node);
        let Some(connection) = self.connections.get(&granted.session) else { return };
        let worker = &connection.worker;
        let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut()) else { return };
        let is_alone = round.only_copy(node).is_some();
        let history = round.history_mut(node);
        if !history.disappeared.contains(worker) {
            history.disappeared.push(worker.clone());
        }
        // Somebody else is at it: that may still end well.
        let (count, last) = &mut history.disappearances;
        if !is_alone || last.is_some_and(|last| now < last + BLOW) {
            return;
        }
        (*count, *last) = (*count + 1, Some(now));
        if *count >= self.settings.disappearances && self.may_end_workers(revision, node) {
            self.fail_deadly(revision, node, now);
        }
    }

    /// Have as many workers disappeared with a node as accidents do not explain, or all that there are?
    fn may_end_workers(&self, revision: JobRevision, node: Node) -> bool {
        let Some(job) = self.jobs.get(&revision) else { return false };
        let Some(History { disappeared, .. }) = job.round.as_ref().and_then(|round| round.history(node))
        else {
            return false;
        };
        let mut serving = self.roster.serving(&job.terms.fit).filter_map(|id| self.connections.get(&id));
        disappeared.len() >= self.settings.disappearances as usize
            || serving.all(|connection| disappeared.contains(&connection.worker))
    }

    fn fail_deadly(&mut self, revision: JobRevision, node: Node, now: Time) {
        let history = self.jobs.get(&revision).and_then(|job| job.round.as_ref()?.history(node));
        let Some(History { disappeared, disappearances: (count, _), .. }) = history else { return };
        let who = match &disappeared[..] {
            [one] => format!("worker {one} has"),
            many => format!("{} workers have", many.len()),
        };
        let what = format!("{who} disappeared {count} times while computing node {node}, which may be why");
        self.fail_job(revision, node, ShardError::Device(what), now);
    }
}

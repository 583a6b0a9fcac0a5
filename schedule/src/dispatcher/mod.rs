//! Who computes what: leases, fences, and what becomes of them when workers fail, fall silent or leave.
//!
//! The [`Dispatcher`] is a value that changes by calls and nothing else. It reads no clock: every call says what time
//! it is, and [`next_wakeup`](Dispatcher::next_wakeup) says when [`tick`](Dispatcher::tick) is due. What is to be done
//! comes out of [`take_actions`](Dispatcher::take_actions), in order, after every call. The same calls give the same
//! actions, so a simulation can replay them.
//!
//! # A lease
//! ```text
//!             grant              holder comes to it            result
//!  (pending) ───────▶ queued ───────────────────────▶ begun ─────────────▶ finished
//!      ▲                │  │                            │
//!      │                │  └──idle worker takes it──┐   │
//!      └────────────────┴───lost, failed, no progress, returned, taken back
//! ```
//! Every way back ends the lease: whatever its holder still answers is [`Verdict::Stale`], and the node goes out again
//! under a new fence.
//!
//! # Rules
//! - A job's offer is cut into nodes so that each slot gets about four leases; a slot holds one lease ahead. When more
//!   slots are idle than nodes are pending, nodes are split.
//! - The job with the least pass is served first (fair share, `open_job`), by the session with the least load. When it
//!   offers something, leases of jobs that are ahead of it are taken back if they only wait in workers' hands.
//! - An idle worker takes leases over that wait in another's hands. When there are none, it computes a node a second
//!   time that takes more than twice as long as the job's median, or longer than the lease timeout while that is not
//!   known; the first answer counts.
//! - A session that says nothing for the heartbeat timeout, or leaves, loses its leases at once. A lease that makes no
//!   progress for so long that its job's pace does not explain it has failed (`deadlines`). One that its holder does
//!   not name in its heartbeats any more is lost.
//! - A node that failed, or with which a worker disappeared, goes to workers that have not failed with it, if there are
//!   any. Three failures fail its job, as do a gradient that is not finite and an error of the experiment that a second
//!   worker confirms, where there is one. So does a node with which many workers, or all, disappear (`disappearing`),
//!   and one that is handed back for too long (`returning`).
//! - A worker whose last three leases failed for three jobs, or although others could compute the same, is set aside. A
//!   lease with which its process ended has failed; one that only its connection lost has not.
//! - A session that answers something else than it was asked is ended.
//!
//! # Cost
//! With W sessions, J open jobs, L leases and H leases per session: a message costs O(log W + log L); a lease that is
//! granted or ends, O(J log J + log W + log L + H); a heartbeat, O(H log L); an offer of n nodes, O(n log n + W). Nothing
//! looks at all workers for every node.

mod action;
mod answers;
mod deadlines;
mod disappearing;
mod granting;
mod inspect;
mod jobs;
mod open_job;
mod pace;
mod presence;
mod returning;
mod roster;
mod round;
mod settings;
mod terms;
#[cfg(test)]
mod tests;
mod timers;
mod view;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clipig_core::{Fence, JobRevision, SessionId, WorkerName};

pub use action::{Action, Attempt, JobFailure, LeaveCause, Note};
pub use inspect::RoundView;
pub use open_job::MAX_PRIORITY;
pub use settings::DispatchSettings;
pub use terms::{
    Accepted, Answer, DispatchError, Fit, JobTerms, JoinError, Offer, OfferedWork, PREPARATION, Verdict,
};
pub use view::{LeaseView, LeaseWait, WorkerView};
pub use worker::{Connected, Gone, Presence, SetAside, Silent, WorkerCounts};

use open_job::{Clocks, OpenJob};
use roster::Roster;
use timers::Timers;
use worker::{Connection, Granted, Worker};

/// Time since the coordinator started; it never goes backwards.
pub type Time = Duration;

/// Gives nodes of open jobs to workers; see the [module](self).
#[derive(Debug)]
pub struct Dispatcher {
    settings: DispatchSettings,
    workers: BTreeMap<WorkerName, Worker>,
    /// Workers that have left, by when.
    gone: BTreeSet<(Time, WorkerName)>,
    /// The names that workers have, by the instance and name that they registered with.
    instances: BTreeMap<(u128, WorkerName), WorkerName>,
    connections: BTreeMap<SessionId, Connection>,
    roster: Roster,
    jobs: BTreeMap<JobRevision, OpenJob>,
    clocks: Clocks,
    leases: BTreeMap<Fence, Granted>,
    /// The last number of a fence.
    fences: u64,
    /// The last serial number of an offer.
    serials: u64,
    timers: Timers,
    /// When a second copy may be due.
    second_copy: Option<Time>,
    actions: Vec<Action>,
}

impl Dispatcher {
    /// A dispatcher without workers and jobs.
    pub fn new(settings: DispatchSettings) -> Self {
        Self {
            settings,
            workers: BTreeMap::new(),
            gone: BTreeSet::new(),
            instances: BTreeMap::new(),
            connections: BTreeMap::new(),
            roster: Roster::default(),
            jobs: BTreeMap::new(),
            clocks: Clocks::default(),
            leases: BTreeMap::new(),
            fences: 0,
            serials: 0,
            timers: Timers::default(),
            second_copy: None,
            actions: Vec::new(),
        }
    }

    /// What is to be done since the last call, in order.
    pub fn take_actions(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.actions)
    }

    fn note(&mut self, note: Note) {
        self.actions.push(Action::Note(note));
    }

    /// Puts a session where it belongs in the roster.
    fn refresh(&mut self, session: SessionId) {
        let Some(connection) = self.connections.get_mut(&session) else { return };
        let may_serve = self.workers.get(&connection.worker).is_some_and(Worker::may_serve);
        let serves = may_serve && !connection.draining;
        self.roster.refresh(session, connection, serves);
    }
}

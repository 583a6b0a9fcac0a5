//! Connections between workers and the coordinator.

use std::collections::BTreeMap;
use std::time::Duration;

use clipig_core::{FromWorker, SessionId, ToWorker};
use clipig_schedule::dispatcher::Time;

use crate::random::Random;
use crate::scenario::NetworkPlan;

/// A connection, unlike every other of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// A message on its way.
#[derive(Clone, Debug)]
pub(crate) enum Parcel {
    Up(FromWorker),
    Down(ToWorker),
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) worker: usize,
    /// The coordinator's incarnation at the other end.
    pub(crate) incarnation: u64,
    pub(crate) session: Option<SessionId>,
    /// Nothing that is sent from now on arrives, nor what is on its way, unless the network is unruly.
    pub(crate) broken: bool,
    /// Has the end noticed that it is over?
    pub(crate) worker_knows: bool,
    pub(crate) coordinator_knows: bool,
    last_up: Time,
    last_down: Time,
}

/// All connections of a run, and how messages fare.
#[derive(Debug)]
pub(crate) struct Network {
    plan: NetworkPlan,
    random: Random,
    next: u64,
    pub(crate) connections: BTreeMap<ConnectionId, Connection>,
    /// Until when a worker is cut off.
    cut_off: BTreeMap<usize, Time>,
}

impl Network {
    pub(crate) fn new(plan: NetworkPlan, random: Random) -> Self {
        Self { plan, random, next: 0, connections: BTreeMap::new(), cut_off: BTreeMap::new() }
    }

    /// From now on the network is as it should be.
    pub(crate) fn calm(&mut self) {
        let delay = (Duration::from_micros(100), Duration::from_millis(2));
        self.plan = NetworkPlan { delay, lost: 0.0, doubled: 0.0, overtaking: 0.0 };
        self.cut_off.clear();
    }

    fn is_unruly(&self) -> bool {
        self.plan.overtaking > 0.0
    }

    pub(crate) fn connect(&mut self, worker: usize, incarnation: u64) -> ConnectionId {
        self.next += 1;
        let id = ConnectionId(self.next);
        let connection = Connection {
            worker,
            incarnation,
            session: None,
            broken: false,
            worker_knows: false,
            coordinator_knows: false,
            last_up: Time::ZERO,
            last_down: Time::ZERO,
        };
        self.connections.insert(id, connection);
        id
    }

    pub(crate) fn cut_off(&mut self, worker: usize, until: Time) {
        let known = self.cut_off.entry(worker).or_default();
        *known = (*known).max(until);
    }

    pub(crate) fn is_cut_off(&self, worker: usize, now: Time) -> bool {
        self.cut_off.get(&worker).is_some_and(|until| *until > now)
    }

    /// When a message that is sent now arrives: not at all, once, or more often.
    pub(crate) fn arrivals(&mut self, id: ConnectionId, up: bool, now: Time) -> Vec<Time> {
        let Some(connection) = self.connections.get(&id) else { return Vec::new() };
        if connection.broken || self.random.chance(self.plan.lost) {
            return Vec::new();
        }
        let worker = connection.worker;
        let copies = 1 + usize::from(self.random.chance(self.plan.doubled));
        let mut arrivals = Vec::with_capacity(copies);
        for _ in 0..copies {
            let (low, high) = self.plan.delay;
            let mut at = now + self.random.time(low, high);
            if let Some(until) = self.cut_off.get(&worker) {
                at = at.max(*until);
            }
            let overtakes = self.random.chance(self.plan.overtaking);
            let late = if overtakes { self.random.time(Duration::ZERO, high * 8) } else { Duration::ZERO };
            if let Some(connection) = self.connections.get_mut(&id) {
                let last = if up { &mut connection.last_up } else { &mut connection.last_down };
                if overtakes {
                    at += late;
                } else {
                    at = at.max(*last);
                    *last = at;
                }
            }
            arrivals.push(at);
        }
        arrivals
    }

    /// Does a message that was on its way still arrive? Behind a break only where the network is unruly.
    pub(crate) fn delivers(&mut self, id: ConnectionId) -> bool {
        let unruly = self.is_unruly();
        let broken = self.connections.get(&id).is_none_or(|connection| connection.broken);
        !broken || (unruly && self.random.chance(0.3))
    }

    /// Forgets connections that are over on both sides.
    pub(crate) fn sweep(&mut self) {
        if self.connections.len() > 200 {
            let newest = self.next;
            self.connections.retain(|id, connection| {
                id.0 + 100 > newest || !(connection.worker_knows && connection.coordinator_knows)
            });
        }
    }
}

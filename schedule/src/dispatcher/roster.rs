//! Who can take a lease, by kind.

use std::collections::BTreeSet;

use clipig_core::SessionId;
use clipig_core::WorkerKind;

use super::terms::Fit;
use super::worker::{CAPACITY, Connection};

/// The sessions that serve, those with room in the order of their load. Kinds are few, so they stand in a list.
#[derive(Debug, Default)]
pub(super) struct Roster {
    pools: Vec<Pool>,
}

/// All sessions of one kind.
#[derive(Debug)]
struct Pool {
    kind: WorkerKind,
    members: usize,
    serving: BTreeSet<SessionId>,
    /// Load and session, of those that serve and hold less than two leases per slot.
    room: BTreeSet<(u64, SessionId)>,
    /// Cores of those that serve.
    cores: u64,
}

impl Roster {
    /// The number of a kind's pool, for a session that joins.
    pub(super) fn join(&mut self, kind: &WorkerKind) -> usize {
        let known = self.pools.iter().position(|pool| pool.kind == *kind);
        // A pool that nobody is in can become another kind's: kinds may come and go for ever.
        let at = known.or_else(|| self.pools.iter().position(|pool| pool.members == 0));
        let fresh = Pool {
            kind: kind.clone(),
            members: 0,
            serving: BTreeSet::new(),
            room: BTreeSet::new(),
            cores: 0,
        };
        let at = match at {
            Some(at) if known.is_some() => at,
            Some(at) => {
                self.pools[at] = fresh;
                at
            }
            None => {
                self.pools.push(fresh);
                self.pools.len() - 1
            }
        };
        self.pools[at].members += 1;
        at
    }

    /// A session is over; it was taken out by [`refresh`](Self::refresh) before.
    pub(super) fn leave(&mut self, pool: usize) {
        self.pools[pool].members -= 1;
    }

    /// Puts a session where it belongs. O(log sessions).
    pub(super) fn refresh(&mut self, id: SessionId, connection: &mut Connection, serves: bool) {
        let pool = &mut self.pools[connection.pool];
        if serves != connection.serving {
            connection.serving = serves;
            let cores = u64::from(connection.cores);
            if serves {
                pool.serving.insert(id);
                pool.cores += cores;
            } else {
                pool.serving.remove(&id);
                pool.cores -= cores;
            }
        }
        let place = (serves && connection.load < 2 * CAPACITY).then_some(connection.load);
        if place != connection.placed {
            if let Some(load) = connection.placed {
                pool.room.remove(&(load, id));
            }
            pool.room.extend(place.map(|load| (load, id)));
            connection.placed = place;
        }
    }

    /// Does a job of this fit go to the sessions of a pool?
    pub(super) fn fits(&self, pool: usize, fit: &Fit) -> bool {
        fit.admits(&self.pools[pool].kind)
    }

    /// Has anybody room?
    pub(super) fn has_room(&self) -> bool {
        self.pools.iter().any(|pool| !pool.room.is_empty())
    }

    /// The session with the least load that fits and is wanted.
    pub(super) fn roomiest(&self, fit: &Fit, wanted: impl Fn(SessionId) -> bool) -> Option<(u64, SessionId)> {
        let pools = self.fitting(fit);
        pools.filter_map(|pool| pool.room.iter().copied().find(|(_, id)| wanted(*id))).min()
    }

    /// The sessions with room that fit and have a free slot.
    pub(super) fn idle(&self, fit: &Fit) -> impl Iterator<Item = (u64, SessionId)> {
        self.fitting(fit).flat_map(|pool| pool.room.iter().copied().take_while(|(load, _)| *load < CAPACITY))
    }

    /// All sessions that serve and fit.
    pub(super) fn serving(&self, fit: &Fit) -> impl Iterator<Item = SessionId> {
        self.fitting(fit).flat_map(|pool| pool.serving.iter().copied())
    }

    /// Cores of all sessions that serve and fit.
    pub(super) fn cores(&self, fit: &Fit) -> u64 {
        self.fitting(fit).map(|pool| pool.cores).sum()
    }

    fn fitting(&self, fit: &Fit) -> impl Iterator<Item = &Pool> {
        self.pools.iter().filter(move |pool| pool.members > 0 && fit.admits(&pool.kind))
    }
}

//! Who can take a lease, by kind.

use std::collections::BTreeSet;

use clipig_core::{SessionId, WorkerKind};

use crate::dispatcher::leases::CAPACITY;
use crate::dispatcher::terms::Fit;

/// The sessions that serve, those with room in the order of their load. Kinds are few, so they stand in a list.
#[derive(Debug, Default)]
pub(super) struct Pool {
    kinds: Vec<KindPool>,
}

/// All sessions of one kind.
#[derive(Debug)]
struct KindPool {
    kind: WorkerKind,
    members: usize,
    serving: BTreeSet<SessionId>,
    /// Load and session, of those that serve and hold less than two leases per slot.
    room: BTreeSet<(u64, SessionId)>,
    /// Cores of those that serve.
    cores: u64,
}

/// Where a session stands in the pool; kept by the session, so that it is found without a search.
#[derive(Debug)]
pub(super) struct Place {
    /// Index of its kind.
    kind: usize,
    cores: u32,
    serving: bool,
    /// The load under which it stands among those with room.
    room: Option<u64>,
}

impl Place {
    pub(super) fn cores(&self) -> u32 {
        self.cores
    }

    pub(super) fn is_serving(&self) -> bool {
        self.serving
    }
}

impl Pool {
    /// A place for a new session, which does not serve yet.
    pub(super) fn join(&mut self, kind: &WorkerKind, cores: u32) -> Place {
        let known = self.kinds.iter().position(|pool| pool.kind == *kind);
        // Kinds may come and go for ever, so an entry that nobody is in becomes another kind's.
        let at = known.or_else(|| self.kinds.iter().position(|pool| pool.members == 0));
        let fresh = KindPool {
            kind: kind.clone(),
            members: 0,
            serving: BTreeSet::new(),
            room: BTreeSet::new(),
            cores: 0,
        };
        let at = match at {
            Some(at) if known.is_some() => at,
            Some(at) => {
                self.kinds[at] = fresh;
                at
            }
            None => {
                self.kinds.push(fresh);
                self.kinds.len() - 1
            }
        };
        self.kinds[at].members += 1;
        Place { kind: at, cores, serving: false, room: None }
    }

    /// A session is over.
    pub(super) fn leave(&mut self, id: SessionId, mut place: Place) {
        self.update(id, &mut place, false, 0);
        self.kinds[place.kind].members -= 1;
    }

    /// Puts a session where it belongs. O(log sessions).
    pub(super) fn update(&mut self, id: SessionId, place: &mut Place, serves: bool, load: u64) {
        let pool = &mut self.kinds[place.kind];
        if serves != place.serving {
            place.serving = serves;
            let cores = u64::from(place.cores);
            if serves {
                pool.serving.insert(id);
                pool.cores += cores;
            } else {
                pool.serving.remove(&id);
                pool.cores -= cores;
            }
        }
        let room = (serves && load < 2 * CAPACITY).then_some(load);
        if room != place.room {
            if let Some(load) = place.room {
                pool.room.remove(&(load, id));
            }
            pool.room.extend(room.map(|load| (load, id)));
            place.room = room;
        }
    }

    /// Is a session with this place of a kind that fits?
    pub(super) fn admits(&self, place: &Place, fit: &Fit) -> bool {
        fit.admits(&self.kinds[place.kind].kind)
    }

    pub(super) fn has_room(&self) -> bool {
        self.kinds.iter().any(|pool| !pool.room.is_empty())
    }

    /// The session with the least load that fits and is wanted.
    pub(super) fn roomiest(&self, fit: &Fit, wanted: impl Fn(SessionId) -> bool) -> Option<(u64, SessionId)> {
        let pools = self.fitting(fit);
        pools.filter_map(|pool| pool.room.iter().copied().find(|(_, id)| wanted(*id))).min()
    }

    /// As [`roomiest`](Self::roomiest), but looks at no more than the first so many of each kind.
    pub(super) fn roomiest_of_first(
        &self,
        fit: &Fit,
        count: usize,
        wanted: impl Fn(SessionId) -> bool,
    ) -> Option<(u64, SessionId)> {
        let first = |pool: &KindPool| pool.room.iter().copied().take(count).find(|(_, id)| wanted(*id));
        self.fitting(fit).filter_map(first).min()
    }

    /// Load and session of those that fit and have a free slot.
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

    fn fitting(&self, fit: &Fit) -> impl Iterator<Item = &KindPool> {
        self.kinds.iter().filter(move |pool| pool.members > 0 && fit.admits(&pool.kind))
    }
}

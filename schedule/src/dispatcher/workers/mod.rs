//! All workers and their connections: names, liveness, quarantine, and who has room for a lease.
//!
//! A worker is known by its name, also after it has left; a connection by its session, while it lasts. After every change
//! the [`Pool`] agrees with both, so that whoever gives out leases finds a session in O(log sessions).

mod connection;
mod leasing;
mod naming;
mod pool;
mod seen_models;
mod standing;
mod timeouts;
mod worker;

use std::collections::{BTreeMap, BTreeSet};

use clipig_core::{JobRevision, PROTOCOL, Registration, SessionId, WorkerName, expected};

use super::action::LeaveCause;
use super::settings::DispatchSettings;
use super::terms::{Fit, JoinError};
use super::timers::{Time, Timers};
use pool::Pool;

pub(super) use connection::Connection;
pub(super) use seen_models::SeenModels;
pub use worker::{Connected, Gone, Liveness, Quarantine, Silent, WorkerCounts};
pub(super) use worker::{Strike, Successor, Worker};

/// The most cores that count of one worker. One that has more gets leases of more shards, so all of them have work. Its
/// leases must fit into the queue of its session.
const MAX_CORES: u32 = 256;

/// All workers that are known.
#[derive(Debug)]
pub(super) struct Workers {
    settings: DispatchSettings,
    known: BTreeMap<WorkerName, Worker>,
    connections: BTreeMap<SessionId, Connection>,
    /// The names that workers have, by the instance and name that they registered with.
    instances: BTreeMap<(u128, WorkerName), WorkerName>,
    /// Workers that have left, by when.
    gone: BTreeSet<(Time, WorkerName)>,
    pool: Pool,
    timers: Timers<Timer>,
}

/// Something that becomes due.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// A session may have fallen silent.
    Silence(SessionId),
    /// A quarantine may be over.
    Reinstate(WorkerName),
    /// A worker that handed a lease back is asked again.
    Retry(SessionId),
    /// A worker that has left may be forgotten.
    Forget(WorkerName),
}

/// What came of a timer.
#[derive(Debug)]
pub(super) enum Due {
    /// A session has sent nothing for too long. Whoever takes this calls [`Workers::silence`].
    Silent(SessionId),
    /// The process of a broken connection has not come back in time. Whoever takes this calls [`Workers::disconnect`].
    Vanished(SessionId),
    /// A quarantine is over.
    Reinstated(WorkerName),
    /// Nothing that changes a lease.
    Nothing,
}

/// Under which name a worker is welcome.
#[derive(Debug)]
pub(super) struct Admission {
    pub(super) name: WorkerName,
    /// A connection under the same name, perhaps a broken one, which must be ended first.
    pub(super) replaces: Option<(SessionId, Successor)>,
}

impl Workers {
    pub(super) fn new(settings: DispatchSettings) -> Self {
        Self {
            settings,
            known: BTreeMap::new(),
            connections: BTreeMap::new(),
            instances: BTreeMap::new(),
            gone: BTreeSet::new(),
            pool: Pool::default(),
            timers: Timers::new(),
        }
    }

    /// Is a worker welcome, and by which name? A worker that connects anew, recognised by instance and name, keeps the
    /// name that it had.
    pub(super) fn admit(
        &self,
        session: SessionId,
        registration: &Registration,
    ) -> Result<Admission, JoinError> {
        if registration.protocol != PROTOCOL {
            return Err(JoinError::Protocol {
                name: registration.name.clone(),
                version: registration.version.clone(),
                expected: PROTOCOL,
                found: registration.protocol,
            });
        }
        if self.connections.contains_key(&session) {
            return Err(JoinError::Twice(session));
        }
        let known = self.instances.get(&(registration.instance, registration.name.clone()));
        let returns = known.and_then(|name| self.known.get(name)).and_then(Worker::last_session);
        if returns.is_none() && self.connections.len() >= self.settings.sessions {
            return Err(JoinError::Full(self.connections.len()));
        }
        let name = known.cloned().unwrap_or_else(|| naming::free_name(&self.known, &registration.name));
        let before = self.known.get(&name);
        let replaces =
            before.and_then(|worker| Some((worker.last_session()?, worker.successor(registration))));
        Ok(Admission { name, replaces })
    }

    /// An admitted worker is there. No other session has its name.
    pub(super) fn connect(
        &mut self,
        session: SessionId,
        name: &WorkerName,
        registration: Registration,
        now: Time,
    ) {
        let place = self.pool.join(&registration.kind, registration.cores.clamp(1, MAX_CORES));
        self.connections.insert(session, Connection::new(name.clone(), place, now));
        self.timers.set(now + self.settings.heartbeat_timeout, Timer::Silence(session));
        let liveness = Liveness::Connected(Connected { session, since: now });
        let identity = (registration.instance, registration.name.clone());
        match self.known.get_mut(name) {
            Some(worker) => {
                debug_assert!(worker.session().is_none(), "two sessions are called {name}");
                if let Some(since) = worker.gone_since() {
                    self.gone.remove(&(since, name.clone()));
                }
                self.instances.remove(&worker.identity());
                worker.register(registration);
                worker.set_liveness(liveness);
            }
            None => {
                self.known.insert(name.clone(), Worker::new(registration, liveness));
            }
        }
        self.instances.insert(identity, name.clone());
        self.refresh(session);
    }

    /// A connection is over; its leases are not with it any more. Returns its worker's name.
    pub(super) fn disconnect(
        &mut self,
        session: SessionId,
        cause: LeaveCause,
        now: Time,
    ) -> Option<WorkerName> {
        let connection = self.connections.remove(&session)?;
        let name = connection.worker().clone();
        self.pool.leave(session, connection.into_place());
        let worker = expected(self.known.get_mut(&name), "a connection has a worker")?;
        worker.set_liveness(Liveness::Gone(Gone { since: now, cause }));
        worker.set_broken(None);
        self.timers.set(now + self.settings.remember, Timer::Forget(name.clone()));
        self.gone.insert((now, name.clone()));
        self.forget_first();
        Some(name)
    }

    /// A connection broke, and its process may come back: its leases stay with it until
    /// [`disconnect`](Self::disconnect). Returns its worker's name.
    pub(super) fn interrupt(&mut self, session: SessionId, now: Time) -> Option<WorkerName> {
        let connection = self.connections.get_mut(&session)?;
        // From now on its process is waited for.
        connection.set_last_message(now);
        let name = connection.worker().clone();
        let worker = expected(self.known.get_mut(&name), "a connection has a worker")?;
        worker.set_liveness(Liveness::Gone(Gone { since: now, cause: LeaveCause::Disconnected }));
        worker.set_broken(Some(session));
        self.timers.set(now + self.settings.heartbeat_timeout, Timer::Silence(session));
        self.refresh(session);
        Some(name)
    }

    /// A message has come. Returns the worker's name if it was silent before.
    pub(super) fn mark_alive(&mut self, session: SessionId, now: Time) -> Option<WorkerName> {
        let connection = self.connections.get_mut(&session)?;
        if connection.is_heard() {
            connection.set_last_message(now);
            return None;
        }
        let worker = expected(self.known.get_mut(connection.worker()), "a connection has a worker")?;
        if worker.is_broken(session) {
            return None;
        }
        connection.set_last_message(now);
        worker.set_liveness(Liveness::Connected(Connected { session, since: now }));
        worker.reappear();
        let name = connection.worker().clone();
        self.timers.set(now + self.settings.heartbeat_timeout, Timer::Silence(session));
        self.refresh(session);
        Some(name)
    }

    /// A session has sent nothing for the heartbeat timeout. Returns its worker's name.
    pub(super) fn silence(&mut self, session: SessionId, now: Time) -> Option<WorkerName> {
        let name = self.name_of(session)?.clone();
        let worker = expected(self.known.get_mut(&name), "a connection has a worker")?;
        worker.set_liveness(Liveness::Silent(Silent { session, since: now }));
        self.refresh(session);
        Some(name)
    }

    /// Something has changed about a session's worker: notes it with the connection, which is looked at with every message
    /// and lease, and puts the session where it belongs in the pool.
    fn refresh(&mut self, session: SessionId) {
        let connection = expected(self.connections.get_mut(&session), "a session has a connection");
        let Some(connection) = connection else { return };
        let worker = self.known.get(connection.worker());
        connection.set_heard(worker.is_some_and(Worker::is_connected));
        let serves = worker.is_some_and(Worker::may_serve) && !connection.is_draining();
        let (place, load) = connection.place_mut();
        self.pool.update(session, place, serves, load);
    }

    fn standing_changed(&mut self, name: &WorkerName) {
        if let Some(session) = self.known.get(name).and_then(Worker::session) {
            self.refresh(session);
        }
    }
}

/// What others look at.
impl Workers {
    /// All workers that are not forgotten, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&WorkerName, &Worker)> {
        self.known.iter()
    }

    pub(super) fn get(&self, name: &WorkerName) -> Option<&Worker> {
        self.known.get(name)
    }

    pub(super) fn connection(&self, session: SessionId) -> Option<&Connection> {
        self.connections.get(&session)
    }

    /// Is this a session whose connection stands, as far as is known?
    pub(super) fn is_connected(&self, session: SessionId) -> bool {
        self.connections.contains_key(&session) && !self.is_broken(session)
    }

    /// Did the connection of a session break, and its process may come back?
    pub(super) fn is_broken(&self, session: SessionId) -> bool {
        let connection = self.connections.get(&session).filter(|connection| !connection.is_heard());
        let worker = connection.and_then(|connection| self.known.get(connection.worker()));
        worker.is_some_and(|worker| worker.is_broken(session))
    }

    /// The jobs that a session was told of and that are still open, with the models that it has computed.
    pub(super) fn told(&self, session: SessionId) -> Vec<(JobRevision, SeenModels)> {
        self.connections.get(&session).map_or_else(Vec::new, Connection::told)
    }

    /// The process behind a session knows these jobs from its last connection.
    pub(super) fn knows_of(&mut self, session: SessionId, jobs: Vec<(JobRevision, SeenModels)>) {
        if let Some(connection) = self.connections.get_mut(&session) {
            connection.knows_of(jobs);
        }
    }

    /// The connection of a session that holds or gets a lease; it may be broken.
    pub(super) fn holder(&self, session: SessionId) -> Option<&Connection> {
        expected(self.connections.get(&session), "a lease's holder is connected")
    }

    /// As [`holder`](Self::holder), to send it something.
    pub(super) fn holder_mut(&mut self, session: SessionId) -> Option<&mut Connection> {
        expected(self.connections.get_mut(&session), "a lease's holder is connected")
    }

    pub(super) fn name_of(&self, session: SessionId) -> Option<&WorkerName> {
        self.connections.get(&session).map(Connection::worker)
    }

    pub(super) fn has_room(&self) -> bool {
        self.pool.has_room()
    }

    /// Load and session: the least load that fits and is wanted.
    pub(super) fn roomiest(
        &self,
        fit: &Fit,
        wanted: impl Fn(&Connection) -> bool,
    ) -> Option<(u64, SessionId)> {
        self.pool.roomiest(fit, |session| self.connections.get(&session).is_some_and(&wanted))
    }

    /// As [`roomiest`](Self::roomiest), but looks at no more than the first so many of each kind.
    pub(super) fn roomiest_of_first(
        &self,
        fit: &Fit,
        count: usize,
        wanted: impl Fn(&Connection) -> bool,
    ) -> Option<(u64, SessionId)> {
        let wanted = |session| self.connections.get(&session).is_some_and(&wanted);
        self.pool.roomiest_of_first(fit, count, wanted)
    }

    /// Load, session and connection of those that fit and have a free slot, those with the least load first.
    pub(super) fn idle(&self, fit: &Fit) -> impl Iterator<Item = (u64, SessionId, &Connection)> {
        let connection = |session| self.connections.get(&session);
        self.pool.idle(fit).filter_map(move |(load, session)| Some((load, session, connection(session)?)))
    }

    /// Those that serve and fit.
    pub(super) fn serving(&self, fit: &Fit) -> impl Iterator<Item = &Connection> {
        self.pool.serving(fit).filter_map(|session| self.connections.get(&session))
    }

    /// Those that fit and would serve, but are silent, or their connection broke and their process may come back.
    pub(super) fn waited_for(&self, fit: &Fit) -> impl Iterator<Item = &Connection> {
        self.connections.values().filter(move |connection| {
            let worker = self.known.get(connection.worker());
            let is_missed = worker.is_some_and(Worker::is_missed);
            is_missed && !connection.is_draining() && self.admits(connection, fit)
        })
    }

    /// Cores of those that serve and fit.
    pub(super) fn cores(&self, fit: &Fit) -> u64 {
        self.pool.cores(fit)
    }

    /// Is a connection of a kind that fits?
    pub(super) fn admits(&self, connection: &Connection, fit: &Fit) -> bool {
        self.pool.admits(connection.place(), fit)
    }
}

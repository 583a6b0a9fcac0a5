//! All workers and their connections: names, liveness, quarantine, and who has room for a lease.
//!
//! A worker is known by its name, also after it has left; a connection by its session, while it lasts. After every change
//! the [`Pool`] agrees with both, so that whoever gives out leases finds a session in O(log sessions).

mod connection;
mod naming;
mod pool;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clipig_core::{JobRevision, Node, PROTOCOL, Registration, SessionId, Stage, WorkerName};

use super::action::LeaveCause;
use super::expect::expected;
use super::settings::DispatchSettings;
use super::terms::{DispatchError, Fit, JoinError};
use super::timers::{Time, Timers};
use pool::Pool;

pub(super) use connection::{Connection, Missing};
pub use worker::{Connected, Gone, Liveness, Quarantine, Silent, WorkerCounts};
pub(super) use worker::{Strike, Worker};

/// The most cores that are believed of one worker.
const MAX_CORES: u32 = 4096;

/// All workers that are known.
#[derive(Debug)]
pub(super) struct Workers {
    settings: DispatchSettings,
    workers: BTreeMap<WorkerName, Worker>,
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
    /// A quarantine is over.
    Reinstated(WorkerName),
    /// Nothing that changes a lease.
    Nothing,
}

/// Under which name a worker is welcome.
#[derive(Debug)]
pub(super) struct Admission {
    pub(super) name: WorkerName,
    /// A connection under the same name, which must be ended first.
    pub(super) replaces: Option<SessionId>,
}

impl Workers {
    pub(super) fn new(settings: DispatchSettings) -> Self {
        Self {
            settings,
            workers: BTreeMap::new(),
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
        let returns = known.and_then(|name| self.workers.get(name)).and_then(Worker::session);
        if returns.is_none() && self.connections.len() >= self.settings.sessions {
            return Err(JoinError::Full(self.connections.len()));
        }
        let name = known.cloned().unwrap_or_else(|| naming::free_name(&self.workers, &registration.name));
        let replaces = self.workers.get(&name).and_then(Worker::session);
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
        match self.workers.get_mut(name) {
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
                self.workers.insert(name.clone(), Worker::new(registration, liveness));
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
        let worker = expected(self.workers.get_mut(&name), "a connection has a worker")?;
        worker.set_liveness(Liveness::Gone(Gone { since: now, cause }));
        self.timers.set(now + self.settings.remember, Timer::Forget(name.clone()));
        self.gone.insert((now, name.clone()));
        self.forget_first();
        Some(name)
    }

    /// A message has come. Returns the worker's name if it was silent before.
    pub(super) fn hear(&mut self, session: SessionId, now: Time) -> Option<WorkerName> {
        let connection = self.connections.get_mut(&session)?;
        connection.set_heard(now);
        let worker = expected(self.workers.get_mut(connection.worker()), "a connection has a worker")?;
        if worker.is_connected() {
            return None;
        }
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
        let worker = expected(self.workers.get_mut(&name), "a connection has a worker")?;
        worker.set_liveness(Liveness::Silent(Silent { session, since: now }));
        self.refresh(session);
        Some(name)
    }

    /// Puts a session where it belongs in the pool.
    fn refresh(&mut self, session: SessionId) {
        let connection = expected(self.connections.get_mut(&session), "a session has a connection");
        let Some(connection) = connection else { return };
        let may_serve = self.workers.get(connection.worker()).is_some_and(Worker::may_serve);
        let serves = may_serve && !connection.is_draining();
        let (place, load) = connection.place_mut();
        self.pool.update(session, place, serves, load);
    }

    fn standing_changed(&mut self, name: &WorkerName) {
        if let Some(session) = self.workers.get(name).and_then(Worker::session) {
            self.refresh(session);
        }
    }
}

/// What people and failures change.
impl Workers {
    pub(super) fn drain(&mut self, session: SessionId) {
        if let Some(connection) = self.connections.get_mut(&session) {
            connection.drain();
            self.refresh(session);
        }
    }

    pub(super) fn set_paused(&mut self, name: &WorkerName, paused: bool) -> Result<(), DispatchError> {
        self.known_mut(name)?.set_paused(paused);
        self.standing_changed(name);
        Ok(())
    }

    /// Ends a quarantine before its time; was there one?
    pub(super) fn reinstate(&mut self, name: &WorkerName) -> Result<bool, DispatchError> {
        let reinstated = self.known_mut(name)?.reinstate();
        self.standing_changed(name);
        Ok(reinstated)
    }

    /// Gives a worker nothing for a while.
    pub(super) fn quarantine(&mut self, name: &WorkerName, reason: String, lasts: Duration, now: Time) {
        let until = now.saturating_add(lasts);
        let Some(worker) = expected(self.workers.get_mut(name), "who is judged is known") else { return };
        worker.set_quarantine(Quarantine { since: now, until, reason });
        self.timers.set(until, Timer::Reinstate(name.clone()));
        self.standing_changed(name);
    }

    /// The session of a worker that people have named.
    pub(super) fn session_of(&self, name: &WorkerName) -> Result<SessionId, DispatchError> {
        let worker = self.workers.get(name).ok_or_else(|| DispatchError::UnknownWorker(name.clone()))?;
        worker.session().ok_or_else(|| DispatchError::NotConnected(name.clone()))
    }

    fn known_mut(&mut self, name: &WorkerName) -> Result<&mut Worker, DispatchError> {
        self.workers.get_mut(name).ok_or_else(|| DispatchError::UnknownWorker(name.clone()))
    }

    /// Why a worker is to be quarantined now.
    pub(super) fn disqualification(&self, name: &WorkerName) -> Option<String> {
        let worker = self.workers.get(name).filter(|worker| worker.quarantine().is_none())?;
        worker.disqualification()
    }

    pub(super) fn strike(&mut self, name: &WorkerName, strike: Strike) {
        if let Some(worker) = self.workers.get_mut(name) {
            worker.strike(strike);
        }
    }

    /// A worker is gone and had this in hand; whose fault that is shows when it comes back.
    pub(super) fn vanish_with(&mut self, name: &WorkerName, strike: Strike) {
        if let Some(worker) = self.workers.get_mut(name) {
            worker.vanish_with(strike);
        }
    }

    /// Somebody else computed what failed with this worker.
    pub(super) fn contradict(&mut self, name: &WorkerName, revision: JobRevision, stage: Stage, node: Node) {
        if let Some(worker) = self.workers.get_mut(name) {
            worker.contradict(revision, stage, node);
        }
    }

    /// What failed with this worker is the job's fault.
    pub(super) fn absolve(&mut self, name: &WorkerName, revision: JobRevision) {
        if let Some(worker) = self.workers.get_mut(name) {
            worker.absolve(revision);
        }
    }
}

/// What leases change.
impl Workers {
    pub(super) fn set_load(&mut self, session: SessionId, load: u64) {
        if let Some(connection) = self.connections.get_mut(&session) {
            connection.set_load(load);
            self.refresh(session);
        }
    }

    /// Notes what a session is sent before a lease of this offer.
    pub(super) fn send(&mut self, session: SessionId, revision: JobRevision, offer: u64) -> Option<Missing> {
        let connection = expected(self.connections.get_mut(&session), "who is chosen is connected");
        connection.map(|connection| connection.send(revision, offer))
    }

    pub(super) fn forget_sent(&mut self, session: SessionId, revision: JobRevision) {
        if let Some(connection) = self.connections.get_mut(&session) {
            connection.forget_sent(revision);
        }
    }

    /// All sessions must be sent a job's brief and canvas again.
    pub(super) fn forget_sent_to_all(&mut self, revision: JobRevision) {
        self.connections.values_mut().for_each(|connection| connection.forget_sent(revision));
    }

    /// A job is closed. Returns the sessions that were told of it.
    pub(super) fn close(&mut self, revision: JobRevision) -> Vec<SessionId> {
        let told = self.connections.iter_mut().filter_map(|(session, connection)| {
            let told = connection.close(revision);
            told.then_some(*session)
        });
        told.collect()
    }

    /// A lease of this job was handed back. Returns how often in a row.
    pub(super) fn hand_back(&mut self, session: SessionId, revision: JobRevision, now: Time) -> u32 {
        let Some(connection) = self.connections.get_mut(&session) else { return 0 };
        let (times, again) = connection.hand_back(revision, now);
        self.timers.set(again, Timer::Retry(session));
        times
    }

    /// A result was accepted: `computing` over all slots, for so many shards.
    pub(super) fn succeed(
        &mut self,
        session: SessionId,
        revision: JobRevision,
        shards: u32,
        computing: Duration,
    ) {
        let Some(connection) = self.connections.get_mut(&session) else { return };
        connection.succeed(revision);
        if let Some(worker) = self.workers.get_mut(connection.worker()) {
            worker.succeed();
            let counts = worker.counts_mut();
            counts.nodes += 1;
            counts.shards += u64::from(shards);
            counts.computing += computing;
        }
    }

    pub(super) fn count_failure(&mut self, name: &WorkerName) {
        if let Some(worker) = self.workers.get_mut(name) {
            worker.counts_mut().failures += 1;
        }
    }

    pub(super) fn count_lost(&mut self, name: &WorkerName) {
        if let Some(worker) = self.workers.get_mut(name) {
            worker.counts_mut().lost += 1;
        }
    }
}

/// Time passes.
impl Workers {
    pub(super) fn next_timer(&self) -> Option<Time> {
        self.timers.next()
    }

    /// Takes one timer that is due.
    pub(super) fn poll_timer(&mut self, now: Time) -> Option<Due> {
        Some(match self.timers.pop(now)? {
            Timer::Silence(session) => self.check_silence(session, now),
            Timer::Reinstate(name) => {
                let is_over = |worker: &Worker| worker.quarantine().is_some_and(|q| q.until <= now);
                match self.workers.get_mut(&name).filter(|worker| is_over(worker)) {
                    Some(worker) => {
                        worker.reinstate();
                        self.standing_changed(&name);
                        Due::Reinstated(name)
                    }
                    None => Due::Nothing,
                }
            }
            Timer::Retry(_) => Due::Nothing,
            Timer::Forget(name) => {
                self.forget_if_due(&name, now);
                Due::Nothing
            }
        })
    }

    fn check_silence(&mut self, session: SessionId, now: Time) -> Due {
        let Some(connection) = self.connections.get(&session) else { return Due::Nothing };
        let due = connection.heard() + self.settings.heartbeat_timeout;
        if due > now {
            self.timers.set(due, Timer::Silence(session));
            return Due::Nothing;
        }
        Due::Silent(session)
    }

    fn forget_if_due(&mut self, name: &WorkerName, now: Time) {
        let Some(worker) = self.workers.get(name) else { return };
        let Some(since) = worker.gone_since() else { return };
        let due = since + self.settings.remember;
        if worker.is_paused() || worker.quarantine().is_some() || due > now {
            // A pause or a quarantine must not be lost by going away for a while.
            self.timers.set(due.max(now + self.settings.remember), Timer::Forget(name.clone()));
            return;
        }
        self.forget(name);
    }

    fn forget(&mut self, name: &WorkerName) {
        let Some(worker) = self.workers.remove(name) else { return };
        self.instances.remove(&worker.identity());
        if let Some(since) = worker.gone_since() {
            self.gone.remove(&(since, name.clone()));
            self.timers.unset(since + self.settings.remember, Timer::Forget(name.clone()));
        }
    }

    /// Keeps to the bound on workers that have left: anybody could register under a thousand names. What people have
    /// decided about a worker is kept beyond that.
    fn forget_first(&mut self) {
        while self.gone.len() > self.settings.remembered {
            let is_free =
                |(_, name): &&(Time, WorkerName)| !self.workers.get(name).is_some_and(Worker::is_paused);
            let Some((_, name)) = self.gone.iter().find(is_free).cloned() else { return };
            self.forget(&name);
        }
    }
}

/// What others look at.
impl Workers {
    /// All workers that are not forgotten, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&WorkerName, &Worker)> {
        self.workers.iter()
    }

    pub(super) fn get(&self, name: &WorkerName) -> Option<&Worker> {
        self.workers.get(name)
    }

    pub(super) fn connection(&self, session: SessionId) -> Option<&Connection> {
        self.connections.get(&session)
    }

    /// The connection of a session that holds or gets a lease.
    pub(super) fn holder(&self, session: SessionId) -> Option<&Connection> {
        expected(self.connections.get(&session), "a lease's holder is connected")
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

    /// Load, session and connection of those that fit and have a free slot, those with the least load first.
    pub(super) fn idle(&self, fit: &Fit) -> impl Iterator<Item = (u64, SessionId, &Connection)> {
        let connection = |session| Some(self.connections.get(&session)?);
        self.pool.idle(fit).filter_map(move |(load, session)| Some((load, session, connection(session)?)))
    }

    /// Those that serve and fit.
    pub(super) fn serving(&self, fit: &Fit) -> impl Iterator<Item = &Connection> {
        self.pool.serving(fit).filter_map(|session| self.connections.get(&session))
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

//! Workers come, speak, fall silent and go.

use std::time::Duration;

use clipig_core::{Held, PROTOCOL, Registration};
use clipig_core::{JobRevision, SessionId, WorkerName};

use super::action::{Action, LeaveCause, Note};
use super::terms::{DispatchError, JoinError};
use super::timers::Timer;
use super::worker::{Connected, Connection, Gone, Opened, Presence, SetAside, Silent, Worker};
use super::{Dispatcher, Time};

/// The most cores that are believed of one worker.
const MAX_CORES: u32 = 4096;

/// Characters of a worker's name.
const MAX_NAME: usize = 100;

/// Heartbeats that must leave out a lease that they named before, until it counts as lost.
const MISSED: u32 = 2;

impl Dispatcher {
    /// A worker registers. Returns the name that the farm knows it by.
    ///
    /// A worker that connects anew, recognised by its instance and name, takes the place of its old connection. Another worker
    /// of the same name gets a number behind it.
    ///
    /// # Errors
    /// When it is not welcome; the session is not known then.
    pub fn join(
        &mut self,
        session: SessionId,
        registration: Registration,
        now: Time,
    ) -> Result<WorkerName, JoinError> {
        if registration.protocol != PROTOCOL {
            let Registration { protocol: found, name, version, .. } = registration;
            return Err(JoinError::Protocol { name, version, expected: PROTOCOL, found });
        }
        if self.connections.contains_key(&session) {
            return Err(JoinError::Twice(session));
        }
        let identity = (registration.instance, registration.name.clone());
        let known = self.instances.get(&identity).cloned();
        let returns = known.as_ref().and_then(|name| self.workers.get(name)).and_then(Worker::session);
        if returns.is_none() && self.connections.len() >= self.settings.sessions {
            return Err(JoinError::Full(self.connections.len()));
        }
        let name = known.unwrap_or_else(|| self.free_name(&registration.name));
        if let Some(old) = self.workers.get(&name).and_then(Worker::session) {
            let reason = "the worker has connected anew".to_owned();
            self.actions.push(Action::End { session: old, reason });
            self.end_connection(old, LeaveCause::Replaced, now);
        }
        self.welcome(session, &name, registration, now);
        self.assign(now);
        Ok(name)
    }

    fn welcome(&mut self, session: SessionId, name: &WorkerName, registration: Registration, now: Time) {
        let asked = (registration.name != *name).then(|| registration.name.clone());
        let pool = self.roster.join(&registration.kind);
        let connection = Connection {
            worker: name.clone(),
            cores: registration.cores.clamp(1, MAX_CORES),
            pool,
            heard: now,
            progressed: now,
            draining: false,
            leases: std::collections::VecDeque::new(),
            load: 0,
            open: std::collections::BTreeMap::new(),
            reluctance: std::collections::BTreeMap::new(),
            placed: None,
            serving: false,
        };
        self.connections.insert(session, connection);
        self.timers.set(now + self.settings.heartbeat_timeout, Timer::Silence(session));
        let presence = Presence::Connected(Connected { session, since: now });
        let identity = (registration.instance, registration.name.clone());
        match self.workers.get_mut(name) {
            Some(worker) => {
                if let Presence::Gone(gone) = &worker.presence {
                    self.gone.remove(&(gone.since, name.clone()));
                }
                self.instances.remove(&worker.identity());
                if worker.registration.instance == registration.instance {
                    worker.reappeared();
                } else {
                    worker.restarted();
                }
                worker.registration = registration;
                worker.presence = presence;
            }
            None => {
                self.workers.insert(name.clone(), Worker::new(registration, presence));
            }
        }
        self.instances.insert(identity, name.clone());
        self.refresh(session);
        self.note(Note::Joined { worker: name.clone(), asked });
        self.judge(name, now);
    }

    /// The name itself, or with the least number behind it that no live worker has.
    fn free_name(&self, asked: &WorkerName) -> WorkerName {
        let free = |name: &WorkerName| {
            !self.workers.get(name).is_some_and(|w| matches!(w.presence, Presence::Connected(_)))
        };
        if free(asked) {
            return asked.clone();
        }
        // Sessions are bounded, so a free number comes soon.
        (2..=u32::MAX).map(|number| variant(asked, number)).find(free).unwrap_or_else(|| asked.clone())
    }

    /// Any message has come from a session; call this, or [`heartbeat`](Self::heartbeat), for each.
    pub fn heard(&mut self, session: SessionId, now: Time) {
        if self.hear(session, now) {
            self.assign(now);
        }
    }

    /// Notes a sign of life; was the worker taken for lost?
    fn hear(&mut self, session: SessionId, now: Time) -> bool {
        let Some(connection) = self.connections.get_mut(&session) else { return false };
        connection.heard = now;
        let name = connection.worker.clone();
        let Some(worker) = self.workers.get_mut(&name) else { return false };
        if !matches!(worker.presence, Presence::Silent(_)) {
            return false;
        }
        worker.presence = Presence::Connected(Connected { session, since: now });
        worker.reappeared();
        self.timers.set(now + self.settings.heartbeat_timeout, Timer::Silence(session));
        self.refresh(session);
        self.note(Note::Back { worker: name });
        true
    }

    /// A heartbeat has come.
    pub fn heartbeat(&mut self, session: SessionId, held: &[Held], now: Time) {
        let back = self.hear(session, now);
        let Some(connection) = self.connections.get_mut(&session) else { return };
        for Held { fence, progress } in held {
            match self.leases.get_mut(fence).filter(|granted| granted.session == session) {
                Some(granted) => {
                    (granted.listed, granted.missed) = (true, 0);
                    if *progress > granted.progress {
                        (granted.progress, granted.progressed) = (*progress, now);
                        connection.progressed = now;
                    }
                }
                // Taken back, but the worker has not heard of it.
                None => self.actions.push(Action::Revoke { session, fence: *fence }),
            }
        }
        let named: std::collections::BTreeSet<_> = held.iter().map(|held| held.fence).collect();
        let mut lost = Vec::new();
        for fence in connection.leases.iter().filter(|fence| !named.contains(fence)) {
            if let Some(granted) = self.leases.get_mut(fence).filter(|granted| granted.listed) {
                granted.missed += 1;
                if granted.missed >= MISSED {
                    lost.push(*fence);
                }
            }
        }
        if !lost.is_empty() || back {
            for fence in lost {
                self.lose(fence, now);
            }
            self.assign(now);
        }
    }

    /// A connection is over. Does nothing when it is not known (any more).
    pub fn leave(&mut self, session: SessionId, cause: LeaveCause, now: Time) {
        if self.connections.contains_key(&session) {
            self.end_connection(session, cause, now);
            self.assign(now);
        }
    }

    fn end_connection(&mut self, session: SessionId, cause: LeaveCause, now: Time) {
        let Some(connection) = self.connections.get(&session) else { return };
        let (name, pool) = (connection.worker.clone(), connection.pool);
        let fences: Vec<_> = connection.leases.iter().copied().collect();
        match cause {
            LeaveCause::Disconnected => self.vanishes(session),
            LeaveCause::Fault(_) => self.slips(session),
            LeaveCause::Goodbye | LeaveCause::Replaced => {}
        }
        for fence in &fences {
            if matches!(cause, LeaveCause::Disconnected | LeaveCause::Fault(_)) {
                self.count_disappearance(*fence, now);
            }
            self.lose(*fence, now);
        }
        if let Some(connection) = self.connections.get_mut(&session) {
            self.roster.refresh(session, connection, false);
        }
        self.roster.leave(pool);
        self.connections.remove(&session);
        if let Some(worker) = self.workers.get_mut(&name) {
            worker.presence = Presence::Gone(Gone { since: now, cause: cause.clone() });
            self.timers.set(now + self.settings.remember, Timer::Forget(name.clone()));
            self.gone.insert((now, name.clone()));
            self.forget_first();
        }
        self.note(Note::Left { worker: name.clone(), cause, leases: fences.len() });
        self.judge(&name, now);
    }

    /// Ends a session that breaks the rules.
    pub(super) fn break_off(&mut self, session: SessionId, reason: String, now: Time) {
        self.actions.push(Action::End { session, reason: reason.clone() });
        self.leave(session, LeaveCause::Fault(reason), now);
    }

    /// A worker takes nothing new from now on.
    pub fn draining(&mut self, session: SessionId, now: Time) {
        if let Some(connection) = self.connections.get_mut(&session) {
            connection.draining = true;
            self.refresh(session);
            self.assign(now);
        }
    }

    /// Asks a worker to finish what it holds and leave.
    ///
    /// # Errors
    /// When it is unknown or not connected.
    pub fn drain(&mut self, name: &WorkerName, reason: String, now: Time) -> Result<(), DispatchError> {
        let worker = self.worker(name)?;
        let session = worker.session().ok_or_else(|| DispatchError::NotConnected(name.clone()))?;
        self.actions.push(Action::Drain { session, reason });
        self.draining(session, now);
        Ok(())
    }

    /// Gives a worker nothing new until it is resumed, whenever it connects. What it holds it finishes.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn pause(&mut self, name: &WorkerName, now: Time) -> Result<(), DispatchError> {
        self.worker(name)?.paused = true;
        self.standing_changed(name, now);
        Ok(())
    }

    /// Gives a paused worker work again.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn resume(&mut self, name: &WorkerName, now: Time) -> Result<(), DispatchError> {
        self.worker(name)?.paused = false;
        self.standing_changed(name, now);
        Ok(())
    }

    /// Gives a worker that was set aside work again, before its time.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn forgive(&mut self, name: &WorkerName, now: Time) -> Result<(), DispatchError> {
        if self.worker(name)?.forgive() {
            self.note(Note::Forgiven { worker: name.clone() });
        }
        self.standing_changed(name, now);
        Ok(())
    }

    /// Sets a worker aside that was set aside before the coordinator was restarted. Where it is set aside already, that
    /// stands.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn set_aside(
        &mut self,
        name: &WorkerName,
        reason: String,
        lasts: Duration,
        now: Time,
    ) -> Result<(), DispatchError> {
        if self.worker(name)?.aside.is_none() {
            self.put_aside(name, reason, lasts, now);
            self.assign(now);
        }
        Ok(())
    }

    fn worker(&mut self, name: &WorkerName) -> Result<&mut Worker, DispatchError> {
        self.workers.get_mut(name).ok_or_else(|| DispatchError::UnknownWorker(name.clone()))
    }

    fn standing_changed(&mut self, name: &WorkerName, now: Time) {
        if let Some(session) = self.workers.get(name).and_then(Worker::session) {
            self.refresh(session);
        }
        self.assign(now);
    }

    /// Sets a worker aside if it has failed too often; what it holds goes to others.
    pub(super) fn judge(&mut self, name: &WorkerName, now: Time) {
        let Some(worker) = self.workers.get(name).filter(|worker| worker.aside.is_none()) else { return };
        if let Some(reason) = worker.disqualified() {
            self.put_aside(name, reason, self.settings.forgive_after, now);
        }
    }

    fn put_aside(&mut self, name: &WorkerName, reason: String, lasts: Duration, now: Time) {
        let until = now.saturating_add(lasts);
        let Some(worker) = self.workers.get_mut(name) else { return };
        worker.aside = Some(SetAside { since: now, until, reason: reason.clone() });
        self.timers.set(until, Timer::Forgive(name.clone()));
        let session = worker.session();
        self.note(Note::SetAside { worker: name.clone(), reason, lasts });
        let Some(session) = session else { return };
        self.refresh(session);
        for fence in self.leases_of(session) {
            self.lose(fence, now);
            self.actions.push(Action::Revoke { session, fence });
        }
    }

    pub(super) fn leases_of(&self, session: SessionId) -> Vec<clipig_core::Fence> {
        self.connections.get(&session).map_or_else(Vec::new, |held| held.leases.iter().copied().collect())
    }

    /// The job's brief and canvas must be sent to this session again.
    pub(super) fn forget_open(&mut self, session: SessionId, revision: JobRevision) {
        let connection = self.connections.get_mut(&session);
        if let Some(opened) = connection.and_then(|connection| connection.open.get_mut(&revision)) {
            *opened = Opened::default();
        }
    }

    /// Does what is due by now. Calling it early or late does no harm.
    pub fn tick(&mut self, now: Time) {
        while let Some(timer) = self.timers.pop(now) {
            match timer {
                Timer::Silence(session) => self.check_silence(session, now),
                Timer::Deadline(fence) => self.check_deadline(fence, now),
                Timer::Forgive(name) => {
                    let due = |worker: &&mut Worker| worker.aside.as_ref().is_some_and(|a| a.until <= now);
                    if self.workers.get_mut(&name).filter(due).is_some_and(Worker::forgive) {
                        self.note(Note::Forgiven { worker: name.clone() });
                        self.standing_changed(&name, now);
                    }
                }
                Timer::Retry(_) => {}
                Timer::Forget(name) => self.forget_gone(&name, now),
            }
        }
        self.assign(now);
    }

    /// When [`tick`](Self::tick) is due; `None` when nothing waits for time.
    pub fn next_wakeup(&self) -> Option<Time> {
        self.timers.next().into_iter().chain(self.second_copy).min()
    }

    fn check_silence(&mut self, session: SessionId, now: Time) {
        let Some(connection) = self.connections.get(&session) else { return };
        let due = connection.heard + self.settings.heartbeat_timeout;
        if due > now {
            self.timers.set(due, Timer::Silence(session));
            return;
        }
        let name = connection.worker.clone();
        let fences = self.leases_of(session);
        self.vanishes(session);
        for fence in &fences {
            self.lose(*fence, now);
        }
        if let Some(worker) = self.workers.get_mut(&name) {
            worker.presence = Presence::Silent(Silent { session, since: now });
        }
        self.refresh(session);
        self.note(Note::Lost { worker: name, leases: fences.len() });
    }

    fn forget_gone(&mut self, name: &WorkerName, now: Time) {
        let Some(worker) = self.workers.get(name) else { return };
        let Presence::Gone(gone) = &worker.presence else { return };
        let due = gone.since + self.settings.remember;
        if worker.paused || worker.aside.is_some() || due > now {
            // Standing must not be lost by going away for a while.
            self.timers.set(due.max(now + self.settings.remember), Timer::Forget(name.clone()));
            return;
        }
        self.forget(name);
    }

    fn forget(&mut self, name: &WorkerName) {
        if let Some(worker) = self.workers.remove(name) {
            self.instances.remove(&worker.identity());
            if let Presence::Gone(gone) = worker.presence {
                self.gone.remove(&(gone.since, name.clone()));
                self.timers.unset(gone.since + self.settings.remember, Timer::Forget(name.clone()));
            }
        }
    }

    /// Keeps to the bound on workers that have left: anybody could register under a thousand names. People's wishes
    /// outlive that.
    fn forget_first(&mut self) {
        while self.gone.len() > self.settings.remembered {
            let free =
                |(_, name): &&(Time, WorkerName)| !self.workers.get(name).is_some_and(|worker| worker.paused);
            let Some((_, name)) = self.gone.iter().find(free).cloned() else { return };
            self.forget(&name);
        }
    }
}

/// A name with a number behind it, shortened where it would be too long.
fn variant(name: &WorkerName, number: u32) -> WorkerName {
    let suffix = format!("-{number}");
    let name_text = name.as_str();
    let kept = name_text.len().min(MAX_NAME - suffix.len());
    format!("{}{suffix}", &name_text[..kept]).parse().unwrap_or_else(|_| name.clone())
}

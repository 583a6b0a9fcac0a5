//! What people and failures decide about a worker.

use std::time::Duration;

use clipig_core::{JobRevision, Node, SessionId, Stage, WorkerName, expected};

use super::worker::{Quarantine, Strike, Worker};
use super::{Timer, Workers};
use crate::dispatcher::terms::DispatchError;
use crate::dispatcher::timers::Time;

impl Workers {
    pub(in crate::dispatcher) fn drain(&mut self, session: SessionId) {
        if let Some(connection) = self.connections.get_mut(&session) {
            connection.drain();
            self.refresh(session);
        }
    }

    pub(in crate::dispatcher) fn set_paused(
        &mut self,
        name: &WorkerName,
        paused: bool,
    ) -> Result<(), DispatchError> {
        self.known_mut(name)?.set_paused(paused);
        self.standing_changed(name);
        Ok(())
    }

    /// Ends a quarantine before its time; was there one?
    pub(in crate::dispatcher) fn reinstate(&mut self, name: &WorkerName) -> Result<bool, DispatchError> {
        let reinstated = self.known_mut(name)?.reinstate();
        self.standing_changed(name);
        Ok(reinstated)
    }

    /// Gives a worker nothing for a while.
    pub(in crate::dispatcher) fn quarantine(
        &mut self,
        name: &WorkerName,
        reason: String,
        lasts: Duration,
        now: Time,
    ) {
        let until = now.saturating_add(lasts);
        let Some(worker) = expected(self.known.get_mut(name), "who is judged is known") else { return };
        worker.set_quarantine(Quarantine { since: now, until, reason });
        self.timers.set(until, Timer::Reinstate(name.clone()));
        self.standing_changed(name);
    }

    /// The session of a worker that people have named.
    pub(in crate::dispatcher) fn session_of(&self, name: &WorkerName) -> Result<SessionId, DispatchError> {
        let worker = self.known.get(name).ok_or_else(|| DispatchError::UnknownWorker(name.clone()))?;
        worker.session().ok_or_else(|| DispatchError::NotConnected(name.clone()))
    }

    /// The session of a worker, also of one that is waited for.
    pub(in crate::dispatcher) fn last_session_of(&self, name: &WorkerName) -> Option<SessionId> {
        self.known.get(name).and_then(Worker::last_session)
    }

    fn known_mut(&mut self, name: &WorkerName) -> Result<&mut Worker, DispatchError> {
        self.known.get_mut(name).ok_or_else(|| DispatchError::UnknownWorker(name.clone()))
    }

    /// Why a worker is to be quarantined now.
    pub(in crate::dispatcher) fn disqualification(&self, name: &WorkerName) -> Option<String> {
        let worker = self.known.get(name).filter(|worker| worker.quarantine().is_none())?;
        worker.disqualification()
    }

    pub(in crate::dispatcher) fn strike(&mut self, name: &WorkerName, strike: Strike) {
        if let Some(worker) = self.known.get_mut(name) {
            worker.strike(strike);
        }
    }

    /// A worker is gone and had this in hand; whose fault that is shows when it comes back.
    pub(in crate::dispatcher) fn vanish_with(&mut self, name: &WorkerName, strike: Strike) {
        if let Some(worker) = self.known.get_mut(name) {
            worker.vanish_with(strike);
        }
    }

    /// Somebody else computed what failed with this worker.
    pub(in crate::dispatcher) fn contradict(
        &mut self,
        name: &WorkerName,
        revision: JobRevision,
        stage: Stage,
        node: Node,
    ) {
        if let Some(worker) = self.known.get_mut(name) {
            worker.contradict(revision, stage, node);
        }
    }

    /// What failed with this worker is the job's fault.
    pub(in crate::dispatcher) fn absolve(&mut self, name: &WorkerName, revision: JobRevision) {
        if let Some(worker) = self.known.get_mut(name) {
            worker.absolve(revision);
        }
    }
}

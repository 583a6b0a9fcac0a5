//! What people want of workers.

use std::time::Duration;

use clipig_core::WorkerName;

use super::Dispatcher;
use super::action::{Action, Note};
use super::terms::DispatchError;
use super::timers::Time;

impl Dispatcher {
    /// Asks a worker to finish what it holds and leave.
    ///
    /// # Errors
    /// When it is unknown or not connected.
    pub fn handle_drain(&mut self, name: &WorkerName, reason: String) -> Result<(), DispatchError> {
        let session = self.workers.session_of(name)?;
        self.actions.push(Action::Drain { session, reason });
        self.workers.drain(session);
        self.is_stale = true;
        Ok(())
    }

    /// Gives a worker nothing new until it is resumed, whenever it connects. What it holds it finishes.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn handle_pause(&mut self, name: &WorkerName) -> Result<(), DispatchError> {
        self.workers.set_paused(name, true)?;
        self.is_stale = true;
        Ok(())
    }

    /// Gives a paused worker work again.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn handle_resume(&mut self, name: &WorkerName) -> Result<(), DispatchError> {
        self.workers.set_paused(name, false)?;
        self.is_stale = true;
        Ok(())
    }

    /// Gives a quarantined worker work again, before its time.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn handle_reinstate(&mut self, name: &WorkerName) -> Result<(), DispatchError> {
        if self.workers.reinstate(name)? {
            self.note(Note::Reinstated { worker: name.clone() });
        }
        self.is_stale = true;
        Ok(())
    }

    /// Quarantines a worker for what is left of the time from before a restart of the coordinator. A quarantine that
    /// holds already stands.
    ///
    /// # Errors
    /// When it is unknown.
    pub fn handle_quarantine(
        &mut self,
        name: &WorkerName,
        reason: String,
        lasts: Duration,
        now: Time,
    ) -> Result<(), DispatchError> {
        let worker = self.workers.get(name).ok_or_else(|| DispatchError::UnknownWorker(name.clone()))?;
        if worker.quarantine().is_none() {
            self.quarantine(name, reason, lasts, now);
        }
        Ok(())
    }

    /// Quarantines a worker if it has failed too often.
    pub(super) fn judge(&mut self, name: &WorkerName, now: Time) {
        if let Some(reason) = self.workers.disqualification(name) {
            self.quarantine(name, reason, self.settings.quarantine, now);
        }
    }

    /// Gives a worker nothing for a while; what it holds goes to others.
    pub(super) fn quarantine(&mut self, name: &WorkerName, reason: String, lasts: Duration, now: Time) {
        self.workers.quarantine(name, reason.clone(), lasts, now);
        self.note(Note::Quarantined { worker: name.clone(), reason, lasts });
        self.is_stale = true;
        let Some(session) = self.workers.last_session_of(name) else { return };
        for fence in self.leases.of(session).collect::<Vec<_>>() {
            // The loss of one may end the check of the same node.
            if self.leases.get(fence).is_some() {
                self.lose(fence, now);
                self.actions.push(Action::Revoke { session, fence });
            }
        }
    }
}

//! Time passes: silence, the end of a quarantine, and workers that are forgotten.

use clipig_core::{SessionId, WorkerName};

use super::worker::Worker;
use super::{Due, Timer, Workers};
use crate::dispatcher::timers::Time;

impl Workers {
    pub(in crate::dispatcher) fn next_timer(&self) -> Option<Time> {
        self.timers.next()
    }

    /// Takes one timer that is due.
    pub(in crate::dispatcher) fn poll_timer(&mut self, now: Time) -> Option<Due> {
        Some(match self.timers.pop(now)? {
            Timer::Silence(session) => self.check_silence(session, now),
            Timer::Reinstate(name) => {
                let is_over = |worker: &Worker| worker.quarantine().is_some_and(|q| q.until <= now);
                match self.known.get_mut(&name).filter(|worker| is_over(worker)) {
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
        let due = connection.last_message() + self.settings.heartbeat_timeout;
        if due > now {
            self.timers.set(due, Timer::Silence(session));
            return Due::Nothing;
        }
        if self.is_broken(session) { Due::Vanished(session) } else { Due::Silent(session) }
    }

    fn forget_if_due(&mut self, name: &WorkerName, now: Time) {
        let Some(worker) = self.known.get(name) else { return };
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
        let Some(worker) = self.known.remove(name) else { return };
        self.instances.remove(&worker.identity());
        if let Some(since) = worker.gone_since() {
            self.gone.remove(&(since, name.clone()));
            self.timers.unset(since + self.settings.remember, Timer::Forget(name.clone()));
        }
    }

    /// Keeps to the bound on workers that have left: anybody could register under a thousand names. What people have
    /// decided about a worker is kept beyond that.
    pub(super) fn forget_first(&mut self) {
        while self.gone.len() > self.settings.remembered {
            let is_free =
                |(_, name): &&(Time, WorkerName)| !self.known.get(name).is_some_and(Worker::is_paused);
            let Some((_, name)) = self.gone.iter().find(is_free).cloned() else { return };
            self.forget(&name);
        }
    }
}

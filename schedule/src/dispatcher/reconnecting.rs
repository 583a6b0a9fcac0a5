//! A connection breaks, and the same process comes back on another one.
//!
//! ```text
//!              broke                     the same process registers
//!  Connected ─────────▶ waited for ─────────────────────────────────▶ Connected, with all leases that are still valid
//!                           │
//!                           └──heartbeat timeout, or another process takes its name──▶ gone; its leases are lost
//! ```
//!
//! While a process is waited for, its leases are valid, and nothing counts against anybody. Idle workers need not wait:
//! they compute the same speculatively, at once (`speculate`), and take over what only waits in its hands (`assign`). The
//! first answer counts, as always.

use clipig_core::{JobRevision, Lease, SessionId};

use super::Dispatcher;
use super::action::{Action, LeaveCause, Note};
use super::timers::Time;
use super::workers::{SeenModels, Successor};

/// A process that goes on where its last connection has ended.
pub(super) struct Returning {
    from: SessionId,
    /// Jobs that it was told of and that are still open, with the models that it has computed.
    jobs: Vec<(JobRevision, SeenModels)>,
}

impl Dispatcher {
    /// Does the process behind a session that broke have anything to come back for?
    pub(super) fn has_reason_to_return(&self, session: SessionId) -> bool {
        self.leases.of(session).next().is_some() || !self.workers.told(session).is_empty()
    }

    /// A connection broke; its process may come back.
    pub(super) fn wait_for(&mut self, session: SessionId, now: Time) {
        if let Some(worker) = self.workers.interrupt(session, now) {
            self.note(Note::Left { worker, cause: LeaveCause::Disconnected, leases: 0 });
        }
        // Idle workers may compute what it holds, too.
        self.is_stale = true;
    }

    /// A process that was waited for has not come back in time, or has ended.
    pub(super) fn give_up(&mut self, session: SessionId, now: Time) {
        let cause = LeaveCause::Disconnected;
        self.note_disappearance(session, &cause, now);
        let leases = self.lose_all(session, now);
        if let Some(worker) = self.disconnect(session, cause, now) {
            if leases > 0 {
                self.note(Note::Lost { worker: worker.clone(), leases });
            }
            self.judge(&worker, now);
        }
        self.is_stale = true;
    }

    /// Ends the connection in whose place another one comes. Returns what goes on there, where the process is the same.
    pub(super) fn replace(&mut self, old: SessionId, successor: Successor, now: Time) -> Option<Returning> {
        let stands = self.workers.is_connected(old);
        if stands {
            let reason = "the worker has connected anew".to_owned();
            self.actions.push(Action::End { session: old, reason });
        }
        match successor {
            Successor::Same => {
                let jobs = self.workers.told(old);
                let worker = self.disconnect(old, LeaveCause::Replaced, now)?;
                if stands {
                    self.note(Note::Left { worker, cause: LeaveCause::Replaced, leases: 0 });
                }
                Some(Returning { from: old, jobs })
            }
            Successor::Other if !stands => {
                self.give_up(old, now);
                None
            }
            Successor::Changed | Successor::Other => {
                self.end_session(old, LeaveCause::Replaced, now);
                None
            }
        }
    }

    /// A process goes on with its leases on another session. Returns these, and the jobs that it knows.
    pub(super) fn go_on(
        &mut self,
        returning: Returning,
        session: SessionId,
        now: Time,
    ) -> (Vec<Lease>, Vec<JobRevision>) {
        let Returning { from, jobs: known } = returning;
        let jobs = known.iter().map(|(revision, _)| *revision).collect();
        self.workers.knows_of(session, known);
        let change = self.leases.hand_over(from, session, now);
        self.holding_changed(change, now);
        let leases = self.leases.of(session).filter_map(|fence| self.as_granted(fence));
        (leases.collect(), jobs)
    }
}

//! What happens when nobody does anything.

use std::collections::BTreeSet;

use clipig_core::{Fence, SessionId, WorkerName};

use super::Time;

/// Something that becomes due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// A session may have fallen silent.
    Silence(SessionId),
    /// A lease may have made no progress for too long.
    Deadline(Fence),
    /// A worker is forgiven.
    Forgive(WorkerName),
    /// A worker that handed a lease back is asked again.
    Retry(SessionId),
    /// A worker that has left is forgotten.
    Forget(WorkerName),
}

/// Timers by the time at which they are due. What a timer is about is looked at again when it goes off.
#[derive(Debug, Default)]
pub(super) struct Timers {
    due: BTreeSet<(Time, Timer)>,
}

impl Timers {
    pub(super) fn set(&mut self, at: Time, timer: Timer) {
        self.due.insert((at, timer));
    }

    pub(super) fn unset(&mut self, at: Time, timer: Timer) {
        self.due.remove(&(at, timer));
    }

    pub(super) fn next(&self) -> Option<Time> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The next timer that is due by now.
    pub(super) fn pop(&mut self, now: Time) -> Option<Timer> {
        self.next().filter(|at| *at <= now)?;
        self.due.pop_first().map(|(_, timer)| timer)
    }
}

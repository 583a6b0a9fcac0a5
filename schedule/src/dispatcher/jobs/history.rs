//! What happened to a node so far, and who should rather not get it again.

use std::time::Duration;

use clipig_core::WorkerName;

use crate::dispatcher::action::Attempt;
use crate::dispatcher::timers::Time;

/// What cuts off several workers that are given a node in turn, such as a switch that is restarted, counts once within
/// this time.
const BLOW: Duration = Duration::from_secs(1);

/// What happened to a node.
#[derive(Clone, Debug, Default)]
pub(in crate::dispatcher) struct History {
    attempts: Vec<Attempt>,
    /// Workers that disappeared with it, each once.
    disappeared: Vec<WorkerName>,
    /// How often that happened, and when last.
    disappearances: (u32, Option<Time>),
    /// Workers that handed it back though they had what they need, or never heard of it.
    returned: Vec<WorkerName>,
    /// How often it was handed back, and when first.
    returns: (u32, Option<Time>),
}

impl History {
    /// Attempts that failed, in order.
    pub(in crate::dispatcher) fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    pub(in crate::dispatcher) fn into_attempts(self) -> Vec<Attempt> {
        self.attempts
    }

    /// Workers that disappeared with it, each once.
    pub(in crate::dispatcher) fn disappeared(&self) -> &[WorkerName] {
        &self.disappeared
    }

    /// How often workers disappeared with it while nobody else was at it.
    pub(in crate::dispatcher) fn disappearances(&self) -> u32 {
        self.disappearances.0
    }

    /// How often it was handed back, and when first.
    pub(in crate::dispatcher) fn returns(&self) -> (u32, Option<Time>) {
        self.returns
    }

    /// Should somebody else try before this worker does again?
    pub(in crate::dispatcher) fn advises_against(&self, worker: &WorkerName) -> bool {
        self.tried_by().chain(&self.returned).any(|other| other == worker)
    }

    /// Workers that failed with it, one way or another.
    pub(in crate::dispatcher) fn tried_by(&self) -> impl Iterator<Item = &WorkerName> {
        self.attempts.iter().map(|attempt| &attempt.worker).chain(&self.disappeared)
    }

    /// Is there anybody whom it advises against?
    pub(super) fn is_eventful(&self) -> bool {
        self.tried_by().chain(&self.returned).next().is_some()
    }

    pub(super) fn add_attempt(&mut self, attempt: Attempt) {
        self.attempts.push(attempt);
    }

    /// A worker was gone with it in hand. Returns whether that counts; not where somebody else is at it, too, which may
    /// still end well.
    pub(super) fn add_disappearance(&mut self, worker: &WorkerName, is_alone: bool, now: Time) -> bool {
        if !self.disappeared.contains(worker) {
            self.disappeared.push(worker.clone());
        }
        let (count, last) = &mut self.disappearances;
        if !is_alone || last.is_some_and(|last| now < last + BLOW) {
            return false;
        }
        (*count, *last) = (*count + 1, Some(now));
        true
    }

    pub(super) fn advise_against(&mut self, worker: &WorkerName) {
        if !self.returned.contains(worker) {
            self.returned.push(worker.clone());
        }
    }

    pub(super) fn add_return(&mut self, now: Time) {
        let (count, first) = &mut self.returns;
        *count += 1;
        first.get_or_insert(now);
    }
}

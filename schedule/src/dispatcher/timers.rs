//! Time, and what becomes due when nobody does anything.

use std::collections::BTreeSet;
use std::time::Duration;

/// Time since the coordinator started; it never goes backwards.
pub type Time = Duration;

/// Keys by the time at which they are due. A timer is not moved when its cause is: whoever pops a key looks at the
/// cause again and sets a new timer if it was too early. That costs less than moving a timer with every message.
#[derive(Debug)]
pub(super) struct Timers<K> {
    due: BTreeSet<(Time, K)>,
}

impl<K: Ord> Timers<K> {
    pub(super) fn new() -> Self {
        Self { due: BTreeSet::new() }
    }

    pub(super) fn set(&mut self, at: Time, key: K) {
        self.due.insert((at, key));
    }

    pub(super) fn unset(&mut self, at: Time, key: K) {
        self.due.remove(&(at, key));
    }

    pub(super) fn next(&self) -> Option<Time> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The next key that is due by now.
    pub(super) fn pop(&mut self, now: Time) -> Option<K> {
        self.next().filter(|at| *at <= now)?;
        self.due.pop_first().map(|(_, key)| key)
    }
}

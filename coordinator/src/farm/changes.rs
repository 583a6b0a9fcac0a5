//! Wakes threads that wait until something about jobs or workers has changed.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Whoever waits for a change looks this often even when there was none, which costs little and mends a missed change.
pub(super) const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// Counts changes, so that a thread does not miss one that happens while it handles the one before.
#[derive(Default)]
pub(super) struct Changes {
    count: Mutex<u64>,
    changed: Condvar,
}

impl Changes {
    /// Something has changed.
    pub(super) fn notify_all(&self) {
        *self.lock() += 1;
        self.changed.notify_all();
    }

    /// How many changes there were. Ask before you look at what may have changed.
    pub(super) fn seen(&self) -> u64 {
        *self.lock()
    }

    /// Waits until there are more changes than `seen`, for `most` at most.
    pub(super) fn wait_beyond(&self, seen: u64, most: Duration) {
        let waited = self.changed.wait_timeout_while(self.lock(), most, |count| *count == seen);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_change_during_the_look_is_not_missed() {
        let changes = Changes::default();
        let seen = changes.seen();
        changes.notify_all();
        let start = Instant::now();
        changes.wait_beyond(seen, Duration::from_mins(1));
        assert!(start.elapsed() < Duration::from_secs(30));
        // There is none after it.
        changes.wait_beyond(changes.seen(), Duration::from_millis(1));
    }
}

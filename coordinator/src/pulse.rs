//! Whether somebody moves.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Since when a part is at something that should end by itself. One that waits for others, who may take any time, rests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pulse(Arc<Mutex<Option<Instant>>>);

impl Pulse {
    /// Something begins.
    pub(crate) fn work(&self) {
        *self.lock() = Some(Instant::now());
    }

    /// It has ended.
    pub(crate) fn rest(&self) {
        *self.lock() = None;
    }

    /// For how long the part has been at what it is at.
    pub(crate) fn busy(&self) -> Option<Duration> {
        self.lock().map(|since| since.elapsed())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_rests_is_not_stuck() {
        let pulse = Pulse::default();
        assert_eq!(pulse.busy(), None);
        pulse.work();
        assert!(pulse.busy().is_some());
        pulse.rest();
        assert_eq!(pulse.busy(), None);
    }
}

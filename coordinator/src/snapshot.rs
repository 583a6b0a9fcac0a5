//! When a snapshot of the canvas is due.

use std::time::{Duration, Instant};

use clipig_experiment::Interval;
use clipig_schedule::Epoch;

/// Says when a snapshot is due: after the first epoch, then at every interval.
#[derive(Clone, Debug)]
pub struct SnapshotClock {
    interval: Interval,
    last: Option<(Epoch, Instant)>,
}

impl SnapshotClock {
    /// A clock for the experiment's `snapshot_interval`.
    pub fn new(interval: Interval) -> Self {
        Self { interval, last: None }
    }

    /// Is a snapshot due after this epoch? If so, the interval begins anew.
    pub fn is_due(&mut self, epoch: Epoch, now: Instant) -> bool {
        let due = match (self.interval, self.last) {
            (Interval::Epochs(0), _) => false,
            (Interval::Seconds(seconds), _) if seconds <= 0.0 => false,
            (_, None) => true,
            (Interval::Epochs(epochs), Some((last, _))) => epoch.0 - last.0 >= epochs,
            (Interval::Seconds(seconds), Some((_, last))) => {
                now.duration_since(last) >= Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
            }
        };
        if due {
            self.last = Some((epoch, now));
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_due_by_epochs_or_seconds() {
        let start = Instant::now();
        let mut clock = SnapshotClock::new(Interval::Epochs(3));
        let due: Vec<bool> = (0..7).map(|epoch| clock.is_due(Epoch(epoch), start)).collect();
        assert_eq!(due, [true, false, false, true, false, false, true]);
        let mut clock = SnapshotClock::new(Interval::Seconds(0.5));
        let at = |ms| start + Duration::from_millis(ms);
        assert!(clock.is_due(Epoch(0), at(0)));
        assert!(!clock.is_due(Epoch(1), at(400)));
        assert!(clock.is_due(Epoch(2), at(600)));
        assert!(!SnapshotClock::new(Interval::Seconds(0.0)).is_due(Epoch(0), at(0)));
    }
}

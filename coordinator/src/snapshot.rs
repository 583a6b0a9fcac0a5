//! When a snapshot of the canvas is due.

use std::time::{Duration, Instant};

use clipig_core::Epoch;
use clipig_experiment::Interval;

/// Says when a snapshot is due: after the first epoch, then at every interval.
#[derive(Clone, Debug)]
pub struct SnapshotClock {
    interval: Interval,
    /// The first epoch of the job, from which epochs are counted.
    first: Option<Epoch>,
    /// When seconds began to count.
    since: Option<Instant>,
}

impl SnapshotClock {
    /// A clock for the experiment's `snapshot_interval`; the epoch that it is first asked about is the job's first.
    pub fn new(interval: Interval) -> Self {
        Self { interval, first: None, since: None }
    }

    /// A clock of a job whose first epoch is known. Snapshots by epochs are the same however often the job stops and goes
    /// on. Seconds count from where it went on.
    pub fn counting_from(first: Epoch, interval: Interval) -> Self {
        Self { interval, first: Some(first), since: None }
    }

    /// Is a snapshot due after this epoch? If so, the interval begins anew.
    pub fn is_due(&mut self, epoch: Epoch, now: Instant) -> bool {
        let first = *self.first.get_or_insert(epoch);
        match self.interval {
            Interval::Epochs(epochs) => {
                epochs > 0 && epoch.0.checked_sub(first.0).is_some_and(|done| done % epochs == 0)
            }
            Interval::Seconds(seconds) => {
                let due = match self.since {
                    None => epoch == first,
                    Some(since) => {
                        let interval = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
                        now.duration_since(since) >= interval
                    }
                };
                if due || self.since.is_none() {
                    self.since = Some(now);
                }
                due && seconds > 0.0
            }
        }
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
        assert!(!SnapshotClock::new(Interval::Epochs(0)).is_due(Epoch(0), at(0)));
    }

    #[test]
    fn a_restart_makes_no_snapshot_and_shifts_none() {
        let start = Instant::now();
        let mut clock = SnapshotClock::counting_from(Epoch(2), Interval::Epochs(3));
        let due: Vec<u32> = (4..12).filter(|epoch| clock.is_due(Epoch(*epoch), start)).collect();
        assert_eq!(due, [5, 8, 11]);
        let mut clock = SnapshotClock::counting_from(Epoch(2), Interval::Seconds(0.5));
        let at = |ms| start + Duration::from_millis(ms);
        let due =
            [(4, 0), (5, 400), (6, 600), (7, 700)].map(|(epoch, ms)| clock.is_due(Epoch(epoch), at(ms)));
        assert_eq!(due, [false, false, true, false]);
    }
}

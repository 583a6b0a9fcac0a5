//! How fast a job's shards are computed.

use std::collections::VecDeque;
use std::time::Duration;

/// How many results the pace is taken from.
const WINDOW: usize = 31;

/// How many results it needs.
const ENOUGH: usize = 3;

/// Time per shard of a job's last results.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    /// In the order in which they came.
    recent: VecDeque<Duration>,
    /// The same, sorted: the median is asked for more often than it changes.
    sorted: Vec<Duration>,
}

impl Pace {
    pub(super) fn record(&mut self, took: Duration, shards: u32) {
        let per_shard = took / shards.max(1);
        if self.recent.len() == WINDOW
            && let Some(oldest) = self.recent.pop_front()
            && let Ok(at) = self.sorted.binary_search(&oldest)
        {
            self.sorted.remove(at);
        }
        self.recent.push_back(per_shard);
        let at = self.sorted.partition_point(|known| *known < per_shard);
        self.sorted.insert(at, per_shard);
    }

    /// The median time of so many shards; `None` before enough is known.
    pub(super) fn expected(&self, shards: u32) -> Option<Duration> {
        let median = self.sorted.get(self.sorted.len() / 2).filter(|_| self.sorted.len() >= ENOUGH)?;
        Some(median.saturating_mul(shards))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_the_last_results() {
        let mut pace = Pace::default();
        let ms = Duration::from_millis;
        pace.record(ms(20), 2);
        pace.record(ms(900), 1);
        assert_eq!(pace.expected(1), None);
        pace.record(ms(30), 1);
        assert_eq!(pace.expected(3), Some(ms(90)));
        for _ in 0..WINDOW {
            pace.record(ms(7), 1);
        }
        assert_eq!(pace.expected(1), Some(ms(7)));
        assert_eq!((pace.recent.len(), pace.sorted.len()), (WINDOW, WINDOW));
    }
}

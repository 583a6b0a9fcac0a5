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
    per_shard: VecDeque<Duration>,
}

impl Pace {
    pub(super) fn record(&mut self, took: Duration, shards: u32) {
        self.per_shard.push_back(took / shards.max(1));
        if self.per_shard.len() > WINDOW {
            self.per_shard.pop_front();
        }
    }

    /// The median time of so many shards; `None` before enough is known.
    pub(super) fn expected(&self, shards: u32) -> Option<Duration> {
        if self.per_shard.len() < ENOUGH {
            return None;
        }
        let mut sorted: Vec<Duration> = self.per_shard.iter().copied().collect();
        sorted.sort_unstable();
        Some(sorted[sorted.len() / 2].saturating_mul(shards))
    }
}

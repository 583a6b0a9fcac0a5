//! How quick workers are: shards per second over the last seconds. The farm says only how many there were in all.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use crate::farm::wire::Worker;

/// Seconds that a pace is a mean of.
const WINDOW: f64 = 10.0;

/// Shards per second of each worker.
#[derive(Debug, Default)]
pub(super) struct Paces(BTreeMap<String, VecDeque<(Timestamp, u64)>>);

impl Paces {
    /// Takes the counts of a moment. Workers that are not among them are forgotten.
    pub(super) fn add(&mut self, now: Timestamp, workers: &[Worker]) {
        self.0.retain(|name, _| workers.iter().any(|worker| worker.name == *name));
        for worker in workers {
            let counts = self.0.entry(worker.name.clone()).or_default();
            // A restarted coordinator counts from 0; a clock that was set back says nothing.
            if counts.back().is_some_and(|&(then, shards)| shards > worker.shards_done || then > now) {
                counts.clear();
            }
            counts.push_back((now, worker.shards_done));
            // The one before the window stays: the window begins at it.
            while counts.len() > 2 && seconds(counts[1].0, now) >= WINDOW {
                counts.pop_front();
            }
        }
    }

    /// Shards per second; `None` before there are two counts.
    pub(super) fn of(&self, worker: &str) -> Option<f64> {
        let counts = self.0.get(worker)?;
        let (&(first, before), &(last, after)) = (counts.front()?, counts.back()?);
        let seconds = seconds(first, last);
        (seconds > 0.0).then(|| (after - before) as f64 / seconds)
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_that_of_the_last_seconds() {
        let mut paces = Paces::default();
        let mut add = |second: i64, shards: u64| {
            let worker = Worker { name: "w".to_owned(), shards_done: shards, ..Worker::default() };
            paces.add(Timestamp::from_second(second).unwrap(), &[worker]);
            paces.of("w")
        };
        assert_eq!(add(0, 100), None);
        assert_eq!(add(1, 102), Some(2.0));
        assert_eq!(add(11, 122), Some(2.0));
        assert_eq!(add(21, 122), Some(0.0), "what is older than the window does not count");
        assert_eq!(add(22, 3), None, "the coordinator was started again");
        assert_eq!(add(24, 13), Some(5.0));
        assert_eq!(add(23, 13), None, "the clock was set back");
        paces.add(Timestamp::from_second(30).unwrap(), &[]);
        assert_eq!(paces.of("w"), None);
    }
}

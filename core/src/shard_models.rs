//! Which model sees a shard.

use std::ops::Range;
use std::sync::Arc;

/// The model that each shard of an epoch is computed with, as a place among those of the job. The default is that of jobs of
/// one model, whose shards do not differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShardModels(Option<Arc<[Run]>>);

/// Neighbouring shards with the same model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    /// The first shard behind them.
    end: u32,
    model: usize,
}

impl ShardModels {
    /// The models of a job of several, by shard.
    pub fn of_several(models: impl IntoIterator<Item = usize>) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for (end, model) in (1..).zip(models) {
            match runs.last_mut() {
                Some(run) if run.model == model => run.end = end,
                _ => runs.push(Run { end, model }),
            }
        }
        Self(Some(runs.into()))
    }

    /// Does the job have several models?
    pub fn are_several(&self) -> bool {
        self.0.is_some()
    }

    /// The model of some shards; `None` where they have several, or the job has only one, or they are not known. O(log
    /// runs of shards with the same model).
    pub fn of(&self, shards: &Range<u32>) -> Option<usize> {
        let runs = self.0.as_deref()?;
        let first = runs.get(runs.partition_point(|run| run.end <= shards.start))?;
        (shards.end <= first.end).then_some(first.model)
    }

    /// The runs of neighbouring shards with the same model, and that model, in order.
    pub fn runs(&self) -> impl Iterator<Item = (Range<u32>, usize)> {
        let mut start = 0;
        let runs = self.0.as_deref().unwrap_or_default().iter();
        runs.map(move |run| (std::mem::replace(&mut start, run.end)..run.end, run.model))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_shards_with_the_same_model_have_one() {
        let models = ShardModels::of_several([0, 0, 0, 2, 1, 1]);
        assert_eq!(models.runs().collect::<Vec<_>>(), [(0..3, 0), (3..4, 2), (4..6, 1)]);
        let of = |start, end| models.of(&(start..end));
        assert_eq!([of(0, 3), of(1, 2), of(3, 4), of(4, 6)], [Some(0), Some(0), Some(2), Some(1)]);
        assert_eq!([of(2, 4), of(0, 6), of(5, 7), of(6, 7)], [None; 4]);
        assert!(models.are_several());
    }

    #[test]
    fn the_shards_of_a_job_of_one_model_do_not_differ() {
        let models = ShardModels::default();
        assert!(!models.are_several() && models.runs().next().is_none());
        assert_eq!(models.of(&(0..1)), None);
        // In an epoch in which only one of several sees anything, that one is known.
        assert_eq!(ShardModels::of_several([1, 1]).of(&(0..2)), Some(1));
    }
}

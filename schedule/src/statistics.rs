//! The statistics of a job: how often each feature was chosen, and how similar it is by now.

use std::collections::{BTreeMap, VecDeque};

use clipig_core::{SampleReport, TargetIndex, expected};
use clipig_experiment::{Experiment, Target};

/// How many values means, minima and maxima run over.
const WINDOW: usize = 30;

/// A counter with the last values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recent {
    /// How often something counted.
    pub count: u64,
    values: VecDeque<f64>,
}

impl Recent {
    /// The values that means run over, oldest first.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        self.values.iter().copied()
    }

    /// A counter as it was saved: its count and last values.
    pub fn restored(count: u64, values: impl IntoIterator<Item = f64>) -> Self {
        let mut recent = Self { count, values: VecDeque::new() };
        values.into_iter().for_each(|value| recent.push(value, false));
        recent
    }

    /// Appends a value; `counts` says whether the counter moves too.
    pub fn push(&mut self, value: f64, counts: bool) {
        self.values.push_back(value);
        if self.values.len() > WINDOW {
            self.values.pop_front();
        }
        self.count += u64::from(counts);
    }

    /// The last value; 0 before the first.
    pub fn last(&self) -> f64 {
        self.values.back().copied().unwrap_or(0.0)
    }

    /// Mean of the last 30 values; 0 before the first.
    pub fn mean(&self) -> f64 {
        if self.values.is_empty() { 0.0 } else { self.values.iter().sum::<f64>() / self.values.len() as f64 }
    }

    /// Least of the last 30 values; 0 before the first.
    pub fn min(&self) -> f64 {
        self.values.iter().copied().reduce(f64::min).unwrap_or(0.0)
    }

    /// Greatest of the last 30 values; 0 before the first.
    pub fn max(&self) -> f64 {
        self.values.iter().copied().reduce(f64::max).unwrap_or(0.0)
    }
}

/// A target as one of several models sees it. An update may change which models see a target, and with it the place of
/// every later target in the experiment; this stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TargetKey {
    /// [`Target::place`].
    pub place: u32,
    /// [`Target::model`].
    pub model: u32,
}

impl TargetKey {
    fn of(target: &Target) -> Self {
        Self { place: target.place as u32, model: target.model as u32 }
    }
}

/// One target's statistics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetStatistics {
    /// What they are of; `None` where a checkpoint does not say. Then they stand where the target stands in the experiment.
    pub key: Option<TargetKey>,
    /// Samples so far.
    pub count: u64,
    /// Weight of each feature in the last sample.
    pub weights: Vec<f64>,
    /// Losses per feature; 0 where it was not applied, its counter counts applications.
    pub losses: Vec<Recent>,
    /// Similarities per feature.
    pub similarities: Vec<Recent>,
    /// Weight of each constraint in the last sample in which it was active.
    pub constraint_weights: Vec<f64>,
    /// Losses per constraint, weighted.
    pub constraint_losses: Vec<Recent>,
}

/// All targets' statistics. They follow sample order, so they do not depend on who computed what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobStatistics {
    /// One entry per target of the experiment.
    pub targets: Vec<TargetStatistics>,
    /// The loss of each epoch that had one.
    pub loss: Recent,
}

impl JobStatistics {
    /// Nothing counted yet.
    pub fn new(experiment: &Experiment) -> Self {
        let targets = experiment.targets.iter().map(|target| {
            let (features, constraints) = (target.features.len(), target.constraints.len());
            TargetStatistics {
                key: Some(TargetKey::of(target)),
                count: 0,
                weights: vec![0.0; features],
                losses: vec![Recent::default(); features],
                similarities: vec![Recent::default(); features],
                constraint_weights: vec![0.0; constraints],
                constraint_losses: vec![Recent::default(); constraints],
            }
        });
        Self { targets: targets.collect(), loss: Recent::default() }
    }

    /// The same statistics for an experiment that was updated. Targets begin anew that have other features or constraints,
    /// or that this model did not see before.
    #[must_use]
    pub fn fitted_to(self, experiment: &Experiment) -> Self {
        let mut fitted = Self::new(experiment);
        let places: BTreeMap<Option<TargetKey>, usize> =
            fitted.targets.iter().enumerate().map(|(place, target)| (target.key, place)).collect();
        let shape = |target: &TargetStatistics| (target.losses.len(), target.constraint_losses.len());
        for (place, known) in self.targets.into_iter().enumerate() {
            let place = if known.key.is_some() { places.get(&known.key).copied() } else { Some(place) };
            let fresh = place.and_then(|place| fitted.targets.get_mut(place));
            if let Some(fresh) = fresh
                && shape(fresh) == shape(&known)
            {
                *fresh = TargetStatistics { key: fresh.key, ..known };
            }
        }
        fitted.loss = self.loss;
        fitted
    }

    /// Adds one sample of a target. Samples come in order: epoch, shard, sample.
    ///
    /// # Panics
    /// When it has more features or constraints than the target.
    pub fn add(&mut self, target: TargetIndex, sample: &SampleReport) {
        let known = self.targets.get_mut(target.0 as usize);
        let Some(target) = expected(known, "a sample's target is one of the experiment") else { return };
        target.count += 1;
        for (i, feature) in sample.features.iter().enumerate() {
            let applied = feature.loss.is_some();
            target.weights[i] = feature.weight;
            target.losses[i].push(feature.loss.unwrap_or(0.0), applied);
            target.similarities[i].push(feature.similarity, applied);
        }
        for (i, constraint) in sample.constraints.iter().enumerate() {
            if let Some(constraint) = constraint {
                target.constraint_weights[i] = constraint.weight;
                target.constraint_losses[i].push(constraint.loss, true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clipig_experiment::{Overrides, Source, load};

    use super::*;

    #[test]
    fn means_run_over_the_last_thirty() {
        let mut recent = Recent::default();
        for i in 0..40 {
            recent.push(f64::from(i), i % 2 == 0);
        }
        assert_eq!((recent.count, recent.last(), recent.min(), recent.max()), (20, 39.0, 10.0, 39.0));
        assert!((recent.mean() - 24.5).abs() < 1e-12);
    }

    fn experiment(yaml: &str) -> Experiment {
        let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default());
        loaded.unwrap_or_else(|errors| panic!("{errors}")).experiment
    }

    /// Two targets under these `models`, the first of which has these `models` of its own. The second one has as many features
    /// as the first.
    fn seen_by(models: &str, first: &str) -> Experiment {
        experiment(&format!(
            "models: [{models}]\ntargets:\n- {{features: [{{text: x}}], models: [{first}]}}\n- {{features: [{{text: y}}]}}\n"
        ))
    }

    /// How many samples of each target were counted.
    fn counts(statistics: &JobStatistics) -> Vec<u64> {
        statistics.targets.iter().map(|target| target.count).collect()
    }

    /// Statistics in which the first target has one sample, the second one two, and so on.
    fn counted(experiment: &Experiment) -> JobStatistics {
        let mut statistics = JobStatistics::new(experiment);
        for (place, target) in (1..).zip(&mut statistics.targets) {
            target.count = place;
        }
        statistics
    }

    #[test]
    fn statistics_stay_with_the_target_and_the_model() {
        const BOTH: &str = "{name: a}, {name: b}";
        let before = counted(&seen_by(BOTH, BOTH));
        assert_eq!(counts(&before), [1, 2, 3, 4]);
        let fitted = |experiment: &Experiment| before.clone().fitted_to(experiment);
        assert_eq!(fitted(&seen_by(BOTH, BOTH)), before);
        let of_b = fitted(&seen_by(BOTH, "{name: b}"));
        assert_eq!(counts(&of_b), [2, 3, 4], "the first target is not seen by `a` any more");
        assert_eq!(counts(&of_b.fitted_to(&seen_by(BOTH, BOTH))), [0, 2, 3, 4], "it begins anew for `a`");
        let other = fitted(&seen_by("{name: a, weight: 0}, {name: b}", "{name: b}"));
        assert_eq!(counts(&other), [2, 4]);
        // Checkpoints of one model do not say of what the statistics are.
        let mut nameless = before.clone();
        nameless.targets.iter_mut().for_each(|target| target.key = None);
        assert_eq!(nameless.fitted_to(&seen_by(BOTH, BOTH)), before);
    }

    #[test]
    fn a_target_with_other_features_begins_anew() {
        let before = counted(&experiment("targets: [{features: [{text: x}]}, {features: [{text: y}]}]\n"));
        let more = experiment("targets: [{features: [{text: x}, {text: z}]}, {features: [{text: y}]}]\n");
        assert_eq!(counts(&before.fitted_to(&more)), [0, 2]);
    }
}

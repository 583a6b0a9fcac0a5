//! The targets of a job, as a table for people.

use clipig_experiment::{Experiment, Scope};
use clipig_schedule::JobStatistics;

/// All targets after an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetTable {
    /// Epochs done.
    pub epochs_done: u32,
    /// One row per target.
    pub targets: Vec<TargetRow>,
}

/// One target after an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetRow {
    /// Its name.
    pub name: String,
    /// Samples so far.
    pub samples: u64,
    /// Its features in order.
    pub features: Vec<FeatureRow>,
    /// Its constraints in order.
    pub constraints: Vec<ConstraintRow>,
}

/// One feature; means run over the last 30 samples.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureRow {
    /// Its text, or the name of its image.
    pub text: String,
    /// Weight in the last sample.
    pub weight: f64,
    /// Mean similarity.
    pub similarity: f64,
    /// Mean loss before weighting.
    pub loss: f64,
    /// In how many samples it was applied.
    pub chosen: u64,
}

/// One constraint; means run over the last 30 samples.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstraintRow {
    /// Its name.
    pub name: String,
    /// Weight in the last sample in which it was active.
    pub weight: f64,
    /// Mean loss, weighted.
    pub loss: f64,
    /// In how many samples it was active.
    pub active: u64,
}

/// The rows of an experiment's active targets; `scope` is the last epoch's.
pub(super) fn rows(experiment: &Experiment, statistics: &JobStatistics, scope: &Scope) -> Vec<TargetRow> {
    let targets = experiment.targets.iter().zip(&statistics.targets).filter(|(target, _)| target.active);
    targets
        .map(|(target, counted)| TargetRow {
            name: target.name.clone(),
            samples: counted.count,
            features: target
                .features
                .iter()
                .enumerate()
                .map(|(i, feature)| FeatureRow {
                    text: feature.source.shown().into_owned(),
                    weight: counted.weights[i],
                    similarity: counted.similarities[i].mean(),
                    loss: counted.losses[i].mean(),
                    chosen: counted.losses[i].count,
                })
                .collect(),
            constraints: target
                .constraints
                .iter()
                .enumerate()
                .map(|(i, constraint)| ConstraintRow {
                    name: constraint.describe(scope).unwrap_or_else(|error| error.message),
                    weight: counted.constraint_weights[i],
                    loss: counted.constraint_losses[i].mean(),
                    active: counted.constraint_losses[i].count,
                })
                .collect(),
        })
        .collect()
}

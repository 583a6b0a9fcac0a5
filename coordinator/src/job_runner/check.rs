//! Checks that a worker's encoded texts and images fit the experiment.

use std::collections::BTreeMap;

use clipig_core::{Prepared, all_finite};
use clipig_experiment::Experiment;

/// Why a preparation is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PreparationError {
    /// Not one entry per target.
    #[error("there are features of {found} targets, expected {expected}")]
    Targets {
        /// Targets of the experiment.
        expected: usize,
        /// Targets of the preparation.
        found: usize,
    },
    /// Not one feature, or not one scale, per feature of a target.
    #[error(
        "target {target}: there are {features} features and {scales} scales, expected {expected} of each"
    )]
    Features {
        /// Place of the target.
        target: usize,
        /// Features of the experiment.
        expected: usize,
        /// Features of the preparation.
        features: usize,
        /// Scales of the preparation.
        scales: usize,
    },
    /// Features of one model have one length.
    #[error("target {target}: a feature has {found} numbers, and the first one has {expected}")]
    Length {
        /// Place of the target.
        target: usize,
        /// Numbers of the first feature.
        expected: usize,
        /// Numbers of this one.
        found: usize,
    },
    /// A number that is NaN or infinite, or a feature without numbers.
    #[error("target {0}: a feature or scale is empty or not finite (NaN or infinite)")]
    NotFinite(usize),
}

/// Compares a preparation with the experiment. Targets that are not active need no features.
pub(super) fn preparation(prepared: &Prepared, experiment: &Experiment) -> Result<(), PreparationError> {
    let (expected, found) = (experiment.targets.len(), prepared.targets.len());
    if expected != found {
        return Err(PreparationError::Targets { expected, found });
    }
    let mut lengths = BTreeMap::new();
    for (target, (wanted, came)) in experiment.targets.iter().zip(&prepared.targets).enumerate() {
        let (features, scales, expected) =
            (came.features.len(), came.auto_scales.len(), wanted.features.len());
        let unused = !wanted.active && features == 0 && scales == 0;
        if !unused && (features != expected || scales != expected) {
            return Err(PreparationError::Features { target, expected, features, scales });
        }
        for feature in &came.features {
            let found = feature.len();
            let expected = *lengths.entry(wanted.model).or_insert(found);
            if expected != found {
                return Err(PreparationError::Length { target, expected, found });
            }
            if feature.is_empty() || !all_finite(feature) {
                return Err(PreparationError::NotFinite(target));
            }
        }
        if !came.auto_scales.iter().all(|scale| scale.is_finite()) {
            return Err(PreparationError::NotFinite(target));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clipig_core::PreparedTarget;
    use clipig_experiment::{Overrides, Source, load};

    use super::*;

    #[test]
    fn features_have_one_length_for_each_model() {
        let yaml =
            "models: [{name: a}, {name: b}]\ntargets: [{features: [{text: x}]}, {features: [{text: y}]}]\n";
        let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default());
        let experiment = loaded.unwrap_or_else(|errors| panic!("{errors}")).experiment;
        let of_lengths = |lengths: [usize; 4]| {
            let target = |length| PreparedTarget {
                features: vec![vec![0.5; length]],
                auto_scales: vec![1.0],
                warning: None,
            };
            preparation(&Prepared { targets: lengths.map(target).to_vec() }, &experiment)
        };
        assert_eq!(of_lengths([2, 3, 2, 3]), Ok(()));
        let error = PreparationError::Length { target: 3, expected: 3, found: 2 };
        assert_eq!(of_lengths([2, 3, 2, 2]), Err(error));
    }
}

//! Checks that a worker's encoded texts and images fit the experiment.

use std::collections::BTreeMap;

use clipig_core::{HISTOGRAM_VALUES, Prepared, PreparedTarget, all_finite};
use clipig_experiment::{ConstraintKind, Experiment, FeatureSource, Target};
use clipig_models::FeatureLengths;

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
    #[error("target {target}: a feature has {found} numbers, expected {expected}")]
    Length {
        /// Place of the target.
        target: usize,
        /// What the model makes; where that is not known, the numbers of the first feature.
        expected: usize,
        /// Numbers of this one.
        found: usize,
    },
    /// What a feature or constraint needs besides is missing, has another length, or was not asked for.
    #[error("target {target}: there are {found} more numbers at place {place}, expected {expected}")]
    Supplement {
        /// Place of the target.
        target: usize,
        /// Place of the feature or constraint, features first.
        place: u32,
        /// Numbers that it needs.
        expected: usize,
        /// Numbers that came.
        found: usize,
    },
    /// A model without patches encodes no style.
    #[error("target {0}: there is a style, and the model of the target has no patches")]
    NoPatches(usize),
    /// A number that is NaN or infinite, or a feature without numbers.
    #[error("target {0}: a feature or scale is empty or not finite (NaN or infinite)")]
    NotFinite(usize),
}

/// Compares a preparation with the experiment. Targets that are not active need no features. `lengths` says what each model
/// makes of features, as far as that is known.
pub(super) fn preparation(
    prepared: &Prepared,
    experiment: &Experiment,
    lengths: &[Option<FeatureLengths>],
) -> Result<(), PreparationError> {
    let (expected, found) = (experiment.targets.len(), prepared.targets.len());
    if expected != found {
        return Err(PreparationError::Targets { expected, found });
    }
    let mut vectors = BTreeMap::new();
    for (target, (wanted, came)) in experiment.targets.iter().zip(&prepared.targets).enumerate() {
        let (features, scales, expected) =
            (came.features.len(), came.auto_scales.len(), wanted.features.len());
        let unused = !wanted.active && features == 0 && scales == 0;
        if !unused && (features != expected || scales != expected) {
            return Err(PreparationError::Features { target, expected, features, scales });
        }
        let lengths = lengths.get(wanted.model).copied().flatten();
        for feature in &came.features {
            let found = feature.len();
            let known = lengths.map_or(found, |lengths| lengths.vector);
            let expected = *vectors.entry(wanted.model).or_insert(known);
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
        supplements(target, (wanted, lengths), came)?;
    }
    Ok(())
}

/// What features and constraints need besides their vectors must be there, and nothing else.
fn supplements(
    target: usize,
    (wanted, lengths): (&Target, Option<FeatureLengths>),
    came: &PreparedTarget,
) -> Result<(), PreparationError> {
    let mut expected = BTreeMap::new();
    let of_place = |place: u32| came.supplements.get(&place).map_or(0, Vec::len);
    for ((place, vector), feature) in (0..).zip(&came.features).zip(&wanted.features) {
        let length = match (&feature.source, lengths) {
            (FeatureSource::Text(_) | FeatureSource::Image(_), _) => continue,
            (FeatureSource::Direction(_), _) => vector.len(),
            (FeatureSource::Style(_), Some(lengths)) => {
                lengths.style.ok_or(PreparationError::NoPatches(target))?
            }
            // How many patches there are depends on the model.
            (FeatureSource::Style(_), None) => of_place(place).max(1),
        };
        expected.insert(place, length);
    }
    for (place, constraint) in wanted.constraints.iter().enumerate().filter(|_| wanted.active) {
        if matches!(constraint.kind, ConstraintKind::Histogram(_)) {
            expected.insert((came.features.len() + place) as u32, HISTOGRAM_VALUES);
        }
    }
    let places = expected.keys().chain(came.supplements.keys());
    for place in places {
        let found = of_place(*place);
        let expected = expected.get(place).copied().unwrap_or(0);
        if found != expected {
            return Err(PreparationError::Supplement { target, place: *place, expected, found });
        }
    }
    if came.supplements.values().all(|values| all_finite(values)) {
        Ok(())
    } else {
        Err(PreparationError::NotFinite(target))
    }
}

#[cfg(test)]
mod tests;

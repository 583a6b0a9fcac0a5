//! Encoded texts and images.

use bytes::Bytes;
use clipig_core::{Prepared, PreparedTarget};

use super::checks::{counted, limited, listed, reason};
use crate::limits::{PREPARED_TARGETS, REASON_BYTES, SUPPLEMENTED_CONSTRAINTS};
use crate::v1;
use crate::wire_error::{FieldProblem, WireError, field};

impl From<&Prepared> for v1::Prepared {
    fn from(prepared: &Prepared) -> Self {
        let features = || prepared.targets.iter().flat_map(|target| &target.features);
        let mut values = Vec::with_capacity(features().map(|feature| 4 * feature.len()).sum());
        features().flatten().for_each(|value| values.extend_from_slice(&value.to_le_bytes()));
        let warnings = prepared.targets.iter().enumerate().filter_map(|(i, target)| {
            let text = reason(target.warning.clone()?);
            Some(v1::TargetWarning { target: i as u32, text })
        });
        let supplements = prepared.targets.iter().enumerate().flat_map(|(target, prepared)| {
            prepared.supplements.iter().map(move |(place, values)| (target as u32, *place, values))
        });
        let mut lists = SupplementLists::default();
        supplements.for_each(|(target, place, values)| lists.push(target, place, values));
        Self {
            features: prepared.targets.iter().map(|target| target.features.len() as u32).collect(),
            dimensions: features().map(|feature| feature.len() as u32).collect(),
            values: Bytes::from(values),
            auto_scales: prepared
                .targets
                .iter()
                .flat_map(|target| target.auto_scales.iter().copied())
                .collect(),
            warnings: warnings.collect(),
            supplement_targets: lists.targets,
            supplement_places: lists.places,
            supplement_lengths: lists.lengths,
            supplement_values: Bytes::from(lists.values),
        }
    }
}

/// The supplements of all targets as flat lists.
#[derive(Default)]
struct SupplementLists {
    targets: Vec<u32>,
    places: Vec<u32>,
    lengths: Vec<u32>,
    values: Vec<u8>,
}

impl SupplementLists {
    fn push(&mut self, target: u32, place: u32, values: &[f32]) {
        self.targets.push(target);
        self.places.push(place);
        self.lengths.push(values.len() as u32);
        for value in values {
            self.values.extend_from_slice(&value.to_le_bytes());
        }
    }
}

/// Puts the supplements of a message into their targets.
fn take_supplements(wire: &v1::Prepared, targets: &mut [PreparedTarget]) -> Result<(), WireError> {
    let count = wire.supplement_targets.len();
    // Features have one each; of constraints few do.
    listed(count, wire.dimensions.len() + SUPPLEMENTED_CONSTRAINTS, "prepared.supplement_targets")?;
    counted(wire.supplement_places.len(), count, "prepared.supplement_places")?;
    counted(wire.supplement_lengths.len(), count, "prepared.supplement_lengths")?;
    let sum = wire.supplement_lengths.iter().map(|length| *length as usize).sum::<usize>();
    counted(wire.supplement_values.len(), sum.saturating_mul(4), "prepared.supplement_values")?;
    let values = wire.supplement_values.as_chunks::<4>().0;
    let mut values = values.iter().map(|bytes| f32::from_le_bytes(*bytes));
    if !values.clone().all(f32::is_finite) {
        return Err(field("prepared.supplement_values", FieldProblem::NotFinite));
    }
    let places = wire.supplement_targets.iter().zip(&wire.supplement_places);
    for ((&target, &place), &length) in places.zip(&wire.supplement_lengths) {
        let invalid = |name, reason: String| field(name, FieldProblem::Invalid(reason));
        if length == 0 {
            return Err(invalid("prepared.supplement_lengths", "a supplement without values".to_owned()));
        }
        let slot = targets.get_mut(target as usize);
        let slot =
            slot.ok_or_else(|| invalid("prepared.supplement_targets", format!("no target {target}")))?;
        let values = values.by_ref().take(length as usize).collect();
        if slot.supplements.insert(place, values).is_some() {
            let twice = FieldProblem::Twice(format!("place {place} of target {target}"));
            return Err(field("prepared.supplement_places", twice));
        }
    }
    Ok(())
}

impl TryFrom<v1::Prepared> for Prepared {
    type Error = WireError;

    fn try_from(wire: v1::Prepared) -> Result<Self, WireError> {
        let sum = |counts: &[u32]| counts.iter().map(|count| *count as usize).sum::<usize>();
        // A target takes more memory than its number on the wire.
        listed(wire.features.len(), PREPARED_TARGETS, "prepared.features")?;
        let features = sum(&wire.features);
        counted(wire.dimensions.len(), features, "prepared.dimensions")?;
        counted(wire.auto_scales.len(), features, "prepared.auto_scales")?;
        let expected = sum(&wire.dimensions).saturating_mul(4);
        counted(wire.values.len(), expected, "prepared.values")?;
        if !wire.auto_scales.iter().all(|scale| scale.is_finite()) {
            return Err(field("prepared.auto_scales", FieldProblem::NotFinite));
        }
        let mut values = wire.values.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        if !values.clone().all(f32::is_finite) {
            return Err(field("prepared.values", FieldProblem::NotFinite));
        }
        let mut dimensions = wire.dimensions.iter();
        let mut scales = wire.auto_scales.iter();
        let targets = wire.features.iter().map(|count| {
            let count = *count as usize;
            let features = dimensions.by_ref().take(count);
            PreparedTarget {
                features: features.map(|length| values.by_ref().take(*length as usize).collect()).collect(),
                auto_scales: scales.by_ref().take(count).copied().collect(),
                ..PreparedTarget::default()
            }
        });
        let mut prepared = Self { targets: targets.collect() };
        take_supplements(&wire, &mut prepared.targets)?;
        for v1::TargetWarning { target, text } in wire.warnings {
            let text = limited(text, REASON_BYTES, "prepared.warnings.text")?;
            let invalid = || field("prepared.warnings", FieldProblem::Invalid(format!("no target {target}")));
            let slot = &mut prepared.targets.get_mut(target as usize).ok_or_else(invalid)?.warning;
            if slot.replace(text).is_some() {
                return Err(field("prepared.warnings", FieldProblem::Twice(format!("target {target}"))));
            }
        }
        Ok(prepared)
    }
}

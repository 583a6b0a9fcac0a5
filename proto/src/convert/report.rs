//! What samples tell. On the wire all lists are flat; here they are cut into samples again.

use clipig_core::{ConstraintReport, FeatureReport, SampleReport};

use super::checks::counted;
use crate::v1;
use crate::wire_error::WireError;

/// The reports of a node's shards as they travel.
pub(crate) fn wire_reports(shards: &[Vec<SampleReport>]) -> v1::Reports {
    let mut wire = v1::Reports::default();
    for samples in shards {
        wire.samples.push(samples.len() as u32);
        for sample in samples {
            wire.losses.push(sample.loss);
            wire.features.push(sample.features.len() as u32);
            for feature in &sample.features {
                wire.similarities.push(feature.similarity);
                wire.feature_weights.push(feature.weight);
                wire.applied.push(feature.loss.is_some());
                wire.feature_losses.extend(feature.loss);
            }
            wire.constraints.push(sample.constraints.len() as u32);
            for constraint in &sample.constraints {
                wire.active.push(constraint.is_some());
                wire.constraint_weights.extend(constraint.map(|active| active.weight));
                wire.constraint_losses.extend(constraint.map(|active| active.loss));
            }
        }
    }
    wire
}

/// The reports from a peer, one list per shard. All lengths are checked before memory is taken.
pub(crate) fn node_reports(wire: &v1::Reports) -> Result<Vec<Vec<SampleReport>>, WireError> {
    check_lengths(wire)?;
    let mut losses = wire.losses.iter().copied();
    let mut counts = wire.features.iter().zip(&wire.constraints);
    let mut features = Features::new(wire);
    let mut constraints = Constraints::new(wire);
    let mut sample = || {
        let (feature_count, constraint_count) = counts.next()?;
        Some(SampleReport {
            loss: losses.next()?,
            features: features.by_ref().take(*feature_count as usize).collect(),
            constraints: constraints.by_ref().take(*constraint_count as usize).collect(),
        })
    };
    Ok(wire.samples.iter().map(|count| (0..*count).map_while(|_| sample()).collect()).collect())
}

fn check_lengths(wire: &v1::Reports) -> Result<(), WireError> {
    let sum = |counts: &[u32]| counts.iter().map(|count| *count as usize).sum::<usize>();
    let count = |flags: &[bool]| flags.iter().filter(|flag| **flag).count();
    let (samples, features, constraints) = (sum(&wire.samples), sum(&wire.features), sum(&wire.constraints));
    let (applied, active) = (count(&wire.applied), count(&wire.active));
    counted(wire.losses.len(), samples, "reports.losses")?;
    counted(wire.features.len(), samples, "reports.features")?;
    counted(wire.similarities.len(), features, "reports.similarities")?;
    counted(wire.feature_weights.len(), features, "reports.feature_weights")?;
    counted(wire.applied.len(), features, "reports.applied")?;
    counted(wire.feature_losses.len(), applied, "reports.feature_losses")?;
    counted(wire.constraints.len(), samples, "reports.constraints")?;
    counted(wire.active.len(), constraints, "reports.active")?;
    counted(wire.constraint_weights.len(), active, "reports.constraint_weights")?;
    counted(wire.constraint_losses.len(), active, "reports.constraint_losses")
}

/// All features of all samples.
struct Features<'a> {
    similarities: std::slice::Iter<'a, f64>,
    weights: std::slice::Iter<'a, f64>,
    applied: std::slice::Iter<'a, bool>,
    losses: std::slice::Iter<'a, f64>,
}

impl<'a> Features<'a> {
    fn new(wire: &'a v1::Reports) -> Self {
        Self {
            similarities: wire.similarities.iter(),
            weights: wire.feature_weights.iter(),
            applied: wire.applied.iter(),
            losses: wire.feature_losses.iter(),
        }
    }
}

impl Iterator for Features<'_> {
    type Item = FeatureReport;

    fn next(&mut self) -> Option<FeatureReport> {
        let (similarity, weight) = (*self.similarities.next()?, *self.weights.next()?);
        let loss = if *self.applied.next()? { Some(*self.losses.next()?) } else { None };
        Some(FeatureReport { similarity, weight, loss })
    }
}

/// All constraints of all samples.
struct Constraints<'a> {
    active: std::slice::Iter<'a, bool>,
    weights: std::slice::Iter<'a, f64>,
    losses: std::slice::Iter<'a, f64>,
}

impl<'a> Constraints<'a> {
    fn new(wire: &'a v1::Reports) -> Self {
        Self {
            active: wire.active.iter(),
            weights: wire.constraint_weights.iter(),
            losses: wire.constraint_losses.iter(),
        }
    }
}

impl Iterator for Constraints<'_> {
    type Item = Option<ConstraintReport>;

    fn next(&mut self) -> Option<Option<ConstraintReport>> {
        if !*self.active.next()? {
            return Some(None);
        }
        Some(Some(ConstraintReport { weight: *self.weights.next()?, loss: *self.losses.next()? }))
    }
}

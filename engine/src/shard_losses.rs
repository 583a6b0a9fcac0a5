//! The losses of a shard: of all features and constraints of its target, weighted, and what is reported of them.

use clipig_core::{ConstraintReport, PreparedTarget, SampleReport, ShardError};
use clipig_experiment::expression::Float;
use clipig_experiment::{Mask, Scope, Target};
use clipig_geometry::{Chain, Size};
use tch::{Kind, Tensor};

use crate::clip::Clip;
use crate::constraint::{self, Constrained, Kept};
use crate::failure::experiment_error;
use crate::likeness::Likeness;
use crate::loss::{Choice, FeatureLosses, similarities};
use crate::mask::{MaskError, Masks};
use crate::read_back::{Parcel, Part, ReadBackError, read_back, send, send_rows};

/// A batch of windows, and what masks and constraints need besides.
pub(crate) struct Windows<'a> {
    /// `[n, 3, S, S]`.
    pub(crate) values: &'a Tensor,
    /// How each of them was made.
    pub(crate) chains: &'a [Chain],
    pub(crate) masks: &'a Masks,
    /// By constraint of the target.
    pub(crate) kept: &'a [Kept],
    /// The epoch's variables: all samples see the same mask.
    pub(crate) scope: &'a Scope,
}

impl Windows<'_> {
    /// How much each pixel counts by a mask on the canvas, `[n, 1, S, S]`. `None` if all count fully.
    fn weights(&self, mask: &Mask) -> Result<Option<Tensor>, MaskError> {
        let Some(canvas) = self.chains.first().map(|chain| chain.input) else { return Ok(None) };
        let mask = self.masks.draw(mask, self.scope, canvas)?;
        let (height, width) = (self.values.size()[2], self.values.size()[3]);
        let window = Size { width, height };
        let weight = |place: Option<[usize; 2]>| place.map_or(mask.outside(), |[x, y]| mask.at(x, y));
        let places = self.chains.iter().flat_map(|chain| chain.places(window));
        let weights: Vec<f32> = places.map(weight).collect();
        if weights.iter().all(|weight| *weight == 1.0) {
            return Ok(None);
        }
        let count = self.chains.len() as i64;
        let weights = Tensor::from_slice(&weights).view([count, 1, height, width]);
        Ok(Some(send(&weights, self.values.device())))
    }
}

/// The losses of a batch of windows, of which nothing was read yet.
pub(crate) struct Losses<'a> {
    target: &'a Target,
    prepared: &'a PreparedTarget,
    scopes: &'a [Scope],
    features: Option<BatchFeatures>,
    /// `None` where a constraint is not active.
    constraints: Vec<Option<ConstraintLosses>>,
    /// By sample, `[n]`, with all weights; `None` if nobody asks for anything.
    weighted: Option<Tensor>,
}

/// How the windows of a batch resemble a target's features.
struct BatchFeatures {
    losses: FeatureLosses,
    /// By sample, where they were looked at.
    similarities: Vec<Vec<f64>>,
    /// Else the cosines, `[n, features]`.
    cosines: Option<Tensor>,
}

/// Where the values of losses are in a parcel.
pub(crate) struct PackedLosses {
    weighted: Option<Part>,
    cosines: Option<Part>,
    features: Vec<Part>,
    constraints: Vec<Option<Part>>,
}

struct ConstraintLosses {
    weights: Vec<f64>,
    /// `[n]`, before weighting.
    losses: Tensor,
}

impl<'a> Losses<'a> {
    pub(crate) fn of(
        clip: &Clip,
        target: &'a Target,
        prepared: &'a PreparedTarget,
        windows: &Windows<'_>,
        scopes: &'a [Scope],
    ) -> Result<Self, ShardError> {
        let (choices, features) = if target.features.is_empty() {
            (Vec::new(), None)
        } else {
            let likeness = Likeness::of(clip, target, prepared, windows.values)?;
            let (cosines, asks) = (likeness.cosines(), target.asks_for_similarities());
            let similarities =
                if asks { read_similarities(target, prepared, &cosines, scopes)? } else { Vec::new() };
            let of_sample = |i: usize| similarities.get(i).cloned().unwrap_or_default();
            let choice = |(i, scope)| Choice::of(target, of_sample(i), scope).map_err(experiment_error);
            let choices = scopes.iter().enumerate().map(choice).collect::<Result<Vec<_>, _>>()?;
            let losses = FeatureLosses::of(target, &likeness, &choices);
            (choices, Some(BatchFeatures { losses, similarities, cosines: (!asks).then_some(cosines) }))
        };
        let similar: Vec<Scope> = scopes
            .iter()
            .enumerate()
            .map(|(i, scope)| scope.with_similarity(choices.get(i).map_or(0.0, Choice::mean_similarity)))
            .collect();
        let constraints = target
            .constraints
            .iter()
            .zip(windows.kept)
            .enumerate()
            .map(|(place, (constraint, kept))| {
                if !constraint::is_active(constraint, &similar[0]).map_err(experiment_error)? {
                    return Ok(None);
                }
                let weights = evaluate_all(&constraint.weight, &similar)?;
                let mask =
                    constraint.mask.as_deref().map(|mask| windows.weights(mask)).transpose()?.flatten();
                let prepared = prepared.of_constraint(place);
                let seen = Constrained { windows: windows.values, mask: mask.as_ref(), prepared, kept };
                let losses = constraint::losses(constraint, seen, &similar).map_err(experiment_error)?;
                Ok(Some(ConstraintLosses { weights, losses }))
            })
            .collect::<Result<Vec<_>, ShardError>>()?;
        let weights = evaluate_all(&target.weight, &similar)?;
        // A share of 1 changes no bit.
        let weights: Vec<f64> = weights.into_iter().map(|weight| weight * target.share).collect();
        let weighted = weighted(features.as_ref(), &constraints, &weights);
        Ok(Self { target, prepared, scopes, features, constraints, weighted })
    }

    /// The sum of all losses.
    pub(crate) fn total(&self) -> Option<Tensor> {
        self.weighted.as_ref().map(|losses| losses.sum(None::<Kind>))
    }

    /// Puts everything that is reported into a parcel.
    pub(crate) fn pack(&self, parcel: &mut Parcel) -> Result<PackedLosses, ReadBackError> {
        let features = self.features.as_ref();
        let cosines = features.and_then(|features| features.cosines.as_ref());
        let losses = features.iter().flat_map(|features| features.losses.losses());
        Ok(PackedLosses {
            weighted: self.weighted.as_ref().map(|losses| parcel.add(losses)).transpose()?,
            cosines: cosines.map(|cosines| parcel.add(cosines)).transpose()?,
            features: losses.map(|losses| parcel.add(losses)).collect::<Result<_, _>>()?,
            constraints: self
                .constraints
                .iter()
                .map(|constraint| constraint.as_ref().map(|c| parcel.add(&c.losses)).transpose())
                .collect::<Result<_, _>>()?,
        })
    }

    /// What is reported of each sample. `values` are those of the parcel.
    pub(crate) fn reports(
        &self,
        packed: &PackedLosses,
        values: &[f32],
    ) -> Result<Vec<SampleReport>, ShardError> {
        let of = |part: &Part| values[part.clone()].iter().copied().map(f64::from).collect::<Vec<f64>>();
        let losses = packed.weighted.as_ref().map_or_else(|| vec![0.0; self.scopes.len()], of);
        let mut reports: Vec<SampleReport> =
            losses.into_iter().map(|loss| SampleReport { loss, ..SampleReport::default() }).collect();
        if let Some(features) = &self.features {
            let read = packed.cosines.as_ref().map(|part| self.similarities(&of(part))).transpose()?;
            let similarities = read.as_ref().unwrap_or(&features.similarities);
            let found = features.losses.reports(similarities, packed.features.iter().map(of));
            for (report, found) in reports.iter_mut().zip(found) {
                report.features = found;
            }
        }
        for (constraint, part) in self.constraints.iter().zip(&packed.constraints) {
            let found: Option<Vec<ConstraintReport>> =
                constraint.as_ref().zip(part.as_ref()).map(|(constraint, part)| {
                    let pairs = constraint.weights.iter().zip(of(part));
                    pairs.map(|(&weight, loss)| ConstraintReport { weight, loss: loss * weight }).collect()
                });
            for (i, report) in reports.iter_mut().enumerate() {
                report.constraints.push(found.as_ref().map(|found| found[i]));
            }
        }
        Ok(reports)
    }

    fn similarities(&self, cosines: &[f64]) -> Result<Vec<Vec<f64>>, ShardError> {
        similarities_of(self.target, self.prepared, cosines, self.scopes)
    }
}

/// Adds up the losses of features and constraints per sample and multiplies them by the target's weights.
fn weighted(
    features: Option<&BatchFeatures>,
    constraints: &[Option<ConstraintLosses>],
    weights: &[f64],
) -> Option<Tensor> {
    let mut sum = features.and_then(|features| features.losses.total.as_ref().map(Tensor::shallow_clone));
    let constraints: Vec<&ConstraintLosses> = constraints.iter().flatten().collect();
    let device = sum.as_ref().or(constraints.first().map(|constraint| &constraint.losses))?.device();
    let rows = constraints.iter().map(|constraint| constraint.weights.clone()).chain([weights.to_vec()]);
    let mut sent = send_rows(&rows.collect::<Vec<Vec<f64>>>(), device);
    let weights = sent.pop()?;
    for (ConstraintLosses { losses, .. }, weights) in constraints.into_iter().zip(&sent) {
        let weighted = losses * weights;
        sum = Some(match sum {
            Some(sum) => sum + weighted,
            None => weighted,
        });
    }
    sum.map(|sum| {
        // 0 · NaN is NaN: a target without weight asks for nothing.
        (&sum * &weights).where_scalarother(&weights.ne(0.0), 0.0)
    })
}

/// Reads the similarities of a batch. Waits for the device, which has nothing to do meanwhile if no other shard is under way.
fn read_similarities(
    target: &Target,
    prepared: &PreparedTarget,
    cosines: &Tensor,
    scopes: &[Scope],
) -> Result<Vec<Vec<f64>>, ShardError> {
    similarities_of(target, prepared, &read_back::<f64>(cosines)?, scopes)
}

/// The similarities by sample, from the cosines of all samples with all features.
fn similarities_of(
    target: &Target,
    prepared: &PreparedTarget,
    cosines: &[f64],
    scopes: &[Scope],
) -> Result<Vec<Vec<f64>>, ShardError> {
    let rows = cosines.chunks(target.features.len().max(1)).zip(scopes);
    let of_sample =
        |(cosines, scope)| similarities(target, prepared, cosines, scope).map_err(experiment_error);
    rows.map(of_sample).collect()
}

fn evaluate_all(value: &Float, scopes: &[Scope]) -> Result<Vec<f64>, ShardError> {
    scopes.iter().map(|scope| value.evaluate(scope).map_err(experiment_error)).collect()
}

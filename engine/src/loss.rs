//! Feature losses: which features count for a sample, with what weight, and how far the window is from them.
//!
//! The decisions depend on expressions, and sometimes on similarities, so they are made in Rust. Only where they depend on
//! similarities does a shard wait for these. The losses themselves are tensors, because gradients go through them.

use clipig_core::{FeatureReport, PreparedTarget};
use clipig_experiment::{EvaluationError, FeatureLoss, Scope, Select, Target};
use tch::{Kind, Tensor};

use crate::likeness::Likeness;
use crate::read_back::{send, send_rows};

/// The decisions for one sample.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Similarities, 100 · cosine · auto scale · scale; none where nobody looked at them.
    pub(crate) similarities: Vec<f64>,
    weights: Vec<f64>,
    applied: Vec<bool>,
}

impl Choice {
    /// Decides for one sample from its similarities with the target's features. Where the target does not
    /// [ask for them](Target::asks_for_similarities), there may be none.
    pub(crate) fn of(
        target: &Target,
        similarities: Vec<f64>,
        scope: &Scope,
    ) -> Result<Self, EvaluationError> {
        let mut choice = Self { similarities, weights: Vec::new(), applied: Vec::new() };
        for (i, feature) in target.features.iter().enumerate() {
            let similarity = choice.similarities.get(i).copied().unwrap_or(0.0);
            choice.weights.push(feature.weight.evaluate(&scope.with_similarity(similarity))?);
            choice.applied.push(feature.span.contains(scope.epoch(), scope.time()));
        }
        match target.select {
            Select::All | Select::Mix => {}
            Select::Best => choice.keep_first(|a, b| b.total_cmp(a)),
            Select::Worst => choice.keep_first(f64::total_cmp),
        }
        Ok(choice)
    }

    /// Applies only the active feature that comes first in this order of similarities.
    fn keep_first(&mut self, order: impl Fn(&f64, &f64) -> std::cmp::Ordering) {
        let active = (0..self.applied.len()).filter(|&i| self.applied[i]);
        let first = active.min_by(|&a, &b| order(&self.similarities[a], &self.similarities[b]));
        for (i, applied) in self.applied.iter_mut().enumerate() {
            *applied = Some(i) == first;
        }
    }

    /// The mean similarity of the target, 0 without features: `sim` of constraints and target weight.
    pub(crate) fn mean_similarity(&self) -> f64 {
        let n = self.similarities.len();
        if n == 0 { 0.0 } else { self.similarities.iter().sum::<f64>() / n as f64 }
    }
}

/// The similarities of one sample with the target's features, from their cosines.
///
/// # Errors
/// When the `scale` of a feature cannot be evaluated.
pub(crate) fn similarities(
    target: &Target,
    prepared: &PreparedTarget,
    cosines: &[f64],
    scope: &Scope,
) -> Result<Vec<f64>, EvaluationError> {
    let parts = target.features.iter().zip(cosines).zip(&prepared.auto_scales);
    parts
        .map(|((feature, cosine), auto)| Ok(100.0 * cosine * auto * feature.scale.evaluate(scope)?))
        .collect()
}

/// The feature losses of a batch.
pub(crate) struct FeatureLosses {
    /// One loss per sample `[n]`, summed over features and weighted; `None` where no feature is applied.
    pub(crate) total: Option<Tensor>,
    /// Losses before weighting: a tensor `[n]` and the features that it counts for.
    parts: Vec<(Tensor, Vec<usize>)>,
    /// By sample and feature.
    weights: Vec<Vec<f64>>,
    applied: Vec<Vec<bool>>,
}

impl FeatureLosses {
    /// Losses of a batch of windows against the target's features.
    pub(crate) fn of(target: &Target, likeness: &Likeness, choices: &[Choice]) -> Self {
        let mut losses = Self {
            total: None,
            parts: Vec::new(),
            weights: choices.iter().map(|choice| choice.weights.clone()).collect(),
            applied: choices.iter().map(|choice| choice.applied.clone()).collect(),
        };
        if target.select == Select::Mix {
            losses.add_mix(target, likeness, choices);
        } else {
            losses.add_single(target, likeness, choices);
        }
        losses
    }

    /// Adds one loss for each applied feature.
    fn add_single(&mut self, target: &Target, likeness: &Likeness, choices: &[Choice]) {
        let applied: Vec<usize> =
            (0..target.features.len()).filter(|&i| choices.iter().any(|choice| choice.applied[i])).collect();
        let weight = |choice: &Choice, i: usize| if choice.applied[i] { choice.weights[i] } else { 0.0 };
        let weights = applied.iter().map(|&i| choices.iter().map(|choice| weight(choice, i)).collect());
        let weights = send_rows(&weights.collect::<Vec<Vec<f64>>>(), likeness.image.device());
        for (i, weights) in applied.into_iter().zip(weights) {
            let loss = if let Some(cosine) = likeness.angle(i) {
                of_angle(target.features[i].loss, cosine)
            } else {
                let feature = likeness.desired.narrow(0, i as i64, 1);
                distance(target.features[i].loss, &likeness.image, &feature)
            };
            self.add(&loss, &weights);
            self.parts.push((loss, vec![i]));
        }
    }

    /// Adds one loss for the mix of the applied features, Σ wᵢ fᵢ / Σ |wᵢ|. The first feature says which loss; the weights
    /// are in the mix already.
    fn add_mix(&mut self, target: &Target, likeness: &Likeness, choices: &[Choice]) {
        let Some(first) = target.features.first() else { return };
        let count = target.features.len();
        // By sample: the share of each feature, and whether there is a mix.
        let mut shares = vec![0.0_f32; choices.len() * count];
        let mut weights = vec![0.0_f32; choices.len()];
        for (sample, choice) in choices.iter().enumerate() {
            let weight = |i: usize| if choice.applied[i] { choice.weights[i] } else { 0.0 };
            let sum: f64 = (0..count).map(|i| weight(i).abs()).sum();
            if sum == 0.0 {
                self.applied[sample].fill(false);
                continue;
            }
            weights[sample] = 1.0;
            for i in 0..count {
                shares[sample * count + i] = (weight(i) / sum) as f32;
            }
        }
        if weights.iter().all(|&weight| weight == 0.0) {
            return;
        }
        let (n, count_of_shares) = (choices.len() as i64, shares.len() as i64);
        shares.extend(weights);
        let sent = send(&Tensor::from_slice(&shares), likeness.image.device());
        let (shares, weights) = (sent.narrow(0, 0, count_of_shares), sent.narrow(0, count_of_shares, n));
        let loss = distance(first.loss, &likeness.image, &shares.view([n, -1]).matmul(&likeness.desired));
        self.add(&loss, &weights);
        self.parts.push((loss, (0..count).collect()));
    }

    fn add(&mut self, loss: &Tensor, weights: &Tensor) {
        // A weight of zero must not let a NaN of an unused feature through.
        let weighted = (loss * weights).where_scalarother(&weights.ne(0.0), 0.0);
        self.total = Some(match self.total.take() {
            Some(total) => total + weighted,
            None => weighted,
        });
    }

    /// Losses before weighting, each `[n]`.
    pub(crate) fn losses(&self) -> impl Iterator<Item = &Tensor> {
        self.parts.iter().map(|(loss, _)| loss)
    }

    /// The reports by sample and feature, with these similarities and the values of [`losses`](Self::losses).
    pub(crate) fn reports(
        &self,
        similarities: &[Vec<f64>],
        values: impl Iterator<Item = Vec<f64>>,
    ) -> Vec<Vec<FeatureReport>> {
        let of_sample = |(similarities, weights): (&Vec<f64>, &Vec<f64>)| -> Vec<FeatureReport> {
            let pairs = similarities.iter().zip(weights);
            pairs.map(|(&similarity, &weight)| FeatureReport { similarity, weight, loss: None }).collect()
        };
        let mut reports: Vec<Vec<FeatureReport>> =
            similarities.iter().zip(&self.weights).map(of_sample).collect();
        for ((_, features), values) in self.parts.iter().zip(values) {
            for (sample, value) in values.into_iter().enumerate() {
                for &feature in features {
                    if self.applied[sample][feature] {
                        reports[sample][feature].loss = Some(value);
                    }
                }
            }
        }
        reports
    }
}

/// Distance `[n]` between image features `[n, d]` and desired features `[n or 1, d]`.
fn distance(loss: FeatureLoss, image: &Tensor, desired: &Tensor) -> Tensor {
    let difference = || image - desired;
    let mean = |x: Tensor| x.mean_dim([1_i64].as_slice(), false, None::<Kind>);
    match loss {
        FeatureLoss::Cosine => {
            let one = Tensor::ones([1], (Kind::Float, image.device()));
            one - Tensor::cosine_similarity(image, desired, 1, 1e-8)
        }
        FeatureLoss::L1 => mean(difference().abs()) * 100.0,
        FeatureLoss::L2 => mean(difference().square()) * 100.0,
        FeatureLoss::Spherical => {
            let length = |x: &Tensor| x.square().sum_dim_intlist([1_i64].as_slice(), true, None::<Kind>);
            let unit = |x: &Tensor| x / length(x).clamp_min(1e-12).sqrt();
            let chord = length(&(unit(image) - unit(desired))).squeeze_dim(1);
            half_squared_angle(&chord)
        }
    }
}

/// The loss `[n]` of a feature that has an angle of its own, from its cosines. The language allows no other losses for it.
fn of_angle(loss: FeatureLoss, cosine: &Tensor) -> Tensor {
    match loss {
        FeatureLoss::Spherical => half_squared_angle(&(2.0 - cosine * 2.0)),
        FeatureLoss::Cosine | FeatureLoss::L1 | FeatureLoss::L2 => 1.0 - cosine,
    }
}

/// Half the square of an angle, from the square of its chord, as guided diffusion computes it. Both ends are left out: the
/// slope of a root ends where the chord is 0, that of an arc sine where it is as long as can be.
fn half_squared_angle(chord: &Tensor) -> Tensor {
    (chord.clamp(1e-9, 4.0 - 1e-5).sqrt() / 2.0).asin().square() * 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_back::read_back;

    #[test]
    fn the_spherical_loss_is_half_the_squared_angle() {
        let angles = [0.0_f32, 0.3, 1.2, 2.5, std::f32::consts::PI];
        let image: Vec<f32> = angles.iter().flat_map(|angle| [angle.cos(), angle.sin()]).collect();
        let image = Tensor::from_slice(&image).view([5, 2]).set_requires_grad(true);
        // Its length does not count: a mix of features is shorter than each of them.
        let desired = Tensor::from_slice(&[0.4_f32, 0.0]).view([1, 2]);
        let loss = distance(FeatureLoss::Spherical, &image, &desired);
        let found = read_back::<f64>(&loss).expect("five losses");
        for (found, angle) in found.iter().zip(angles) {
            let wanted = f64::from(angle * angle) / 2.0;
            assert!((found - wanted).abs() < 0.02 * wanted.max(0.1), "{found} for {wanted}");
        }
        loss.sum(Kind::Float).backward();
        let gradient = read_back::<f64>(&image.grad().view([-1])).expect("ten slopes");
        assert!(gradient.iter().all(|slope| slope.is_finite()), "{gradient:?}");
        // Its own angle gives the same.
        let cosines = Tensor::from_slice(&angles.map(f32::cos));
        let same = read_back::<f64>(&of_angle(FeatureLoss::Spherical, &cosines)).expect("five losses");
        assert!(same.iter().zip(&found).all(|(same, found)| (same - found).abs() < 0.01), "{same:?}");
        // Across the radius the slope is the angle.
        let across = gradient[4].mul_add(-f64::from(1.2_f32.sin()), gradient[5] * f64::from(1.2_f32.cos()));
        assert!((across - 1.2).abs() < 1e-3, "{across}");
    }
}

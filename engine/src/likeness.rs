//! How much windows are like the features of a target.
//!
//! A text and an image are vectors in CLIP's space, which are compared with the vector of a window. A direction has an angle
//! of its own:
//!
//! cos = ΔI · ΔT / √(|ΔI|² + ε²), where ΔI = the vector of the window − that of the origin, and ΔT = the vector of `to` −
//! that of `from`, of unit length.
//!
//! That is the directional loss of StyleGAN-NADA (Gal et al., 2021), apart from ε = 0.02: a window that shows the origin
//! itself has not moved at all, and the slope there has to end. As in `CLIPstyler` (Kwon and Ye, 2022), windows are pieces of
//! the picture, and the origin is seen as a whole.

use clipig_core::{PreparedTarget, ShardError};
use clipig_experiment::{FeatureSource, Target};
use tch::{Kind, Tensor};

use crate::clip::{Clip, unit_length};
use crate::read_back::send;

/// Changes of this length count for 1/√2 of what longer ones do. Vectors have unit length, so unlike pictures are about 0.5
/// apart.
const SMALL_CHANGE: f64 = 0.02;

/// What is compared, for a batch of windows.
pub(crate) struct Likeness {
    /// The windows' vectors of unit length, `[n, d]`.
    pub(crate) image: Tensor,
    /// The features' vectors of unit length, `[f, d]`.
    pub(crate) desired: Tensor,
    /// By feature: the cosines `[n]` of those that have an angle of their own.
    angles: Vec<Option<Tensor>>,
}

impl Likeness {
    /// Encodes windows `[n, 3, S, S]` in [0, 1].
    ///
    /// # Errors
    /// When the preparation is not that of this target.
    pub(crate) fn of(
        clip: &Clip,
        target: &Target,
        prepared: &PreparedTarget,
        windows: &Tensor,
    ) -> Result<Self, ShardError> {
        let image = unit_length(&clip.encode_image(&clip.normalize(windows)));
        let (count, flat) = (prepared.features.len() as i64, prepared.features.concat());
        let desired = send(&Tensor::from_slice(&flat).view([count, -1]), image.device());
        let mut likeness = Self { image, desired, angles: Vec::with_capacity(target.features.len()) };
        for (place, feature) in target.features.iter().enumerate() {
            let numbers = prepared.of_feature(place);
            let angle = match &feature.source {
                FeatureSource::Text(_) | FeatureSource::Image(_) => None,
                FeatureSource::Direction(_) => Some(likeness.direction(place, numbers)?),
            };
            likeness.angles.push(angle);
        }
        Ok(likeness)
    }

    /// The cosines of a feature, `[n]`, where it has an angle of its own.
    pub(crate) fn angle(&self, feature: usize) -> Option<&Tensor> {
        self.angles.get(feature).and_then(Option::as_ref)
    }

    /// All cosines `[n, f]`, without a gradient.
    pub(crate) fn cosines(&self) -> Tensor {
        let cosines = self.image.detach().matmul(&self.desired.tr());
        if self.angles.iter().all(Option::is_none) {
            return cosines;
        }
        let column = |(i, angle): (usize, &Option<Tensor>)| match angle {
            Some(angle) => angle.detach().unsqueeze(1),
            None => cosines.narrow(1, i as i64, 1),
        };
        Tensor::cat(&self.angles.iter().enumerate().map(column).collect::<Vec<_>>(), 1)
    }

    fn direction(&self, place: usize, origin: &[f32]) -> Result<Tensor, ShardError> {
        if origin.len() as i64 != self.image.size()[1] {
            return Err(ShardError::Experiment(format!("feature {place}: the origin is not prepared")));
        }
        let origin = send(&Tensor::from_slice(origin).view([1, -1]), self.image.device());
        Ok(moved(&self.image, &origin, &self.desired.narrow(0, place as i64, 1)))
    }
}

/// The cosine `[n]` between how far vectors `[n, d]` have moved from the origin `[1, d]`, and a direction `[1, d]` of unit
/// length.
fn moved(image: &Tensor, origin: &Tensor, direction: &Tensor) -> Tensor {
    let sum = |x: &Tensor| x.sum_dim_intlist([1_i64].as_slice(), false, None::<Kind>);
    let change = image - origin;
    sum(&(&change * direction)) / (sum(&change.square()) + SMALL_CHANGE * SMALL_CHANGE).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_back::read_back;

    fn vector(values: &[f32]) -> Tensor {
        Tensor::from_slice(values).view([1, -1])
    }

    fn moved_by(image: &[f32], origin: &[f32], direction: &[f32]) -> f64 {
        read_back::<f64>(&moved(&vector(image), &vector(origin), &vector(direction))).expect("a number")[0]
    }

    #[test]
    fn only_the_way_counts_and_not_how_far() {
        let (origin, direction) = ([0.6, 0.8, 0.0], [0.0, 0.6, 0.8]);
        let at = |step: f32, aside: f32| {
            let image: Vec<f32> = origin.iter().zip(direction).map(|(o, d)| o + step * d).collect();
            moved_by(&[image[0] + aside, image[1], image[2]], &origin, &direction)
        };
        assert!((at(0.5, 0.0) - 1.0).abs() < 1e-3 && (at(1.0, 0.0) - 1.0).abs() < 1e-3);
        assert!((at(-0.5, 0.0) + 1.0).abs() < 1e-3, "the other way");
        assert!(at(0.0, 0.5).abs() < 1e-6, "across");
        assert!((at(0.5, 0.5) - 0.5_f64.sqrt()).abs() < 1e-3, "half across");
    }

    #[test]
    fn at_the_origin_the_slope_leads_along_the_direction() {
        let image = vector(&[0.6, 0.8]).set_requires_grad(true);
        let direction = vector(&[-0.8, 0.6]);
        let cosine = moved(&image, &vector(&[0.6, 0.8]), &direction);
        cosine.sum(Kind::Float).backward();
        let slope = read_back::<f64>(&image.grad().view([-1])).expect("two slopes");
        assert_eq!(read_back::<f64>(&cosine).expect("a number"), [0.0]);
        for (slope, wanted) in slope.iter().zip([-0.8, 0.6]) {
            assert!((slope - wanted / SMALL_CHANGE).abs() < 1e-3, "{slope}");
        }
    }

    #[test]
    fn its_slopes_are_those_of_numerical_differences() {
        const STEP: f32 = 1e-2;
        let values: Vec<f32> = (0..24).map(|i| ((i as f32 + 0.5) * 7.7).sin() * 0.4).collect();
        let (origin, direction) = (&values[8..16], vector(&values[16..]));
        let direction = unit_length(&direction);
        let image = vector(&values[..8]).set_requires_grad(true);
        moved(&image, &vector(origin), &direction).sum(Kind::Float).backward();
        let slopes = read_back::<f64>(&image.grad().view([-1])).expect("slopes");
        for (place, slope) in slopes.into_iter().enumerate() {
            let at = |step: f32| {
                let mut image = values[..8].to_vec();
                image[place] += step;
                read_back::<f64>(&moved(&vector(&image), &vector(origin), &direction)).expect("a number")[0]
            };
            let wanted = (at(STEP) - at(-STEP)) / f64::from(2.0 * STEP);
            assert!((slope - wanted).abs() < 2e-3, "{slope} for {wanted}");
        }
    }
}

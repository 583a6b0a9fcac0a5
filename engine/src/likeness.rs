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
//!
//! So has a style: half the cosine between the means of the patches of window and image, and half that between their
//! covariances. These are the statistics by which Li et al. (Universal Style Transfer, 2017) describe a style; with angles
//! instead of distances, neither needs a weight. A covariance of patches X is `C = XᵀX`, with as many rows as the model is wide.
//! It is not computed: the product of two of them is `⟨XᵀX, YᵀY⟩ = |X Yᵀ|²`, and there are fewer patches than that.

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
        let blocks = target.features.iter().filter_map(|feature| match &feature.source {
            FeatureSource::Style(style) => Some(clip.block(style.depth)),
            FeatureSource::Text(_) | FeatureSource::Image(_) | FeatureSource::Direction(_) => None,
        });
        let blocks = blocks.collect::<Option<Vec<_>>>();
        let blocks = blocks.ok_or_else(|| ShardError::Experiment("this model has no patches".to_owned()))?;
        let (image, patches) = clip.encode_image_and_patches(&clip.normalize(windows), &blocks);
        let (image, mut patches) = (unit_length(&image), patches.into_iter());
        let (count, flat) = (prepared.features.len() as i64, prepared.features.concat());
        let desired = send(&Tensor::from_slice(&flat).view([count, -1]), image.device());
        let mut likeness = Self { image, desired, angles: Vec::with_capacity(target.features.len()) };
        for (place, feature) in target.features.iter().enumerate() {
            let numbers = prepared.of_feature(place);
            let angle = match &feature.source {
                FeatureSource::Text(_) | FeatureSource::Image(_) => None,
                FeatureSource::Direction(_) => Some(likeness.direction(place, numbers)?),
                FeatureSource::Style(_) => {
                    let patches = patches.next().filter(|patches| {
                        numbers.len() as i64 >= patches.size()[2]
                            && numbers.len() as i64 % patches.size()[2] == 0
                    });
                    let patches = patches.ok_or_else(|| unprepared(place))?;
                    let style = Tensor::from_slice(numbers).view([1, -1, patches.size()[2]]);
                    Some(same_look(&patches, &send(&style, patches.device())))
                }
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
            return Err(unprepared(place));
        }
        let origin = send(&Tensor::from_slice(origin).view([1, -1]), self.image.device());
        Ok(moved(&self.image, &origin, &self.desired.narrow(0, place as i64, 1)))
    }
}

fn unprepared(place: usize) -> ShardError {
    ShardError::Experiment(format!("feature {place} of a target is not prepared"))
}

/// How alike the looks of patches `[n, p, w]` and `[1, q, w]` are, `[n]` from -1 to 1.
fn same_look(patches: &Tensor, style: &Tensor) -> Tensor {
    let mean = |x: &Tensor| x.mean_dim([1_i64].as_slice(), true, None::<Kind>);
    let means = [mean(patches), mean(style)];
    let (window, image) = (patches - &means[0], style - &means[1]);
    let product = |a: &Tensor, b: &Tensor| {
        a.matmul(&b.transpose(1, 2)).square().sum_dim_intlist([1_i64, 2].as_slice(), false, None::<Kind>)
    };
    let length = |a: &Tensor| product(a, a).clamp_min(1e-12).sqrt();
    let covariances = product(&window, &image) / (length(&window) * length(&image));
    let [of_window, of_image] = means.map(|mean| mean.squeeze_dim(1));
    (covariances + Tensor::cosine_similarity(&of_window, &of_image, 1, 1e-8)) / 2.0
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

    /// Numbers that PyTorch has computed.
    fn recorded(name: &str, shape: &[i64]) -> Tensor {
        let record: serde_json::Value =
            serde_json::from_str(include_str!("../tests/fixtures/looks.json")).expect("a record");
        let numbers: Vec<f64> = serde_json::from_value(record[name].clone()).expect("numbers");
        Tensor::from_slice(&numbers).to_kind(Kind::Float).view(shape)
    }

    /// The greatest difference of two tensors.
    fn apart(found: &Tensor, wanted: &Tensor) -> f64 {
        read_back::<f64>(&(found - wanted).abs().max()).expect("a number")[0]
    }

    #[test]
    fn angles_and_gradients_are_those_of_pytorch() {
        let image = recorded("image", &[2, 6]).set_requires_grad(true);
        let cosine = moved(&image, &recorded("origin", &[1, 6]), &recorded("direction", &[1, 6]));
        cosine.sum(Kind::Float).backward();
        // PyTorch's has no epsilon.
        assert!(apart(&cosine.detach(), &recorded("moved", &[2])) < 1e-3);
        assert!(apart(&image.grad(), &recorded("moved_gradient", &[2, 6])) < 2e-3);
        let patches = recorded("patches", &[2, 7, 5]).set_requires_grad(true);
        let look = same_look(&patches, &recorded("style", &[1, 4, 5]));
        look.sum(Kind::Float).backward();
        assert!(apart(&look.detach(), &recorded("look", &[2])) < 1e-5);
        assert!(apart(&patches.grad(), &recorded("look_gradient", &[2, 7, 5])) < 1e-5);
    }

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
    fn a_look_is_the_mean_and_the_covariance() {
        const WIDTH: usize = 5;
        let patches = |count: usize, step: f32| -> Vec<[f64; WIDTH]> {
            let value = |i: usize| f64::from(((i as f32 + 0.5) * step).sin()) + 0.3;
            (0..count).map(|row| std::array::from_fn(|column| value(WIDTH * row + column))).collect()
        };
        let (window, image) = (patches(7, 12.9898), patches(4, 7.7));
        // The same with covariances written out, in doubles.
        let mean = |rows: &[[f64; WIDTH]]| -> [f64; WIDTH] {
            std::array::from_fn(|i| rows.iter().map(|row| row[i]).sum::<f64>() / rows.len() as f64)
        };
        let covariance = |rows: &[[f64; WIDTH]]| -> Vec<f64> {
            let mean = mean(rows);
            let entry = |i: usize, j: usize| {
                rows.iter().map(|row| (row[i] - mean[i]) * (row[j] - mean[j])).sum::<f64>()
                    / rows.len() as f64
            };
            (0..WIDTH * WIDTH).map(|place| entry(place / WIDTH, place % WIDTH)).collect()
        };
        let cosine = |a: &[f64], b: &[f64]| {
            let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            product(a, b) / (product(a, a) * product(b, b)).sqrt()
        };
        let wanted = f64::midpoint(
            cosine(&covariance(&window), &covariance(&image)),
            cosine(&mean(&window), &mean(&image)),
        );
        let tensor = |rows: &[[f64; WIDTH]]| {
            Tensor::from_slice(rows.as_flattened()).to_kind(Kind::Float).view([1, -1, WIDTH as i64])
        };
        let look = |a: &[[f64; WIDTH]], b: &[[f64; WIDTH]]| {
            read_back::<f64>(&same_look(&tensor(a), &tensor(b))).expect("a number")[0]
        };
        assert!((look(&window, &image) - wanted).abs() < 1e-5, "{} for {wanted}", look(&window, &image));
        assert!(wanted.abs() < 0.9, "{wanted}");
        // Where patches stand does not count.
        let turned: Vec<[f64; WIDTH]> = window.iter().rev().copied().collect();
        assert!((look(&window, &turned) - 1.0).abs() < 1e-5);
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

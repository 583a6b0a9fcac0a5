//! How well a picture shows what its experiment asked for, in the eyes of another model.

use std::collections::BTreeMap;

use clipig_core::Assets;
use clipig_experiment::expression::Float;
use clipig_experiment::{Experiment, FeatureSource, Subject};

use super::encoder::Encoder;
use clipig_client::failure::Failure;

/// A model that rates pictures.
pub(crate) struct Judge {
    encoder: Encoder,
    /// Features of texts and images that were needed before.
    known: BTreeMap<(bool, String), Vec<f32>>,
}

impl Judge {
    /// The model of this name on this device.
    pub(crate) fn new(model: &str, device: &str) -> Result<Self, Failure> {
        Ok(Self { encoder: Encoder::of_model(Some(model), device)?, known: BTreeMap::new() })
    }
}

impl clipig_client::local::Judge for Judge {
    fn model(&self) -> &str {
        &self.encoder.model().name
    }

    /// 100 times the cosine between a picture and the features of its active targets.
    ///
    /// Features are averaged by their weights, so a negative weight counts against the picture, and targets by theirs. A
    /// weight that is an expression counts as 1. `None` where there is nothing to compare with.
    fn score(
        &mut self,
        picture: (&str, &[u8]),
        experiment: &Experiment,
        assets: &Assets,
    ) -> Result<Option<f64>, Failure> {
        let (name, bytes) = picture;
        let seen = self.encoder.content(name, bytes)?;
        let mut targets = Mean::default();
        for target in experiment.targets.iter().filter(|target| target.active) {
            let mut features = Mean::default();
            for feature in &target.features {
                let Some(subject) = subject_of(&feature.source) else { continue };
                let wanted = self.feature(&subject, assets)?;
                let product = seen.iter().zip(&wanted).map(|(a, b)| f64::from(*a) * f64::from(*b));
                features.add(100.0 * product.sum::<f64>(), constant(&feature.weight));
            }
            if let Some(mean) = features.value() {
                targets.add(mean, constant(&target.weight) * target.share);
            }
        }
        Ok(targets.value())
    }
}

impl Judge {
    fn feature(&mut self, subject: &Subject, assets: &Assets) -> Result<Vec<f32>, Failure> {
        let key = (matches!(subject, Subject::Image(_)), subject.as_str().to_owned());
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let feature = match subject {
            Subject::Text(text) => self.encoder.texts(std::slice::from_ref(text))?.pop().unwrap_or_default(),
            Subject::Image(name) => {
                let bytes = assets
                    .bytes(name)
                    .ok_or_else(|| Failure::failed(format!("the image `{name}` was not read")))?;
                self.encoder.content(name, bytes)?
            }
        };
        self.known.insert(key, feature.clone());
        Ok(feature)
    }
}

/// What a picture is compared with: of a direction, where it leads. A style says nothing about what is shown.
fn subject_of(source: &FeatureSource) -> Option<Subject> {
    match source {
        FeatureSource::Text(text) => Some(Subject::Text(text.clone())),
        FeatureSource::Image(name) => Some(Subject::Image(name.clone())),
        FeatureSource::Direction(direction) => Some(direction.to.clone()),
        FeatureSource::Style(_) => None,
    }
}

fn constant(weight: &Float) -> f64 {
    weight.as_constant().unwrap_or(1.0)
}

/// A mean by weights, which may be negative: the sum of weight · value, divided by the sum of |weight|.
#[derive(Default)]
struct Mean {
    sum: f64,
    weights: f64,
}

impl Mean {
    fn add(&mut self, value: f64, weight: f64) {
        self.sum += weight * value;
        self.weights += weight.abs();
    }

    fn value(&self) -> Option<f64> {
        (self.weights > 0.0).then(|| self.sum / self.weights)
    }
}

#[cfg(test)]
mod tests {
    use clipig_client::local::Judge as _;

    use super::*;

    #[test]
    fn negative_weights_count_against() {
        let mean = |values: &[(f64, f64)]| {
            let mut mean = Mean::default();
            for (value, weight) in values {
                mean.add(*value, *weight);
            }
            mean.value()
        };
        assert_eq!(mean(&[(20.0, 1.0), (30.0, 3.0)]), Some(27.5));
        assert_eq!(mean(&[(20.0, 1.0), (30.0, -1.0)]), Some(-5.0));
        assert_eq!(mean(&[(20.0, 0.0)]), None);
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn the_judge_knows_red_from_blue() {
        let text = |text: &str| {
            let yaml = format!("targets:\n- features:\n  - text: {text}\n");
            clipig_experiment::load(
                &[clipig_experiment::Source::new("a.yaml", yaml)],
                &clipig_experiment::Overrides::default(),
            )
            .unwrap()
            .experiment
        };
        let mut red = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(64, 64, image::Rgb([220, 10, 10]))
            .write_to(&mut red, image::ImageFormat::Png)
            .unwrap();
        let mut judge = Judge::new("clipig-tiny", "cpu").unwrap();
        let mut score = |wanted: &str| {
            let picture = ("red.png", red.get_ref().as_slice());
            judge.score(picture, &text(wanted), &Assets::default()).unwrap().unwrap()
        };
        assert!(score("red") > score("blue"), "{} and {}", score("red"), score("blue"));
    }
}

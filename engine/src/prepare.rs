//! Computed once per job: the features of all targets, and the scales of `feature_scale: fair`.

use std::collections::BTreeSet;

use clipig_core::{Assets, Canvas, Prepared, PreparedTarget, ProgressCounter};
use clipig_experiment::{Experiment, FeatureScale, FeatureSource};
use clipig_geometry::Size;
use tch::Tensor;

use crate::assets::{self, AssetError};
use crate::clip::tokenizer::{TokenizeError, Tokenizer};
use crate::clip::{Clip, preprocess, unit_length};
use crate::read_back::{ReadBackError, read_back};
use crate::resample;

/// Why features could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// A text cannot be turned into tokens.
    #[error("`{path}`: {source}")]
    Text {
        /// Path of the text in the experiment.
        path: String,
        /// What is wrong with it.
        source: TokenizeError,
    },
    /// An image cannot be used.
    #[error("`{path}`: {source}")]
    Image {
        /// Path of the image in the experiment.
        path: String,
        /// What is wrong with it.
        source: AssetError,
    },
    /// The device failed.
    #[error(transparent)]
    ReadBack(#[from] ReadBackError),
}

/// Encodes the features of all active targets of an experiment with one model. `canvas` is the first canvas, which
/// `feature_scale: fair` compares them with; `progress` advances with each feature.
///
/// # Errors
/// When a text or an image cannot be used, or the device fails.
pub fn prepare(
    clip: &Clip,
    experiment: &Experiment,
    assets: &Assets,
    canvas: &Canvas,
    progress: &ProgressCounter,
) -> Result<Prepared, PrepareError> {
    let mut encoder = Encoder::new(experiment, assets, canvas, progress);
    encoder.check_masks()?;
    encoder.encode(clip, 0)?;
    Ok(encoder.finish())
}

/// Encodes the features of an experiment, one model after the other.
pub struct Encoder<'a> {
    experiment: &'a Experiment,
    assets: &'a Assets,
    /// The first canvas.
    canvas: &'a Canvas,
    progress: &'a ProgressCounter,
    prepared: Prepared,
}

impl<'a> Encoder<'a> {
    /// Nothing is encoded yet.
    pub fn new(
        experiment: &'a Experiment,
        assets: &'a Assets,
        canvas: &'a Canvas,
        progress: &'a ProgressCounter,
    ) -> Self {
        let targets = vec![PreparedTarget::default(); experiment.targets.len()];
        Self { experiment, assets, canvas, progress, prepared: Prepared { targets } }
    }

    /// Masks are drawn when they are needed; that an image of theirs is none is said before.
    ///
    /// # Errors
    /// When an image cannot be used.
    pub fn check_masks(&self) -> Result<(), PrepareError> {
        let mut seen = BTreeSet::new();
        for mask in self.experiment.masks() {
            for name in mask.images().into_iter().filter(|name| seen.insert(*name)) {
                assets::image(self.assets, name)
                    .map_err(|source| PrepareError::Image { path: format!("{}.image", mask.path), source })?;
            }
        }
        Ok(())
    }

    /// Encodes the features of all active targets that a model sees; `place` is its place among the experiment's.
    ///
    /// # Errors
    /// When a text or an image cannot be used, or the device fails.
    pub fn encode(&mut self, clip: &Clip, place: usize) -> Result<(), PrepareError> {
        let _guard = tch::no_grad_guard();
        let targets = self.experiment.targets.iter().zip(&mut self.prepared.targets);
        for (target, prepared) in targets.filter(|(target, _)| target.active && target.model == place) {
            for feature in &target.features {
                let path = || feature.path.clone();
                let encoded = match &feature.source {
                    FeatureSource::Text(text) => encode_texts(clip, &[text])
                        .map_err(|source| PrepareError::Text { path: path(), source })?,
                    FeatureSource::Image(name) => encode_asset(clip, self.assets, name)
                        .map_err(|source| PrepareError::Image { path: path(), source })?,
                };
                prepared.features.push(read_back(&encoded)?);
                self.progress.advance();
            }
            prepared.auto_scales = vec![1.0; target.features.len()];
            if target.feature_scale == FeatureScale::Fair && !target.features.is_empty() {
                fair_scales(clip, self.canvas, prepared)?;
            }
        }
        Ok(())
    }

    /// The features of all targets.
    pub fn finish(self) -> Prepared {
        self.prepared
    }
}

/// Features of unit length `[n, embedding]` of texts.
///
/// # Errors
/// When a text has too many tokens.
pub fn encode_texts<T: AsRef<str>>(clip: &Clip, texts: &[T]) -> Result<Tensor, TokenizeError> {
    let tokenizer = Tokenizer::shared();
    let mut tokens = Vec::new();
    for text in texts {
        tokens.extend(tokenizer.tokenize(text.as_ref(), clip.context(), clip.vocabulary())?);
    }
    let tokens = Tensor::from_slice(&tokens).view([texts.len() as i64, clip.context() as i64]);
    let _guard = tch::no_grad_guard();
    Ok(unit_length(&clip.encode_text(&tokens)).to_device(tch::Device::Cpu))
}

fn encode_asset(clip: &Clip, assets: &Assets, name: &str) -> Result<Tensor, AssetError> {
    let image = assets::image(assets, name)?;
    let window =
        preprocess::window_tensor(&image, clip.window() as u32, clip.resize()).to_device(clip.device());
    Ok(unit_length(&clip.encode_image(&clip.normalize(&window))).to_device(tch::Device::Cpu))
}

/// Sets the scales that give every feature the same similarity with the first canvas: minⱼ cⱼ / cᵢ, where cᵢ are the
/// cosines. If a cosine is not positive, no scales can do that; all stay 1, with a warning.
fn fair_scales(clip: &Clip, canvas: &Canvas, prepared: &mut PreparedTarget) -> Result<(), ReadBackError> {
    let (height, width) = (canvas.height() as i64, canvas.width() as i64);
    let pixels = Tensor::from_slice(canvas.pixels()).view([1, 3, height, width]).clamp(0.0, 1.0);
    let window = Size { width: clip.window(), height: clip.window() };
    let window = if (Size { width, height }) == window { pixels } else { resample::bicubic(&pixels, window) };
    let image = unit_length(&clip.encode_image(&clip.normalize(&window.to_device(clip.device()))));
    let features = Tensor::from_slice(&prepared.features.concat()).view([prepared.features.len() as i64, -1]);
    let cosines: Vec<f64> = read_back(&features.matmul(&image.to_device(tch::Device::Cpu).tr()))?;
    let least = cosines.iter().copied().fold(f64::INFINITY, f64::min);
    if least > 0.0 {
        prepared.auto_scales = cosines.iter().map(|cosine| least / cosine).collect();
    } else {
        prepared.warning = Some(format!(
            "feature_scale: fair needs features that resemble the first canvas at least a little; \
             the least similarity is {:.3}, so all scales stay 1",
            100.0 * least
        ));
    }
    Ok(())
}

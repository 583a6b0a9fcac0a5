//! Computed once per job: the features of all targets, and the scales of `feature_scale: fair`.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use clipig_core::{Assets, Canvas, NoPatches, Prepared, PreparedTarget, ProgressCounter};
use clipig_experiment::{
    Direction, Experiment, Feature, FeatureScale, FeatureSource, Style, Subject, Target,
};
use clipig_geometry::Size;
use clipig_tokenizer::{TextError, TokenizeError, Tokenizer};
use tch::Tensor;

use crate::assets::{self, AssetError};
use crate::clip::{Clip, preprocess, unit_length};
use crate::histogram;
use crate::read_back::{ReadBackError, read_back};
use crate::resample;

/// Two vectors of unit length that are less apart than this are the same, up to rounding.
const LEAST_DIFFERENCE: f64 = 1e-3;

/// Why features could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// A text cannot be turned into tokens.
    #[error(transparent)]
    Text(#[from] TextError),
    /// An image cannot be used.
    #[error("`{path}`: {source}")]
    Image {
        /// Path of the image in the experiment.
        path: String,
        /// What is wrong with it.
        source: AssetError,
    },
    /// The model has no patches to take a style from.
    #[error(transparent)]
    NoPatches(#[from] NoPatches),
    /// An image without a pixel that can be seen.
    #[error("`{0}`: the image has no opaque pixel, so it has no colours")]
    Transparent(String),
    /// Both ends of a direction are the same to the model.
    #[error(
        "`{0}`: the model sees no difference between `from` and `to`, so there is no direction; use other words, or a \
         model that knows them"
    )]
    NoDirection(String),
    /// The device failed.
    #[error(transparent)]
    ReadBack(#[from] ReadBackError),
}

impl PrepareError {
    /// May another model be able to encode it?
    pub(crate) fn depends_on_the_model(&self) -> bool {
        match self {
            Self::Text(_) | Self::NoPatches(_) | Self::NoDirection(_) => true,
            Self::Image { .. } | Self::Transparent(_) | Self::ReadBack(_) => false,
        }
    }
}

/// Encodes the features of all active targets of an experiment with one model. `canvas` is the first canvas, which
/// `feature_scale: fair` compares them with, and from which directions measure; `progress` advances with each feature.
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
        let Self { experiment, assets, canvas, .. } = *self;
        let model = ModelEncoder { clip, experiment, assets, canvas, seen: OnceCell::new() };
        let targets = self.experiment.targets.iter().zip(&mut self.prepared.targets);
        for (target, prepared) in targets.filter(|(target, _)| target.active && target.model == place) {
            for feature in &target.features {
                model.add_feature(prepared, (target, feature))?;
                self.progress.advance();
            }
            model.add_constraints(prepared, target)?;
            prepared.auto_scales = vec![1.0; target.features.len()];
            if target.feature_scale == FeatureScale::Fair && !target.features.is_empty() {
                fair_scales(&model, prepared)?;
            }
        }
        Ok(())
    }

    /// The features of all targets.
    pub fn finish(self) -> Prepared {
        self.prepared
    }
}

/// Encodes what an experiment names with one model.
struct ModelEncoder<'a> {
    clip: &'a Clip,
    experiment: &'a Experiment,
    assets: &'a Assets,
    canvas: &'a Canvas,
    /// The canvas's vector, once it is needed.
    seen: OnceCell<Tensor>,
}

impl ModelEncoder<'_> {
    /// Adds the vector of a target's feature, and what it needs besides.
    fn add_feature(
        &self,
        prepared: &mut PreparedTarget,
        (target, feature): (&Target, &Feature),
    ) -> Result<(), PrepareError> {
        let path = feature.path.as_str();
        let encoded = match &feature.source {
            FeatureSource::Text(text) => self.text(path.to_owned(), text)?,
            FeatureSource::Image(name) => self.image(path.to_owned(), name)?,
            FeatureSource::Direction(direction) => {
                let origin = match &direction.origin {
                    Some(name) => self.image(format!("{path}.origin"), name)?,
                    None => self.canvas().shallow_clone(),
                };
                let place = prepared.features.len() as u32;
                prepared.supplements.insert(place, read_back(&origin)?);
                self.difference(path, direction)?
            }
            FeatureSource::Style(style) => {
                let (encoded, patches) = self.style((target, feature), style)?;
                prepared.supplements.insert(prepared.features.len() as u32, read_back(&patches)?);
                encoded
            }
        };
        prepared.features.push(read_back(&encoded)?);
        Ok(())
    }

    /// Adds what constraints need. All features must have been added.
    fn add_constraints(&self, prepared: &mut PreparedTarget, target: &Target) -> Result<(), PrepareError> {
        for (place, constraint) in target.constraints.iter().enumerate() {
            let Some(name) = constraint.kind.image() else { continue };
            let path = || format!("{}.image", constraint.path);
            let image = assets::image(self.assets, name)
                .map_err(|source| PrepareError::Image { path: path(), source })?;
            let quantiles = histogram::quantiles(histogram::colors(&image));
            let quantiles = quantiles.ok_or_else(|| PrepareError::Transparent(path()))?;
            prepared.supplements.insert((prepared.features.len() + place) as u32, quantiles);
        }
        Ok(())
    }

    fn text(&self, path: String, text: &str) -> Result<Tensor, PrepareError> {
        encode_texts(self.clip, &[text]).map_err(|source| TextError { path, source }.into())
    }

    fn image(&self, path: String, name: &str) -> Result<Tensor, PrepareError> {
        encode_asset(self.clip, self.assets, name).map_err(|source| PrepareError::Image { path, source })
    }

    /// The vector of an image, `[1, d]` of unit length, and its patches `[1, patches, width]`.
    fn style(
        &self,
        (target, feature): (&Target, &Feature),
        style: &Style,
    ) -> Result<(Tensor, Tensor), PrepareError> {
        let clip = self.clip;
        let no_patches = || NoPatches::new(self.experiment, target, feature);
        let block = clip.block(style.depth).ok_or_else(no_patches)?;
        let path = format!("{}.image", feature.path);
        let image = assets::image(self.assets, &style.image)
            .map_err(|source| PrepareError::Image { path, source })?;
        let window = preprocess::window_tensor(&image, clip.window() as u32, clip.resize());
        let normalized = clip.normalize(&window.to_device(clip.device()));
        let (encoded, mut patches) = clip.encode_image_and_patches(&normalized, &[block]);
        let patches = patches.pop().ok_or_else(no_patches)?;
        Ok((unit_length(&encoded).to_device(tch::Device::Cpu), patches))
    }

    /// The direction from one end to the other, `[1, d]` of unit length.
    fn difference(&self, path: &str, direction: &Direction) -> Result<Tensor, PrepareError> {
        let end = |name: &str, end: &Subject| match end {
            Subject::Text(text) => self.text(format!("{path}.{name}"), text),
            Subject::Image(image) => self.image(format!("{path}.{name}_image"), image),
        };
        let difference = end("to", &direction.to)? - end("from", &direction.from)?;
        let length: Vec<f64> = read_back(&difference.norm())?;
        if length.iter().all(|length| *length < LEAST_DIFFERENCE) {
            return Err(PrepareError::NoDirection(path.to_owned()));
        }
        Ok(unit_length(&difference))
    }

    /// The vector of the canvas as a whole, `[1, d]` of unit length, on the CPU.
    fn canvas(&self) -> &Tensor {
        self.seen.get_or_init(|| {
            let (clip, canvas) = (self.clip, self.canvas);
            let (height, width) = (canvas.height() as i64, canvas.width() as i64);
            let pixels = Tensor::from_slice(canvas.pixels()).view([1, 3, height, width]).clamp(0.0, 1.0);
            let window = Size { width: clip.window(), height: clip.window() };
            let fits = Size { width, height } == window;
            let window = if fits { pixels } else { resample::bicubic(&pixels, window) };
            let image = clip.encode_image(&clip.normalize(&window.to_device(clip.device())));
            unit_length(&image).to_device(tch::Device::Cpu)
        })
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
fn fair_scales(encoder: &ModelEncoder<'_>, prepared: &mut PreparedTarget) -> Result<(), ReadBackError> {
    let features = Tensor::from_slice(&prepared.features.concat()).view([prepared.features.len() as i64, -1]);
    let cosines: Vec<f64> = read_back(&features.matmul(&encoder.canvas().tr()))?;
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

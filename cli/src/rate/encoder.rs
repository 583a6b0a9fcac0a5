//! Features of images and texts, from the cache or computed by CLIP in batches.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clipig_engine::clip::Clip;
use clipig_engine::{device, encode_images, encode_texts};
use clipig_models::Resolved;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tch::{Device, Kind, Tensor};

use super::feature_cache::FeatureCache;
use super::sources::Unreadable;
use crate::weights;
use clipig_client::arguments::RateArguments;
use clipig_client::failure::Failure;
use clipig_client::interrupt;
use clipig_client::model::Model;
use clipig_client::output;
use clipig_client::picture::sha256;
use clipig_client::terminal::progress::left;

/// Images or texts that go through CLIP at once.
const BATCH: usize = 32;
/// A batch with more bytes than this is computed before it is full.
const BATCH_BYTES: usize = 256 << 20;
/// The greatest image file that is read, in bytes.
const GREATEST_FILE: u64 = 256 << 20;
/// The progress bar appears after this time.
const PATIENCE: Duration = Duration::from_secs(1);

/// Features of the images that can be read, by their index, and the others.
#[derive(Debug, Default)]
pub(super) struct Encoded {
    /// Unit length each; in the order of the images.
    pub(super) features: Vec<(usize, Vec<f32>)>,
    /// Images that cannot be read.
    pub(super) failures: Vec<Unreadable>,
}

/// A model that is loaded when it is first needed.
pub(super) struct Encoder {
    model: Model,
    device: Device,
    clip: Option<Arc<Clip>>,
    cache: FeatureCache,
}

/// An image that waits for its batch.
struct Waiting {
    index: usize,
    sha256: String,
    bytes: Vec<u8>,
}

impl Encoder {
    /// Finds the model and the device.
    pub(super) fn prepare(arguments: &RateArguments) -> Result<Self, Failure> {
        let mut encoder = Self::of_model(arguments.model.as_deref(), &arguments.device)?;
        if let Some(explanation) = &encoder.model.explanation {
            output::say(explanation);
        }
        if !arguments.no_cache {
            encoder.cache = FeatureCache::of_user(&encoder.model.resolved);
        }
        Ok(encoder)
    }

    /// Finds a model and a device by their names. Nothing is kept for the next time.
    pub(super) fn of_model(model: Option<&str>, device: &str) -> Result<Self, Failure> {
        if device != "cpu" {
            device::load_cuda();
        }
        let device = device::select(device).map_err(Failure::usage)?;
        let model = Model::find(model)?;
        Ok(Self { model, device, clip: None, cache: FeatureCache::none() })
    }

    pub(super) fn model(&self) -> &Resolved {
        &self.model.resolved
    }

    fn clip(&mut self) -> Result<Arc<Clip>, Failure> {
        if let Some(clip) = &self.clip {
            return Ok(Arc::clone(clip));
        }
        let clip = weights::load(&self.model, self.device, Kind::Float)?;
        self.clip = Some(Arc::clone(&clip));
        Ok(clip)
    }

    pub(super) fn texts(&mut self, texts: &[String]) -> Result<Vec<Vec<f32>>, Failure> {
        let mut encoded = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            let features = encode_texts(&*self.clip()?, batch).map_err(Failure::usage)?;
            encoded.extend(self.rows(&features)?);
        }
        Ok(encoded)
    }

    /// The features of an image in memory, known by this name.
    pub(super) fn content(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<f32>, Failure> {
        let sha256 = sha256(bytes);
        if let Some(feature) = self.cache.get(&sha256) {
            return Ok(feature);
        }
        let features = encode_images(&*self.clip()?, &[bytes])
            .map_err(|(_, reason)| Failure::failed(format!("{name}: {reason}")))?;
        let feature = self.rows(&features)?.pop().unwrap_or_default();
        self.cache.put(&sha256, &feature);
        Ok(feature)
    }

    /// The features of image files; `None` where the person has asked to stop.
    pub(super) fn images(&mut self, paths: &[PathBuf]) -> Result<Option<Encoded>, Failure> {
        let mut encoded = Encoded::default();
        let mut waiting: Vec<Waiting> = Vec::new();
        let mut bytes_waiting = 0;
        let bar = Bar::new(paths.len());
        for (index, path) in paths.iter().enumerate() {
            if interrupt::asked() {
                return Ok(None);
            }
            match read(path) {
                Ok(bytes) => {
                    let sha256 = sha256(&bytes);
                    if let Some(feature) = self.cache.get(&sha256) {
                        encoded.features.push((index, feature));
                    } else {
                        bytes_waiting += bytes.len();
                        waiting.push(Waiting { index, sha256, bytes });
                    }
                }
                Err(reason) => encoded.failures.push(bar.aside(|| Unreadable::said(path, reason))),
            }
            if waiting.len() == BATCH || bytes_waiting > BATCH_BYTES || index + 1 == paths.len() {
                self.batch(std::mem::take(&mut waiting), paths, &mut encoded, &bar)?;
                bytes_waiting = 0;
            }
            bar.reached(index + 1 - waiting.len());
        }
        encoded.features.sort_by_key(|(index, _)| *index);
        Ok(if interrupt::asked() { None } else { Some(encoded) })
    }

    /// Encodes the waiting images. One that cannot be decoded is left out.
    fn batch(
        &mut self,
        mut waiting: Vec<Waiting>,
        paths: &[PathBuf],
        encoded: &mut Encoded,
        bar: &Bar,
    ) -> Result<(), Failure> {
        while !waiting.is_empty() {
            let clip = self.clip()?;
            let images: Vec<&[u8]> = waiting.iter().map(|image| image.bytes.as_slice()).collect();
            match encode_images(&clip, &images) {
                Ok(features) => {
                    for (image, feature) in waiting.drain(..).zip(self.rows(&features)?) {
                        self.cache.put(&image.sha256, &feature);
                        encoded.features.push((image.index, feature));
                    }
                }
                Err((at, reason)) => {
                    let image = waiting.remove(at.min(waiting.len() - 1));
                    let said = || Unreadable::said(&paths[image.index], reason);
                    encoded.failures.push(bar.aside(said));
                }
            }
        }
        Ok(())
    }

    /// The rows of a matrix of features, which have unit length where the model is sound.
    fn rows(&self, features: &Tensor) -> Result<Vec<Vec<f32>>, Failure> {
        let rows: Vec<Vec<f32>> = Vec::try_from(features)
            .map_err(|error| Failure::failed(format!("features cannot be read: {error}")))?;
        if rows.iter().flatten().all(|value| value.is_finite()) {
            return Ok(rows);
        }
        let name = &self.model.resolved.name;
        Err(Failure::failed(format!(
            "the model `{name}` computes features that are not finite numbers, so nothing can be compared\nhelp: its \
             weights are damaged or too large for float32; import them again from a sound file"
        )))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let size = path.metadata().map_err(|error| error.to_string())?.len();
    if size > GREATEST_FILE {
        return Err(format!("the file has {size} bytes; the limit is {GREATEST_FILE}"));
    }
    std::fs::read(path).map_err(|error| error.to_string())
}

/// A progress bar that appears on a terminal after a while.
struct Bar {
    bar: ProgressBar,
    start: Instant,
}

impl Bar {
    fn new(images: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(images as u64), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} images{left}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).with_key("left", left));
        Self { bar, start: Instant::now() }
    }

    fn reached(&self, images: usize) {
        self.bar.set_position(images as u64);
        if self.bar.is_hidden() && self.start.elapsed() > PATIENCE {
            // Draws nothing where standard error is no terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Says something above the bar.
    fn aside<T>(&self, say: impl FnOnce() -> T) -> T {
        self.bar.suspend(say)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use clipig_models::{Store, Weights, embedded};

    use super::*;

    /// The embedded model with other weights, which come past every check of an import.
    fn encoder(weights: &[u8], folder: &Path) -> Encoder {
        let file = folder.join("model.safetensors");
        std::fs::write(&file, weights).unwrap();
        let mut resolved = Store::at(folder).resolve(embedded::NAME).unwrap();
        resolved.weights = Weights::File(file);
        let model = Model { resolved, explanation: None };
        Encoder { model, device: Device::Cpu, clip: None, cache: FeatureCache::none() }
    }

    /// The embedded model with this in each byte of its tensors, which are float16.
    fn filled(byte: u8) -> Vec<u8> {
        let mut bytes = embedded::BYTES.to_vec();
        let head = 8 + u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        bytes[head..].fill(byte);
        bytes
    }

    #[test]
    fn features_that_are_no_numbers_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("red.bmp");
        let mut bmp = b"BM".to_vec();
        for field in [66_u32, 0, 54, 40, 2, 2, 1 | 24 << 16, 0, 16, 0, 0, 0, 0] {
            bmp.extend(field.to_le_bytes());
        }
        bmp.extend([7; 16]);
        std::fs::write(&image, bmp).unwrap();
        // All zero: a feature has no direction. 0x7E7E is no number.
        for weights in [filled(0), filled(0x7E)] {
            let mut encoder = encoder(&weights, folder.path());
            let texts = encoder.texts(&["a red apple".to_owned()]);
            let images = encoder.images(std::slice::from_ref(&image));
            for failure in [texts.err(), images.err()] {
                let Some(Failure::Failed(message)) = failure else { panic!("such features were taken") };
                assert!(message.contains("clipig-tiny") && message.contains("not finite"), "{message}");
            }
        }
    }
}

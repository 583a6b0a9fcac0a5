//! The record of how a picture was made, in text chunks of the PNG: enough to repeat the run.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clipig_core::{Assets, ModelReference, ModelSettings, Sha256};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::file::{TextChunk, read_texts};

/// Images up to this size travel inside the picture.
const EMBEDDED_BYTES: usize = 512 << 10;

const EXPERIMENT: &str = "clipig experiment";
const RUN: &str = "clipig run";
const IMAGES: &str = "clipig images";

/// Why a picture cannot be repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The file cannot be read to its end.
    #[error("is not a complete PNG: {0}")]
    Torn(String),
    /// It has no record.
    #[error(
        "was not made by clipig, or another program has removed its texts; use the experiment's YAML file instead"
    )]
    Absent,
    /// Its record is damaged.
    #[error("has a record that cannot be read: {0}")]
    Damaged(String),
}

/// Everything that a run was made from.
#[derive(Clone, Debug)]
pub struct Record {
    /// The whole experiment as YAML, model and seed included.
    pub experiment: String,
    /// What else decides the bits.
    pub run: Run,
    /// The images that the experiment used, by the names that it uses.
    pub images: BTreeMap<String, ImageRecord>,
}

/// What decides the bits, besides the experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Version of clipig.
    pub version: String,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Name of the model; of several, the first.
    pub model: String,
    /// SHA-256 of its weights.
    pub model_sha256: String,
    /// How the weights were read; pictures of older versions do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_settings: Option<ModelSettings>,
    /// The other models, in the order of the experiment's `models`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_models: Vec<RunModel>,
    /// The kind of device.
    pub kind: String,
    /// Threads within an operation.
    pub threads: usize,
    /// Greatest number of samples in a shard.
    pub shard_size: u32,
    /// Epochs that were run; fewer than asked for after Ctrl-C.
    pub epochs_done: u32,
}

/// A model of a run with several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunModel {
    /// Its name.
    pub name: String,
    /// SHA-256 of its weights.
    pub sha256: String,
    /// How the weights were read.
    pub settings: ModelSettings,
}

impl From<&ModelReference> for RunModel {
    fn from(model: &ModelReference) -> Self {
        Self { name: model.name.clone(), sha256: model.sha256.to_string(), settings: model.settings }
    }
}

/// An image that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageRecord {
    /// SHA-256 of the file.
    sha256: String,
    /// The file itself, where it is small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

impl Record {
    /// Records the images that were used.
    pub fn images_of(assets: &Assets) -> BTreeMap<String, ImageRecord> {
        let image = |(name, bytes): (&str, &std::sync::Arc<[u8]>)| {
            let base64 = (bytes.len() <= EMBEDDED_BYTES).then(|| BASE64.encode(bytes));
            (name.to_owned(), ImageRecord { sha256: hash(bytes), base64 })
        };
        assets.iter().map(image).collect()
    }

    /// The text chunks.
    pub fn chunks(&self) -> Vec<TextChunk> {
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let mut chunks = vec![
            chunk("Software", format!("clipig {}", self.run.version)),
            chunk(EXPERIMENT, self.experiment.clone()),
            chunk(RUN, json(serde_json::to_string(&self.run))),
        ];
        if !self.images.is_empty() {
            chunks.push(chunk(IMAGES, json(serde_json::to_string(&self.images))));
        }
        chunks
    }

    /// Reads the record of a picture.
    ///
    /// # Errors
    /// See [`RecordError`]; a sentence about the file whose subject is its name.
    pub fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        let texts = read_texts(bytes).map_err(|error| RecordError::Torn(error.to_string()))?;
        let find =
            |keyword: &str| texts.iter().find(|chunk| chunk.keyword == keyword).map(|chunk| &chunk.text);
        let damaged = |error: serde_json::Error| RecordError::Damaged(error.to_string());
        let experiment = find(EXPERIMENT).ok_or(RecordError::Absent)?.clone();
        let run = serde_json::from_str(find(RUN).ok_or(RecordError::Absent)?).map_err(damaged)?;
        let images =
            find(IMAGES).map_or(Ok(BTreeMap::new()), |text| serde_json::from_str(text)).map_err(damaged)?;
        Ok(Self { experiment, run, images })
    }

    /// An image that travels inside the picture.
    pub fn embedded_image(&self, name: &str) -> Option<Vec<u8>> {
        BASE64.decode(self.images.get(name)?.base64.as_ref()?).ok()
    }

    /// The hash of an image that the run used.
    pub fn image_hash(&self, name: &str) -> Option<&str> {
        self.images.get(name).map(|image| image.sha256.as_str())
    }
}

impl Run {
    /// What differs from this run, so that a repetition by `now` may give another picture.
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, then: &str, now: &str| {
            if then != now {
                differences.push(format!("{what} was {then}, now it is {now}"));
            }
        };
        compare("the version of clipig", &self.version, &now.version);
        let is_single = self.more_models.is_empty() && now.more_models.is_empty();
        compare(
            if is_single { "the model" } else { "the list of models" },
            &self.all_models(),
            &now.all_models(),
        );
        if let (Some(then), Some(now)) = (&self.model_settings, &now.model_settings) {
            compare("the way the model is read", &then.to_string(), &now.to_string());
        }
        for (then, now) in self.more_models.iter().zip(&now.more_models) {
            let what = format!("the way the model {} is read", then.name);
            compare(&what, &then.settings.to_string(), &now.settings.to_string());
        }
        compare("the kind of device", &self.kind, &now.kind);
        compare("the greatest shard", &self.shard_size.to_string(), &now.shard_size.to_string());
        differences
    }

    /// SHA-256 and settings of a model, by its place among the experiment's.
    pub fn model_at(&self, place: usize) -> Option<(&str, Option<ModelSettings>)> {
        let Some(more) = place.checked_sub(1) else {
            return Some((&self.model_sha256, self.model_settings));
        };
        self.more_models.get(more).map(|model| (model.sha256.as_str(), Some(model.settings)))
    }

    /// Names of all models, the first one first.
    pub fn model_names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.model.as_str()).chain(self.more_models.iter().map(|model| model.name.as_str()))
    }

    fn all_models(&self) -> String {
        let more = self.more_models.iter().map(|model| named(&model.name, &model.sha256));
        std::iter::once(named(&self.model, &self.model_sha256)).chain(more).collect::<Vec<_>>().join(", ")
    }
}

/// A model by its name and the beginning of its hash.
fn named(model: &str, sha256: &str) -> String {
    format!("{model} ({})", sha256.get(..12).unwrap_or(sha256))
}

fn chunk(keyword: &str, text: String) -> TextChunk {
    TextChunk { keyword: keyword.to_owned(), text }
}

fn hash(bytes: &[u8]) -> String {
    Sha256(sha2::Sha256::digest(bytes).into()).to_string()
}

#[cfg(test)]
mod tests {
    use clipig_core::{Activation, ModelSettings};

    use super::{Run, RunModel};

    /// As versions before wrote it, which knew nothing of a model's settings.
    const OLD: &str = r#"{"version": "0.1.0", "seed": 7, "model": "mine", "model_sha256": "ab", "kind": "CPU",
        "threads": 1, "shard_size": 8, "epochs_done": 3}"#;

    #[test]
    fn settings_of_the_model_are_recorded_and_compared() {
        let old: Run = serde_json::from_str(OLD).unwrap();
        assert_eq!(old.model_settings, None);
        let now = Run { model_settings: Some(ModelSettings::default()), ..old.clone() };
        // Nobody knows how the old one was read.
        assert!(old.differences(&now).is_empty());
        let written = serde_json::to_string(&now).unwrap();
        assert_eq!(serde_json::from_str::<Run>(&written).unwrap(), now);
        let gelu = ModelSettings::of_activation(Activation::Gelu);
        let other = Run { model_settings: Some(gelu), ..now.clone() };
        let differences = now.differences(&other);
        assert_eq!(differences.len(), 1);
        assert!(differences[0].contains("QuickGELU") && differences[0].contains(" GELU"), "{differences:?}");
    }

    #[test]
    fn all_models_are_recorded_and_compared() {
        let one: Run = serde_json::from_str(OLD).unwrap();
        assert!(
            !serde_json::to_string(&one).unwrap().contains("more_models"),
            "its bytes are those of before"
        );
        let second = RunModel {
            name: "second".to_owned(),
            sha256: "cd".repeat(32),
            settings: ModelSettings::default(),
        };
        let two = Run { more_models: vec![second.clone()], ..one.clone() };
        assert_eq!(serde_json::from_str::<Run>(&serde_json::to_string(&two).unwrap()).unwrap(), two);
        let differences = one.differences(&two);
        assert_eq!(
            differences,
            ["the list of models was mine (ab), now it is mine (ab), second (cdcdcdcdcdcd)"]
        );
        let gelu = RunModel { settings: ModelSettings::of_activation(Activation::Gelu), ..second };
        let differences = two.differences(&Run { more_models: vec![gelu], ..one });
        assert!(
            differences.len() == 1 && differences[0].starts_with("the way the model second is read"),
            "{differences:?}"
        );
    }
}

//! What a picture says about its own making, in text chunks of the PNG: enough to repeat the run.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clipig_coordinator::snapshot::{TextChunk, read_texts};
use clipig_engine::Assets;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::picture::sha256;

/// Images up to this size travel inside the picture.
const EMBEDDED_BYTES: usize = 512 << 10;

const EXPERIMENT: &str = "clipig experiment";
const RUN: &str = "clipig run";
const IMAGES: &str = "clipig images";

/// Everything that a run was made from.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// The whole experiment as YAML, model and seed included.
    pub(crate) experiment: String,
    /// What else decides the bits.
    pub(crate) run: Run,
    /// The images that the experiment used, by the names that it uses.
    pub(crate) images: BTreeMap<String, ImageRecord>,
}

/// What decides the bits, besides the experiment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Version of clipig.
    pub(crate) version: String,
    /// Seed of all random numbers.
    pub(crate) seed: u64,
    /// Name of the model.
    pub(crate) model: String,
    /// SHA-256 of its weights.
    pub(crate) model_sha256: String,
    /// The kind of device.
    pub(crate) kind: String,
    /// Threads within an operation.
    pub(crate) threads: usize,
    /// Greatest number of samples in a shard.
    pub(crate) shard_size: u32,
    /// Epochs that were run; fewer than asked for after Ctrl-C.
    pub(crate) epochs_done: u32,
}

/// An image that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImageRecord {
    /// SHA-256 of the file.
    sha256: String,
    /// The file itself, where it is small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

impl Record {
    /// Records the images that were used.
    pub(crate) fn images_of(assets: &Assets) -> BTreeMap<String, ImageRecord> {
        let image = |(name, bytes): (&str, &std::sync::Arc<[u8]>)| {
            let base64 = (bytes.len() <= EMBEDDED_BYTES).then(|| BASE64.encode(bytes));
            (name.to_owned(), ImageRecord { sha256: sha256(bytes), base64 })
        };
        assets.iter().map(image).collect()
    }

    /// The text chunks.
    pub(crate) fn chunks(&self) -> Vec<TextChunk> {
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
    pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Self, Failure> {
        let texts = read_texts(bytes)
            .map_err(|error| Failure::usage(format!("`{name}` is not a complete PNG: {error}")))?;
        let find =
            |keyword: &str| texts.iter().find(|chunk| chunk.keyword == keyword).map(|chunk| &chunk.text);
        let stranger = || {
            Failure::usage(format!(
                "`{name}` was not made by clipig, or a program removed its texts; give the experiment instead"
            ))
        };
        let experiment = find(EXPERIMENT).ok_or_else(stranger)?.clone();
        let torn = |error| Failure::usage(format!("the record in `{name}` cannot be read: {error}"));
        let run = serde_json::from_str(find(RUN).ok_or_else(stranger)?).map_err(torn)?;
        let images =
            find(IMAGES).map_or(Ok(BTreeMap::new()), |text| serde_json::from_str(text)).map_err(torn)?;
        Ok(Self { experiment, run, images })
    }

    /// An image that travels inside the picture.
    pub(crate) fn embedded_image(&self, name: &str) -> Option<Vec<u8>> {
        BASE64.decode(self.images.get(name)?.base64.as_ref()?).ok()
    }

    /// The hash of an image that the run used.
    pub(crate) fn image_hash(&self, name: &str) -> Option<&str> {
        self.images.get(name).map(|image| image.sha256.as_str())
    }
}

impl Run {
    /// What would make a repetition by `now` differ from this run.
    pub(crate) fn differences(&self, now: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, then: &str, now: &str| {
            if then != now {
                differences.push(format!("{what} was {then}, now it is {now}"));
            }
        };
        compare("the version of clipig", &self.version, &now.version);
        compare("the model", &self.model_name(), &now.model_name());
        compare("the kind of device", &self.kind, &now.kind);
        compare("the greatest shard", &self.shard_size.to_string(), &now.shard_size.to_string());
        differences
    }

    fn model_name(&self) -> String {
        format!("{} ({})", self.model, self.model_sha256.get(..12).unwrap_or(&self.model_sha256))
    }
}

fn chunk(keyword: &str, text: String) -> TextChunk {
    TextChunk { keyword: keyword.to_owned(), text }
}

//! The model of a run: found in the store, loaded onto a device.

use std::sync::Arc;

use clipig_engine::clip::tokenizer::Tokenizer;
use clipig_engine::clip::weights::Weights as Tensors;
use clipig_engine::clip::{Architecture, Clip};
use clipig_experiment::{Experiment, FeatureSource};
use clipig_models::{ModelError, Resolved, Store, Weights};
use tch::{Device, Kind};

use crate::failure::Failure;

/// A model whose weights are there.
pub(crate) struct Model {
    /// Its name, size and hash.
    pub(crate) resolved: Resolved,
    /// Why this model, where nobody chose it: a line for the person.
    pub(crate) explanation: Option<String>,
}

impl Model {
    /// The model of that name; `None`: ViT-B/32 where it is in the store, else the embedded one.
    pub(crate) fn find(name: Option<&str>) -> Result<Self, Failure> {
        let store = Store::of_user().map_err(failure)?;
        let (name, explanation) = if let Some(name) = name {
            (name.to_owned(), None)
        } else {
            let default = store.default_model();
            (default.name.to_string(), default.explanation)
        };
        Ok(Self { resolved: store.resolve(&name).map_err(failure)?, explanation })
    }

    /// Loads the weights onto a device.
    pub(crate) fn load(&self, device: Device, kind: Kind) -> Result<Arc<Clip>, Failure> {
        let file;
        let bytes = match &self.resolved.weights {
            Weights::Embedded(bytes) => bytes,
            Weights::File(path) => {
                file = std::fs::read(path)
                    .map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))?;
                file.as_slice()
            }
        };
        Tensors::parse(bytes)
            .and_then(|tensors| Clip::new(&tensors, &Architecture::from(&self.resolved.spec), device, kind))
            .map(Arc::new)
            .map_err(|error| Failure::failed(format!("the model `{}`: {error}", self.resolved.name)))
    }
}

/// A wrong name is the person's to mend, everything else a failure.
pub(crate) fn failure(error: ModelError) -> Failure {
    match error {
        ModelError::Unknown { .. } => Failure::usage(error),
        _ => Failure::failed(error),
    }
}

/// Lines about texts of which the model has never seen a word: it cannot draw them.
pub(crate) fn unknown_words(clip: &Clip, experiment: &Experiment) -> Vec<String> {
    let known = clip.known_tokens();
    if known.iter().skip(1).all(|&known| known) {
        return Vec::new();
    }
    let tokenizer = Tokenizer::shared();
    let features =
        experiment.targets.iter().filter(|target| target.active).flat_map(|target| &target.features);
    let mut lines = Vec::new();
    for feature in features {
        let FeatureSource::Text(text) = &feature.source else { continue };
        let words = tokenizer.unknown_words(text, &known);
        if words.is_empty() {
            continue;
        }
        lines.push(if tokenizer.all_unknown(text, &known) {
            format!("the model knows no word of \"{text}\" and cannot draw it; `clipig model pull ViT-B/32` gets one that does")
        } else {
            format!("the model does not know {} in \"{text}\"", words.join(", "))
        });
    }
    lines
}

//! What configurations beside weights say of a model: `open_clip_config.json`, `config.json` of transformers,
//! and what transformers keeps of the images.
//!
//! A setting that clipig cannot follow is refused by its name: the picture would be another one.

mod images;
mod open_clip;
mod transformers;

use serde_json::Value as Json;

use crate::{
    architecture::{Architecture, Naming, Vision},
    error::ModelError,
    json::JsonFile,
    registry::{Activation, ResizeMode},
    source::Source,
};

/// What is said of a model, as far as it is said.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Stated {
    /// The files that say it.
    pub(crate) files: Vec<String>,
    pub(crate) vision_heads: Option<u32>,
    pub(crate) text_heads: Option<u32>,
    pub(crate) activation: Option<Activation>,
    pub(crate) mean: Option<[f32; 3]>,
    pub(crate) std: Option<[f32; 3]>,
    pub(crate) resize: Option<ResizeMode>,
}

/// Reads what lies beside the weights.
pub(crate) fn beside(source: &Source, architecture: &Architecture) -> Result<Stated, ModelError> {
    let find = |name: &str| JsonFile::find(&source.folder.join(name));
    // Repositories that hold a model in both forms have both configurations, which say the same.
    let (first, second) = match architecture.naming {
        Naming::OpenAi => ("open_clip_config.json", "config.json"),
        Naming::HuggingFace => ("config.json", "open_clip_config.json"),
    };
    let found = match find(first)? {
        Some(found) => Some(found),
        None => find(second)?,
    };
    let mut stated = Stated::default();
    if let Some(file) = found {
        let settings = Settings { file: &file, path: String::new(), value: &file.value };
        if file.value.get("model_cfg").is_some() || file.value.get("vision_cfg").is_some() {
            open_clip::read(&settings, architecture, &mut stated)?;
        } else {
            transformers::read(&settings, architecture, &mut stated)?;
        }
        stated.files.push(file.name());
    }
    if stated.mean.is_none() {
        for name in ["preprocessor_config.json", "processor_config.json"] {
            let Some(file) = find(name)? else { continue };
            let nested = file.value.get("image_processor").filter(|value| value.is_object());
            let value = nested.unwrap_or(&file.value);
            let settings = Settings { file: &file, path: String::new(), value };
            images::read(&settings, architecture, &mut stated)?;
            stated.files.push(file.name());
            break;
        }
    }
    Ok(stated)
}

/// An object of a configuration, with its place for messages.
struct Settings<'a> {
    file: &'a JsonFile,
    /// Such as `model_cfg.vision_cfg.`
    path: String,
    value: &'a Json,
}

impl<'a> Settings<'a> {
    fn error(&self, key: &str, why: impl std::fmt::Display) -> ModelError {
        ModelError::configuration(&self.file.path, format!("\"{}{key}\": {why}", self.path))
    }

    /// An object in it; `None` where there is none.
    fn inner(&self, key: &str) -> Result<Option<Self>, ModelError> {
        match self.value.get(key) {
            None | Some(Json::Null) => Ok(None),
            Some(value) if value.is_object() => {
                Ok(Some(Self { file: self.file, path: format!("{}{key}.", self.path), value }))
            }
            Some(other) => Err(self.error(key, format!("{other} is not a map of settings"))),
        }
    }

    /// A setting that is there and not null.
    fn get(&self, key: &str) -> Option<&'a Json> {
        self.value.get(key).filter(|value| !value.is_null())
    }

    /// A whole number greater than 0.
    fn number(&self, key: &str) -> Result<Option<u32>, ModelError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|&n| n > 0);
        number.map(Some).ok_or_else(|| self.error(key, format!("{value} is not a whole number from 1")))
    }

    fn colors(&self, key: &str) -> Result<Option<[f32; 3]>, ModelError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let numbers: Option<Vec<f32>> =
            value.as_array().and_then(|list| list.iter().map(|n| n.as_f64().map(|n| n as f32)).collect());
        let numbers: Option<[f32; 3]> = numbers.and_then(|numbers| numbers.try_into().ok());
        let numbers = numbers.filter(|numbers| numbers.iter().all(|number| number.is_finite()));
        numbers.map(Some).ok_or_else(|| self.error(key, format!("{value} is not a list of three numbers")))
    }

    /// Mean and standard deviation of colours.
    fn normalisation(&self, [mean, std]: [&str; 2], stated: &mut Stated) -> Result<(), ModelError> {
        stated.mean = self.colors(mean)?;
        stated.std = self.colors(std)?;
        if stated.std.is_some_and(|deviations| deviations.iter().any(|&deviation| deviation <= 0.0)) {
            return Err(self.error(std, "a standard deviation is greater than 0"));
        }
        Ok(())
    }

    /// Refuses a setting that has any other value than these.
    fn only(&self, key: &str, allowed: &[Json], why: &str) -> Result<(), ModelError> {
        match self.get(key) {
            Some(value) if !allowed.contains(value) => {
                Err(self.error(key, format!("{value} is not supported: {why}")))
            }
            _ => Ok(()),
        }
    }

    /// Compares a dimension with that of the tensors.
    fn fits(&self, key: &str, found: u32) -> Result<(), ModelError> {
        match self.number(key)? {
            Some(number) if number != found => Err(self.error(
                key,
                format!(
                    "{number}, and the weights beside it have {found}: it belongs to other weights. Put the weights \
                     into a folder of their own"
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Normalisation layers have the ε of `PyTorch` (and of CLIP).
    fn epsilon(&self, key: &str) -> Result<(), ModelError> {
        match self.get(key).map(Json::as_f64) {
            None => Ok(()),
            Some(Some(epsilon)) if (epsilon - 1e-5).abs() < 1e-12 => Ok(()),
            Some(_) => Err(self.error(key, "clipig's normalisation layers have 1e-5, as CLIP's")),
        }
    }
}

/// Layers of the image tower where it is a transformer.
fn transformer(architecture: &Architecture) -> Option<(u32, u32, u32)> {
    match architecture.vision {
        Vision::Transformer { width, layers, patch, .. } => Some((width, layers, patch)),
        Vision::ResNet { .. } => None,
    }
}

#[cfg(test)]
mod tests;

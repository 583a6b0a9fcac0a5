//! From a name to weights that can be loaded.

use std::path::PathBuf;

use crate::{
    embedded,
    error::ModelError,
    hash,
    info::ModelInfo,
    record::{Record, Stamp},
    registry::{self, ModelSpec, Origin},
    store::{Store, check_known},
};

/// Weights to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weights {
    /// Those of the [`embedded`] model.
    Embedded,
    /// A safetensors file.
    File(PathBuf),
}

/// A model that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The canonical name.
    pub name: String,
    /// SHA-256 of the weights: what a job and a picture record.
    pub sha256: String,
    /// Size of the weights in bytes.
    pub size: u64,
    /// What the weights do not say.
    pub spec: ModelSpec,
    /// The weights.
    pub weights: Weights,
}

impl Resolved {
    /// What the header of the weights says.
    ///
    /// # Errors
    /// Where the file cannot be read or is not a whole CLIP.
    pub fn info(&self) -> Result<ModelInfo, ModelError> {
        match &self.weights {
            Weights::Embedded => ModelInfo::of_embedded(),
            Weights::File(path) => ModelInfo::of_file(path),
        }
    }
}

impl Store {
    /// The weights and the specification of a model, for use.
    ///
    /// # Errors
    /// Where the model is unknown, not in the store, or its file was changed.
    pub fn resolve(&self, name: &str) -> Result<Resolved, ModelError> {
        self.resolve_checked(name, false)
    }

    /// As [`Store::resolve`], and reads the whole file to compare its hash, even where nothing suggests
    /// a change.
    ///
    /// # Errors
    /// As [`Store::resolve`].
    pub fn verify(&self, name: &str) -> Result<Resolved, ModelError> {
        self.resolve_checked(name, true)
    }

    fn resolve_checked(&self, name: &str, always: bool) -> Result<Resolved, ModelError> {
        let known = registry::find(name);
        if let Some(model) = known.filter(|model| model.origin == Origin::Embedded) {
            return Ok(Resolved {
                name: model.name.to_owned(),
                sha256: embedded::SHA256.to_owned(),
                size: embedded::SIZE,
                spec: model.spec,
                weights: Weights::Embedded,
            });
        }
        let canonical = known.map_or(name.trim(), |model| model.name);
        let file = self.weights_file(canonical);
        let record = Record::read(&self.record_file(canonical));
        let spec = known.map(|model| model.spec).or_else(|| record.as_ref().and_then(|record| record.spec));
        let Some(spec) = spec else { return Err(self.unknown(name)) };
        if !file.is_file() {
            return Err(ModelError::NotInStore { name: canonical.to_owned(), store: self.root().to_owned() });
        }
        let stamp = Stamp::of_file(&file)?;
        let (name, sha256) = match record {
            Some(record) if record.stamp == stamp && !always => (record.name, record.sha256),
            Some(record) => {
                let found = hash::sha256_of_file(&file)?;
                if found != record.sha256 {
                    let (name, expected) = (record.name, record.sha256);
                    return Err(ModelError::WrongHash { name, found, expected, recorded: true });
                }
                let (name, sha256) = (record.name.clone(), found);
                // Where the store is not ours to write, the hash is computed anew each time.
                let _ = Record { stamp, ..record }.write(&self.record_file(&name));
                (name, sha256)
            }
            // Someone put the file there by hand: this is its first use.
            None => {
                let Some(model) = known else { return Err(self.unknown(name)) };
                let expected = model.sha256.map(|pinned| (pinned.to_owned(), false));
                let sha256 = check_known(model, &file, expected)?;
                let _ = self.write_record(model.name, sha256.clone(), file.display().to_string());
                (model.name.to_owned(), sha256)
            }
        };
        Ok(Resolved { name, sha256, size: stamp.size, spec, weights: Weights::File(file) })
    }

    /// Facts about a model's weights, from their header.
    ///
    /// # Errors
    /// As [`Store::resolve`], and where the file is not a CLIP model.
    pub fn info(&self, name: &str) -> Result<ModelInfo, ModelError> {
        self.resolve(name)?.info()
    }
}

#[cfg(test)]
mod tests {
    use crate::store::Store;

    #[test]
    fn absent_and_unknown_models_say_what_to_do() {
        let store = Store::at("/nonexistent/clipig");
        let absent = store.resolve("vit-b-32").unwrap_err().to_string();
        assert!(absent.contains("clipig model pull ViT-B/32"), "{absent}");
        let unknown = store.resolve("VitB/23").unwrap_err().to_string();
        assert!(unknown.contains("did you mean"), "{unknown}");
    }
}

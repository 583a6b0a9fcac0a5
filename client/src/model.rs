//! The model of a run, found in the store.

use clipig_core::ModelReference;
use clipig_experiment::Experiment;
use clipig_models::{ModelError, Resolved, Store, embedded, registry};
use clipig_picture::RunModel;

use crate::failure::Failure;

/// A model whose weights are there.
pub struct Model {
    /// Its name, size and hash.
    pub resolved: Resolved,
    /// A line that says why this model was chosen; `None` if the user named it.
    pub explanation: Option<String>,
}

impl Model {
    /// The models of an experiment, at least one.
    ///
    /// # Errors
    /// Where one cannot be found, or is named twice.
    pub fn all_of(experiment: &Experiment) -> Result<Vec<Self>, Failure> {
        let mut models: Vec<Self> = Vec::new();
        for name in experiment.model_names() {
            let model = Self::find(name)?;
            if models.iter().any(|known| known.resolved.name == model.resolved.name) {
                return Err(Failure::usage(format!(
                    "`models` has the model `{}` twice, under different names; remove one of them",
                    model.resolved.name
                )));
            }
            models.push(model);
        }
        Ok(models)
    }

    /// The model as jobs and pictures name it.
    ///
    /// # Errors
    /// Where the record of its hash is damaged.
    pub fn reference(&self) -> Result<ModelReference, Failure> {
        let Resolved { name, sha256, spec, .. } = &self.resolved;
        let hash = sha256.parse().map_err(|error| Failure::failed(format!("{sha256}: {error}")))?;
        Ok(ModelReference { name: name.clone(), sha256: hash, settings: spec.settings() })
    }

    /// The model of that name; `None`: ViT-B/32 where it is in the store, else the embedded one. Without a folder for a
    /// store (no `HOME`) there is the embedded one.
    ///
    /// # Errors
    /// Where there is no such model, or its weights are not here.
    pub fn find(name: Option<&str>) -> Result<Self, Failure> {
        let store = match Store::of_user() {
            Err(error @ ModelError::NoFolder) => return Self::embedded(name).unwrap_or(Err(error.into())),
            store => store?,
        };
        let (name, explanation) = if let Some(name) = name {
            (name.to_owned(), None)
        } else {
            let default = store.default_model();
            (default.name.to_string(), default.explanation)
        };
        Ok(Self { resolved: store.resolve(&name)?, explanation })
    }

    /// The model as a picture records it beside its first one.
    pub fn recorded(&self) -> RunModel {
        let Resolved { name, sha256, spec, .. } = &self.resolved;
        RunModel { name: name.clone(), sha256: sha256.clone(), settings: spec.settings() }
    }

    /// The embedded model, which needs no store; `None` where another one is wanted.
    fn embedded(wanted: Option<&str>) -> Option<Result<Self, Failure>> {
        let is_embedded = |name| registry::find(name).is_some_and(|known| known.name == embedded::NAME);
        if !wanted.is_none_or(is_embedded) {
            return None;
        }
        let explanation = wanted.is_none().then(|| {
            format!(
                "using the small model inside clipig, {}: there is no folder with others, as neither CLIPIG_MODELS nor \
                 HOME is set",
                embedded::NAME
            )
        });
        // Nothing is read from this store.
        let resolved = Store::at("").resolve(embedded::NAME);
        Some(resolved.map(|resolved| Self { resolved, explanation }).map_err(Failure::from))
    }
}

//! The model of a run: found in the store, loaded onto a device.

use std::sync::Arc;

use clipig_engine::clip::Clip;
use clipig_engine::clip::weights::Weights as Tensors;
use clipig_models::{Resolved, Store, Weights};
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
        let store = Store::of_user()?;
        let (name, explanation) = if let Some(name) = name {
            (name.to_owned(), None)
        } else {
            let default = store.default_model();
            (default.name.to_string(), default.explanation)
        };
        Ok(Self { resolved: store.resolve(&name)?, explanation })
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
            .and_then(|tensors| Clip::new(&tensors, &self.resolved.spec.settings(), device, kind))
            .map(Arc::new)
            .map_err(|error| Failure::failed(format!("the model `{}`: {error}", self.resolved.name)))
    }
}

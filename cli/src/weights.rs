//! The weights of a model on a device.

use std::sync::Arc;

use clipig_client::failure::Failure;
use clipig_client::model::Model;
use clipig_engine::clip::Clip;
use clipig_engine::clip::weights::Weights as Tensors;
use clipig_models::{Weights, embedded};
use tch::{Device, Kind};

/// Loads a model onto a device.
pub(crate) fn load(model: &Model, device: Device, kind: Kind) -> Result<Arc<Clip>, Failure> {
    let file;
    let bytes = match &model.resolved.weights {
        Weights::Embedded => embedded::BYTES,
        Weights::File(path) => {
            file = std::fs::read(path)
                .map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))?;
            file.as_slice()
        }
    };
    Tensors::parse(bytes)
        .and_then(|tensors| Clip::new(&tensors, &model.resolved.spec.settings(), device, kind))
        .map(Arc::new)
        .map_err(|error| Failure::failed(format!("the model `{}`: {error}", model.resolved.name)))
}

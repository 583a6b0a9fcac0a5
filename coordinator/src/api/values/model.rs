//! CLIP models.

use clipig_proto::v1;
use serde::Serialize;
use utoipa::ToSchema;

/// A CLIP model, and whether the farm has it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct FarmModel {
    /// Its name in experiments.
    name: String,
    /// What it is, in a line; empty for imported ones.
    about: String,
    /// Does the coordinator have the weights? Where it does not, a job can use the model only if its client brings them,
    /// as `clipig submit` does.
    is_here: bool,
    /// Is it used where an experiment names none?
    is_default: bool,
    /// Bytes of the weights, where known.
    size: Option<u64>,
    /// Licence of the weights; empty where nobody knows.
    licence: String,
}

/// Models: those that clipig knows, then those that were imported on the coordinator's machine, by name.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ModelList {
    /// The models.
    pub(crate) models: Vec<FarmModel>,
}

impl From<v1::Model> for FarmModel {
    fn from(model: v1::Model) -> Self {
        let v1::Model { name, about, is_here, is_default, size, licence } = model;
        Self { name, about, is_here, is_default, size: Some(size).filter(|&size| size > 0), licence }
    }
}

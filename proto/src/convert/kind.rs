//! Devices, models, number types.

use clipig_core::{DeviceClass, ModelReference, NumberType, WorkerKind};

use super::checks::limited;
use super::ids::{sha256, wire_sha256};
use crate::limits::NAME_BYTES;
use crate::v1;
use crate::wire_error::{FieldProblem, WireError, field};

impl From<NumberType> for v1::NumberType {
    fn from(number: NumberType) -> Self {
        match number {
            NumberType::Float32 => Self::Float32,
            NumberType::Bfloat16 => Self::Bfloat16,
            NumberType::Float16 => Self::Float16,
        }
    }
}

/// A number type from a peer.
pub(super) fn number_type(value: i32) -> Result<NumberType, WireError> {
    match v1::NumberType::try_from(value) {
        Ok(v1::NumberType::Float32) => Ok(NumberType::Float32),
        Ok(v1::NumberType::Bfloat16) => Ok(NumberType::Bfloat16),
        Ok(v1::NumberType::Float16) => Ok(NumberType::Float16),
        Ok(v1::NumberType::Unspecified) | Err(_) => {
            Err(field("number_type", FieldProblem::UnknownValue(value)))
        }
    }
}

impl From<DeviceClass> for v1::DeviceClass {
    fn from(class: DeviceClass) -> Self {
        match class {
            DeviceClass::Cpu => Self::Cpu,
            DeviceClass::Cuda => Self::Cuda,
        }
    }
}

impl From<WorkerKind> for v1::WorkerKind {
    fn from(kind: WorkerKind) -> Self {
        let WorkerKind { class, model, libtorch, capability } = kind;
        Self { class: v1::DeviceClass::from(class).into(), model, libtorch, capability }
    }
}

impl TryFrom<v1::WorkerKind> for WorkerKind {
    type Error = WireError;

    fn try_from(kind: v1::WorkerKind) -> Result<Self, WireError> {
        let class = match kind.class() {
            v1::DeviceClass::Cpu => DeviceClass::Cpu,
            v1::DeviceClass::Cuda => DeviceClass::Cuda,
            v1::DeviceClass::Unspecified => {
                return Err(field("class", FieldProblem::UnknownValue(kind.class)));
            }
        };
        Ok(Self {
            class,
            model: limited(kind.model, NAME_BYTES, "model")?,
            libtorch: limited(kind.libtorch, NAME_BYTES, "libtorch")?,
            capability: limited(kind.capability, NAME_BYTES, "capability")?,
        })
    }
}

impl From<ModelReference> for v1::ModelReference {
    fn from(model: ModelReference) -> Self {
        Self { name: model.name, sha256: wire_sha256(model.sha256), quick_gelu: model.quick_gelu }
    }
}

impl TryFrom<v1::ModelReference> for ModelReference {
    type Error = WireError;

    fn try_from(model: v1::ModelReference) -> Result<Self, WireError> {
        let name = limited(model.name, NAME_BYTES, "model.name")?;
        Ok(Self { name, sha256: sha256(&model.sha256, "model.sha256")?, quick_gelu: model.quick_gelu })
    }
}

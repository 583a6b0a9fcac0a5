//! Devices, models, number types.

use clipig_core::{
    Activation, DeviceClass, ModelReference, ModelSettings, NumberType, ResizeMode, WorkerKind,
};

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
        Self {
            name: model.name,
            sha256: wire_sha256(model.sha256),
            quick_gelu: model.settings.activation == Activation::QuickGelu,
            settings: Some(model.settings.into()),
        }
    }
}

impl TryFrom<v1::ModelReference> for ModelReference {
    type Error = WireError;

    fn try_from(model: v1::ModelReference) -> Result<Self, WireError> {
        let name = limited(model.name, NAME_BYTES, "model.name")?;
        let sha256 = sha256(&model.sha256, "model.sha256")?;
        Ok(Self { name, sha256, settings: model_settings(model.quick_gelu, model.settings)? })
    }
}

impl From<ModelSettings> for v1::ModelSettings {
    fn from(settings: ModelSettings) -> Self {
        Self {
            vision_heads: settings.vision_heads.unwrap_or(0),
            text_heads: settings.text_heads.unwrap_or(0),
            mean: settings.mean.to_vec(),
            std: settings.std.to_vec(),
            context: settings.context.unwrap_or(0),
            squash: settings.resize == ResizeMode::Squash,
        }
    }
}

/// More heads, and more tokens, than any model has.
const MOST: u32 = 1 << 16;

/// How a model is to be read, as a peer says it. Older ones say only whether it is `QuickGELU`.
///
/// # Errors
/// When a number is out of its range.
pub fn model_settings(
    quick_gelu: bool,
    settings: Option<v1::ModelSettings>,
) -> Result<ModelSettings, WireError> {
    let activation = if quick_gelu { Activation::QuickGelu } else { Activation::Gelu };
    let known = ModelSettings::of_activation(activation);
    let Some(v1::ModelSettings { vision_heads, text_heads, mean, std, context, squash }) = settings else {
        return Ok(known);
    };
    let number = |number: u32, name| match number {
        0 => Ok(None),
        1..=MOST => Ok(Some(number)),
        found => Err(field(name, FieldProblem::Range { least: 0, most: MOST.into(), found: found.into() })),
    };
    let colors = |numbers: Vec<f32>, usual: [f32; 3], fits: fn(f32) -> bool, name| {
        if numbers.is_empty() {
            return Ok(usual);
        }
        let colors: [f32; 3] = numbers.try_into().map_err(|numbers: Vec<f32>| {
            field(name, FieldProblem::Length { expected: 3, found: numbers.len() })
        })?;
        if !colors.iter().all(|number| number.is_finite()) {
            return Err(field(name, FieldProblem::NotFinite));
        }
        if !colors.into_iter().all(fits) {
            return Err(field(name, FieldProblem::Invalid("a deviation is greater than 0".to_owned())));
        }
        Ok(colors)
    };
    Ok(ModelSettings {
        vision_heads: number(vision_heads, "settings.vision_heads")?,
        text_heads: number(text_heads, "settings.text_heads")?,
        activation,
        mean: colors(mean, known.mean, |_| true, "settings.mean")?,
        std: colors(std, known.std, |std| std > 0.0, "settings.std")?,
        context: number(context, "settings.context")?,
        resize: if squash { ResizeMode::Squash } else { ResizeMode::Shortest },
    })
}

#[cfg(test)]
mod tests {
    use clipig_core::{Activation, ModelReference, ModelSettings, Sha256};

    use crate::v1;

    #[test]
    fn a_reference_of_an_older_version_is_read() {
        let sha256: Vec<u8> = vec![7; 32];
        let old = |quick_gelu| v1::ModelReference {
            name: "mine".to_owned(),
            sha256: sha256.clone().into(),
            quick_gelu,
            settings: None,
        };
        let read = ModelReference::try_from(old(false)).unwrap();
        assert_eq!(read.settings, ModelSettings::of_activation(Activation::Gelu));
        assert_eq!((read.settings.vision_heads, read.settings.context), (None, None));
        assert_eq!(read.sha256, Sha256([7; 32]));
        assert_eq!(ModelReference::try_from(old(true)).unwrap().settings, ModelSettings::default());
        // A newer version with nothing in it means the same.
        let empty = v1::ModelReference { settings: Some(v1::ModelSettings::default()), ..old(true) };
        assert_eq!(ModelReference::try_from(empty).unwrap().settings, ModelSettings::default());
    }
}

//! Weights from safetensors, in `OpenAI`'s naming (which `open_clip` shares) or Hugging Face's.
//!
//! The naming is told by a key. Hugging Face's tensors are brought into `OpenAI`'s form on the way: query, key
//! and value are stacked, projections transposed. So the towers know one naming only.

use std::borrow::Cow;

use safetensors::{Dtype, SafeTensors};
use tch::{Device, Kind, Tensor};

/// Why weights could not be read.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file is not in the safetensors format, or torn.
    #[error("this is not a complete safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A tensor is missing.
    #[error("the weights have no tensor `{0}`; they are not a CLIP in OpenAI's or Hugging Face's naming")]
    Missing(String),
    /// A tensor has another shape.
    #[error("tensor `{name}` has the shape {found:?}, not {expected}")]
    Shape {
        /// Name in `OpenAI`'s naming.
        name: String,
        /// What fits the other tensors.
        expected: String,
        /// What the file holds.
        found: Vec<i64>,
    },
    /// A tensor has a number type that weights do not have.
    #[error("tensor `{name}` holds {found}; weights are F32, F16, BF16 or F64")]
    Type {
        /// Name in `OpenAI`'s naming.
        name: String,
        /// The type in the file.
        found: String,
    },
    /// The number of attention heads does not divide the width.
    #[error("a width of {width} cannot be divided among {heads} attention heads")]
    Heads {
        /// Width of the transformer.
        width: i64,
        /// Heads.
        heads: i64,
    },
}

impl WeightsError {
    pub(super) fn shape(name: &str, expected: &str, found: &[i64]) -> Self {
        Self::Shape { name: name.to_owned(), expected: expected.to_owned(), found: found.to_vec() }
    }
}

/// Which names a file uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// `visual.*`, `transformer.*`: `OpenAI` and `open_clip`.
    OpenAi,
    /// `vision_model.*`, `text_model.*`: Hugging Face transformers.
    HuggingFace,
}

/// The bytes of a safetensors file, parsed.
pub struct Weights<'a> {
    tensors: SafeTensors<'a>,
    naming: Naming,
}

impl<'a> Weights<'a> {
    /// Parses the header; tensors are read when they are asked for.
    ///
    /// # Errors
    /// When the bytes are not a safetensors file.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let tensors = SafeTensors::deserialize(bytes)?;
        let hugging_face = tensors.names().iter().any(|name| name.starts_with("vision_model."));
        let naming = if hugging_face { Naming::HuggingFace } else { Naming::OpenAi };
        Ok(Self { tensors, naming })
    }

    /// The naming of the file.
    pub fn naming(&self) -> Naming {
        self.naming
    }

    /// Is there a tensor of this name (in `OpenAI`'s naming)?
    pub fn contains(&self, name: &str) -> bool {
        self.parts(name).iter().all(|part| self.tensors.tensor(part).is_ok())
    }

    pub(super) fn loader(&'a self, device: Device, kind: Kind) -> Loader<'a> {
        Loader { weights: self, device, kind }
    }

    /// The names of the file's tensors that make up one of `OpenAI`'s.
    fn parts(&self, name: &str) -> Vec<Cow<'static, str>> {
        match self.naming {
            Naming::OpenAi => vec![Cow::Owned(name.to_owned())],
            Naming::HuggingFace => hugging_face_names(name),
        }
    }

    /// Reads a tensor as float32 on the CPU.
    fn read(&self, name: &str) -> Result<Tensor, WeightsError> {
        let parts =
            self.parts(name).iter().map(|part| self.read_part(name, part)).collect::<Result<Vec<_>, _>>()?;
        let tensor = Tensor::cat(&parts, 0);
        let transposed = matches!(name, "visual.proj" | "text_projection");
        Ok(if self.naming == Naming::HuggingFace && transposed { tensor.tr().contiguous() } else { tensor })
    }

    fn read_part(&self, name: &str, part: &str) -> Result<Tensor, WeightsError> {
        let view = self.tensors.tensor(part).map_err(|_| WeightsError::Missing(part.to_owned()))?;
        let kind = match view.dtype() {
            Dtype::F32 => Kind::Float,
            Dtype::F16 => Kind::Half,
            Dtype::BF16 => Kind::BFloat16,
            Dtype::F64 => Kind::Double,
            other => {
                return Err(WeightsError::Type { name: name.to_owned(), found: format!("{other:?}") });
            }
        };
        let shape: Vec<i64> = view.shape().iter().map(|&side| side as i64).collect();
        Ok(Tensor::from_data_size(view.data(), &shape, kind).to_kind(Kind::Float))
    }

    fn shape(&self, name: &str) -> Result<Vec<i64>, WeightsError> {
        // Only tensors of one part are asked for their shape.
        let part = self.parts(name).swap_remove(0);
        let view = self.tensors.tensor(&part).map_err(|_| WeightsError::Missing(part.into_owned()))?;
        let mut shape: Vec<i64> = view.shape().iter().map(|&side| side as i64).collect();
        if self.naming == Naming::HuggingFace && matches!(name, "visual.proj" | "text_projection") {
            shape.reverse();
        }
        Ok(shape)
    }
}

/// Hugging Face's names for one of `OpenAI`'s tensors, in the order in which they are stacked.
fn hugging_face_names(name: &str) -> Vec<Cow<'static, str>> {
    let fixed = match name {
        "visual.class_embedding" => "vision_model.embeddings.class_embedding",
        "visual.conv1.weight" => "vision_model.embeddings.patch_embedding.weight",
        "visual.positional_embedding" => "vision_model.embeddings.position_embedding.weight",
        "visual.proj" => "visual_projection.weight",
        "token_embedding.weight" => "text_model.embeddings.token_embedding.weight",
        "positional_embedding" => "text_model.embeddings.position_embedding.weight",
        "text_projection" => "text_projection.weight",
        _ => "",
    };
    if !fixed.is_empty() {
        return vec![Cow::Borrowed(fixed)];
    }
    let renamed = name
        .replace("visual.ln_pre", "vision_model.pre_layrnorm")
        .replace("visual.ln_post", "vision_model.post_layernorm")
        .replace("ln_final", "text_model.final_layer_norm")
        .replace("visual.transformer.resblocks", "vision_model.encoder.layers")
        .replace("transformer.resblocks", "text_model.encoder.layers")
        .replace("attn.out_proj", "self_attn.out_proj")
        .replace(".ln_1.", ".layer_norm1.")
        .replace(".ln_2.", ".layer_norm2.")
        .replace("mlp.c_fc", "mlp.fc1")
        .replace("mlp.c_proj", "mlp.fc2");
    for (stacked, kind) in [("attn.in_proj_weight", "weight"), ("attn.in_proj_bias", "bias")] {
        if let Some(layer) = renamed.strip_suffix(stacked) {
            return ["q_proj", "k_proj", "v_proj"]
                .iter()
                .map(|part| Cow::Owned(format!("{layer}self_attn.{part}.{kind}")))
                .collect();
        }
    }
    vec![Cow::Owned(renamed)]
}

/// Reads tensors for a device in a number type.
pub(super) struct Loader<'a> {
    weights: &'a Weights<'a>,
    device: Device,
    kind: Kind,
}

impl Loader<'_> {
    pub(super) fn contains(&self, name: &str) -> bool {
        self.weights.contains(name)
    }

    /// The shape of a tensor.
    pub(super) fn shape(&self, name: &str) -> Result<Vec<i64>, WeightsError> {
        self.weights.shape(name)
    }

    /// A tensor of this shape, on the device, in the loader's number type.
    pub(super) fn get(&self, name: &str, shape: &[i64]) -> Result<Tensor, WeightsError> {
        Ok(self.place(&self.get_float(name, shape)?))
    }

    /// A tensor of this shape as float32 on the CPU, for folding.
    pub(super) fn get_float(&self, name: &str, shape: &[i64]) -> Result<Tensor, WeightsError> {
        let tensor = self.weights.read(name)?;
        if tensor.size() != shape {
            return Err(WeightsError::shape(name, &format!("{shape:?}"), &tensor.size()));
        }
        Ok(tensor)
    }

    /// Brings a float32 tensor to the device.
    pub(super) fn place(&self, tensor: &Tensor) -> Tensor {
        tensor.to_kind(self.kind).to_device(self.device).set_requires_grad(false)
    }
}

#[cfg(test)]
mod tests {
    use super::hugging_face_names;

    #[test]
    fn names_of_hugging_face() {
        assert_eq!(
            hugging_face_names("visual.transformer.resblocks.3.attn.in_proj_bias"),
            ["q", "k", "v"].map(|p| format!("vision_model.encoder.layers.3.self_attn.{p}_proj.bias"))
        );
        assert_eq!(
            hugging_face_names("transformer.resblocks.0.mlp.c_fc.weight"),
            ["text_model.encoder.layers.0.mlp.fc1.weight"]
        );
        assert_eq!(hugging_face_names("ln_final.bias"), ["text_model.final_layer_norm.bias"]);
        assert_eq!(hugging_face_names("visual.ln_pre.weight"), ["vision_model.pre_layrnorm.weight"]);
    }
}

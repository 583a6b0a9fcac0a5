//! Weights from safetensors, in `OpenAI`'s naming (which `open_clip` shares) or Hugging Face's.
//!
//! [`ModelInfo`] tells the naming and has seen every tensor. Hugging Face's tensors are brought into `OpenAI`'s form on the way: query, key
//! and value are stacked, projections transposed. So the towers know one naming only.

use clipig_models::{Architecture, ModelError, ModelInfo, Naming, hugging_face_names, is_transposed};
use safetensors::{Dtype, SafeTensors};
use tch::{Device, Kind, Tensor};

/// Why weights could not be read.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file is not in the safetensors format, or torn.
    #[error("this is not a complete safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// The tensors are not those of a whole CLIP, in `OpenAI`'s or Hugging Face's naming.
    #[error("the weights are not a CLIP that clipig can compute with: {0}")]
    NotClip(String),
    /// A tensor is missing.
    #[error("the weights have no tensor `{0}`")]
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

/// The bytes of a safetensors file, parsed.
pub struct Weights<'a> {
    tensors: SafeTensors<'a>,
    architecture: Architecture,
}

impl<'a> Weights<'a> {
    /// Parses the header and checks that every tensor of every block is there in its shape; tensors are read when they
    /// are asked for.
    ///
    /// # Errors
    /// When the bytes are not a safetensors file, or not a whole CLIP.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let tensors = SafeTensors::deserialize(bytes)?;
        let info = ModelInfo::of_bytes(bytes).map_err(|error| match error {
            ModelError::NotClip { why, .. } | ModelError::NotSafetensors { why, .. } => {
                WeightsError::NotClip(why)
            }
            other => WeightsError::NotClip(other.to_string()),
        })?;
        Ok(Self { tensors, architecture: info.architecture })
    }

    /// The shape of the model.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Is there a tensor of this name (in `OpenAI`'s naming)?
    pub fn contains(&self, name: &str) -> bool {
        self.parts(name).iter().all(|part| self.tensors.tensor(part).is_ok())
    }

    pub(super) fn loader(&'a self, device: Device, kind: Kind) -> Loader<'a> {
        Loader { weights: self, device, kind }
    }

    /// The names of the file's tensors that make up one of `OpenAI`'s.
    fn parts(&self, name: &str) -> Vec<String> {
        match self.architecture.naming {
            Naming::OpenAi => vec![name.to_owned()],
            Naming::HuggingFace => hugging_face_names(name),
        }
    }

    /// Reads a tensor as float32 on the CPU.
    fn read(&self, name: &str) -> Result<Tensor, WeightsError> {
        let parts =
            self.parts(name).iter().map(|part| self.read_part(name, part)).collect::<Result<Vec<_>, _>>()?;
        let tensor = Tensor::cat(&parts, 0);
        Ok(if self.is_transposed(name) { tensor.tr().contiguous() } else { tensor })
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
        let view = self.tensors.tensor(&part).map_err(|_| WeightsError::Missing(part))?;
        let mut shape: Vec<i64> = view.shape().iter().map(|&side| side as i64).collect();
        if self.is_transposed(name) {
            shape.reverse();
        }
        Ok(shape)
    }

    fn is_transposed(&self, name: &str) -> bool {
        self.architecture.naming == Naming::HuggingFace && is_transposed(name)
    }
}

/// The heads of a tower `width` wide; where nobody says how many, they are 64 wide, as in OpenAI's models.
pub(super) fn heads(heads: Option<u32>, width: i64) -> Result<i64, WeightsError> {
    let heads = heads.map_or((width / 64).max(1), i64::from);
    if heads == 0 || width % heads != 0 {
        return Err(WeightsError::Heads { width, heads });
    }
    Ok(heads)
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

    /// The shape of the model.
    pub(super) fn architecture(&self) -> &Architecture {
        &self.weights.architecture
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

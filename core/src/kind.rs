//! The kind of a device: what of it changes the bits of a tensor operation.

use std::fmt;
use std::str::FromStr;

/// CPU or GPU: what shards are cut for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceClass {
    /// A processor.
    Cpu,
    /// A GPU of NVIDIA's.
    Cuda,
}

impl fmt::Display for DeviceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        })
    }
}

/// The number type in which CLIP computes. Gradients and canvas are float32 always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberType {
    /// 32 bits.
    #[default]
    Float32,
    /// 16 bits with the range of 32.
    Bfloat16,
    /// 16 bits.
    Float16,
}

impl NumberType {
    /// Bytes of a number.
    pub fn bytes(self) -> u64 {
        match self {
            Self::Float32 => 4,
            Self::Bfloat16 | Self::Float16 => 2,
        }
    }
}

/// A text that names no number type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number type; `float32`, `bfloat16` and `float16` are")]
pub struct NumberTypeError(String);

impl FromStr for NumberType {
    type Err = NumberTypeError;

    fn from_str(text: &str) -> Result<Self, NumberTypeError> {
        match text {
            "float32" => Ok(Self::Float32),
            "bfloat16" => Ok(Self::Bfloat16),
            "float16" => Ok(Self::Float16),
            _ => Err(NumberTypeError(text.to_owned())),
        }
    }
}

impl fmt::Display for NumberType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Float32 => "float32",
            Self::Bfloat16 => "bfloat16",
            Self::Float16 => "float16",
        })
    }
}

/// Everything about a worker's device that changes bits and does not depend on the job. Number type and
/// threads within an operation are the job's part.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerKind {
    /// CPU or GPU.
    pub class: DeviceClass,
    /// Model of the processor or GPU.
    pub model: String,
    /// Version of libtorch.
    pub libtorch: String,
    /// Instruction set or compute capability that kernels are chosen by.
    pub capability: String,
}

impl WorkerKind {
    /// The kind of a whole computation as pictures record it: device, number type, threads within an operation.
    pub fn recorded(&self, number: NumberType, threads: u32) -> String {
        let Self { class, model, libtorch, capability } = self;
        let mut parts = vec![model.clone(), format!("libtorch {libtorch}"), number.to_string()];
        if !capability.is_empty() {
            parts.push(capability.clone());
        }
        if *class == DeviceClass::Cpu {
            parts.push(if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") });
        }
        parts.join(", ")
    }
}

impl fmt::Display for WorkerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, libtorch, capability, .. } = self;
        write!(f, "{model}, libtorch {libtorch}")?;
        if capability.is_empty() { Ok(()) } else { write!(f, ", {capability}") }
    }
}

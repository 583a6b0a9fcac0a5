//! What must be known of a CLIP model and cannot be seen in its tensors.

use serde::{Deserialize, Serialize};

/// The non-linearity inside the transformers' blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `x · sigmoid(1.702 x)`, as in OpenAI's models.
    QuickGelu,
    /// The exact GELU, `x · Φ(x)`.
    Gelu,
}

impl std::str::FromStr for Activation {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name.to_ascii_lowercase().as_str() {
            "quick_gelu" | "quickgelu" => Ok(Self::QuickGelu),
            "gelu" => Ok(Self::Gelu),
            _ => Err(format!("unknown activation \"{name}\": quick_gelu or gelu")),
        }
    }
}

impl std::fmt::Display for Activation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::QuickGelu => "QuickGELU",
            Self::Gelu => "GELU",
        })
    }
}

/// How an image that is not square becomes the model's window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResizeMode {
    /// The shorter side fits the window, the middle is cropped.
    #[default]
    Shortest,
    /// Both sides fit: the image is distorted, nothing is cropped.
    Squash,
}

impl std::fmt::Display for ResizeMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Shortest => "the middle is cropped",
            Self::Squash => "squashed to a square",
        })
    }
}

/// Mean per channel (red, green, blue) of CLIP's training images (`OPENAI_DATASET_MEAN` in `open_clip`).
pub const CLIP_MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
/// Their standard deviation (`OPENAI_DATASET_STD`).
#[expect(clippy::excessive_precision, reason = "the digits as published")]
pub const CLIP_STD: [f32; 3] = [0.268_629_54, 0.261_302_58, 0.275_777_11];

/// How a model's tensors are to be read. It belongs to a job and is recorded with its picture: other
/// settings make another picture of the same weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ModelSettings {
    /// Attention heads of the image tower (of the attention pooling in RN models). `None`, as records of
    /// older versions have it: as the registry says for known models, else width / 64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vision_heads: Option<u32>,
    /// Attention heads of the text tower; `None` as for the image tower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_heads: Option<u32>,
    /// Non-linearity of both towers.
    pub activation: Activation,
    /// Mean per channel (red, green, blue) that is subtracted from pixels in 0…1.
    pub mean: [f32; 3],
    /// Deviation per channel by which they are divided then; greater than 0.
    pub std: [f32; 3],
    /// Most tokens of a text, beginning and end included; `None`: as many as the model has positions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
    /// How images become windows.
    #[serde(default)]
    pub resize: ResizeMode,
}

impl ModelSettings {
    /// What older versions of clipig knew of a model: its activation.
    pub const fn of_activation(activation: Activation) -> Self {
        Self {
            vision_heads: None,
            text_heads: None,
            activation,
            mean: CLIP_MEAN,
            std: CLIP_STD,
            context: None,
            resize: ResizeMode::Shortest,
        }
    }
}

impl Default for ModelSettings {
    /// OpenAI's models.
    fn default() -> Self {
        Self::of_activation(Activation::QuickGelu)
    }
}

impl std::fmt::Display for ModelSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let heads = |heads: Option<u32>| heads.map_or_else(|| "usual".to_owned(), |heads| heads.to_string());
        let (vision, text) = (heads(self.vision_heads), heads(self.text_heads));
        write!(
            f,
            "heads {vision} and {text}, {}, mean {:?}, std {:?}",
            self.activation, self.mean, self.std
        )?;
        if let Some(context) = self.context {
            write!(f, ", {context} tokens")?;
        }
        if self.resize != ResizeMode::Shortest {
            write!(f, ", images {}", self.resize)?;
        }
        Ok(())
    }
}

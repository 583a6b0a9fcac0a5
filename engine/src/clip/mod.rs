//! CLIP: an image tower, a text tower, and the space in which both meet.
//!
//! The modules mirror the checkpoint: `vision_transformer` and `resnet` are `visual.*`, `text` is the
//! rest, `transformer` the residual blocks that both transformers share. [`weights`] reads safetensors in
//! both namings that are in use, [`tokenizer`] turns words into ids, [`preprocess`] images into windows.
//!
//! The model is frozen: no weight ever requires a gradient, so a backward pass computes input gradients
//! only.

mod pillow;
pub mod preprocess;
mod resnet;
mod text;
pub mod tokenizer;
mod transformer;
mod vision_transformer;
pub mod weights;

use clipig_models::registry::{CLIP_MEAN, CLIP_STD};
use clipig_models::{Activation, ModelSpec};
use tch::{Device, Kind, Tensor};

use self::resnet::ModifiedResNet;
use self::text::TextTransformer;
use self::vision_transformer::VisionTransformer;
use self::weights::{Weights, WeightsError};
use crate::read_back::ReadBackError;

/// What the tensors of a checkpoint do not tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// Heads of the image tower's attention; `None`: width / 64, as in every published CLIP.
    pub vision_heads: Option<i64>,
    /// Heads of the text tower's attention; `None`: width / 64.
    pub text_heads: Option<i64>,
    /// The activation of the transformers' feed-forward layers.
    pub activation: Activation,
    /// Mean per colour by which windows are normalised.
    pub mean: [f32; 3],
    /// Standard deviation per colour by which windows are normalised.
    pub std: [f32; 3],
}

impl Default for Architecture {
    /// OpenAI's models.
    fn default() -> Self {
        Self {
            vision_heads: None,
            text_heads: None,
            activation: Activation::QuickGelu,
            mean: CLIP_MEAN,
            std: CLIP_STD,
        }
    }
}

impl From<&ModelSpec> for Architecture {
    fn from(spec: &ModelSpec) -> Self {
        Self {
            vision_heads: Some(i64::from(spec.vision_heads)),
            text_heads: Some(i64::from(spec.text_heads)),
            activation: spec.activation,
            mean: spec.mean,
            std: spec.std,
        }
    }
}

enum ImageTower {
    Transformer(VisionTransformer),
    ResNet(ModifiedResNet),
}

/// A CLIP model on a device.
pub struct Clip {
    image: ImageTower,
    text: TextTransformer,
    mean: Tensor,
    std: Tensor,
    window: i64,
    embedding: i64,
    device: Device,
    kind: Kind,
}

// SAFETY: a tensor of libtorch may be read by many threads at once: its reference count is atomic, and
// operations that only read their inputs do not touch their metadata. After `new` nothing writes to the
// weights: no method takes `&mut self`, none calls an in-place operation on a field, and no field requires a
// gradient, so a backward pass accumulates nothing into them. Sharing one model among the threads of a worker
// is what keeps its memory independent of their number.
#[allow(unsafe_code)]
unsafe impl Sync for Clip {}

impl Clip {
    /// Builds a model from its weights, in the number type `kind` (float32 on CPUs).
    ///
    /// # Errors
    /// When a tensor is missing or has a shape that does not fit the others.
    pub fn new(
        weights: &Weights,
        architecture: &Architecture,
        device: Device,
        kind: Kind,
    ) -> Result<Self, WeightsError> {
        let _guard = tch::no_grad_guard();
        let loader = weights.loader(device, kind);
        let (image, window, embedding) = if weights.contains("visual.layer1.0.conv1.weight") {
            let tower = ModifiedResNet::load(&loader, architecture)?;
            let (window, embedding) = (tower.window(), tower.embedding());
            (ImageTower::ResNet(tower), window, embedding)
        } else {
            let tower = VisionTransformer::load(&loader, architecture)?;
            let (window, embedding) = (tower.window(), tower.embedding());
            (ImageTower::Transformer(tower), window, embedding)
        };
        let text = TextTransformer::load(&loader, architecture)?;
        let colors = |values: [f32; 3]| Tensor::from_slice(&values).view([1, 3, 1, 1]).to_device(device);
        Ok(Self {
            image,
            text,
            mean: colors(architecture.mean),
            std: colors(architecture.std),
            window,
            embedding,
            device,
            kind,
        })
    }

    /// Width and height of the window in pixels.
    pub fn window(&self) -> i64 {
        self.window
    }

    /// Length of a feature.
    pub fn embedding(&self) -> i64 {
        self.embedding
    }

    /// Longest text in tokens, start and end included.
    pub fn context(&self) -> usize {
        self.text.context()
    }

    /// Number of rows of the token table.
    pub fn vocabulary(&self) -> usize {
        self.text.vocabulary()
    }

    /// The device that holds the weights.
    pub fn device(&self) -> Device {
        self.device
    }

    /// Normalises windows `[n, 3, S, S]` in [0, 1] by the model's constants.
    pub fn normalize(&self, windows: &Tensor) -> Tensor {
        (windows - &self.mean) / &self.std
    }

    /// Features `[n, embedding]` of normalised windows `[n, 3, S, S]`, float32, not of unit length.
    pub fn encode_image(&self, normalized: &Tensor) -> Tensor {
        let pixels = normalized.to_kind(self.kind);
        match &self.image {
            ImageTower::Transformer(tower) => tower.forward(&pixels),
            ImageTower::ResNet(tower) => tower.forward(&pixels),
        }
        .to_kind(Kind::Float)
    }

    /// Features `[n, embedding]` of token ids `[n, context]` (int64), float32, not of unit length.
    pub fn encode_text(&self, tokens: &Tensor) -> Tensor {
        self.text.forward(&tokens.to_device(self.device)).to_kind(Kind::Float)
    }

    /// For every token id: was it ever seen in training? A model that ships only a part of the vocabulary
    /// has zeros for the rest.
    ///
    /// # Errors
    /// When the device fails.
    pub fn known_tokens(&self) -> Result<Vec<bool>, ReadBackError> {
        self.text.known_tokens()
    }
}

/// Scales the rows of `features` to unit length.
pub fn unit_length(features: &Tensor) -> Tensor {
    features / features.norm_scalaropt_dim(2.0, [-1_i64], true)
}

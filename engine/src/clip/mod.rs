//! CLIP: an image tower, a text tower, and the space in which both meet.
//!
//! The modules mirror the checkpoint: `vision_transformer` and `resnet` are `visual.*`, `text` is the
//! rest, `transformer` the residual blocks that both transformers share. [`weights`] reads safetensors in
//! both namings that are in use, [`preprocess`] turns images into windows. Words become ids in [`clipig_tokenizer`].
//!
//! The model is frozen: no weight ever requires a gradient, so a backward pass computes input gradients
//! only.

pub(crate) mod pillow;
pub mod preprocess;
mod resnet;
mod text;
mod transformer;
mod vision_transformer;
pub mod weights;

use clipig_core::{ModelSettings, ResizeMode};
use clipig_models::Vision;
use tch::{Device, Kind, Tensor};

use self::resnet::ModifiedResNet;
use self::text::TextTransformer;
use self::vision_transformer::VisionTransformer;
use self::weights::{Weights, WeightsError};
use crate::read_back::ReadBackError;

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
    resize: ResizeMode,
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
    /// Builds a model from its weights, in the number type `kind` (float32 on CPUs). `settings` say what tensors do
    /// not.
    ///
    /// # Errors
    /// When heads do not divide their width, or a number type is none of weights.
    pub fn new(
        weights: &Weights,
        settings: &ModelSettings,
        device: Device,
        kind: Kind,
    ) -> Result<Self, WeightsError> {
        let _guard = tch::no_grad_guard();
        let loader = weights.loader(device, kind);
        let is_resnet = matches!(weights.architecture().vision, Vision::ResNet { .. });
        let (image, window, embedding) = if is_resnet {
            let tower = ModifiedResNet::load(&loader, settings)?;
            let (window, embedding) = (tower.window(), tower.embedding());
            (ImageTower::ResNet(tower), window, embedding)
        } else {
            let tower = VisionTransformer::load(&loader, settings)?;
            let (window, embedding) = (tower.window(), tower.embedding());
            (ImageTower::Transformer(tower), window, embedding)
        };
        let text = TextTransformer::load(&loader, settings)?;
        let colors = |values: [f32; 3]| Tensor::from_slice(&values).view([1, 3, 1, 1]).to_device(device);
        Ok(Self {
            image,
            text,
            mean: colors(settings.mean),
            std: colors(settings.std),
            resize: settings.resize,
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

    /// How images become windows.
    pub fn resize(&self) -> ResizeMode {
        self.resize
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
        self.encode_image_and_patches(normalized, &[]).0
    }

    /// The same, and the patches `[n, patches, width]` that the attention of some blocks sees, float32. A tower without
    /// [blocks](Self::block) gives none.
    pub(crate) fn encode_image_and_patches(
        &self,
        normalized: &Tensor,
        blocks: &[usize],
    ) -> (Tensor, Vec<Tensor>) {
        let pixels = normalized.to_kind(self.kind);
        let (features, patches) = match &self.image {
            ImageTower::Transformer(tower) => tower.forward(&pixels, blocks),
            ImageTower::ResNet(tower) => (tower.forward(&pixels), Vec::new()),
        };
        let patches = patches.into_iter().map(|patches| patches.to_kind(Kind::Float)).collect();
        (features.to_kind(Kind::Float), patches)
    }

    /// The block of the image tower at a depth from 0 (the first) to 1 (the last); `None` if the tower is a `ResNet`.
    pub(crate) fn block(&self, depth: f64) -> Option<usize> {
        match &self.image {
            ImageTower::Transformer(tower) => Some(tower.block(depth)),
            ImageTower::ResNet(_) => None,
        }
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

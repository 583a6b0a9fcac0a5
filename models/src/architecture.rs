//! The shape of a CLIP model, and what it can be used for.

use crate::registry::{Activation, CLIP_MEAN, CLIP_STD, ModelSettings, ModelSpec, ResizeMode, TOKENS};

/// How the tensors are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// As in the original and in `open_clip`: `visual.conv1.weight`.
    OpenAi,
    /// As in `transformers`: `vision_model.embeddings.patch_embedding.weight`.
    HuggingFace,
}

/// The image tower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vision {
    /// A transformer over patches.
    Transformer {
        /// Width of the residual stream.
        width: u32,
        /// Number of blocks.
        layers: u32,
        /// Width of the feed-forward layers.
        feed_forward: u32,
        /// Side of a patch in pixels.
        patch: u32,
    },
    /// The modified `ResNet`, with attention pooling.
    ResNet {
        /// Channels after the stem.
        width: u32,
        /// Number of blocks in each of the four layers.
        layers: [u32; 4],
    },
}

/// The shape of a CLIP model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Architecture {
    /// How its tensors are named.
    pub naming: Naming,
    /// The image tower.
    pub vision: Vision,
    /// Side of the square window, in pixels.
    pub input_size: u32,
    /// Length of a feature.
    pub embed_dim: u32,
    /// Tokens of a text.
    pub context: u32,
    /// Rows of the token table.
    pub vocabulary: u32,
    /// Width of the text tower.
    pub text_width: u32,
    /// Blocks of the text tower.
    pub text_layers: u32,
    /// Width of its feed-forward layers.
    pub text_feed_forward: u32,
}

/// Every tower of the models that clipig knows by name has heads of this width.
const HEAD_WIDTH: u32 = 64;

impl Architecture {
    /// Attention heads of the image tower, at the usual 64 channels each.
    pub fn vision_heads(&self) -> u32 {
        (self.vision_width() / HEAD_WIDTH).max(1)
    }

    /// The width that the heads of the image tower divide among themselves: that of the residual stream, or
    /// of the attention pooling.
    pub fn vision_width(&self) -> u32 {
        match self.vision {
            Vision::Transformer { width, .. } => width,
            Vision::ResNet { width, .. } => width * 32,
        }
    }

    /// A specification from the shape, with heads of the usual width and CLIP's normalisation.
    pub fn spec(&self, activation: Activation) -> ModelSpec {
        ModelSpec {
            input_size: self.input_size,
            embed_dim: self.embed_dim,
            vision_heads: self.vision_heads(),
            text_heads: (self.text_width / HEAD_WIDTH).max(1),
            activation,
            mean: CLIP_MEAN,
            std: CLIP_STD,
            context: None,
            resize: ResizeMode::Shortest,
        }
    }

    /// In what this shape differs from a known model's specification; `None` where it fits.
    pub fn mismatch(&self, spec: &ModelSpec) -> Option<String> {
        let own = self.spec(spec.activation);
        let facts = [
            ("input size", own.input_size, spec.input_size),
            ("feature length", own.embed_dim, spec.embed_dim),
            ("heads of the image tower", own.vision_heads, spec.vision_heads),
            ("heads of the text tower", own.text_heads, spec.text_heads),
        ];
        let wrong = facts.into_iter().find(|(_, found, wanted)| found != wanted);
        wrong.map(|(what, found, wanted)| format!("its {what} is {found}, not {wanted}"))
    }

    /// Why a model of this shape cannot be read by these settings; `None` where it can.
    pub fn misfit(&self, settings: &ModelSettings) -> Option<String> {
        let towers = [
            ("image", settings.vision_heads, self.vision_width()),
            ("text", settings.text_heads, self.text_width),
        ];
        for (tower, heads, width) in towers {
            // Where nobody says otherwise, they are 64 wide.
            let heads = heads.unwrap_or((width / HEAD_WIDTH).max(1));
            if heads == 0 || !width.is_multiple_of(heads) {
                return Some(format!(
                    "{heads} attention heads do not divide its {tower} tower, which is {width} wide"
                ));
            }
        }
        let context = settings.context.filter(|&context| context > self.context);
        context.map(|context| format!("it has {} positions for texts, not {context}", self.context))
    }

    /// Why texts cannot be tokenised for this model; `None` where they can.
    pub fn foreign_vocabulary(&self) -> Option<String> {
        (self.vocabulary != TOKENS).then(|| {
            format!(
                "its token table has {} rows and CLIP's vocabulary {TOKENS}: it was trained with another \
                 tokenizer, which clipig does not have",
                self.vocabulary
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Architecture, Naming, Vision};
    use crate::registry::{Activation, ModelSettings};

    #[test]
    fn settings_fit_or_not() {
        let shape = Architecture {
            naming: Naming::OpenAi,
            vision: Vision::Transformer { width: 96, layers: 2, feed_forward: 384, patch: 8 },
            input_size: 16,
            embed_dim: 8,
            context: 77,
            vocabulary: 49_408,
            text_width: 32,
            text_layers: 2,
            text_feed_forward: 128,
        };
        let settings = ModelSettings::of_activation(Activation::Gelu);
        let with = |heads, context| shape.misfit(&ModelSettings { vision_heads: heads, context, ..settings });
        assert_eq!(with(None, None), None);
        assert_eq!(with(Some(3), Some(77)), None);
        assert!(with(Some(5), None).unwrap().contains("96 wide"));
        assert!(with(Some(0), None).is_some());
        assert!(with(None, Some(78)).unwrap().contains("77"));
    }
}

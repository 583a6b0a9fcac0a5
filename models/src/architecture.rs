//! What the tensors of a CLIP model say of its shape.

use crate::{
    header::Header,
    registry::{Activation, CLIP_MEAN, CLIP_STD, ModelSpec},
};

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
}

/// Every tower of the known models has heads of this width.
const HEAD_WIDTH: u32 = 64;

impl Architecture {
    /// Reads the shape from the header; an error names the first tensor that lacks or misfits.
    pub(crate) fn of_header(header: &Header) -> Result<Self, String> {
        let tensors = Tensors { header };
        if header.shape("text_model.embeddings.token_embedding.weight").is_some() {
            tensors.hugging_face()
        } else {
            tensors.original()
        }
    }

    /// Attention heads of the image tower, at the usual 64 channels each.
    pub fn vision_heads(&self) -> u32 {
        match self.vision {
            Vision::Transformer { width, .. } => width / HEAD_WIDTH,
            Vision::ResNet { width, .. } => width * 32 / HEAD_WIDTH,
        }
    }

    /// A specification from the shape, with the usual heads and CLIP's normalisation.
    pub fn spec(&self, activation: Activation) -> ModelSpec {
        ModelSpec {
            input_size: self.input_size,
            embed_dim: self.embed_dim,
            vision_heads: self.vision_heads().max(1),
            text_heads: (self.text_width / HEAD_WIDTH).max(1),
            activation,
            mean: CLIP_MEAN,
            std: CLIP_STD,
        }
    }

    /// In what this shape differs from a specification; `None` where it fits.
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
}

/// Reads shapes with errors that name the tensor.
struct Tensors<'a> {
    header: &'a Header,
}

impl Tensors<'_> {
    fn shape<const N: usize>(&self, name: &str) -> Result<[u32; N], String> {
        let shape = self.header.shape(name).ok_or_else(|| format!("it has no tensor \"{name}\""))?;
        let numbers: Option<Vec<u32>> = shape.iter().map(|&n| u32::try_from(n).ok()).collect();
        numbers
            .and_then(|numbers| numbers.try_into().ok())
            .ok_or_else(|| format!("its tensor \"{name}\" has the shape {shape:?}, not {N} dimensions"))
    }

    /// The number of consecutive blocks below a prefix, such as `transformer.resblocks.`.
    fn blocks(&self, prefix: &str) -> u32 {
        let numbered = |name: &str| name.strip_prefix(prefix)?.split('.').next()?.parse::<u32>().ok();
        self.header
            .tensors
            .keys()
            .filter_map(|name| numbered(name))
            .map(|n| n.saturating_add(1))
            .max()
            .unwrap_or(0)
    }

    fn original(&self) -> Result<Architecture, String> {
        let [vocabulary, text_width] = self.shape("token_embedding.weight")?;
        let [context, _] = self.shape("positional_embedding")?;
        let [_, embed_dim] = self.shape("text_projection")?;
        let (vision, input_size) = if self.header.shape("visual.class_embedding").is_some() {
            let [width, _, patch, _] = self.shape("visual.conv1.weight")?;
            let [positions, _] = self.shape("visual.positional_embedding")?;
            let layers = self.blocks("visual.transformer.resblocks.");
            (Vision::Transformer { width, layers, patch }, window(positions, patch)?)
        } else {
            let [width, _, _, _] = self.shape("visual.layer1.0.conv1.weight")?;
            let [positions, _] = self.shape("visual.attnpool.positional_embedding")?;
            let layers = [1, 2, 3, 4].map(|layer| self.blocks(&format!("visual.layer{layer}.")));
            (Vision::ResNet { width, layers }, window(positions, 32)?)
        };
        let text_layers = self.blocks("transformer.resblocks.");
        let naming = Naming::OpenAi;
        Ok(Architecture {
            naming,
            vision,
            input_size,
            embed_dim,
            context,
            vocabulary,
            text_width,
            text_layers,
        })
    }

    fn hugging_face(&self) -> Result<Architecture, String> {
        let [vocabulary, text_width] = self.shape("text_model.embeddings.token_embedding.weight")?;
        let [context, _] = self.shape("text_model.embeddings.position_embedding.weight")?;
        let [embed_dim, _] = self.shape("text_projection.weight")?;
        let [width, _, patch, _] = self.shape("vision_model.embeddings.patch_embedding.weight")?;
        let [positions, _] = self.shape("vision_model.embeddings.position_embedding.weight")?;
        let layers = self.blocks("vision_model.encoder.layers.");
        let vision = Vision::Transformer { width, layers, patch };
        let input_size = window(positions, patch)?;
        let text_layers = self.blocks("text_model.encoder.layers.");
        let naming = Naming::HuggingFace;
        Ok(Architecture {
            naming,
            vision,
            input_size,
            embed_dim,
            context,
            vocabulary,
            text_width,
            text_layers,
        })
    }
}

/// The side of the window: a square of patches (and one position for the class or the mean).
fn window(positions: u32, patch: u32) -> Result<u32, String> {
    let grid = positions.saturating_sub(1).isqrt();
    if grid == 0 || grid * grid + 1 != positions {
        return Err(format!("its image tower has {positions} positions, which is not a square and one"));
    }
    grid.checked_mul(patch).ok_or_else(|| format!("its patches of {patch} pixels are too large"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use safetensors::Dtype;

    use super::{Architecture, Naming, Vision};
    use crate::{
        header::{Header, Tensor},
        registry::{self, Activation},
    };

    fn header(tensors: &[(&str, &[usize])]) -> Header {
        let tensor = |shape: &[usize]| Tensor { dtype: Dtype::F16, shape: shape.to_vec(), bytes: 0..0 };
        let tensors: BTreeMap<_, _> =
            tensors.iter().map(|(name, shape)| ((*name).to_owned(), tensor(shape))).collect();
        Header { tensors }
    }

    #[test]
    fn reads_the_original_resnet() {
        let shape = Architecture::of_header(&header(&[
            ("token_embedding.weight", &[49408, 640]),
            ("positional_embedding", &[77, 640]),
            ("text_projection", &[640, 640]),
            ("transformer.resblocks.11.ln_1.weight", &[640]),
            ("visual.layer1.0.conv1.weight", &[80, 80, 1, 1]),
            ("visual.layer1.3.conv1.weight", &[80, 320, 1, 1]),
            ("visual.layer2.5.bn1.bias", &[160]),
            ("visual.layer3.9.bn1.bias", &[320]),
            ("visual.layer4.5.bn1.bias", &[640]),
            ("visual.attnpool.positional_embedding", &[82, 2560]),
        ]))
        .unwrap();
        assert_eq!(shape.vision, Vision::ResNet { width: 80, layers: [4, 6, 10, 6] });
        assert_eq!(shape.mismatch(&registry::find("RN50x4").unwrap().spec), None);
        assert!(shape.mismatch(&registry::find("RN50").unwrap().spec).unwrap().contains("288"));
    }

    #[test]
    fn reads_the_transformers_naming() {
        let shape = Architecture::of_header(&header(&[
            ("text_model.embeddings.token_embedding.weight", &[49408, 512]),
            ("text_model.embeddings.position_embedding.weight", &[77, 512]),
            ("text_projection.weight", &[512, 512]),
            ("text_model.encoder.layers.11.mlp.fc1.bias", &[2048]),
            ("vision_model.embeddings.patch_embedding.weight", &[768, 3, 32, 32]),
            ("vision_model.embeddings.position_embedding.weight", &[50, 768]),
            ("vision_model.encoder.layers.11.mlp.fc1.bias", &[3072]),
        ]))
        .unwrap();
        assert_eq!(shape.naming, Naming::HuggingFace);
        assert_eq!((shape.text_layers, shape.context), (12, 77));
        let spec = registry::find("ViT-B/32").unwrap().spec;
        assert_eq!(shape.spec(Activation::QuickGelu), spec);
    }

    #[test]
    fn other_models_are_told_what_lacks() {
        let error = Architecture::of_header(&header(&[("lm_head.weight", &[2, 2])])).unwrap_err();
        assert!(error.contains("token_embedding"), "{error}");
        let odd = Architecture::of_header(&header(&[
            ("token_embedding.weight", &[10, 64]),
            ("positional_embedding", &[77, 64]),
            ("text_projection", &[64, 64]),
            ("visual.class_embedding", &[64]),
            ("visual.conv1.weight", &[64, 3, 8, 8]),
            ("visual.positional_embedding", &[60, 64]),
        ]));
        assert!(odd.unwrap_err().contains("square"));
    }
}

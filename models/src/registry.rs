//! The models that clipig knows by name.
//!
//! Heads, activation and normalisation cannot be seen in the tensors, so they stand here. Heads are
//! width / 64 in every tower of these models.
//!
//! Weights come from the Hugging Face repositories that `open_clip` itself uses for these models
//! (`src/open_clip/pretrained.py` of `mlfoundations/open_clip`; dimensions from its `model_configs/`). All
//! of them hold `open_clip_model.safetensors` in the original's naming, the RN models with their
//! `BatchNorm` statistics. Where the SHA-256 is known, the revision is pinned as well, so that a change
//! of the repository cannot break a pull. Those hashes were found in several independent public
//! repositories that pin the same files; nobody has pulled them with clipig yet.

pub use clipig_core::{Activation, CLIP_MEAN, CLIP_STD, ModelSettings, ResizeMode};

use crate::embedded;

/// Entries of CLIP's vocabulary, and so the rows of a model's token table.
pub const TOKENS: u32 = 49_408;

/// What must be known of a model besides its weights. It is not made of [`ModelSettings`], because records of old jobs do
/// not say how many heads there are, and here that is always known.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ModelSpec {
    /// Side of the square window that the image tower takes, in pixels.
    pub input_size: u32,
    /// Length of a feature.
    pub embed_dim: u32,
    /// Attention heads of the image tower (of the attention pooling in RN models).
    pub vision_heads: u32,
    /// Attention heads of the text tower.
    pub text_heads: u32,
    /// Non-linearity of both towers' transformers.
    pub activation: Activation,
    /// Mean per channel (red, green, blue) that is subtracted from pixels in 0…1.
    pub mean: [f32; 3],
    /// Deviation per channel by which they are divided then.
    pub std: [f32; 3],
    /// Most tokens of a text; `None`: as many as the model has positions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
    /// How images become windows.
    #[serde(default)]
    pub resize: ResizeMode,
}

impl ModelSpec {
    /// What of it the tensors do not say.
    pub fn settings(&self) -> ModelSettings {
        ModelSettings {
            vision_heads: Some(self.vision_heads),
            text_heads: Some(self.text_heads),
            activation: self.activation,
            mean: self.mean,
            std: self.std,
            context: self.context,
            resize: self.resize,
        }
    }
}

/// Where weights come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Part of the program.
    Embedded,
    /// A file in a repository on Hugging Face.
    HuggingFace {
        /// Owner and name.
        repository: &'static str,
        /// Commit or branch.
        revision: &'static str,
        /// File in the repository.
        file: &'static str,
    },
}

impl Origin {
    /// The address below `base`, such as `https://huggingface.co`; `None` for the embedded model.
    pub fn url(&self, base: &str) -> Option<String> {
        match self {
            Self::Embedded => None,
            Self::HuggingFace { repository, revision, file } => {
                Some(format!("{}/{repository}/resolve/{revision}/{file}", base.trim_end_matches('/')))
            }
        }
    }
}

/// One known model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Registered {
    /// The name, as in experiments.
    pub name: &'static str,
    /// Other names of it; like the name, in any case.
    pub aliases: &'static [&'static str],
    /// What it is, in a line.
    pub about: &'static str,
    /// Where its weights come from.
    pub origin: Origin,
    /// SHA-256 of the weights where known; else it is recorded at first use.
    pub sha256: Option<&'static str>,
    /// Size of the weights in bytes where known.
    pub size: Option<u64>,
    /// What the weights do not say.
    pub spec: ModelSpec,
    /// Licence of the weights, as their publisher states it.
    pub licence: &'static str,
}

/// The model that stands for "CLIP" where nothing else is said and its weights are there.
pub const PREFERRED: &str = "ViT-B/32";

const WEIGHTS: &str = "open_clip_model.safetensors";
const MIT: &str = "MIT";

/// A specification with CLIP's normalisation.
const fn spec(
    input_size: u32,
    embed_dim: u32,
    vision_heads: u32,
    text_heads: u32,
    activation: Activation,
) -> ModelSpec {
    ModelSpec {
        input_size,
        embed_dim,
        vision_heads,
        text_heads,
        activation,
        mean: CLIP_MEAN,
        std: CLIP_STD,
        context: None,
        resize: ResizeMode::Shortest,
    }
}

const fn hugging_face(repository: &'static str, revision: &'static str) -> Origin {
    Origin::HuggingFace { repository, revision, file: WEIGHTS }
}

use Activation::{Gelu, QuickGelu};

static REGISTRY: [Registered; 9] = [
    Registered {
        name: embedded::NAME,
        aliases: &["tiny", "embedded"],
        about: "small model inside clipig: emoji-like things, colours, two things at once",
        origin: Origin::Embedded,
        sha256: Some(embedded::SHA256),
        size: Some(embedded::SIZE),
        spec: spec(64, 256, 4, 2, QuickGelu),
        licence: "MIT OR Apache-2.0 (weights); training data: see `clipig licenses`",
    },
    Registered {
        name: PREFERRED,
        aliases: &["ViT-B-32", "ViTB32", "openai/ViT-B-32", "openai/clip-vit-base-patch32"],
        about: "OpenAI's CLIP, transformer, patches of 32 pixels: fast, the usual choice",
        origin: hugging_face(
            "timm/vit_base_patch32_clip_224.openai",
            "a6f597a30f7b82c51704746581f9a4e41421e878",
        ),
        sha256: Some("e6d1bd7789aa45192b3bf90570a789b478bae1b74ebcce7eddd908e83a2b7c31"),
        size: Some(605_143_284),
        spec: spec(224, 512, 12, 8, QuickGelu),
        licence: MIT,
    },
    Registered {
        name: "ViT-B/16",
        aliases: &["ViT-B-16", "ViTB16", "openai/ViT-B-16", "openai/clip-vit-base-patch16"],
        about: "OpenAI's CLIP, transformer, patches of 16 pixels: finer, four times the work",
        origin: hugging_face(
            "timm/vit_base_patch16_clip_224.openai",
            "977e3dd0ec55ab8da155f2fbeb6b5f54948b6e3d",
        ),
        sha256: Some("4b8699299b1e8997753c64b052ba32031449d5d853f55a039148560ee02b820f"),
        size: Some(598_516_980),
        spec: spec(224, 512, 12, 8, QuickGelu),
        licence: MIT,
    },
    Registered {
        name: "ViT-L/14",
        aliases: &["ViT-L-14", "ViTL14", "openai/ViT-L-14", "openai/clip-vit-large-patch14"],
        about: "OpenAI's CLIP, large transformer, patches of 14 pixels: slow, knows most",
        origin: hugging_face(
            "timm/vit_large_patch14_clip_224.openai",
            "18d0535469bb561bf468d76c1d73aa35156c922b",
        ),
        sha256: Some("9ce2e8a8ebfff3793d7d375ad6d3c35cb9aebf3de7ace0fc7308accab7cd207e"),
        size: None,
        spec: spec(224, 768, 16, 12, QuickGelu),
        licence: MIT,
    },
    Registered {
        name: "RN50",
        aliases: &["ResNet50", "openai/RN50"],
        about: "OpenAI's CLIP, convolutional, 50 layers: textures and a hand-made look",
        origin: hugging_face("timm/resnet50_clip.openai", "ec3d92cf63a5f9d591f0d611b736895966c73076"),
        sha256: Some("da0baa37fb2211eee5729ab69ed587eb10d48f5b7076ceeed01552fc3d4cb4ee"),
        size: Some(408_291_932),
        spec: spec(224, 1024, 32, 8, QuickGelu),
        licence: MIT,
    },
    Registered {
        name: "RN101",
        aliases: &["ResNet101", "openai/RN101"],
        about: "OpenAI's CLIP, convolutional, 101 layers",
        origin: hugging_face("timm/resnet101_clip.openai", "main"),
        sha256: None,
        size: None,
        spec: spec(224, 512, 32, 8, QuickGelu),
        licence: MIT,
    },
    Registered {
        name: "RN50x4",
        aliases: &["ResNet50x4", "openai/RN50x4"],
        about: "OpenAI's CLIP, convolutional, four times RN50, windows of 288 pixels",
        origin: hugging_face("timm/resnet50x4_clip.openai", "main"),
        sha256: None,
        size: None,
        spec: spec(288, 640, 40, 10, QuickGelu),
        licence: MIT,
    },
    Registered {
        name: "ViT-B/32-laion2B",
        aliases: &[
            "ViT-B-32-laion2B",
            "ViT-B-32/laion2b_s34b_b79k",
            "laion2B",
            "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
        ],
        about: "LAION's CLIP of the same shape as ViT-B/32, trained on LAION-2B",
        origin: hugging_face(
            "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
            "1a25a446712ba5ee05982a381eed697ef9b435cf",
        ),
        sha256: Some("ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6"),
        size: Some(605_143_316),
        spec: spec(224, 512, 12, 8, Gelu),
        licence: MIT,
    },
    Registered {
        name: "ViT-B/32-DataComp",
        aliases: &[
            "ViT-B-32-DataComp",
            "ViT-B-32/datacomp_xl_s13b_b90k",
            "DataComp",
            "laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K",
        ],
        about: "CLIP of the same shape as ViT-B/32, trained on DataComp-1B",
        origin: hugging_face("laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K", "main"),
        sha256: None,
        size: None,
        spec: spec(224, 512, 12, 8, Gelu),
        licence: MIT,
    },
];

/// Every known model; the embedded one first, then the most usual.
pub fn all() -> &'static [Registered] {
    &REGISTRY
}

/// The model of that name or alias, in any case.
pub fn find(name: &str) -> Option<&'static Registered> {
    let wanted = name.trim();
    all().iter().find(|model| {
        model.name.eq_ignore_ascii_case(wanted)
            || model.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(wanted))
    })
}

/// The name that the registry has for a model, by its name or alias in any case; else the name as given, without the spaces
/// around it.
pub fn canonical(name: &str) -> &str {
    find(name).map_or(name.trim(), |known| known.name)
}

/// The model whose weights have this SHA-256.
pub fn find_by_sha256(sha256: &str) -> Option<&'static Registered> {
    all().iter().find(|model| model.sha256.is_some_and(|known| known.eq_ignore_ascii_case(sha256)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Origin, all, find, find_by_sha256};

    #[test]
    fn names_are_unique_and_found_in_any_case() {
        let mut seen = HashSet::new();
        for model in all() {
            for name in [model.name].iter().chain(model.aliases) {
                assert!(seen.insert(name.to_lowercase()), "{name} stands twice");
                assert_eq!(find(&name.to_uppercase()), Some(model));
                assert_eq!(find(&format!(" {name} ")), Some(model));
            }
        }
        assert!(find("ViT-B/33").is_none());
    }

    #[test]
    fn hashes_are_hashes_and_pin_a_revision() {
        for model in all() {
            let Some(sha256) = model.sha256 else { continue };
            assert!(sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit()), "{}", model.name);
            assert_eq!(find_by_sha256(sha256), Some(model));
            if let Origin::HuggingFace { revision, .. } = model.origin {
                assert_eq!(revision.len(), 40, "{}: a hash without a commit can go stale", model.name);
            }
        }
    }

    #[test]
    fn addresses() {
        let model = find("RN101").unwrap();
        assert_eq!(
            model.origin.url("https://huggingface.co/").as_deref(),
            Some(
                "https://huggingface.co/timm/resnet101_clip.openai/resolve/main/open_clip_model.safetensors"
            )
        );
        assert_eq!(find("clipig-tiny").unwrap().origin.url("https://x"), None);
    }
}

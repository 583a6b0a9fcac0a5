//! Files that look like a CLIP model and are something else: what each is, and what to do.
//!
//! One table. Whoever reads a file asks it before any tensor is missed, so that a message says what the
//! file *is*. The names come from the state dictionaries of `open_clip` 3.3.0, transformers 5.24.0, peft
//! 0.21.2, from diffusers' and kohya's files.

use std::{collections::BTreeMap, path::Path};

use safetensors::Dtype;

use crate::{contents::Contents, error::ModelError, header::Header, registry::TOKENS};

/// What is known of a file.
struct Evidence<'a> {
    /// Its name, in small letters, without the folder.
    name: &'a str,
    /// What kind of file it is.
    contents: &'a Contents,
    /// Its tensors, without what programs put in front of all names; empty where it is no safetensors file.
    header: &'a Header,
}

/// What a file is, and what its owner can do.
#[derive(Debug)]
struct WrongFile {
    /// A noun for "FILE is …".
    what: &'static str,
    /// A sentence, without its period.
    remedy: &'static str,
    is: fn(&Evidence) -> bool,
}

/// Reads the header of a file, in whatever names.
///
/// # Errors
/// Where it is no safetensors file, with what it is instead.
pub(crate) fn contents_of(path: &Path) -> Result<Header, ModelError> {
    let contents = Contents::of(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let none = Header { tensors: BTreeMap::new() };
    match recognise(&Evidence { name: &name, contents: &contents, header: &none }) {
        Some(wrong) => Err(wrong.error(path)),
        None => Header::of_file(path),
    }
}

/// Looks at tensors in the libraries' names, those of a file that messages call `shown`.
///
/// # Errors
/// Where the table knows them as something else than a CLIP.
pub(crate) fn check(header: &Header, shown: &Path) -> Result<(), ModelError> {
    match recognise(&Evidence { name: "", contents: &Contents::Other, header }) {
        Some(wrong) => Err(wrong.error(shown)),
        None => Ok(()),
    }
}

/// The first entry that fits.
fn recognise(evidence: &Evidence) -> Option<&'static WrongFile> {
    TABLE.iter().find(|entry| (entry.is)(evidence))
}

impl WrongFile {
    fn error(&self, path: &Path) -> ModelError {
        let (what, remedy) = (self.what.to_owned(), self.remedy.to_owned());
        ModelError::WrongFile { path: path.to_owned(), what, remedy }
    }
}

impl Evidence<'_> {
    fn begins(&self, prefix: &str) -> bool {
        self.header
            .tensors
            .range(prefix.to_owned()..)
            .next()
            .is_some_and(|(name, _)| name.starts_with(prefix))
    }

    fn contains(&self, part: &str) -> bool {
        self.header.tensors.keys().any(|name| name.contains(part))
    }

    fn has(&self, name: &str) -> bool {
        self.header.tensors.contains_key(name)
    }

    fn archive(&self, test: impl Fn(&str) -> bool) -> bool {
        matches!(self.contents, Contents::Archive(files) if files.iter().any(|file| test(file)))
    }

    /// Does the file's name end in one of these, after a point?
    fn ends(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(self.name).extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extensions.contains(&extension))
    }

    /// Matrices of numbers of this kind.
    fn matrix_of(&self, kind: impl Fn(Dtype) -> bool) -> bool {
        self.header.tensors.values().any(|tensor| tensor.shape.len() >= 2 && kind(tensor.dtype))
    }

    fn has_text_tower(&self) -> bool {
        self.has("token_embedding.weight")
            || self.begins("text_model.")
            || self.has("embeddings.token_embedding.weight")
    }

    fn has_image_tower(&self) -> bool {
        self.begins("visual.")
            || self.begins("vision_model.")
            || self.has("embeddings.patch_embedding.weight")
    }

    /// A token table of this many rows, in either naming.
    fn rows(&self) -> Option<usize> {
        let names = ["token_embedding.weight", "text_model.embeddings.token_embedding.weight"];
        names.iter().find_map(|name| self.header.shape(name)?.first().copied())
    }

    fn is_training_checkpoint(&self) -> bool {
        let numbered = |name: &str| {
            let number = name.strip_prefix("epoch_").and_then(|rest| rest.strip_suffix(".pt"));
            number == Some("latest") || number.is_some_and(|n| n.parse::<u32>().is_ok())
        };
        matches!(self.contents, Contents::Archive(_) | Contents::Pickle)
            && (numbered(self.name)
                || self.archive(|file| {
                    file.strip_suffix("/data.pkl").is_some_and(|folder| numbered(&format!("{folder}.pt")))
                }))
    }
}

const OTHER_ARCHITECTURE: &str = "its towers are not those of CLIP; a CLIP with a ViT or ResNet of open_clip, or a CLIPModel of transformers, works";

static TABLE: &[WrongFile] = &[
    WrongFile { what: "empty", remedy: "fetch it again", is: |file| *file.contents == Contents::Empty },
    WrongFile {
        what: "a web page, not weights",
        remedy: "the download was an error message or wants a login; fetch the file itself",
        is: |file| *file.contents == Contents::WebPage,
    },
    WrongFile {
        what: "a Git LFS pointer, not the weights",
        remedy: "fetch the file itself with `git lfs pull`",
        is: |file| *file.contents == Contents::LfsPointer,
    },
    WrongFile {
        what: "a GGUF file",
        remedy: "clipig reads safetensors; look for the model's original weights",
        is: |file| *file.contents == Contents::Gguf,
    },
    WrongFile {
        what: "an HDF5 file, as Keras writes it",
        remedy: "clipig reads safetensors; look for the weights of the PyTorch model",
        is: |file| *file.contents == Contents::Hdf5,
    },
    WrongFile {
        what: "a TorchScript archive, as OpenAI publishes CLIP",
        remedy: "save its tensors first: `safetensors.torch.save_file({name: tensor.contiguous() for name, tensor in \
                 torch.jit.load(FILE, map_location=\"cpu\").state_dict().items()}, \"model.safetensors\")`, then import \
                 that with `--activation quick_gelu`",
        is: |file| file.archive(|name| name.ends_with("/constants.pkl") || name.contains("/code/")),
    },
    WrongFile {
        what: "a checkpoint of open_clip's training (weights, optimizer and epoch)",
        remedy: "save its weights first: `safetensors.torch.save_file({name: tensor.contiguous() for name, tensor in \
                 torch.load(FILE, map_location=\"cpu\")[\"state_dict\"].items()}, \"model.safetensors\")`, then import that",
        is: |file| file.is_training_checkpoint(),
    },
    WrongFile {
        what: "a PyTorch file (.pt, .bin), which can run any program when it is opened",
        remedy: "save its tensors first: `safetensors.torch.save_file({name: tensor.contiguous() for name, tensor in \
                 torch.load(FILE, map_location=\"cpu\", weights_only=True).items()}, \"model.safetensors\")`, then \
                 import that",
        is: |file| {
            *file.contents == Contents::Pickle
                || file.archive(|name| name.ends_with("data.pkl"))
                || (matches!(file.contents, Contents::Archive(_)) && file.ends(&["pt", "pth", "bin", "ckpt"]))
        },
    },
    WrongFile {
        what: "a ZIP archive",
        remedy: "unpack it and import what is in it",
        is: |file| matches!(file.contents, Contents::Archive(_)),
    },
    WrongFile {
        what: "an ONNX file",
        remedy: "clipig reads safetensors; look for the weights of the PyTorch model",
        is: |file| *file.contents == Contents::Other && file.ends(&["onnx"]),
    },
    WrongFile {
        what: "a Flax file",
        remedy: "clipig reads safetensors; look for the weights of the PyTorch model",
        is: |file| *file.contents == Contents::Other && file.ends(&["msgpack"]),
    },
    WrongFile {
        what: "a configuration without weights",
        remedy: "import the folder in which it lies, or the weights beside it; it is read with them",
        is: |file| *file.contents == Contents::Json,
    },
    WrongFile {
        what: "weights in numbers of 8 or fewer bits (fp8)",
        remedy: "import the original weights in bfloat16, float16 or float32",
        is: |file| {
            use Dtype::{F4, F6_E2M3, F6_E3M2, F8_E4M3, F8_E5M2, F8_E8M0};
            file.matrix_of(|kind| matches!(kind, F4 | F6_E2M3 | F6_E3M2 | F8_E4M3 | F8_E5M2 | F8_E8M0))
        },
    },
    WrongFile {
        what: "weights quantised to whole numbers (int8 or int4)",
        remedy: "import the original weights in bfloat16, float16 or float32",
        is: |file| {
            let quantised = |name: &str| name.ends_with(".weight") || name.ends_with("_weight");
            let whole = |kind| matches!(kind, Dtype::I8 | Dtype::U8 | Dtype::I32 | Dtype::U32);
            let tensors = &file.header.tensors;
            tensors.iter().any(|(name, t)| quantised(name) && t.shape.len() >= 2 && whole(t.dtype))
                || [".SCB", ".qweight", ".weight_scale", ".absmax"].iter().any(|end| file.contains(end))
        },
    },
    WrongFile {
        what: "a LoRA in kohya's names (for Stable Diffusion), not a model",
        remedy: "clipig makes pictures with CLIP alone; there is no use for it",
        is: |file| file.begins("lora_unet_") || file.begins("lora_te") || file.contains(".lora_down.weight"),
    },
    WrongFile {
        what: "a LoRA of diffusers for an image generator, not a model",
        remedy: "clipig makes pictures with CLIP alone; there is no use for it",
        is: |file| {
            (file.begins("unet.") || file.begins("text_encoder.") || file.begins("transformer."))
                && (file.contains(".lora_A.") || file.contains(".lora.up.") || file.contains("_lora.up."))
                && !file.has("positional_embedding")
        },
    },
    WrongFile {
        what: "an adapter (LoRA) alone, without the model that it belongs to",
        remedy: "merge it first: `PeftModel.from_pretrained(model, FOLDER).merge_and_unload().save_pretrained(NEW)`, \
                 then import the folder NEW",
        is: |file| (file.contains(".lora_A.") || file.contains(".lora_B.")) && file.rows().is_none(),
    },
    WrongFile {
        what: "a checkpoint of Stable Diffusion, whose CLIP is a text encoder alone",
        remedy: "clipig needs both towers of one CLIP; `clipig model list` shows models that can be fetched",
        is: |file| {
            file.begins("model.diffusion_model.")
                || file.begins("cond_stage_model.")
                || file.begins("diffusion_model.")
        },
    },
    WrongFile {
        what: "the UNet of an image generator (diffusers)",
        remedy: "clipig makes pictures with CLIP alone; `clipig model list` shows models that can be fetched",
        is: |file| file.begins("down_blocks.") && file.begins("up_blocks."),
    },
    WrongFile {
        what: "the autoencoder (VAE) of an image generator",
        remedy: "clipig makes pictures with CLIP alone; `clipig model list` shows models that can be fetched",
        is: |file| {
            file.begins("decoder.up_blocks.")
                || file.begins("first_stage_model.")
                || file.begins("decoder.up.")
        },
    },
    WrongFile {
        what: "a CoCa, which describes images in words",
        remedy: "its image tower ends in an attention pooling that clipig does not have; a CLIP of the same size works",
        is: |file| file.begins("text_decoder."),
    },
    WrongFile {
        what: "a SigLIP",
        remedy: "it has another tokenizer, another pooling and other towers; a CLIP works",
        is: |file| {
            file.has("vision_model.head.probe")
                || file.has("text_model.head.weight")
                || (file.begins("visual.trunk.attn_pool.") && file.has("text_projection.weight"))
        },
    },
    WrongFile {
        what: "an EVA-CLIP (EVA01, EVA02)",
        remedy: OTHER_ARCHITECTURE,
        is: |file| {
            (file.begins("visual.trunk.blocks.")
                && (file.contains(".mlp.fc1_g.") || file.contains(".attn.q_bias")))
                || (file.begins("visual.blocks.")
                    && (file.contains(".attn.q_bias") || file.begins("visual.rope.")))
                || file.contains(".rope.freqs_cos")
        },
    },
    WrongFile {
        what: "a MobileCLIP",
        remedy: OTHER_ARCHITECTURE,
        is: |file| {
            file.begins("image_encoder.model.")
                || (file.begins("visual.trunk.")
                    && (file.contains(".token_mixer.")
                        || file.begins("visual.trunk.patch_embed.backbone.0.")))
        },
    },
    WrongFile {
        what: "an open_clip model with an image tower of timm (ConvNeXt, ViTamin, PE-Core, …)",
        remedy: OTHER_ARCHITECTURE,
        is: |file| file.begins("visual.trunk."),
    },
    WrongFile {
        what: "an open_clip model with a text tower of transformers (RoBERTa, XLM-R, mT5, …)",
        remedy: "its tokenizer is not CLIP's, which is the one that clipig has; a CLIP works",
        is: |file| {
            file.begins("text.transformer.")
                && !file.begins("text.transformer.resblocks.")
                && file.begins("visual.")
        },
    },
    WrongFile {
        what: "a CLIPA",
        remedy: "it has another tokenizer (32,000 entries) and pools otherwise; a CLIP of the same size works",
        is: |file| {
            file.rows().is_some_and(|rows| rows != TOKENS as usize)
                && file.has("visual.conv1.weight")
                && !file.has("visual.ln_pre.weight")
        },
    },
    WrongFile {
        what: "an X-CLIP, which is made for videos",
        remedy: "its image tower passes messages between frames; a CLIP works",
        is: |file| file.begins("mit.") || file.begins("prompts_generator."),
    },
    WrongFile {
        what: "an OWL-ViT, which finds objects",
        remedy: "its image tower was trained for boxes; the CLIP that it came from works",
        is: |file| {
            file.begins("owlvit.")
                || file.begins("owlv2.")
                || (file.begins("box_head.") && file.begins("class_head."))
        },
    },
    WrongFile {
        what: "a GroupViT",
        remedy: OTHER_ARCHITECTURE,
        is: |file| file.contains(".group_token") || file.contains(".group_projector."),
    },
    WrongFile {
        what: "a model with a BERT as its text tower (Chinese-CLIP, AltCLIP, BLIP, ALIGN, …)",
        remedy: "its tokenizer is not CLIP's, which is the one that clipig has; a CLIP works",
        is: |file| file.contains(".word_embeddings.weight"),
    },
    WrongFile {
        what: "a language model",
        remedy: "clipig needs a CLIP; `clipig model list` shows models that can be fetched",
        is: |file| {
            file.has("lm_head.weight")
                || file.has("embed_tokens.weight")
                || file.begins("layers.0.self_attn.")
        },
    },
    WrongFile {
        what: "the text half of a CLIP (a text encoder), without the image tower",
        remedy: "import the whole CLIPModel; `clipig model list` shows models that can be fetched",
        is: |file| file.has_text_tower() && !file.has_image_tower(),
    },
    WrongFile {
        what: "the image half of a CLIP (a vision encoder), without the text tower",
        remedy: "import the whole CLIPModel; `clipig model list` shows models that can be fetched",
        is: |file| file.has_image_tower() && !file.has_text_tower(),
    },
];

#[cfg(test)]
mod tests;

//! `open_clip_config.json`: the keys of `CLIPVisionCfg`, `CLIPTextCfg` and `PreprocessCfg` of `open_clip` 3.3.0.

use serde_json::{Value as Json, json};

use super::{Settings, Stated, transformer};
use crate::{
    architecture::{Architecture, Vision},
    error::ModelError,
    registry::{Activation, ResizeMode, TOKENS},
};

const HEAD_WIDTH: u32 = 64;
const TEXT_HEADS: u32 = 8;

/// Settings of attention and layers that are off in CLIP and leave tensors or bits behind where they are on.
const OFF: [&str; 6] =
    ["qk_norm", "scaled_cosine_attn", "scale_heads", "scale_attn_inner", "scale_attn", "scale_fc"];

pub(super) fn read(
    settings: &Settings,
    architecture: &Architecture,
    stated: &mut Stated,
) -> Result<(), ModelError> {
    let model = settings.inner("model_cfg")?;
    let model = model.as_ref().unwrap_or(settings);
    model.fits("embed_dim", architecture.embed_dim)?;
    let quick = model.get("quick_gelu").is_some_and(|value| *value == true);
    stated.activation = Some(if quick { Activation::QuickGelu } else { Activation::Gelu });
    if let Some(vision) = model.inner("vision_cfg")? {
        stated.vision_heads = Some(read_vision(&vision, architecture)?);
    }
    if let Some(text) = model.inner("text_cfg")? {
        read_text(&text, architecture)?;
        stated.text_heads = Some(text.number("heads")?.unwrap_or(TEXT_HEADS));
    }
    if let Some(images) = settings.inner("preprocess_cfg")? {
        images.normalisation(["mean", "std"], stated)?;
        images.only("interpolation", &[json!("bicubic")], "clipig resizes images bicubically")?;
        stated.resize = match images.get("resize_mode").map(Json::as_str) {
            None => None,
            Some(Some("shortest")) => Some(ResizeMode::Shortest),
            Some(Some("squash")) => Some(ResizeMode::Squash),
            Some(_) => {
                return Err(images.error("resize_mode", "clipig knows \"shortest\" and \"squash\""));
            }
        };
    }
    Ok(())
}

fn read_vision(vision: &Settings, architecture: &Architecture) -> Result<u32, ModelError> {
    vision.only("timm_model_name", &[], "clipig has the image towers of CLIP alone")?;
    vision.only("pool_type", &[json!("tok")], "clipig takes the feature from the class token")?;
    vision.only("attentional_pool", &[json!(false)], "clipig takes the feature from the class token")?;
    vision.only("no_ln_pre", &[json!(false)], "clipig normalises before the first block")?;
    vision.only("pos_embed_type", &[json!("learnable")], "clipig reads positions from the weights")?;
    common(vision)?;
    if vision.get("image_size").is_some_and(Json::is_number) {
        vision.fits("image_size", architecture.input_size)?;
    }
    let width = architecture.vision_width();
    if let Some((own, layers, patch)) = transformer(architecture) {
        vision.fits("width", own)?;
        vision.fits("layers", layers)?;
        vision.fits("patch_size", patch)?;
    } else if let Vision::ResNet { width, .. } = architecture.vision {
        vision.fits("width", width)?;
    }
    let head_width = vision.number("head_width")?.unwrap_or(HEAD_WIDTH);
    let heads = width / head_width;
    if heads == 0 || !width.is_multiple_of(heads) {
        return Err(vision.error("head_width", format!("a width of {width} has no heads of {head_width}")));
    }
    Ok(heads)
}

fn read_text(text: &Settings, architecture: &Architecture) -> Result<(), ModelError> {
    text.only("hf_model_name", &[], "clipig has the text tower of CLIP alone")?;
    let own_tokenizer = "clipig has CLIP's tokenizer alone";
    text.only("hf_tokenizer_name", &[], own_tokenizer)?;
    text.only("vocab_size", &[json!(TOKENS)], own_tokenizer)?;
    text.only("no_causal_mask", &[json!(false)], "clipig's text tower looks backwards only, as CLIP's")?;
    text.only("embed_cls", &[json!(false)], "clipig takes the feature from the end of the text")?;
    text.only("proj_type", &[json!("linear")], "clipig projects features by a matrix")?;
    text.only("proj_bias", &[json!(false)], "clipig projects features by a matrix alone")?;
    // The greatest id of a text is the mark of its end, so both take the same place.
    let ends_at_mark = text.get("eos_id").is_some_and(|id| *id == json!(TOKENS - 1));
    let pooling: &[Json] = if ends_at_mark { &[json!("argmax"), json!("eos")] } else { &[json!("argmax")] };
    text.only("pool_type", pooling, "clipig takes the feature from the end of the text (\"argmax\")")?;
    common(text)?;
    text.fits("width", architecture.text_width)?;
    text.fits("layers", architecture.text_layers)?;
    text.fits("context_length", architecture.context)
}

/// What both towers have.
fn common(tower: &Settings) -> Result<(), ModelError> {
    for key in OFF {
        tower.only(key, &[json!(false)], "clipig's blocks are those of CLIP")?;
    }
    tower.only(
        "act_kwargs",
        &[json!({}), json!({ "approximate": "none" })],
        "clipig's GELU is the exact one",
    )?;
    match tower.inner("norm_kwargs")? {
        Some(norm) => norm.epsilon("eps"),
        None => Ok(()),
    }
}

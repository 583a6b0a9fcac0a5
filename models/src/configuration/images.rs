//! What transformers keeps of the images: the settings of a `CLIPImageProcessor`, in `preprocessor_config.json`
//! or, with the tokenizer's, in `processor_config.json`.

use serde_json::{Value as Json, json};

use super::{Settings, Stated};
use crate::{architecture::Architecture, error::ModelError, registry::ResizeMode};

/// `PIL.Image.Resampling.BICUBIC`.
const BICUBIC: u32 = 3;

pub(super) fn read(
    settings: &Settings,
    architecture: &Architecture,
    stated: &mut Stated,
) -> Result<(), ModelError> {
    for key in ["do_resize", "do_normalize", "do_rescale"] {
        settings.only(key, &[json!(true)], "clipig resizes and normalises images, as CLIP does")?;
    }
    settings.only("resample", &[json!(BICUBIC)], "clipig resizes images bicubically (3)")?;
    let factor = settings.get("rescale_factor").and_then(Json::as_f64);
    if factor.is_some_and(|factor| (factor - 1.0 / 255.0).abs() > 1e-9) {
        return Err(settings.error("rescale_factor", "clipig takes colours from 0 to 1 (1/255)"));
    }
    let window = architecture.input_size;
    stated.resize = match settings.get("size") {
        None => None,
        Some(size) => Some(resize(settings, size, window)?),
    };
    if stated.resize == Some(ResizeMode::Shortest) {
        settings.only("do_center_crop", &[json!(true)], "clipig crops the middle of images")?;
        let whole = [json!(window), json!({ "height": window, "width": window })];
        settings.only("crop_size", &whole, "clipig crops to the window of the model")?;
    }
    settings.normalisation(["image_mean", "image_std"], stated)
}

fn resize(settings: &Settings, size: &Json, window: u32) -> Result<ResizeMode, ModelError> {
    if *size == json!(window) || size["shortest_edge"] == json!(window) {
        return Ok(ResizeMode::Shortest);
    }
    if size["height"] == json!(window) && size["width"] == json!(window) {
        return Ok(ResizeMode::Squash);
    }
    Err(settings.error(
        "size",
        format!("{size} is not supported: clipig resizes images to the window, {window} pixels"),
    ))
}

//! `config.json` of a `CLIPModel`. Settings that are left out have the defaults of `CLIPTextConfig` and
//! `CLIPVisionConfig` of transformers 5.24.0.

use serde_json::{Value as Json, json};

use super::{Settings, Stated, transformer};
use crate::{
    architecture::Architecture,
    error::ModelError,
    registry::{Activation, TOKENS},
};

const VISION_HEADS: u32 = 12;
const TEXT_HEADS: u32 = 8;

/// Where transformers finds a tower's settings: those of the second stand above those of the first, in files
/// of version 4.
const TEXT: [&str; 2] = ["text_config_dict", "text_config"];
const VISION: [&str; 2] = ["vision_config_dict", "vision_config"];

pub(super) fn read(
    settings: &Settings,
    architecture: &Architecture,
    stated: &mut Stated,
) -> Result<(), ModelError> {
    let what = settings.get("model_type").and_then(Json::as_str);
    if what.is_some_and(|what| what != "clip") || (what.is_none() && settings.get("vision_config").is_none())
    {
        let what = what.map_or_else(|| "of no \"model_type\"".to_owned(), |what| format!("of a \"{what}\""));
        return Err(ModelError::configuration(
            &settings.file.path,
            format!(
                "it is the configuration {what}, not of a \"clip\". Where it does not belong to these weights, put them \
                 into a folder of their own"
            ),
        ));
    }
    let text = Tower::of(settings, TEXT)?;
    let vision = Tower::of(settings, VISION)?;
    let mut activations = Vec::new();
    for tower in text.0.iter().chain(&vision.0) {
        tower.epsilon("layer_norm_eps")?;
        tower.only("num_channels", &[json!(3)], "images have three colours")?;
    }
    if let Some(text) = text.first("vocab_size") {
        text.only("vocab_size", &[json!(TOKENS)], "clipig has CLIP's tokenizer alone")?;
    }
    // 2 is a mistake of older files, which transformers reads as the greatest id, the mark of the end.
    if let Some(text) = text.first("eos_token_id") {
        let allowed = [json!(2), json!(TOKENS - 1), json!([TOKENS - 1])];
        text.only("eos_token_id", &allowed, "clipig takes the feature from the mark of the end, 49407")?;
    }
    text.fits("hidden_size", architecture.text_width)?;
    text.fits("num_hidden_layers", architecture.text_layers)?;
    text.fits("intermediate_size", architecture.text_feed_forward)?;
    text.fits("max_position_embeddings", architecture.context)?;
    if let Some((width, layers, patch)) = transformer(architecture) {
        vision.fits("hidden_size", width)?;
        vision.fits("num_hidden_layers", layers)?;
        vision.fits("patch_size", patch)?;
        vision.fits("image_size", architecture.input_size)?;
    }
    stated.text_heads = Some(text.number("num_attention_heads")?.unwrap_or(TEXT_HEADS));
    stated.vision_heads = Some(vision.number("num_attention_heads")?.unwrap_or(VISION_HEADS));
    for tower in [&text, &vision] {
        activations.push(match tower.first("hidden_act") {
            None => Activation::QuickGelu,
            Some(tower) => match tower.get("hidden_act").and_then(Json::as_str) {
                Some("quick_gelu") => Activation::QuickGelu,
                Some("gelu") => Activation::Gelu,
                _ => return Err(tower.error("hidden_act", "clipig knows \"quick_gelu\" and \"gelu\"")),
            },
        });
    }
    if activations[0] != activations[1] {
        let why = "its towers have different activations (\"hidden_act\"); clipig has one for both";
        return Err(ModelError::configuration(&settings.file.path, why));
    }
    stated.activation = Some(activations[0]);
    Ok(())
}

/// The settings of a tower, those that count first.
struct Tower<'a>(Vec<Settings<'a>>);

impl<'a> Tower<'a> {
    fn of(settings: &'a Settings<'a>, keys: [&str; 2]) -> Result<Self, ModelError> {
        let inner = keys.into_iter().map(|key| settings.inner(key)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(inner.into_iter().flatten().collect()))
    }

    /// The object that decides a setting.
    fn first(&self, key: &str) -> Option<&Settings<'a>> {
        self.0.iter().find(|settings| settings.get(key).is_some())
    }

    fn number(&self, key: &str) -> Result<Option<u32>, ModelError> {
        self.first(key).map_or(Ok(None), |settings| settings.number(key))
    }

    fn fits(&self, key: &str, found: u32) -> Result<(), ModelError> {
        self.first(key).map_or(Ok(()), |settings| settings.fits(key, found))
    }
}

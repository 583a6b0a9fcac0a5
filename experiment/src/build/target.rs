//! Targets and features.

use super::mask::Masks;
use super::reader::Reader;
use super::{constraint, prompt, transform};
use crate::diagnostic::shown;
use crate::experiment::{Cuts, Feature, FeatureLoss, FeatureScale, FeatureSource, Select, Target};
use crate::expression::Int;

pub(super) fn target(reader: &mut Reader<'_>, masks: &Masks) -> Target {
    let target = Target {
        active: reader.bool("active"),
        name: reader.text("name"),
        span: reader.span(),
        weight: reader.float("weight"),
        batch_size: batch_size(reader),
        select: reader.choice("select", select),
        feature_scale: feature_scale(reader),
        features: reader.entries("features", features).into_iter().flatten().collect(),
        cuts: reader.is_written("cuts").then(|| reader.map("cuts", cuts)),
        transforms: reader.entries("transforms", transform::transforms).into_iter().flatten().collect(),
        constraints: reader
            .entries("constraints", |reader| constraint::constraints(reader, masks))
            .into_iter()
            .flatten()
            .collect(),
        mask: masks.of(reader),
        place: 0,
        model: 0,
        share: 1.0,
    };
    if target.features.is_empty() && !reader.is_written("constraints") {
        reader
            .warning_here("this target has neither features nor constraints, so it changes nothing")
            .help(|| "say what it should show:\n  features:\n    - text: a curly spoon".to_owned());
    }
    let samples = target.batch_size.as_constant();
    if samples == Some(1) && target.cuts.is_some() {
        reader
            .warning("cuts", "`cuts` divides the looks of `batch_size`, and there is only one")
            .help(|| "for example: `batch_size: 8`".to_owned());
    }
    if samples != Some(1) && !target.draws() {
        reader.warning(
            "batch_size",
            "`batch_size` counts only where a transform is random; this target is seen once per epoch",
        );
    }
    target
}

/// How many samples an epoch has must be known beforehand, so chance decides nothing here.
fn batch_size(reader: &mut Reader<'_>) -> Int {
    let size = reader.int_expression("batch_size");
    if size.draws() {
        reader
            .error("batch_size", "`batch_size` cannot be random")
            .help(|| "it may depend on the time: `4 if t < .5 else 12`".to_owned());
    }
    size
}

fn cuts(reader: &mut Reader<'_>) -> Cuts {
    Cuts {
        path: reader.path().to_owned(),
        overview: reader.int_expression("overview"),
        size: transform::range(reader, "size"),
        power: reader.float("power"),
    }
}

fn select(name: &str) -> Option<Select> {
    match name {
        "all" => Some(Select::All),
        "best" => Some(Select::Best),
        "worst" => Some(Select::Worst),
        "mix" => Some(Select::Mix),
        _ => None,
    }
}

/// As in the original, every text but `equal` means `fair`.
fn feature_scale(reader: &mut Reader<'_>) -> FeatureScale {
    let text = reader.text("feature_scale");
    if text == "equal" || reader.is_broken("feature_scale") {
        return FeatureScale::Equal;
    }
    if text != "fair" {
        reader
            .warning("feature_scale", &format!("`{}` is taken for `fair`", shown(&text)))
            .help(|| "allowed: `equal`, `fair`".to_owned());
    }
    FeatureScale::Fair
}

/// The features of an entry: one for each part of a prompt, else one.
fn features(reader: &mut Reader<'_>) -> Vec<Feature> {
    let (name, source) = source(reader);
    let feature = Feature {
        path: format!("{}.{name}", reader.path()),
        source,
        span: reader.span(),
        weight: reader.float("weight"),
        scale: reader.float("scale"),
        loss: reader.choice("loss", loss),
    };
    if name == "prompt" { prompt::split(reader, &feature) } else { vec![feature] }
}

/// The source of a feature and the parameter that names it. A prompt is a text that is still whole.
fn source(reader: &mut Reader<'_>) -> (&'static str, FeatureSource) {
    let text = reader.optional_text("text");
    let image = reader.optional_text("image");
    let prompt = reader.optional_text("prompt");
    let blank = |text: &Option<String>| text.as_ref().is_some_and(|text| text.trim().is_empty());
    if blank(&text) {
        reader
            .error("text", "the text is empty")
            .help(|| "say what should be seen: `text: a curly spoon`".to_owned());
    }
    if blank(&image) {
        reader.error("image", "the name of the image is empty");
    }
    if let Some(prompt) = prompt {
        if text.is_some() || image.is_some() {
            reader
                .error("prompt", "a feature has either a prompt, a text or an image, not several of them")
                .help(|| "make two features of it:\n- prompt: …\n- text: …".to_owned());
        }
        return ("prompt", FeatureSource::Text(prompt));
    }
    match (text, image) {
        (Some(_), Some(_)) => {
            reader
                .error("image", "a feature has either a text or an image, not both")
                .help(|| "make two features of it:\n- text: …\n- image: …".to_owned());
            ("text", FeatureSource::Text(String::new()))
        }
        (Some(text), None) => ("text", FeatureSource::Text(text)),
        (None, Some(image)) => ("image", FeatureSource::Image(image)),
        (None, None) => {
            if !["text", "image", "prompt"].into_iter().any(|name| reader.is_broken(name)) {
                reader
                    .error_here("a feature needs a text or an image")
                    .help(|| "say what should be seen: `text: a curly spoon`".to_owned());
            }
            ("text", FeatureSource::Text(String::new()))
        }
    }
}

fn loss(name: &str) -> Option<FeatureLoss> {
    match name.to_lowercase().as_str() {
        "cosine" => Some(FeatureLoss::Cosine),
        "l1" | "mae" => Some(FeatureLoss::L1),
        "l2" | "mse" => Some(FeatureLoss::L2),
        "spherical" => Some(FeatureLoss::Spherical),
        _ => None,
    }
}

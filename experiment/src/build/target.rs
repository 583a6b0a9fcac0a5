//! Targets and features.

use super::mask::Masks;
use super::reader::Reader;
use super::{constraint, feature, prompt, transform};
use crate::diagnostic::shown;
use crate::experiment::{Cuts, Feature, FeatureLoss, FeatureScale, Select, Target};
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
        transforms: reader
            .entries("transforms", |reader| transform::transforms(reader, masks))
            .into_iter()
            .flatten()
            .collect(),
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
    check_angles(reader, &target);
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

/// Refuses what needs vectors that can be mixed, or a likeness with the first canvas.
fn check_angles(reader: &mut Reader<'_>, target: &Target) {
    let Some(name) = target.features.iter().find_map(|feature| feature.source.angle()) else { return };
    if target.select == Select::Mix {
        reader
            .error("select", &format!("`mix` cannot mix a `{name}` with other features"))
            .help(|| "use `select: all`, which adds their losses by weight".to_owned());
    }
    if target.feature_scale == FeatureScale::Fair {
        reader
            .error(
                "feature_scale",
                &format!("`fair` cannot scale a `{name}`: it does not measure a likeness"),
            )
            .help(|| "remove the line, and use the features' own `scale`".to_owned());
    }
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
    let (name, source) = feature::source(reader);
    let feature = Feature {
        path: format!("{}.{name}", reader.path()),
        source,
        span: reader.span(),
        weight: reader.float("weight"),
        scale: reader.float("scale"),
        loss: reader.choice("loss", loss),
    };
    feature::check_loss(reader, &feature.source, feature.loss);
    if name == "prompt" { prompt::split(reader, &feature) } else { vec![feature] }
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

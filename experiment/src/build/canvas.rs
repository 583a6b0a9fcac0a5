//! What the optimiser moves: the pixel model and the maps after it.

use super::{Reader, color};
use crate::experiment::{CanvasSettings, Experiment, PaletteColors, PixelModel, Symmetry};
use crate::expression::Int;
use crate::limits::{MAX_COLORS, SOFTNESS};

/// Which parameters belong to one model only, and to which.
const OF_MODELS: &[(&str, &[&str])] = &[
    ("falloff", &["fft", "pyramid"]),
    ("levels", &["pyramid"]),
    ("palette", &["palette"]),
    ("colors", &["palette"]),
    ("softness", &["palette"]),
];

/// Does a parameter of `canvas` have a meaning with this model?
pub(crate) fn is_of_model(name: &str, model: &str) -> bool {
    OF_MODELS.iter().all(|(of_model, models)| *of_model != name || models.contains(&model))
}

pub(super) fn canvas(reader: &mut Reader<'_>) -> CanvasSettings {
    let falloff = reader.float("falloff").as_constant().unwrap_or_default();
    let levels = reader.optional_int("levels");
    let softness = softness(reader);
    let colors = colors(reader);
    let model = reader.choice("model", |name| match name {
        "pixels" => Some(PixelModel::Pixels),
        "fft" => Some(PixelModel::Fft { falloff }),
        "pyramid" => Some(PixelModel::Pyramid { levels, falloff }),
        "palette" => Some(PixelModel::Palette { colors: colors.clone(), softness }),
        _ => None,
    });
    warn_of_idle(reader, &model);
    CanvasSettings {
        model,
        symmetry: reader.choice("symmetry", symmetry),
        tile: reader.fixed_ints("tile").unwrap_or([1, 1]),
    }
}

/// A broken or wild value becomes the default; it was reported.
fn softness(reader: &mut Reader<'_>) -> f64 {
    const DEFAULT: f64 = 0.25;
    let softness = reader.float("softness").as_constant().unwrap_or(DEFAULT);
    if SOFTNESS.contains(&softness) {
        return softness;
    }
    if !reader.is_broken("softness") && softness.is_finite() {
        let (least, most) = (SOFTNESS.start(), SOFTNESS.end());
        reader.error("softness", &format!("`softness` cannot be {softness}")).help(|| {
            format!("allowed: from {least}, which paints hard areas, to {most}, which mixes all colours")
        });
    }
    DEFAULT
}

fn colors(reader: &mut Reader<'_>) -> PaletteColors {
    let given = reader.entries("palette", |entry| {
        let color = entry.fixed_floats("color").unwrap_or([0.0; 3]);
        color::check(entry, "color", color.map(Some));
        color
    });
    let count = reader.int::<u32>("colors").clamp(2, MAX_COLORS);
    if given.is_empty() {
        return PaletteColors::Learned(count);
    }
    if given.len() < 2 || given.len() > MAX_COLORS as usize {
        reader
            .error("palette", &format!("a palette of {} colours is not possible", given.len()))
            .help(|| format!("give from 2 to {MAX_COLORS} colours, or `colors: 6` to have six found"));
    }
    if reader.is_written("colors") {
        reader
            .warning("colors", "`colors` has no effect beside `palette`, which says all colours")
            .help(|| "remove one of the two".to_owned());
    }
    PaletteColors::Given(given)
}

fn symmetry(name: &str) -> Option<Symmetry> {
    match name {
        "none" => Some(Symmetry::None),
        "left-right" => Some(Symmetry::LeftRight),
        "top-bottom" => Some(Symmetry::TopBottom),
        "both" => Some(Symmetry::Both),
        "rotate-2" => Some(Symmetry::Rotate2),
        "rotate-4" => Some(Symmetry::Rotate4),
        _ => None,
    }
}

/// Warns of parameters that belong to another model.
fn warn_of_idle(reader: &mut Reader<'_>, model: &PixelModel) {
    let model = match model {
        PixelModel::Pixels => "pixels",
        PixelModel::Fft { .. } => "fft",
        PixelModel::Pyramid { .. } => "pyramid",
        PixelModel::Palette { .. } => "palette",
    };
    for (name, models) in OF_MODELS {
        if reader.is_written(name) && !models.contains(&model) {
            let wanted: Vec<String> = models.iter().map(|model| format!("`model: {model}`")).collect();
            reader
                .warning(name, &format!("`{name}` has no effect on `model: {model}`"))
                .help(|| format!("write {} beside it, or remove it", wanted.join(" or ")));
        }
    }
}

/// Refuses a quarter turn of what is not square, where that is known before the run.
pub(super) fn check_square(reader: &mut Reader<'_>, experiment: &Experiment) {
    let CanvasSettings { symmetry: Symmetry::Rotate4, tile, .. } = experiment.canvas else { return };
    let [Some(width), Some(height)] = experiment.resolution.each_ref().map(Int::as_constant) else { return };
    // The last copies may be cut, as in the engine.
    let side = |whole: i64, copies: u32| (whole + i64::from(copies.max(1)) - 1) / i64::from(copies.max(1));
    let (across, down) = (side(width, tile[0]), side(height, tile[1]));
    if across == down {
        return;
    }
    let what = if tile == [1, 1] { "the picture" } else { "a tile" };
    let message =
        format!("`rotate-4` turns by 90 degrees, but {what} is no square: {across} x {down} pixels");
    let help = "give `resolution` two equal numbers, or use `rotate-2`";
    reader.map("canvas", |reader| reader.error("symmetry", &message).help(|| help.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::parameters;

    #[test]
    fn parameters_of_models_are_registered() {
        let choices = parameters().get("canvas.model").expect("a parameter").choices;
        for (name, models) in OF_MODELS {
            assert!(parameters().get(&format!("canvas.{name}")).is_some(), "{name}");
            assert!(models.iter().all(|model| choices.iter().any(|choice| choice.name == *model)), "{name}");
        }
        assert!(is_of_model("falloff", "fft") && !is_of_model("falloff", "pixels"));
        assert!(is_of_model("symmetry", "pixels"));
    }
}

//! Constraints of a target.

use std::collections::BTreeMap;

use super::color;
use super::mask::Masks;
use super::reader::Reader;
use super::transform::{border, kernel};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::experiment::{
    Bounds, Constraint, ConstraintKind, ConstraintLoss, Experiment, Moment, Span, Target,
};
use crate::expression::Float;
use crate::limits::{MAX_COLORS, MAX_HISTOGRAMS};
use crate::source::Origin;

/// The constraints of one entry, in the order written.
pub(super) fn constraints(reader: &mut Reader<'_>, masks: &Masks) -> Vec<Constraint> {
    if reader.names().is_empty() {
        reader.warning_here("this entry is empty");
    }
    let names = reader.names();
    names.into_iter().filter_map(|name| reader.map(name, |reader| constraint(reader, name, masks))).collect()
}

fn constraint(reader: &mut Reader<'_>, name: &str, masks: &Masks) -> Option<Constraint> {
    let kind = match name {
        "blur" => ConstraintKind::Blur(kernel(reader)),
        "border" => ConstraintKind::Border(border(reader)),
        "contrast" => ConstraintKind::Contrast(bounds(reader, name)),
        "edge_mean" => ConstraintKind::EdgeMean { bounds: bounds(reader, name), kernel: kernel(reader) },
        "histogram" => ConstraintKind::Histogram(image(reader)),
        "mean" => ConstraintKind::Mean(bounds(reader, name)),
        "noise" => ConstraintKind::Noise(reader.floats("std")),
        "normalize" => ConstraintKind::Normalize { min: reader.floats("min"), max: reader.floats("max") },
        "palette" => ConstraintKind::Palette(palette(reader)),
        "saturation" => ConstraintKind::Saturation(bounds(reader, name)),
        "std" => ConstraintKind::Std(bounds(reader, name)),
        _ => return None,
    };
    let (start, end) = (reader.moment("start"), reader.moment("end"));
    if let (Moment::Fixed(start), Moment::Fixed(end)) = (&start, &end) {
        reader.check_order(Span { start: *start, end: *end });
    }
    Some(Constraint {
        path: reader.path().to_owned(),
        start,
        end,
        weight: reader.float("weight"),
        loss: reader.choice("loss", loss),
        mask: masks.of(reader),
        kind,
    })
}

fn bounds(reader: &mut Reader<'_>, name: &str) -> Bounds {
    if !reader.is_written("above") && !reader.is_written("below") {
        reader
            .error("above", &format!("`{name}` needs `above`, `below` or both"))
            .help(|| format!("for example:\n- {name}:\n    below: .5"));
    }
    let bounds = Bounds { above: reader.optional_floats("above"), below: reader.optional_floats("below") };
    if let Bounds { above: Some(above), below: Some(below) } = &bounds {
        let constants = |bound: &[Float; 3]| bound.each_ref().map(Float::as_constant);
        let pairs = constants(above).into_iter().zip(constants(below));
        if let Some((above, below)) =
            pairs.filter_map(|(above, below)| above.zip(below)).find(|(above, below)| above > below)
        {
            let message = format!("nothing is above {above} and below {below}, so `{name}` pulls both ways");
            reader
                .warning("above", &message)
                .help(|| format!("`above` is the lower bound: `above: {below}` and `below: {above}`"));
        }
    }
    bounds
}

fn image(reader: &mut Reader<'_>) -> String {
    let image = reader.text("image");
    if image.trim().is_empty() && !reader.is_broken("image") && reader.is_written("image") {
        reader.error("image", "the name of the image is empty");
    }
    image
}

fn palette(reader: &mut Reader<'_>) -> Vec<[Float; 3]> {
    let colors = reader.entries("colors", |reader| {
        let color: [Float; 3] = reader.floats("color");
        color::check(reader, "color", color.each_ref().map(Float::as_constant));
        color
    });
    if colors.is_empty() || colors.len() > MAX_COLORS as usize {
        reader.error("colors", &format!("a palette of {} colours is not possible", colors.len())).help(
            || {
                format!(
                    "give from 1 to {MAX_COLORS} colours:\n- palette:\n    colors:\n      - color: .9 .8 .2"
                )
            },
        );
    }
    colors
}

/// Reports an experiment whose histograms would need too much memory.
pub(super) fn check_histograms(experiment: &Experiment, origin: Origin, problems: &mut Diagnostics) {
    let histograms = |target: &Target| {
        let constraints = target.constraints.iter();
        constraints.filter(|constraint| matches!(constraint.kind, ConstraintKind::Histogram(_))).count()
    };
    let active = experiment.targets.iter().filter(|target| target.active);
    // A target stands there once for each model that sees it.
    let written: BTreeMap<usize, usize> = active.map(|target| (target.place, histograms(target))).collect();
    let count: usize = written.values().sum();
    if count > MAX_HISTOGRAMS {
        let message =
            format!("there are {count} constraints `histogram`; at most {MAX_HISTOGRAMS} are allowed");
        problems.push(Diagnostic::error("targets", origin, message));
    }
}

/// Lower case only, as it has always been for constraints.
fn loss(name: &str) -> Option<ConstraintLoss> {
    match name {
        "l1" | "mae" => Some(ConstraintLoss::L1),
        "l2" | "mse" => Some(ConstraintLoss::L2),
        _ => None,
    }
}

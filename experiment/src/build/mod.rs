//! From the tree to the typed experiment, with the limits of every value and what must hold between values.

mod canvas;
mod color;
mod constraint;
mod feature;
mod mask;
mod models;
mod prompt;
mod reader;
mod series;
mod target;
mod transform;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::experiment::{Beyond, Experiment, Init, Interpolation, Interval, Optimizer, Placement, Target};
use crate::limits;
use crate::tree::{Map, Value};

pub(crate) use canvas::is_of_model;
use mask::Masks;
use models::Models;
use reader::Reader;
pub(crate) use reader::initial;
pub(crate) use series::{AnimationSettings, Easing, SweepSettings};

/// Builds the experiment of a tree. Where an error is added to `problems`, the result must not be used.
pub(crate) fn build(tree: &Map, problems: &mut Diagnostics) -> Experiment {
    let mut reader = Reader::top(tree, problems);
    let canvas = reader.map("canvas", canvas::canvas);
    let masks = Masks::read(&mut reader);
    let init = reader.map("init", |reader| init(reader, &masks));
    let models = Models::read(&mut reader);
    let targets = reader.entries("targets", |reader| {
        let target = target::target(reader, &masks);
        models.divide(reader, target)
    });
    let postproc = reader.entries("postproc", |reader| transform::post_process(reader, &masks));
    let experiment = Experiment {
        verbose: reader.int("verbose"),
        output: reader.text("output"),
        snapshot_interval: interval(&mut reader),
        epochs: reader.int("epochs"),
        start_epoch: reader.int("start_epoch"),
        resolution: reader.ints("resolution"),
        interpolation: reader.choice("interpolation", interpolation),
        model: model(&mut reader),
        models: models.names(),
        device: device(&mut reader),
        learnrate: reader.float("learnrate"),
        learnrate_scale: reader.float("learnrate_scale"),
        seed: reader.optional_int("seed"),
        optimizer: reader.choice("optimizer", optimizer),
        canvas,
        init,
        targets: targets.into_iter().enumerate().flat_map(placed).collect(),
        postproc,
    };
    if experiment.start_epoch >= experiment.epochs && !reader.is_broken("epochs") {
        let name = if experiment.epochs > 0 { "start_epoch" } else { "epochs" };
        let (start, end) = (experiment.start_epoch, experiment.epochs);
        let message = format!(
            "`start_epoch` is {start} and `epochs` is {end}: no epoch is computed, and the picture is the first canvas"
        );
        reader.warning(name, &message);
    }
    let origin = reader.origin("resolution");
    if let [Some(width), Some(height)] = experiment.resolution.each_ref().map(crate::expression::Int::as_constant)
        && let Err(error) = limits::resolution(width, height)
        // A side that is out of bounds is reported with the side.
        && width.max(height) <= limits::MAX_SIDE
        && width.min(height) >= 1
    {
        problems.push(Diagnostic::error("resolution", origin, error.to_string()));
    }
    canvas::check_square(&mut Reader::top(tree, problems), &experiment);
    let targets = tree.get("targets").map_or(tree.origin, |entry| entry.origin);
    feature::check_styles(&experiment, targets, problems);
    constraint::check_histograms(&experiment, targets, problems);
    mask::check_images(&experiment, tree.get("masks").map_or(tree.origin, |entry| entry.origin), problems);
    experiment
}

/// Notes the place of a target that is written in what became of it.
fn placed((place, targets): (usize, Vec<Target>)) -> impl Iterator<Item = Target> {
    targets.into_iter().map(move |target| Target { place, ..target })
}

fn interval(reader: &mut Reader<'_>) -> Interval {
    match reader.number("snapshot_interval") {
        Value::Int(epochs) => Interval::Epochs(reader.fit("snapshot_interval", epochs).unwrap_or(0)),
        Value::Float(seconds) => Interval::Seconds(seconds),
        _ => Interval::Epochs(0),
    }
}

fn model(reader: &mut Reader<'_>) -> Option<String> {
    if !reader.is_written("model") {
        return None;
    }
    let model = reader.text("model");
    if model.trim().is_empty() {
        reader
            .error("model", "the model's name is empty")
            .help(|| "remove the line for the default".to_owned());
    }
    Some(model)
}

/// Whether there is such a device is known only where it runs.
fn device(reader: &mut Reader<'_>) -> String {
    let device = reader.text("device");
    let numbered =
        |index: &str| !index.is_empty() && index.len() <= 3 && index.bytes().all(|b| b.is_ascii_digit());
    let known = matches!(device.as_str(), "auto" | "cpu" | "cuda")
        || device.strip_prefix("cuda:").is_some_and(numbered);
    if !known && !reader.is_broken("device") {
        let message = format!("`{}` is not a device", crate::diagnostic::shown(&device));
        reader
            .error("device", &message)
            .help(|| "allowed: `auto`, `cpu`, `cuda`, `cuda:0`, `cuda:1`, …".to_owned());
    }
    device
}

fn init(reader: &mut Reader<'_>, masks: &Masks) -> Init {
    let resolution = reader.fixed_ints("resolution");
    if let Some([width, height]) = resolution
        && i64::from(width) * i64::from(height) > limits::MAX_PIXELS
    {
        reader.error("resolution", &format!("{width} x {height} pixels are too many"));
    }
    let init = Init {
        resolution,
        mean: reader.fixed_floats("mean").unwrap_or([0.5; 3]),
        std: reader.fixed_floats("std").unwrap_or([0.1; 3]),
        image: reader.optional_text("image"),
        placement: placement(reader),
        image_tensor: reader.pixels("image_tensor"),
        mask: masks.of(reader),
        place: reader.fixed_floats("place"),
    };
    mask::check_init(reader, init.mask.as_deref(), init.place);
    if init.image.as_ref().is_some_and(|image| image.trim().is_empty()) {
        reader
            .error("image", "the name of the image is empty")
            .help(|| "remove the line to start from noise".to_owned());
    }
    if init.image.is_some() && init.image_tensor.is_some() {
        reader.warning("image", "`image_tensor` is used, so `image` is not");
    }
    let multiplied = init.image.is_some() && !init.keeps_image();
    if multiplied && !reader.is_written("mean") && !reader.is_written("std") {
        reader
            .warning("image", "without `mean` and `std` the image is almost invisible (10 % of it, on grey)")
            .help(|| "to start from the image as it is: `mean: 0` and `std: 1`".to_owned());
    }
    init
}

fn placement(reader: &mut Reader<'_>) -> Placement {
    let zoom = reader.float("zoom").as_constant().unwrap_or(1.0);
    if !limits::ZOOM.contains(&zoom) && !reader.is_broken("zoom") {
        let (least, most) = (limits::ZOOM.start(), limits::ZOOM.end());
        reader
            .error("zoom", &format!("`zoom` cannot be {zoom}"))
            .help(|| format!("allowed: from {least} to {most}; 1 is the image as it is"));
    }
    for name in ["zoom", "rotate", "move", "border"] {
        if reader.is_written(name) && !reader.is_written("image") {
            reader.warning(name, &format!("`{name}` has no effect without `image`"));
        }
    }
    Placement {
        zoom,
        rotate: reader.float("rotate").as_constant().unwrap_or(0.0),
        shift: reader.fixed_floats("move").unwrap_or([0.0; 2]),
        border: reader.choice("border", beyond),
    }
}

pub(crate) fn beyond(name: &str) -> Option<Beyond> {
    match name {
        "mirror" => Some(Beyond::Mirror),
        "edge" => Some(Beyond::Edge),
        "wrap" => Some(Beyond::Wrap),
        "black" => Some(Beyond::Black),
        _ => None,
    }
}

fn interpolation(name: &str) -> Option<Interpolation> {
    match name {
        "nearest" => Some(Interpolation::Nearest),
        "linear" | "bilinear" => Some(Interpolation::Bilinear),
        "cubic" | "bicubic" => Some(Interpolation::Bicubic),
        _ => None,
    }
}

fn optimizer(name: &str) -> Option<Optimizer> {
    match name {
        "adam" => Some(Optimizer::Adam),
        "sgd" => Some(Optimizer::Sgd),
        "sparse_adam" => Some(Optimizer::SparseAdam),
        "adadelta" => Some(Optimizer::Adadelta),
        "rmsprob" | "rmsprop" => Some(Optimizer::RmsProp),
        _ => None,
    }
}

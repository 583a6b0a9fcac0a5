//! Transforms, of targets and as post-processing.

use super::color;
use super::mask::Masks;
use super::reader::Reader;
use crate::experiment::{Border, Kernel, PadMode, PostProcess, Transform, TransformKind};
use crate::expression::Float;
use crate::parameters::parameters;

/// The transforms of one entry, in the order written. With a mask they are one.
pub(super) fn transforms(reader: &mut Reader<'_>, masks: &Masks) -> Vec<Transform> {
    if reader.names().is_empty() {
        reader.warning_here("this entry is empty");
    }
    let names = reader.names();
    let transforms: Vec<Transform> = names.into_iter().filter_map(|name| transform(reader, name)).collect();
    let Some(mask) = masks.of(reader) else { return transforms };
    if transforms.is_empty() {
        reader.warning_here("this entry has a mask and no transform, so it has no effect");
        return transforms;
    }
    for name in reader.names() {
        if changes_resolution(name) {
            reader
                .error(name, &format!("`{name}` changes the size of the image, so it cannot have a mask"))
                .help(|| {
                    format!(
                        "what it makes and what it gets have no places in common that could be mixed; put `{name}` into an entry of its own, without `mask`"
                    )
                });
        }
    }
    vec![Transform { path: reader.path().to_owned(), kind: TransformKind::Masked { mask, transforms } }]
}

/// Does a transform change the size of the image? The others are effects of post-processing, too.
fn changes_resolution(name: &str) -> bool {
    parameters().get(&format!("postproc.{name}")).is_none()
}

/// An entry of `postproc`.
pub(super) fn post_process(reader: &mut Reader<'_>, masks: &Masks) -> PostProcess {
    let post_process = PostProcess {
        active: reader.bool("active"),
        span: reader.span(),
        transforms: reader.names().into_iter().filter_map(|name| transform(reader, name)).collect(),
        mask: masks.of(reader),
    };
    if post_process.transforms.is_empty() {
        reader.warning_here("this entry has no effect");
    }
    post_process
}

fn transform(reader: &mut Reader<'_>, name: &'static str) -> Option<Transform> {
    let kind = match name {
        "add" => TransformKind::Add(reader.floats(name)),
        "blur" => TransformKind::Blur(reader.map(name, kernel)),
        "border" => TransformKind::Border(reader.map(name, border)),
        "bwnoise" => TransformKind::BwNoise(reader.float(name)),
        "center_crop" => TransformKind::CenterCrop(reader.ints(name)),
        "clamp" => TransformKind::Clamp(reader.floats(name)),
        "contrast" => TransformKind::Contrast(reader.float(name)),
        "crop" => TransformKind::Crop(reader.floats(name)),
        "edge" => reader.map(name, |reader| TransformKind::Edge {
            kernel: kernel(reader),
            amount: reader.floats("amount"),
        }),
        "fnoise" => TransformKind::FNoise(reader.floats(name)),
        "mean" => TransformKind::Mean(reader.floats(name)),
        "mul" => TransformKind::Mul(reader.floats(name)),
        "noise" => TransformKind::Noise(reader.floats(name)),
        "pad" => reader.map(name, |reader| TransformKind::Pad {
            size: reader.ints("size"),
            color: color(reader),
            mode: reader.choice("mode", pad_mode),
        }),
        "quantize" => TransformKind::Quantize(reader.floats(name)),
        "random_crop" => TransformKind::RandomCrop(reader.ints(name)),
        "random_rotate" => reader.map(name, |reader| TransformKind::RandomRotate {
            degree: reader.floats("degree"),
            center: reader.floats("center"),
        }),
        "random_scale" => TransformKind::RandomScale(range(reader, name)),
        "random_shift" => TransformKind::RandomShift(reader.all_floats(name)),
        "random_translate" => TransformKind::RandomTranslate(reader.floats(name)),
        "repeat" => TransformKind::Repeat(reader.ints(name)),
        "resize" => TransformKind::Resize(reader.ints(name)),
        "rnoise" => reader.map(name, |reader| TransformKind::RNoise {
            std: reader.floats("std"),
            resolution: reader.ints("resolution"),
        }),
        "rotate" => reader.map(name, |reader| TransformKind::Rotate {
            degree: reader.float("degree"),
            center: reader.floats("center"),
        }),
        "saturation" => TransformKind::Saturation(reader.float(name)),
        "shift" => TransformKind::Shift(reader.floats(name)),
        // `mask`, and `active`, `start` and `end` of post-processing.
        _ => return None,
    };
    let path = format!("{}.{name}", reader.path());
    Some(Transform { path, kind })
}

pub(super) fn kernel(reader: &mut Reader<'_>) -> Kernel {
    Kernel { size: reader.ints("kernel_size"), sigma: reader.optional_floats("sigma") }
}

pub(super) fn border(reader: &mut Reader<'_>) -> Border {
    Border { size: reader.ints("size"), color: color(reader) }
}

fn color(reader: &mut Reader<'_>) -> [Float; 3] {
    let color: [Float; 3] = reader.floats("color");
    color::check(reader, "color", color.each_ref().map(Float::as_constant));
    color
}

/// Least and greatest value of a range that must not be empty.
pub(super) fn range(reader: &mut Reader<'_>, name: &str) -> [Float; 2] {
    let range: [Float; 2] = reader.floats(name);
    if let [Some(least), Some(most)] = range.each_ref().map(Float::as_constant)
        && least > most
    {
        reader
            .error(name, &format!("the range of `{name}` is empty: {least} is more than {most}"))
            .help(|| format!("the smaller number comes first: `{name}: {most} {least}`"));
    }
    range
}

fn pad_mode(name: &str) -> Option<PadMode> {
    match name {
        "fill" => Some(PadMode::Fill),
        "edge" => Some(PadMode::Edge),
        "wrap" => Some(PadMode::Wrap),
        _ => None,
    }
}

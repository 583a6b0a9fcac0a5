//! Masks: those with names, and those that are written where they are used.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::reader::Reader;
use crate::diagnostic::{Diagnostic, Diagnostics, shown};
use crate::experiment::{Experiment, Mask, MaskShape};
use crate::expression::Float;
use crate::limits::MAX_MASK_IMAGES;
use crate::nearest::nearest;
use crate::parameters::{MASKS, NAME};
use crate::source::Origin;

/// The shapes that a mask may have, for messages.
const SHAPES: &str = "`box`, `ellipse`, `gradient` or `image`";

/// From here on, a number is more likely one of pixels than a share of the picture.
const SUSPICIOUS: f64 = 8.0;

/// The masks of `masks`, by name.
#[derive(Default)]
pub(super) struct Masks(Vec<(String, Arc<Mask>)>);

impl Masks {
    /// Reads the entries of `masks`.
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut names = BTreeSet::new();
        let read = |reader: &mut Reader<'_>| {
            let name = reader.optional_text(NAME).unwrap_or_default();
            if name.trim().is_empty() {
                if !reader.is_broken(NAME) {
                    reader
                        .error(NAME, "a mask in `masks` needs a `name`")
                        .help(|| "for example:\n- name: sky\n  box: 0 0 1 .5".to_owned());
                }
            } else if !names.insert(name.clone()) {
                reader
                    .error(NAME, &format!("there are two masks with the name `{}`", shown(&name)))
                    .help(|| "give one of them another name".to_owned());
            }
            let shapes = shapes(reader);
            if shapes.is_empty() {
                no_shape(reader);
            }
            (name, Arc::new(mask(reader, shapes)))
        };
        Self(reader.entries(MASKS, read))
    }

    /// The mask that stands under `mask` of what is read.
    pub(super) fn of(&self, reader: &mut Reader<'_>) -> Option<Arc<Mask>> {
        reader.map_like("mask", MASKS, |reader| self.used(reader))
    }

    fn used(&self, reader: &mut Reader<'_>) -> Arc<Mask> {
        let shapes = shapes(reader);
        let mut mask = mask(reader, shapes);
        match reader.optional_text(NAME).and_then(|name| self.named(reader, &name)) {
            Some(named) if mask.shapes.is_empty() && !mask.invert => return named,
            Some(named) => mask.shapes.insert(0, MaskShape::Named(named)),
            None if mask.shapes.is_empty() && !reader.is_written(NAME) => no_shape(reader),
            None => {}
        }
        Arc::new(mask)
    }

    fn named(&self, reader: &mut Reader<'_>, name: &str) -> Option<Arc<Mask>> {
        let found = self.0.iter().find(|(known, _)| known == name).map(|(_, mask)| Arc::clone(mask));
        if found.is_none() {
            let names = || self.0.iter().map(|(name, _)| name.as_str());
            let near =
                nearest(name, names()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let known: Vec<String> = names().map(|name| format!("`{}`", shown(name))).collect();
            reader.error(NAME, &format!("there is no mask `{}`{near}", shown(name))).help(|| {
                if known.is_empty() {
                    "define it in `masks`, or write it here: `mask: {box: 0 0 1 .5}`".to_owned()
                } else {
                    format!("the masks of `masks` are {}", known.join(", "))
                }
            });
        }
        found
    }
}

fn no_shape(reader: &mut Reader<'_>) {
    if ["box", "ellipse", "gradient", "image"].into_iter().any(|name| reader.is_written(name)) {
        return; // what is wrong with it was reported
    }
    reader
        .error_here(&format!("a mask needs {SHAPES}"))
        .help(|| "for example: `box: 0 0 1 .5`, which is the upper half".to_owned());
}

fn mask(reader: &mut Reader<'_>, shapes: Vec<MaskShape>) -> Mask {
    let feather = reader.float("feather");
    let is_any = |names: &[&str]| names.iter().any(|name| reader.is_written(name));
    if feather.as_constant() != Some(0.0)
        && is_any(&["gradient", NAME])
        && !is_any(&["box", "ellipse", "image"])
    {
        reader
            .warning(
                "feather",
                "`feather` has no effect here: no `box`, `ellipse` or `image` stands beside it",
            )
            .help(|| {
                "a gradient is soft already; the edge of a mask of `masks` is made soft there".to_owned()
            });
    }
    Mask { path: reader.path().to_owned(), shapes, feather, invert: reader.bool("invert") }
}

fn shapes(reader: &mut Reader<'_>) -> Vec<MaskShape> {
    let mut shapes = Vec::new();
    for name in ["box", "ellipse"] {
        let Some(area) = reader.optional_floats::<4>(name) else { continue };
        check_area(reader, name, &area);
        shapes.push(if name == "box" { MaskShape::Box(area) } else { MaskShape::Ellipse(area) });
    }
    if let Some(points) = reader.optional_floats::<4>("gradient") {
        check_gradient(reader, &points);
        shapes.push(MaskShape::Gradient(points));
    }
    if let Some(name) = reader.optional_text("image") {
        if name.trim().is_empty() {
            reader.error("image", "the name of the image is empty");
        }
        shapes.push(MaskShape::Image(name));
    }
    shapes
}

fn check_area(reader: &mut Reader<'_>, name: &str, area: &[Float; 4]) {
    let [_, _, width, height] = area.each_ref().map(Float::as_constant);
    if let Some(side) = [width, height].into_iter().flatten().find(|side| *side < 0.0) {
        reader
            .error(name, &format!("a side of the {name} is less than 0: {side}"))
            .help(|| format!("`{name}` takes x, y, width and height, as shares of the picture"));
        return;
    }
    let [Some(x), Some(y), Some(width), Some(height)] = area.each_ref().map(Float::as_constant) else {
        return;
    };
    let message = if [x, y, width, height].into_iter().any(|number| number.abs() >= SUSPICIOUS) {
        format!("the {name} is far larger than the picture, which is 1 wide and 1 high, or far away from it")
    } else if width == 0.0 || height == 0.0 {
        format!("the {name} has no area, so it counts nowhere")
    } else if x >= 1.0 || y >= 1.0 || x + width <= 0.0 || y + height <= 0.0 {
        format!("the {name} lies outside the picture, which is 1 wide and 1 high, so it counts nowhere")
    } else {
        return;
    };
    reader.warning(name, &message).help(|| {
        format!(
            "`{name}` takes x, y, width and height as shares of the picture, not in pixels; the upper half is `{name}: 0 0 1 .5`"
        )
    });
}

fn check_gradient(reader: &mut Reader<'_>, points: &[Float; 4]) {
    let [Some(x), Some(y), Some(to_x), Some(to_y)] = points.each_ref().map(Float::as_constant) else {
        return;
    };
    if x == to_x && y == to_y {
        reader.error("gradient", "the gradient ends where it begins").help(|| {
            "it takes two points: `gradient: 0 0 0 1` rises from the upper edge to the lower one".to_owned()
        });
    }
}

/// The mask of `init`, and the place of its image.
pub(super) fn check_init(reader: &mut Reader<'_>, mask: Option<&Mask>, place: Option<[f64; 4]>) {
    let written = [("mask", mask.is_some()), ("place", place.is_some())];
    for (name, _) in written.into_iter().filter(|(_, written)| *written) {
        if reader.is_written("image_tensor") {
            reader
                .error(name, &format!("`{name}` goes with `image`, not with `image_tensor`"))
                .help(|| "give the image as a file".to_owned());
        } else if !reader.is_written("image") {
            reader
                .error(name, &format!("`{name}` needs an `image` to start from"))
                .help(|| "for example:\ninit:\n  image: start.png".to_owned());
        }
    }
    let fixed = mask.is_some() || place.is_some();
    for name in ["zoom", "rotate", "move", "border"] {
        if fixed && reader.is_written(name) {
            reader
                .error(
                    name,
                    &format!("`{name}` does not go with `mask` or `place`, which leave the image as it is"),
                )
                .help(|| "leave one of them out; `place` says where the image lies".to_owned());
        }
    }
    if mask.is_some_and(|mask| !mask.is_fixed()) {
        reader.error("mask", "the mask of `init` must stay the same, so its numbers have no variables").help(
            || {
                "its numbers are shares of the picture and fit every resolution; a target's `mask` may change"
                    .to_owned()
            },
        );
    }
    if let Some([x, y, width, height]) = place {
        let takes = || "`place` takes x, y, width and height, as shares of the picture".to_owned();
        // A third and two thirds are a little more than one in floating point.
        let most = 1.0 + 1e-9;
        if width <= 0.0 || height <= 0.0 {
            reader.error("place", &format!("a place of {width} x {height} holds no image")).help(takes);
        } else if x < 0.0 || y < 0.0 || x + width > most || y + height > most {
            reader
                .error("place", "the place reaches beyond the picture, which is 1 wide and 1 high")
                .help(takes);
        }
    }
}

/// Refuses an experiment whose masks would take too much memory.
pub(super) fn check_images(experiment: &Experiment, origin: Origin, problems: &mut Diagnostics) {
    let count = experiment.mask_images().len();
    if count > MAX_MASK_IMAGES {
        let message = format!("{count} images for masks are too many");
        let help = format!("{MAX_MASK_IMAGES} are allowed; each of them is held in the size of the picture");
        problems.push(Diagnostic::error(MASKS, origin, message).help(help));
    }
}

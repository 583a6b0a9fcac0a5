//! The settings of sweeps and animations. What they vary is read with the series itself.

use super::reader::Reader;
use crate::diagnostic::Diagnostics;
use crate::tree::Map;

/// How a sweep combines its values, and who rates the pictures.
#[derive(Clone, Debug)]
pub(crate) struct SweepSettings {
    /// Do values meet in the order written, instead of each with each?
    pub(crate) zip: bool,
    /// Name of a model.
    pub(crate) judge: Option<String>,
}

/// What is fixed for a whole animation.
#[derive(Clone, Debug)]
pub(crate) struct AnimationSettings {
    /// Number of frames, at least 1.
    pub(crate) frames: u32,
    /// Frames per second.
    pub(crate) fps: u32,
    /// Name of a border, as `init.border` has it.
    pub(crate) border: String,
    pub(crate) easing: Easing,
}

/// How values go from one key frame to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Easing {
    Linear,
    Ease,
    Hold,
}

impl Easing {
    /// The share of the next key frame's value, where the share `u` of the way to it is done.
    pub(crate) fn share(self, u: f64) -> f64 {
        match self {
            Self::Linear => u,
            Self::Ease => u * u * (3.0 - 2.0 * u),
            Self::Hold => 0.0,
        }
    }
}

impl SweepSettings {
    /// Reads `sweep` of an experiment.
    pub(crate) fn read(tree: &Map, problems: &mut Diagnostics) -> Self {
        Reader::top(tree, problems).map("sweep", |reader| {
            let zip = reader.choice("combine", |name| match name {
                "product" => Some(false),
                "zip" => Some(true),
                _ => None,
            });
            let judge = reader.optional_text("judge");
            if judge.as_ref().is_some_and(|judge| judge.trim().is_empty()) {
                reader
                    .error("judge", "the name of the judge is empty")
                    .help(|| "remove the line if nobody should rate the pictures".to_owned());
            }
            Self { zip, judge }
        })
    }
}

impl AnimationSettings {
    /// Reads `animation` of an experiment.
    pub(crate) fn read(tree: &Map, problems: &mut Diagnostics) -> Self {
        Reader::top(tree, problems).map("animation", |reader| {
            // Only its name is needed: each frame has it as its `init.border`.
            let _ = reader.choice("border", super::beyond);
            Self {
                frames: reader.int::<u32>("frames").max(1),
                fps: reader.int::<u32>("fps").max(1),
                border: reader.text("border"),
                easing: reader.choice("easing", |name| match name {
                    "linear" => Some(Easing::Linear),
                    "ease" => Some(Easing::Ease),
                    "hold" => Some(Easing::Hold),
                    _ => None,
                }),
            }
        })
    }
}

//! The typed experiment: what remains when a file has been read, merged and validated.
//!
//! The structure follows the YAML one to one, so a reader of the language finds every field here. Numbers
//! that may be expressions are [`Float`] and [`Int`]: evaluate them with a [`Scope`] each time
//! their value is needed.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::expression::{EvaluationError, Float, Int, Scope};
pub use crate::feature_source::{Direction, FeatureSource, Style, Subject};
use crate::limits::{MAX_BATCH, mask_planes};

/// A whole experiment, every default filled in.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// How much is said while it runs: 0 nothing, 1 progress, 2 and more the table of targets.
    pub verbose: i64,
    /// Where the picture goes: a folder (ends with `/`) or a file.
    pub output: String,
    /// When snapshots are written.
    pub snapshot_interval: Interval,
    /// Number of epochs; the run covers `start_epoch..epochs`.
    pub epochs: u32,
    /// The first epoch.
    pub start_epoch: u32,
    /// Width and height of the canvas in pixels; may change while it runs.
    pub resolution: [Int; 2],
    /// How the canvas is resized when `resolution` changes.
    pub interpolation: Interpolation,
    /// Name of the CLIP model; `None` where the file does not say, and where it lists `models`.
    pub model: Option<String>,
    /// Names of the CLIP models where the file lists them, each once; see [`model_names`](Self::model_names).
    pub models: Vec<String>,
    /// `cpu`, `cuda`, `cuda:N` or `auto`.
    pub device: String,
    /// Factor on the optimiser's base rate.
    pub learnrate: Float,
    /// Another factor, for schedules.
    pub learnrate_scale: Float,
    /// Seed of all random numbers; `None`: one is drawn and shown.
    pub seed: Option<u64>,
    /// The optimiser.
    pub optimizer: Optimizer,
    /// How the canvas follows from the numbers that the optimiser steps.
    pub canvas: CanvasSettings,
    /// The first canvas.
    pub init: Init,
    /// What is desired. A target that several models see stands here once for each of them.
    pub targets: Vec<Target>,
    /// Effects on the canvas itself, once per epoch before the step, in the order written.
    pub postproc: Vec<PostProcess>,
}

/// When snapshots are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Interval {
    /// Every so many epochs; 0: never.
    Epochs(u32),
    /// Every so many seconds; 0: never.
    Seconds(f64),
}

/// A moment of the run, as `start` and `end` give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FrameTime {
    /// An epoch (written as an integer).
    Epoch(i64),
    /// A share of the run, 0 to 1 (written as a float or in percent).
    Ratio(f64),
}

/// The part of the run in which something is active; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// First moment.
    pub start: FrameTime,
    /// Last moment.
    pub end: FrameTime,
}

impl Span {
    /// Whether it contains `epoch`, at which the share `time` of the run is over.
    pub fn contains(&self, epoch: u32, time: f64) -> bool {
        let after = match self.start {
            FrameTime::Epoch(start) => i64::from(epoch) >= start,
            FrameTime::Ratio(start) => time >= start,
        };
        let before = match self.end {
            FrameTime::Epoch(end) => i64::from(epoch) <= end,
            FrameTime::Ratio(end) => time <= end,
        };
        after && before
    }
}

/// How pixels between pixels are found when the canvas is resized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// The nearest pixel.
    Nearest,
    /// Linear between the four neighbours.
    Bilinear,
    /// Cubic over sixteen neighbours (`cubic`, `bicubic`).
    Bicubic,
}

/// How the canvas follows from the numbers that the optimiser steps: `tile(symmetry(model))`. The engine's folder
/// `canvas_model` describes each part.
#[derive(Clone, Debug, PartialEq)]
pub struct CanvasSettings {
    /// What the optimiser steps, and how an image follows from it.
    pub model: PixelModel,
    /// What the image is equal to after it was mirrored or turned.
    pub symmetry: Symmetry,
    /// Copies of the image on the canvas, in x and y.
    pub tile: [u32; 2],
}

impl CanvasSettings {
    /// Does the optimiser step the pixels of the canvas themselves?
    pub fn is_plain(&self) -> bool {
        self.model == PixelModel::Pixels && !self.has_maps()
    }

    /// Is there anything between the model's image and the canvas?
    pub fn has_maps(&self) -> bool {
        self.symmetry != Symmetry::None || self.tile != [1, 1]
    }
}

/// What the optimiser steps, and how an image follows from it.
#[derive(Clone, Debug, PartialEq)]
pub enum PixelModel {
    /// The pixels themselves.
    Pixels,
    /// A spectrum.
    Fft {
        /// The weight of frequency f is f to the power of minus this; 0 to 4.
        falloff: f64,
    },
    /// A sum of images of several resolutions.
    Pyramid {
        /// How many there are; `None`: until the shorter side has at most four pixels.
        levels: Option<u32>,
        /// The weight of a level whose pixels are s pixels wide is s to the power of this minus 1; 0 to 4.
        falloff: f64,
    },
    /// Each pixel is a mixture of a few colours.
    Palette {
        /// The colours.
        colors: PaletteColors,
        /// How far a pixel may be from a colour and still take part of it, as a distance of colours.
        softness: f64,
    },
}

/// The colours of a palette.
#[derive(Clone, Debug, PartialEq)]
pub enum PaletteColors {
    /// These, each as red, green, blue.
    Given(Vec<[f64; 3]>),
    /// So many, which the optimiser steps as well.
    Learned(u32),
}

/// What an image is equal to after it was mirrored or turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symmetry {
    /// Nothing.
    None,
    /// Its mirror image, left for right.
    LeftRight,
    /// Its mirror image, top for bottom.
    TopBottom,
    /// Both mirror images.
    Both,
    /// Itself upside down, turned by 180 degrees.
    Rotate2,
    /// Itself turned by 90 degrees.
    Rotate4,
}

/// The optimiser of the canvas; the base rates are in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimizer {
    /// Adam.
    Adam,
    /// Stochastic gradient descent.
    Sgd,
    /// The original's `sparse_adam`, which is `RMSprop` with another rate.
    SparseAdam,
    /// Adadelta.
    Adadelta,
    /// Centred `RMSprop` with momentum (`rmsprob` as the original spells it, or `rmsprop`).
    RmsProp,
}

impl Optimizer {
    /// The name that experiments use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Adam => "adam",
            Self::Sgd => "sgd",
            Self::SparseAdam => "sparse_adam",
            Self::Adadelta => "adadelta",
            Self::RmsProp => "rmsprob",
        }
    }
}

/// The first canvas.
#[derive(Clone, Debug)]
pub struct Init {
    /// Resolution of the initial noise or image before it is resized to the canvas; `None`: the canvas's.
    pub resolution: Option<[u32; 2]>,
    /// Mean per colour.
    pub mean: [f64; 3],
    /// Standard deviation per colour.
    pub std: [f64; 3],
    /// An image to start from: `pixels · std + mean`.
    pub image: Option<String>,
    /// How the image is moved before that.
    pub placement: Placement,
    /// Raw pixels to start from, given by programs.
    pub image_tensor: Option<ImageTensor>,
    /// Where the picture is drawn; elsewhere it stays the image. Its numbers are constants.
    pub mask: Option<Arc<Mask>>,
    /// Where the image lies: x, y, width, height as shares of the canvas; `None`: everywhere.
    pub place: Option<[f64; 4]>,
}

impl Init {
    /// Does the image come as it is, without `std` and `mean`? They are those of the noise beside it then.
    pub fn keeps_image(&self) -> bool {
        self.mask.is_some() || self.place.is_some()
    }
}

/// How much each place of an image counts, from 0 to 1: the product of its shapes, or 1 minus that.
#[derive(Clone, Debug)]
pub struct Mask {
    /// Where it stands in the experiment, with list indices: `masks.0`, `targets.1.mask`.
    pub path: String,
    /// All of them must hold.
    pub shapes: Vec<MaskShape>,
    /// Width of the soft edge of boxes, ellipses and images, as a share of the shorter side.
    pub feather: Float,
    /// Turned around?
    pub invert: bool,
}

/// A shape of a mask. Numbers are shares of width and height.
#[derive(Clone, Debug)]
pub enum MaskShape {
    /// x, y, width, height.
    Box([Float; 4]),
    /// x, y, width and height of the box around it.
    Ellipse([Float; 4]),
    /// x and y of the point where it is 0, x and y of the point where it is 1.
    Gradient([Float; 4]),
    /// Path of an image; white counts.
    Image(String),
    /// A mask of `masks`, which has no `Named` shape itself.
    Named(Arc<Mask>),
}

impl Mask {
    /// The numbers of the mask, and of the one that it refers to.
    pub fn numbers(&self) -> Vec<&Float> {
        let mut numbers = vec![&self.feather];
        for shape in &self.shapes {
            match shape {
                MaskShape::Box(values) | MaskShape::Ellipse(values) | MaskShape::Gradient(values) => {
                    numbers.extend(values);
                }
                MaskShape::Image(_) => {}
                MaskShape::Named(mask) => numbers.extend(mask.numbers()),
            }
        }
        numbers
    }

    /// Does one of its numbers use a random function?
    pub fn draws(&self) -> bool {
        self.numbers().into_iter().any(Float::draws)
    }

    /// Does it stay the same for the whole run?
    pub fn is_fixed(&self) -> bool {
        self.numbers().into_iter().all(|number| number.as_constant().is_some())
    }

    /// The images that it uses.
    pub fn images(&self) -> Vec<&str> {
        self.planes().into_iter().map(|(_, image)| image).collect()
    }

    /// The same with the masks that they stand in.
    fn planes(&self) -> Vec<(&Self, &str)> {
        let planes = self.shapes.iter().flat_map(|shape| match shape {
            MaskShape::Image(name) => vec![(self, name.as_str())],
            MaskShape::Named(mask) => mask.planes(),
            MaskShape::Box(_) | MaskShape::Ellipse(_) | MaskShape::Gradient(_) => Vec::new(),
        });
        planes.collect()
    }
}

/// How the image to start from is placed on the canvas: made larger and turned about its middle, then moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Factor on its size; above 0.
    pub zoom: f64,
    /// Degrees, counter-clockwise.
    pub rotate: f64,
    /// To the right and down, as shares of width and height.
    pub shift: [f64; 2],
    /// What comes in from outside.
    pub border: Beyond,
}

impl Placement {
    /// The image as it is.
    pub const STILL: Self = Self { zoom: 1.0, rotate: 0.0, shift: [0.0; 2], border: Beyond::Mirror };

    /// Does the image stay where it is?
    pub fn is_still(&self) -> bool {
        self.zoom == 1.0 && self.rotate == 0.0 && self.shift == [0.0; 2]
    }
}

/// What stands beyond the edges of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// The image, mirrored at the edge.
    Mirror,
    /// Its outermost pixels.
    Edge,
    /// The image again.
    Wrap,
    /// Black.
    Black,
}

/// Raw pixels `[3, height, width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageTensor {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `3 · height · width` values, channel by channel, row by row.
    pub data: Vec<f32>,
}

/// One thing to show: features, seen through transforms, with constraints.
#[derive(Clone, Debug)]
pub struct Target {
    /// Whether it is used at all.
    pub active: bool,
    /// Its name in tables and messages.
    pub name: String,
    /// When it is active.
    pub span: Span,
    /// Factor on its losses; may use `sim`, the mean similarity of its features.
    pub weight: Float,
    /// Samples per epoch (a target that draws nothing is one sample all the same). It depends on the time alone.
    pub batch_size: Int,
    /// Which features count.
    pub select: Select,
    /// How similarities of features are made comparable.
    pub feature_scale: FeatureScale,
    /// What the window should resemble.
    pub features: Vec<Feature>,
    /// Which piece of the canvas the transforms begin with; `None`: all of it.
    pub cuts: Option<Cuts>,
    /// How the canvas becomes a window, in the order written.
    pub transforms: Vec<Transform>,
    /// What else the window should be.
    pub constraints: Vec<Constraint>,
    /// Where it may change the canvas: a factor on its gradient.
    pub mask: Option<Arc<Mask>>,
    /// Its place among the targets that are written. Those that stand here once for each of several models share it.
    pub place: usize,
    /// The model that sees it: a place in [`Experiment::model_names`].
    pub model: usize,
    /// The model's part of what the target asks for: a factor on all losses, above 0. The shares of all models that see a
    /// target add up to 1, so with one model it is exactly 1.
    pub share: f64,
}

impl Target {
    /// Whether its samples are random. If not, they are all alike, and one per epoch is enough.
    pub fn draws(&self) -> bool {
        self.cuts.is_some() || self.transforms.iter().any(Transform::draws)
    }

    /// Its samples in the scope's epoch, from 1 to [`MAX_BATCH`]: what lies beyond is the nearest of these. A target that
    /// draws nothing gives the same window every time, so one sample says all.
    ///
    /// # Errors
    /// When the expression fails.
    pub fn samples(&self, scope: &Scope) -> Result<u32, EvaluationError> {
        if !self.draws() {
            return Ok(1);
        }
        // The greatest batch fits.
        Ok(self.batch_size.evaluate(scope)?.clamp(1, MAX_BATCH) as u32)
    }
}

/// Which samples of a target see the whole canvas, and which a random piece of it.
#[derive(Clone, Debug)]
pub struct Cuts {
    /// Path in the experiment, with list indices; part of the random keys.
    pub path: String,
    /// The first so many samples of an epoch see the whole canvas.
    pub overview: Int,
    /// Least and greatest side of the square pieces, as shares of the canvas's shorter side.
    pub size: [Float; 2],
    /// The side is least + (greatest − least) · u to the power of this, where u is drawn evenly from 0 to 1.
    pub power: Float,
}

/// Which features of a target count for a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// Every active one.
    All,
    /// The active one with the greatest similarity.
    Best,
    /// The active one with the least similarity.
    Worst,
    /// One feature mixed from all active ones by weight.
    Mix,
}

/// How similarities of a target's features are made comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureScale {
    /// As they are.
    Equal,
    /// So that every feature has the same similarity with the first canvas.
    Fair,
}

/// A text or an image to resemble.
#[derive(Clone, Debug)]
pub struct Feature {
    /// Path of its text, image or direction in the experiment, with list indices: `targets.0.features.1.text`.
    pub path: String,
    /// The text or image.
    pub source: FeatureSource,
    /// When it is active.
    pub span: Span,
    /// Factor on its loss; a negative one pushes away. May use `sim`.
    pub weight: Float,
    /// Factor on its similarity for `select`.
    pub scale: Float,
    /// How the distance is measured.
    pub loss: FeatureLoss,
}

impl Feature {
    /// The texts that it uses, each with its path.
    pub fn texts(&self) -> Vec<(String, &str)> {
        let texts = self.source.texts().into_iter();
        texts.map(|(name, text)| (format!("{}{name}", self.path), text)).collect()
    }
}

/// Distance between the window's feature and the target's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureLoss {
    /// 1 − cosine.
    Cosine,
    /// Mean absolute difference (`l1`, `mae`).
    L1,
    /// Mean squared difference (`l2`, `mse`).
    L2,
    /// Half the squared angle between the two: the great-circle distance on the sphere of all directions.
    Spherical,
}

/// Distance of constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintLoss {
    /// Mean absolute difference (`l1`, `mae`).
    L1,
    /// Mean squared difference (`l2`, `mse`).
    L2,
}

/// A transform with the path of its parameters, which is part of its random keys
/// (`targets.0.transforms.2.random_shift`; several transforms in one entry keep their own names).
#[derive(Clone, Debug)]
pub struct Transform {
    /// Path of the transform in the experiment, with list indices.
    pub path: String,
    /// Which transform, and its parameters.
    pub kind: TransformKind,
}

/// The transforms and their parameters. Order of two values is x, y; of three is red, green, blue.
#[derive(Clone, Debug)]
pub enum TransformKind {
    /// The transforms of an entry with a mask. They keep the size of the image.
    Masked {
        /// Where they act.
        mask: Arc<Mask>,
        /// In the order written.
        transforms: Vec<Transform>,
    },
    /// Adds a colour.
    Add([Float; 3]),
    /// Gaussian blur.
    Blur(Kernel),
    /// A coloured frame inside the image.
    Border(Border),
    /// The same normal noise in all colours; standard deviation.
    BwNoise(Float),
    /// Width and height of the middle that is kept.
    CenterCrop([Int; 2]),
    /// Lower and upper bound.
    Clamp([Float; 2]),
    /// Factor on the distance from the image's mean grey.
    Contrast(Float),
    /// x, y, width, height; below 1 a fraction, from 1 on pixels.
    Crop([Float; 4]),
    /// Edges: amount · |image − blurred image|.
    Edge {
        /// The blur.
        kernel: Kernel,
        /// Factor per colour.
        amount: [Float; 3],
    },
    /// Noise in the Fourier domain; standard deviation per colour.
    FNoise([Float; 3]),
    /// Moves the mean of every colour to this value.
    Mean([Float; 3]),
    /// Factor per colour.
    Mul([Float; 3]),
    /// Normal noise; standard deviation per colour.
    Noise([Float; 3]),
    /// Makes the image larger on every side.
    Pad {
        /// Columns left and right, rows above and below.
        size: [Int; 2],
        /// Colour for `fill`.
        color: [Float; 3],
        /// What stands there.
        mode: PadMode,
    },
    /// Step per colour.
    Quantize([Float; 3]),
    /// Width and height of a random piece.
    RandomCrop([Int; 2]),
    /// Rotation drawn from ranges.
    RandomRotate {
        /// Least and greatest angle in degrees.
        degree: [Float; 2],
        /// Least and greatest centre as a share of the size, for x and for y.
        center: [Float; 2],
    },
    /// Least and greatest factor.
    RandomScale([Float; 2]),
    /// Least and greatest offset: two values for both directions, or four (x from, x to, y from, y to).
    RandomShift(Vec<Float>),
    /// Greatest move as a share of the size, x and y.
    RandomTranslate([Float; 2]),
    /// Copies in x and y.
    Repeat([Int; 2]),
    /// Width and height.
    Resize([Int; 2]),
    /// Normal noise of a low resolution, scaled up.
    RNoise {
        /// Standard deviation per colour.
        std: [Float; 3],
        /// Width and height of the noise.
        resolution: [Int; 2],
    },
    /// Rotation.
    Rotate {
        /// Degrees.
        degree: Float,
        /// Centre as a share of the size.
        center: [Float; 2],
    },
    /// Factor on the distance from grey.
    Saturation(Float),
    /// Offset: below 1 a fraction, from 1 on pixels.
    Shift([Float; 2]),
}

/// A Gaussian kernel.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Width and height in pixels.
    pub size: [Int; 2],
    /// Standard deviation in pixels; `None`: `0.15 · size + 0.35`.
    pub sigma: Option<[Float; 2]>,
}

/// A frame.
#[derive(Clone, Debug)]
pub struct Border {
    /// Columns left and right, rows above and below.
    pub size: [Int; 2],
    /// Its colour.
    pub color: [Float; 3],
}

/// What stands in the padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PadMode {
    /// A colour.
    Fill,
    /// The outermost pixels.
    Edge,
    /// The image from the other side, one copy at most.
    Wrap,
}

/// An effect on the canvas itself.
#[derive(Clone, Debug)]
pub struct PostProcess {
    /// Whether it is used at all.
    pub active: bool,
    /// When it is active.
    pub span: Span,
    /// The transforms of the entry, in the order written.
    pub transforms: Vec<Transform>,
    /// Where they act.
    pub mask: Option<Arc<Mask>>,
}

/// A constraint on the window.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Path in the experiment, with list indices; part of the random keys.
    pub path: String,
    /// When it is active.
    pub start: Moment,
    /// When it ends.
    pub end: Moment,
    /// Factor on its loss; may use `sim`.
    pub weight: Float,
    /// How the distance is measured.
    pub loss: ConstraintLoss,
    /// Where it counts.
    pub mask: Option<Arc<Mask>>,
    /// Which constraint, and its parameters.
    pub kind: ConstraintKind,
}

/// A moment that may be an expression, as the `start` and `end` of constraints may.
#[derive(Clone, Debug)]
pub enum Moment {
    /// A fixed moment.
    Fixed(FrameTime),
    /// An expression: an integer result is an epoch, a float a share of the run.
    Expression(crate::expression::Expression),
}

/// The constraints and their parameters.
#[derive(Clone, Debug)]
pub enum ConstraintKind {
    /// The window resembles its blurred copy.
    Blur(Kernel),
    /// The window has a frame of this colour.
    Border(Border),
    /// Bounds on the contrast.
    Contrast(Bounds),
    /// Bounds on the mean of the edges.
    EdgeMean {
        /// The bounds.
        bounds: Bounds,
        /// The blur that finds edges.
        kernel: Kernel,
    },
    /// The window has the colours of an image; its path.
    Histogram(String),
    /// Bounds on the mean.
    Mean(Bounds),
    /// The window resembles its copy with noise; standard deviation per colour.
    Noise([Float; 3]),
    /// The window resembles its copy stretched to this range.
    Normalize {
        /// Least value per colour.
        min: [Float; 3],
        /// Greatest value per colour.
        max: [Float; 3],
    },
    /// Every pixel has one of these colours.
    Palette(Vec<[Float; 3]>),
    /// Bounds on the saturation.
    Saturation(Bounds),
    /// Bounds on the standard deviation.
    Std(Bounds),
}

impl ConstraintKind {
    /// The image that it uses.
    pub fn image(&self) -> Option<&str> {
        if let Self::Histogram(image) = self { Some(image) } else { None }
    }
}

/// Bounds per colour; at least one of them is given.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// The value stays above this.
    pub above: Option<[Float; 3]>,
    /// The value stays below this.
    pub below: Option<[Float; 3]>,
}

impl Experiment {
    /// The CLIP models that compute it, at least one and at most [`MAX_MODELS`](crate::limits::MAX_MODELS). `None` is the
    /// only one where the file names none: whoever computes the experiment chooses it.
    pub fn model_names(&self) -> Vec<Option<&str>> {
        if self.models.is_empty() {
            return vec![self.model.as_deref()];
        }
        self.models.iter().map(|name| Some(name.as_str())).collect()
    }

    /// What to say of an experiment that draws nothing.
    pub fn nothing_to_do(&self) -> Option<&'static str> {
        let is_idle = self.targets.is_empty() && self.postproc.is_empty();
        is_idle.then_some("there are no `targets`, so nothing changes the first picture")
    }

    /// The masks of everything that is active.
    pub fn masks(&self) -> Vec<&Mask> {
        let mut masks = self.masks_of_canvas();
        masks.extend(self.masked_transforms().map(|(_, mask)| mask));
        masks
    }

    /// Those that lie over the canvas.
    fn masks_of_canvas(&self) -> Vec<&Mask> {
        let mut masks: Vec<&Arc<Mask>> = Vec::new();
        for target in self.targets.iter().filter(|target| target.active) {
            masks.extend(&target.mask);
            masks.extend(target.constraints.iter().filter_map(|constraint| constraint.mask.as_ref()));
        }
        masks.extend(self.postproc.iter().filter(|effect| effect.active).filter_map(|one| one.mask.as_ref()));
        masks.extend(&self.init.mask);
        masks.into_iter().map(AsRef::as_ref).collect()
    }

    /// The transforms with a mask, which lies over the image that they get.
    fn masked_transforms(&self) -> impl Iterator<Item = (&Transform, &Mask)> {
        let active = self.targets.iter().filter(|target| target.active);
        active.flat_map(|target| &target.transforms).filter_map(|transform| match &transform.kind {
            TransformKind::Masked { mask, .. } => Some((transform, mask.as_ref())),
            _ => None,
        })
    }

    /// The images that masks use.
    pub fn mask_images(&self) -> BTreeSet<&str> {
        self.masks().into_iter().flat_map(Mask::images).collect()
    }

    /// How many images masks hold at once in the size of a canvas of so many pixels, at most. Masks share one if their feathers
    /// are the same number; one whose feather changes has its own, and so has each transform.
    pub fn mask_planes(&self, pixels: u64) -> usize {
        let of_canvas = self.masks_of_canvas().into_iter().flat_map(Mask::planes).map(|(mask, image)| {
            let feather = mask.feather.as_constant().map(f64::to_bits);
            (image, feather.ok_or(mask.path.as_str()))
        });
        let of_transforms = self.masked_transforms().flat_map(|(transform, mask)| {
            mask.images().into_iter().map(|image| (transform.path.as_str(), image))
        });
        let count = of_canvas.collect::<BTreeSet<_>>().len() + of_transforms.collect::<BTreeSet<_>>().len();
        count.min(mask_planes(pixels))
    }

    /// The images that are used: those of active targets, of masks, and the first canvas.
    pub fn image_names(&self) -> BTreeSet<&str> {
        let active = || self.targets.iter().filter(|target| target.active);
        let features = active().flat_map(|target| &target.features);
        let constraints = active().flat_map(|target| &target.constraints);
        let images = features
            .flat_map(|feature| feature.source.images())
            .chain(constraints.filter_map(|constraint| constraint.kind.image()));
        let init = self.init.image.as_deref().filter(|_| self.init.image_tensor.is_none());
        images.chain(init).chain(self.mask_images()).collect()
    }
}

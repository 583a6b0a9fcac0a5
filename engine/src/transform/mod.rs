//! Transforms: how the canvas becomes a window.
//!
//! Every transform works in two phases. *Draw* evaluates its expressions and takes its random numbers, in
//! Rust, from the keyed generator; what comes out is a [`Step`] with nothing left to chance. *Apply* happens
//! in `render`, on a whole batch of samples at once, in tensors.
//!
//! There are three kinds of steps, and the kind decides what a step costs:
//! - a [`PixelMap`] says for every output pixel which input pixel stands there (crops, shifts, rotations,
//!   repetitions, …). Maps are composed as integers, so a chain of them is one gather of the window's pixels
//!   from the canvas, whatever the size of the canvas or of the images in between;
//! - a [`PixelStep`] changes every pixel by itself (noise, factors, …), so it is applied to the window's
//!   pixels only;
//! - a [`FieldStep`] needs neighbours or the whole image (blur, resize, …) and says which region.

mod add;
mod affine;
mod blur;
mod border;
mod bwnoise;
mod center_crop;
mod chain;
mod clamp;
mod contrast;
mod crop;
mod cutout;
mod edge;
mod fnoise;
mod mean;
mod mul;
mod noise;
mod pad;
mod quantize;
mod random_crop;
mod random_rotate;
mod random_scale;
mod random_shift;
mod random_translate;
mod render;
mod repeat;
mod resize;
mod rnoise;
mod rotate;
mod saturation;
mod shift;
mod trace;

#[cfg(test)]
mod oracle_tests;

use std::fmt::Debug;

use clipig_experiment::expression::{Float, Int};
use clipig_experiment::random::{Key, Stream};
use clipig_experiment::{EvaluationError, Scope, Transform, TransformKind};
use tch::Tensor;

use crate::read_back::ReadBackError;
use crate::region::{Point, Region, Size};

pub use chain::Chain;
pub use render::{Leaf, Rendered, Source, render};

/// Why a transform could not be drawn or applied.
#[derive(Debug, thiserror::Error)]
pub enum TransformError {
    /// An expression failed.
    #[error(transparent)]
    Expression(#[from] EvaluationError),
    /// The device failed.
    #[error(transparent)]
    ReadBack(#[from] ReadBackError),
    /// The numbers do not fit the image.
    #[error("`{path}`: {message}")]
    Impossible {
        /// Path of the transform in the experiment.
        path: String,
        /// What is wrong and what would do.
        message: String,
    },
}

/// One transform with nothing left to chance.
#[derive(Debug)]
pub enum Step {
    /// Every output pixel is one input pixel, or a fixed colour.
    Map(Box<dyn PixelMap>),
    /// Every pixel is changed by itself.
    Pixel(PixelStep),
    /// Neighbours or the whole image are needed.
    Field(FieldStep),
}

/// Says for every output pixel where it comes from.
pub trait PixelMap: Debug + Send {
    /// Size of the output.
    fn size(&self) -> Size;

    /// Replaces every point of the output by the point of the input that stands there, or by
    /// [`Point::NOWHERE`] where the pixel has the fill colour. Points that are nowhere stay so.
    fn trace(&self, points: &mut [Point]);

    /// The colour of pixels that come from nowhere.
    fn fill(&self) -> [f32; 3] {
        [0.0; 3]
    }
}

/// Changes every pixel by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum PixelStep {
    /// The transform `add`.
    Add(add::Add),
    /// The transform `clamp`.
    Clamp(clamp::Clamp),
    /// The transform `mul`.
    Mul(mul::Mul),
    /// The transform `noise`.
    Noise(noise::Noise),
    /// The transform `quantize`.
    Quantize(quantize::Quantize),
    /// The transform `saturation`.
    Saturation(saturation::Saturation),
}

/// Needs neighbours or the whole image.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldStep {
    /// The transform `blur`.
    Blur(blur::Blur),
    /// The transform `contrast`.
    Contrast(contrast::Contrast),
    /// The transform `edge`.
    Edge(edge::Edge),
    /// The transform `fnoise`.
    FNoise(fnoise::FNoise),
    /// The transform `mean`.
    Mean(mean::Mean),
    /// The transform `resize`.
    Resize(resize::Resize),
    /// The transform `rnoise`.
    RNoise(rnoise::RNoise),
}

/// Where a field step is applied: a piece of its input becomes a piece of its output.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Size of the whole input.
    pub size: Size,
    /// The piece of the input that is there.
    pub input: Region,
    /// The piece of the output that is wanted.
    pub output: Region,
}

impl FieldStep {
    /// Size of the output for an input.
    pub fn size(&self, input: Size) -> Size {
        match self {
            Self::Resize(resize) => resize.size(),
            _ => input,
        }
    }

    /// The piece of the input that a piece of the output needs.
    pub fn needs(&self, output: Region, input: Size) -> Region {
        match self {
            Self::Blur(blur) => blur.needs(output, input),
            Self::Edge(edge) => edge.needs(output, input),
            Self::RNoise(_) => output,
            Self::Contrast(_) | Self::FNoise(_) | Self::Mean(_) => Region::whole(input),
            Self::Resize(resize) => resize.needs(output, input),
        }
    }

    /// `[n, 3, input.height, input.width]` to `[n, 3, output.height, output.width]`.
    pub fn apply(&self, x: &Tensor, piece: &Piece) -> Tensor {
        match self {
            Self::Blur(blur) => blur.apply(x, piece),
            Self::Contrast(contrast) => piece.cut(&contrast.apply(x)),
            Self::Edge(edge) => edge.apply(x, piece),
            Self::FNoise(noise) => piece.cut(&noise.apply(x)),
            Self::Mean(mean) => piece.cut(&mean.apply(x)),
            Self::Resize(resize) => resize.apply(x, piece),
            Self::RNoise(noise) => noise.apply(x, piece),
        }
    }
}

impl Piece {
    /// Cuts the wanted piece out of a whole output.
    pub fn cut(&self, whole: &Tensor) -> Tensor {
        self.output.cut(whole)
    }
}

/// What a transform sees while it is drawn.
pub(crate) struct Draw<'a> {
    scope: &'a Scope,
    path: &'a str,
    /// Size of its input.
    size: Size,
}

impl Draw<'_> {
    fn int(&self, value: &Int) -> Result<i64, TransformError> {
        Ok(value.evaluate(self.scope)?)
    }

    fn float(&self, value: &Float) -> Result<f64, TransformError> {
        Ok(value.evaluate(self.scope)?)
    }

    fn ints(&self, [a, b]: &[Int; 2]) -> Result<[i64; 2], TransformError> {
        Ok([self.int(a)?, self.int(b)?])
    }

    fn floats<const N: usize>(&self, values: &[Float; N]) -> Result<[f64; N], TransformError> {
        let mut result = [0.0; N];
        for (result, value) in result.iter_mut().zip(values) {
            *result = self.float(value)?;
        }
        Ok(result)
    }

    fn color(&self, values: &[Float; 3]) -> Result<[f32; 3], TransformError> {
        Ok(self.floats(values)?.map(|value| value as f32))
    }

    /// A width and height of an image, both at least 1.
    fn new_size(&self, values: &[Int; 2]) -> Result<Size, TransformError> {
        let [width, height] = self.ints(values)?;
        if width < 1 || height < 1 || width > Size::MAX_SIDE || height > Size::MAX_SIDE {
            return Err(self.impossible(format!(
                "the size is {width}×{height}; both must be between 1 and {}",
                Size::MAX_SIDE
            )));
        }
        Ok(Size { width, height })
    }

    /// The key of this transform's random numbers.
    fn key(&self) -> Key {
        self.scope.key(self.path)
    }

    fn stream(&self) -> Stream {
        self.key().stream()
    }

    fn impossible(&self, message: String) -> TransformError {
        TransformError::Impossible { path: self.path.to_owned(), message }
    }
}

/// Draws one transform for one sample, whose index is part of the scope.
pub(crate) fn draw(transform: &Transform, scope: &Scope, size: Size) -> Result<Step, TransformError> {
    let draw = Draw { scope, path: &transform.path, size };
    match &transform.kind {
        TransformKind::Add(color) => add::draw(color, &draw),
        TransformKind::Blur(kernel) => blur::draw(kernel, &draw),
        TransformKind::Border(border) => border::draw(border, &draw),
        TransformKind::BwNoise(std) => bwnoise::draw(std, &draw),
        TransformKind::CenterCrop(size) => center_crop::draw(size, &draw),
        TransformKind::Clamp(range) => clamp::draw(range, &draw),
        TransformKind::Contrast(factor) => contrast::draw(factor, &draw),
        TransformKind::Crop(xywh) => crop::draw(xywh, &draw),
        TransformKind::Edge { kernel, amount } => edge::draw(kernel, amount, &draw),
        TransformKind::FNoise(std) => fnoise::draw(std, &draw),
        TransformKind::Mean(mean) => mean::draw(mean, &draw),
        TransformKind::Mul(factor) => mul::draw(factor, &draw),
        TransformKind::Noise(std) => noise::draw(std, &draw),
        TransformKind::Pad { size, color, mode } => pad::draw(size, color, *mode, &draw),
        TransformKind::Quantize(step) => quantize::draw(step, &draw),
        TransformKind::RandomCrop(size) => random_crop::draw(size, &draw),
        TransformKind::RandomRotate { degree, center } => random_rotate::draw(degree, center, &draw),
        TransformKind::RandomScale(range) => random_scale::draw(range, &draw),
        TransformKind::RandomShift(range) => random_shift::draw(range, &draw),
        TransformKind::RandomTranslate(offset) => random_translate::draw(offset, &draw),
        TransformKind::Repeat(count) => repeat::draw(count, &draw),
        TransformKind::Resize(size) => resize::draw(size, &draw),
        TransformKind::RNoise { std, resolution } => rnoise::draw(std, resolution, &draw),
        TransformKind::Rotate { degree, center } => rotate::draw(degree, center, &draw),
        TransformKind::Saturation(factor) => saturation::draw(factor, &draw),
        TransformKind::Shift(offset) => shift::draw(offset, &draw),
    }
}

//! The transforms of one sample, drawn: nothing in them is left to chance. A chain is made of steps, and a step with a mask of
//! a chain, so they stand together.

use std::sync::Arc;

use clipig_experiment::{Mask, Scope, Target, Transform, TransformKind};

use crate::context::{Draw, DrawError};
use crate::cuts;
use crate::field::FieldStep;
use crate::map::PixelMap;
use crate::pixel::PixelStep;
use crate::region::{MAX_AREA, Size};
use crate::transform::{
    add, blur, border, center_crop, clamp, contrast, crop, edge, fnoise, mean, mul, noise, pad, quantize,
    random_crop, random_rotate, random_scale, random_shift, random_translate, repeat, resize, rnoise, rotate,
    saturation, shift,
};

/// All transforms of one sample, drawn.
#[derive(Debug)]
pub struct Chain {
    /// Size of the image that it is applied to.
    pub input: Size,
    /// What happens to it, in order.
    pub steps: Vec<Step>,
    /// Size after each step.
    pub sizes: Vec<Size>,
    /// Where each step stands in the experiment.
    pub paths: Vec<String>,
}

impl Chain {
    /// Draws all transforms for the sample of the scope, on an image of `input`.
    ///
    /// # Errors
    /// When an expression fails or numbers do not fit the image.
    pub fn draw<'a>(
        transforms: impl IntoIterator<Item = &'a Transform>,
        scope: &Scope,
        input: Size,
    ) -> Result<Self, DrawError> {
        let mut chain = Self::empty(input);
        chain.draw_all(transforms, scope)?;
        Ok(chain)
    }

    /// Draws what the sample of the scope sees of a target: its cut, then its transforms.
    ///
    /// # Errors
    /// When an expression fails or numbers do not fit the image.
    pub fn of(target: &Target, scope: &Scope, canvas: Size) -> Result<Self, DrawError> {
        let mut chain = Self::empty(canvas);
        if let Some(cuts) = &target.cuts
            && let Some(map) = cuts::draw(cuts, scope, canvas)?
        {
            chain.push(Step::Map(map), &cuts.path);
        }
        chain.draw_all(&target.transforms, scope)?;
        Ok(chain)
    }

    fn empty(input: Size) -> Self {
        Self { input, steps: Vec::new(), sizes: Vec::new(), paths: Vec::new() }
    }

    fn push(&mut self, step: Step, path: &str) {
        self.sizes.push(step.size(self.output()));
        self.steps.push(step);
        self.paths.push(path.to_owned());
    }

    fn draw_all<'a>(
        &mut self,
        transforms: impl IntoIterator<Item = &'a Transform>,
        scope: &Scope,
    ) -> Result<(), DrawError> {
        for transform in transforms {
            let step = Step::draw(transform, scope, self.output())?;
            self.push(step, &transform.path);
        }
        Ok(())
    }

    /// Size of the chain's output.
    pub fn output(&self) -> Size {
        self.sizes.last().copied().unwrap_or(self.input)
    }

    /// Size of the input of a step.
    pub fn size_before(&self, step: usize) -> Size {
        step.checked_sub(1).map_or(self.input, |before| self.sizes[before])
    }
}

/// One transform with nothing left to chance.
#[derive(Debug)]
pub enum Step {
    /// Every output pixel is one input pixel, or a fixed colour.
    Map(PixelMap),
    /// Every pixel is changed by itself.
    Pixel(PixelStep),
    /// Neighbours or the whole image are needed.
    Field(FieldStep),
    /// Steps whose output is mixed with their input.
    Blend(Box<Blend>),
}

impl Step {
    /// Draws one transform for one sample, whose index is part of the scope, on an image of `size`.
    ///
    /// # Errors
    /// When an expression fails or numbers do not fit the image.
    pub fn draw(transform: &Transform, scope: &Scope, size: Size) -> Result<Self, DrawError> {
        let draw = &Draw { scope, path: &transform.path, size };
        let map = Self::Map;
        Ok(match &transform.kind {
            TransformKind::Masked { mask, transforms } => {
                Self::Blend(Box::new(Blend::draw(&transform.path, (mask, transforms), scope, size)?))
            }
            TransformKind::Add(color) => Self::Pixel(PixelStep::Add(add::draw(color, draw)?)),
            TransformKind::Blur(kernel) => Self::Field(FieldStep::Blur(blur::draw(kernel, draw)?)),
            TransformKind::Border(border) => map(border::draw(border, draw)?),
            TransformKind::BwNoise(std) => Self::Pixel(PixelStep::Noise(noise::draw_gray(std, draw)?)),
            TransformKind::CenterCrop(size) => map(center_crop::draw(size, draw)?),
            TransformKind::Clamp(range) => Self::Pixel(PixelStep::Clamp(clamp::draw(range, draw)?)),
            TransformKind::Contrast(factor) => {
                Self::Field(FieldStep::Contrast(contrast::draw(factor, draw)?))
            }
            TransformKind::Crop(xywh) => map(crop::draw(xywh, draw)?),
            TransformKind::Edge { kernel, amount } => {
                Self::Field(FieldStep::Edge(edge::draw(kernel, amount, draw)?))
            }
            TransformKind::FNoise(std) => Self::Field(FieldStep::FNoise(fnoise::draw(std, draw)?)),
            TransformKind::Mean(mean) => Self::Field(FieldStep::Mean(mean::draw(mean, draw)?)),
            TransformKind::Mul(factor) => Self::Pixel(PixelStep::Mul(mul::draw(factor, draw)?)),
            TransformKind::Noise(std) => Self::Pixel(PixelStep::Noise(noise::draw(std, draw)?)),
            TransformKind::Pad { size, color, mode } => map(pad::draw(size, color, *mode, draw)?),
            TransformKind::Quantize(step) => Self::Pixel(PixelStep::Quantize(quantize::draw(step, draw)?)),
            TransformKind::RandomCrop(size) => map(random_crop::draw(size, draw)?),
            TransformKind::RandomRotate { degree, center } => map(random_rotate::draw(degree, center, draw)?),
            TransformKind::RandomScale(range) => map(random_scale::draw(range, draw)?),
            TransformKind::RandomShift(range) => map(random_shift::draw(range, draw)?),
            TransformKind::RandomTranslate(offset) => map(random_translate::draw(offset, draw)?),
            TransformKind::Repeat(count) => map(repeat::draw(count, draw)?),
            TransformKind::Resize(size) => Self::Field(FieldStep::Resize(resize::draw(size, draw)?)),
            TransformKind::RNoise { std, resolution } => {
                Self::Field(FieldStep::RNoise(rnoise::draw(std, resolution, draw)?))
            }
            TransformKind::Rotate { degree, center } => map(rotate::draw(degree, center, draw)?),
            TransformKind::Saturation(factor) => {
                Self::Pixel(PixelStep::Saturation(saturation::draw(factor, draw)?))
            }
            TransformKind::Shift(offset) => map(shift::draw(offset, draw)?),
        })
    }

    /// Does a run end at it?
    pub(crate) fn is_field(&self) -> bool {
        matches!(self, Self::Field(_) | Self::Blend(_))
    }

    /// Size of the output for an input.
    pub fn size(&self, input: Size) -> Size {
        match self {
            Self::Map(map) => map.size,
            Self::Pixel(_) | Self::Blend(_) => input,
            Self::Field(field) => field.size(input),
        }
    }
}

/// Transforms with a mask, drawn. The image keeps its size.
#[derive(Debug)]
pub struct Blend {
    /// The transforms.
    pub chain: Chain,
    /// Where they act; it lies over the image that they get.
    pub mask: Arc<Mask>,
    /// What the mask's numbers are evaluated with.
    pub scope: Scope,
    /// Where it stands in the experiment.
    pub path: String,
}

impl Blend {
    pub(crate) fn draw(
        path: &str,
        (mask, transforms): (&Arc<Mask>, &[Transform]),
        scope: &Scope,
        size: Size,
    ) -> Result<Self, DrawError> {
        // A mask's image is held in the size of the image that it lies over.
        if size.area() > MAX_AREA && !mask.images().is_empty() {
            return Err(DrawError::Impossible {
                path: format!("{path}.mask"),
                message: format!(
                    "an image as a mask cannot lie over {}×{} pixels; crop before, or use a box, an ellipse or a gradient",
                    size.width, size.height
                ),
            });
        }
        let chain = Chain::draw(transforms, scope, size)?;
        // What changes the size has no mask: the experiment was refused.
        assert_eq!(chain.output(), size, "`{path}` has a mask and changes the size");
        Ok(Self { chain, mask: Arc::clone(mask), scope: scope.clone(), path: path.to_owned() })
    }
}

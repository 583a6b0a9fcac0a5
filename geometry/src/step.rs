//! One transform with nothing left to chance.

use clipig_experiment::{Scope, Transform, TransformKind};

use crate::blend::Blend;
use crate::context::{Draw, DrawError};
use crate::field::FieldStep;
use crate::map::PixelMap;
use crate::pixel::PixelStep;
use crate::region::Size;
use crate::transform::{
    add, blur, border, center_crop, clamp, contrast, crop, edge, fnoise, mean, mul, noise, pad, quantize,
    random_crop, random_rotate, random_scale, random_shift, random_translate, repeat, resize, rnoise, rotate,
    saturation, shift,
};

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

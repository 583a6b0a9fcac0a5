//! `clamp`: limits values to a range. The gradient passes where the value lies in it, bounds included.

use clipig_experiment::expression::Float;
use tch::Tensor;

use super::{Draw, PixelStep, Step, TransformError};
use crate::colors;

/// Lower and upper bound; where they cross, the upper bound wins.
#[derive(Clone, Debug, PartialEq)]
pub struct Clamp([f32; 2]);

pub(super) fn draw(range: &[Float; 2], draw: &Draw<'_>) -> Result<Step, TransformError> {
    Ok(Step::Pixel(PixelStep::Clamp(Clamp(draw.floats(range)?.map(|value| value as f32)))))
}

impl Clamp {
    pub(super) fn apply(batch: &[&Self], x: &Tensor) -> Tensor {
        let bound = |i: usize| colors::per_sample(batch.iter().map(move |clamp| [clamp.0[i]; 3]), x);
        x.clamp_tensor(Some(bound(0)), Some(bound(1)))
    }
}

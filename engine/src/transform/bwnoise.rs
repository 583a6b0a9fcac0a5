//! `bwnoise`: adds the same normal noise to all colours.

use clipig_experiment::expression::Float;

use super::noise::Noise;
use super::{Draw, PixelStep, Step, TransformError};

pub(super) fn draw(std: &Float, draw: &Draw<'_>) -> Result<Step, TransformError> {
    let std = [draw.float(std)? as f32; 3];
    Ok(Step::Pixel(PixelStep::Noise(Noise { key: draw.key(), std, gray: true })))
}

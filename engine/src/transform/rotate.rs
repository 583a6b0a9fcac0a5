//! `rotate`: turns the image counter-clockwise.

use clipig_experiment::expression::Float;

use super::context::{Draw, TransformError};
use super::map::{Motion, PixelMap};
use crate::region::Size;

pub(super) fn draw(degree: &Float, center: &[Float; 2], draw: &Draw<'_>) -> Result<PixelMap, TransformError> {
    let (degree, center) = (draw.float(degree)?, draw.floats(center)?);
    Ok(rotation(draw.size, degree, center))
}

/// A rotation around a centre given as a share of the image, brought to a whole pixel.
pub(super) fn rotation(image: Size, degree: f64, [x, y]: [f64; 2]) -> PixelMap {
    let pixel = |share: f64, side: i64| (share * side as f64).trunc() - side as f64 * 0.5;
    let center = [pixel(x, image.width), pixel(y, image.height)];
    PixelMap::affine(image, &Motion { degree, center, ..Motion::NONE })
}

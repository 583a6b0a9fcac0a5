//! `rotate`: turns the image counter-clockwise.

use clipig_experiment::expression::Float;

use crate::context::{Draw, DrawError};
use crate::map::{Motion, PixelMap};
use crate::region::Size;

pub(crate) fn draw(degree: &Float, center: &[Float; 2], draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let (degree, center) = (draw.float(degree)?, draw.floats(center)?);
    Ok(rotation(draw.size, degree, center))
}

/// A rotation around a centre given as a share of the image, brought to a whole pixel.
pub(crate) fn rotation(image: Size, degree: f64, [x, y]: [f64; 2]) -> PixelMap {
    let pixel = |share: f64, side: i64| (share * side as f64).trunc() - side as f64 * 0.5;
    let center = [pixel(x, image.width), pixel(y, image.height)];
    PixelMap::affine(image, &Motion { degree, center, ..Motion::NONE })
}

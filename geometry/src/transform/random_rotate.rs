//! `random_rotate`: a `rotate` with angle, centre x and centre y drawn independently from their ranges.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Stream;

use super::rotate::rotation;
use crate::context::{Draw, DrawError};
use crate::map::PixelMap;

pub(crate) fn draw(degree: &[Float; 2], center: &[Float; 2], draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let ([from, to], [least, greatest]) = (draw.floats(degree)?, draw.floats(center)?);
    let (degree, center) = sample([from, to], [least, greatest], &mut draw.stream());
    Ok(rotation(draw.size, degree, center))
}

/// Draws angle and centre.
pub fn sample([from, to]: [f64; 2], [least, greatest]: [f64; 2], stream: &mut Stream) -> (f64, [f64; 2]) {
    (stream.uniform(from, to), [stream.uniform(least, greatest), stream.uniform(least, greatest)])
}

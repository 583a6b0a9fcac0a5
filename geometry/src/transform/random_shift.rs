//! `random_shift`: a `shift` drawn from ranges, x and y independently.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Stream;

use super::shift::roll;
use crate::context::{Draw, DrawError};
use crate::map::PixelMap;

pub(crate) fn draw(range: &[Float], draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let range = range.iter().map(|value| draw.float(value)).collect::<Result<Vec<_>, _>>()?;
    let [from_x, to_x, from_y, to_y] = match range[..] {
        [from, to] => [from, to, from, to],
        [from_x, to_x, from_y, to_y] => [from_x, to_x, from_y, to_y],
        _ => return Err(draw.impossible("two or four numbers are needed".to_owned())),
    };
    let [x, y] = sample([from_x, to_x, from_y, to_y], &mut draw.stream());
    Ok(roll(draw.size, x, y))
}

/// Draws the offsets. The rule of units applies to them, not to the ranges.
pub fn sample([from_x, to_x, from_y, to_y]: [f64; 4], stream: &mut Stream) -> [f64; 2] {
    [stream.uniform(from_x, to_x), stream.uniform(from_y, to_y)]
}

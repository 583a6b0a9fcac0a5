//! `random_translate`: moves the image by up to a share of its size; black comes in.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Stream;

use crate::context::{Draw, DrawError};
use crate::map::{Motion, PixelMap};
use crate::region::Size;

pub(crate) fn draw(offset: &[Float; 2], draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let offset = draw.floats(offset)?;
    if offset.iter().any(|share| !(0.0..=1.0).contains(share)) {
        let [x, y] = offset;
        return Err(draw.impossible(format!("the greatest move is {x}, {y}; both must lie in 0 to 1")));
    }
    let translate = sample(offset, draw.size, &mut draw.stream());
    Ok(PixelMap::affine(draw.size, &Motion { translate, ..Motion::NONE }))
}

/// Draws the move in whole pixels.
pub fn sample([x, y]: [f64; 2], image: Size, stream: &mut Stream) -> [f64; 2] {
    let mut pixels = |share: f64, side: i64| {
        let greatest = share * side as f64;
        stream.uniform(-greatest, greatest).round_ties_even()
    };
    [pixels(x, image.width), pixels(y, image.height)]
}

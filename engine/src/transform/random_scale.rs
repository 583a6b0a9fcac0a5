//! `random_scale`: scales the content by a drawn factor around the middle; the size stays.

use clipig_experiment::expression::Float;

use super::context::{Draw, TransformError};
use super::map::{Motion, PixelMap};

pub(super) fn draw(range: &[Float; 2], draw: &Draw<'_>) -> Result<PixelMap, TransformError> {
    let [from, to] = draw.floats(range)?;
    if from > to || from <= 0.0 {
        return Err(draw.impossible(format!(
            "the factor is to lie between {from} and {to}; the first must be above 0 and not above the second"
        )));
    }
    let scale = draw.stream().uniform(from, to);
    Ok(PixelMap::affine(draw.size, &Motion { scale, ..Motion::NONE }))
}

//! `random_scale`: scales the content by a drawn factor around the middle; the size stays.

use clipig_experiment::expression::Float;

use crate::context::{Draw, DrawError};
use crate::map::{Motion, PixelMap};

pub(crate) fn draw(range: &[Float; 2], draw: &Draw<'_>) -> Result<PixelMap, DrawError> {
    let [from, to] = draw.floats(range)?;
    if from > to || from <= 0.0 {
        return Err(draw.impossible(format!(
            "the factor is to lie between {from} and {to}; the first must be above 0 and not above the second"
        )));
    }
    let scale = draw.stream().uniform(from, to);
    Ok(PixelMap::affine(draw.size, &Motion { scale, ..Motion::NONE }))
}

//! `fnoise`: adds normal noise to the Fourier transform of every colour, taken over its pixels in one row.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Key;

use crate::context::{Draw, DrawError};

/// Key and strength of the noise.
#[derive(Clone, Debug, PartialEq)]
pub struct FNoise {
    /// Of its random numbers.
    pub key: Key,
    /// Standard deviation by colour.
    pub std: [f32; 3],
}

pub(crate) fn draw(std: &[Float; 3], draw: &Draw<'_>) -> Result<FNoise, DrawError> {
    if draw.size.area() % 2 == 1 {
        let (width, height) = (draw.size.width, draw.size.height);
        return Err(draw.impossible(format!(
            "the image has {width}×{height} pixels; fnoise needs an even number of pixels"
        )));
    }
    Ok(FNoise { key: draw.key(), std: draw.color(std)? })
}

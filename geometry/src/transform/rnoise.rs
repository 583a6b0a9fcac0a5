//! `rnoise`: adds normal noise of another resolution, scaled to the image (bilinear, not antialiased).

use clipig_experiment::expression::{Float, Int};
use clipig_experiment::random::Key;

use crate::context::{Draw, DrawError};
use crate::region::Size;

/// Key, strength and resolution of the noise.
#[derive(Clone, Debug, PartialEq)]
pub struct RNoise {
    /// Of its random numbers.
    pub key: Key,
    /// Standard deviation by colour.
    pub std: [f32; 3],
    /// Of the noise before it is scaled.
    pub resolution: Size,
}

/// The longest side of the noise, which is held as a whole.
const MAX_SIDE: i64 = 8_192;

pub(crate) fn draw(std: &[Float; 3], resolution: &[Int; 2], draw: &Draw<'_>) -> Result<RNoise, DrawError> {
    let resolution = draw.new_size(resolution)?;
    if resolution.width.max(resolution.height) > MAX_SIDE {
        return Err(draw.impossible(format!("noise has at most {MAX_SIDE} pixels per side")));
    }
    Ok(RNoise { key: draw.key(), std: draw.color(std)?, resolution })
}

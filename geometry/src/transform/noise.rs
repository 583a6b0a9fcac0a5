//! `noise`: adds normal noise. `bwnoise` adds the same to all colours.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Key;

use crate::context::{Draw, DrawError};

/// Key and strength of the noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// Of its random numbers.
    pub key: Key,
    /// Standard deviation by colour.
    pub std: [f32; 3],
    /// The same noise in all colours?
    pub gray: bool,
}

pub(crate) fn draw(std: &[Float; 3], draw: &Draw<'_>) -> Result<Noise, DrawError> {
    Ok(Noise { key: draw.key(), std: draw.color(std)?, gray: false })
}

/// The noise of `bwnoise`.
pub(crate) fn draw_gray(std: &Float, draw: &Draw<'_>) -> Result<Noise, DrawError> {
    Ok(Noise { key: draw.key(), std: [draw.float(std)? as f32; 3], gray: true })
}

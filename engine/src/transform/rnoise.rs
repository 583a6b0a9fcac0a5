//! `rnoise`: adds normal noise of another resolution, scaled to the image (bilinear, not antialiased).

use clipig_experiment::expression::{Float, Int};
use clipig_experiment::random::Key;
use tch::Tensor;

use super::context::{Draw, TransformError};
use super::piece::Piece;
use crate::noise::normal;
use crate::region::{Region, Size};
use crate::{colors, resample};

/// Key, strength and resolution of the noise.
#[derive(Clone, Debug, PartialEq)]
pub struct RNoise {
    key: Key,
    std: [f32; 3],
    resolution: Size,
}

/// The longest side of the noise, which is held as a whole.
const MAX_SIDE: i64 = 8_192;

pub(super) fn draw(
    std: &[Float; 3],
    resolution: &[Int; 2],
    draw: &Draw<'_>,
) -> Result<RNoise, TransformError> {
    let resolution = draw.new_size(resolution)?;
    if resolution.width.max(resolution.height) > MAX_SIDE {
        return Err(draw.impossible(format!("noise has at most {MAX_SIDE} pixels per side")));
    }
    Ok(RNoise { key: draw.key(), std: draw.color(std)?, resolution })
}

impl RNoise {
    pub(super) fn apply(&self, x: &Tensor, piece: &Piece) -> Tensor {
        let Size { width, height } = self.resolution;
        let values = normal(self.key, Region::whole(self.resolution));
        let noise = Tensor::from_slice(&values).view([1, 3, height, width]).to_device(x.device());
        x + piece.cut(&resample::bilinear(&noise, piece.size)) * colors::one(self.std, x)
    }
}

//! `rnoise`: adds normal noise of another resolution, scaled to the image (bilinear, not antialiased).

use clipig_geometry::transform::rnoise::RNoise;
use clipig_geometry::{Region, Size};
use tch::Tensor;

use crate::noise::normal;
use crate::piece::Piece;
use crate::{colors, resample};

pub(super) fn apply(drawn: &RNoise, x: &Tensor, piece: &Piece) -> Tensor {
    let Size { width, height } = drawn.resolution;
    let values = normal(drawn.key, Region::whole(drawn.resolution));
    let noise = Tensor::from_slice(&values).view([1, 3, height, width]).to_device(x.device());
    x + piece.cut(&resample::bilinear(&noise, piece.size)) * colors::one(drawn.std, x)
}

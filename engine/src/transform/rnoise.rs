//! `rnoise`: adds normal noise of another resolution, scaled to the image (bilinear, not antialiased).

use clipig_geometry::Region;
use clipig_geometry::transform::rnoise::RNoise;
use tch::Tensor;

use super::on_device::noise::noise_images;
use crate::piece::Piece;
use crate::{colors, resample};

pub(super) fn apply(drawn: &RNoise, x: &Tensor, piece: &Piece) -> Tensor {
    let noise = noise_images(&[drawn.key], Region::whole(drawn.resolution), x.device());
    x + piece.cut(&resample::bilinear(&noise, piece.size)) * colors::one(drawn.std, x)
}

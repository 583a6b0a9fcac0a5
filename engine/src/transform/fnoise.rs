//! `fnoise`: adds normal noise to the Fourier transform of every colour, taken over its pixels in one row.

use clipig_geometry::Region;
use clipig_geometry::transform::fnoise::FNoise;
use tch::Tensor;

use super::on_device::noise::noise_images;
use crate::colors;

/// Makes the standard deviation look like that of `noise`.
const STRENGTH: f32 = 15.0;

pub(super) fn apply(drawn: &FNoise, x: &Tensor) -> Tensor {
    let (n, pixels) = (x.size()[0], x.size()[2] * x.size()[3]);
    let spectrum = x.reshape([n, 3, pixels]).fft_rfft(None::<i64>, -1, "backward");
    let frequencies = pixels / 2 + 1;
    let strength = colors::one(drawn.std.map(|std| std * STRENGTH), x).view([1, 3, 1]);
    let part = |row: i64| {
        let place = Region { x: 0, y: row, width: frequencies, height: 1 };
        noise_images(&[drawn.key], place, x.device()).view([1, 3, frequencies]) * &strength
    };
    let noise = Tensor::complex(&part(0), &part(1));
    (spectrum + noise).fft_irfft(Some(pixels), -1, "backward").reshape(x.size())
}

//! `fnoise`: adds normal noise to the Fourier transform of every colour, taken over its pixels in one row.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Key;
use tch::Tensor;

use super::context::{Draw, TransformError};
use crate::noise::normal;
use crate::region::Region;

/// Key and strength of the noise.
#[derive(Clone, Debug, PartialEq)]
pub struct FNoise {
    key: Key,
    std: [f32; 3],
}

/// Makes the standard deviation look like that of `noise`.
const STRENGTH: f32 = 15.0;

pub(super) fn draw(std: &[Float; 3], draw: &Draw<'_>) -> Result<FNoise, TransformError> {
    if draw.size.area() % 2 == 1 {
        let (width, height) = (draw.size.width, draw.size.height);
        return Err(draw.impossible(format!(
            "the image has {width}×{height} pixels; fnoise needs an even number of pixels"
        )));
    }
    Ok(FNoise { key: draw.key(), std: draw.color(std)? })
}

impl FNoise {
    pub(super) fn apply(&self, x: &Tensor) -> Tensor {
        let (n, pixels) = (x.size()[0], x.size()[2] * x.size()[3]);
        let spectrum = x.reshape([n, 3, pixels]).fft_rfft(None::<i64>, -1, "backward");
        let frequencies = pixels / 2 + 1;
        let part = |row: i64| {
            let place = Region { x: 0, y: row, width: frequencies, height: 1 };
            let mut values = normal(self.key, place);
            for (channel, std) in values.chunks_mut(frequencies as usize).zip(self.std) {
                for value in channel {
                    *value *= std * STRENGTH;
                }
            }
            Tensor::from_slice(&values).view([1, 3, frequencies]).to_device(x.device())
        };
        let noise = Tensor::complex(&part(0), &part(1));
        (spectrum + noise).fft_irfft(Some(pixels), -1, "backward").reshape(x.size())
    }
}

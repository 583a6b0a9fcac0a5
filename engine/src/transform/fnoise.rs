//! `fnoise`: adds normal noise to the Fourier transform of every colour, taken over its pixels in one row.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Key;
use tch::Tensor;

use super::{Draw, FieldStep, Step, TransformError};
use crate::noise::normal;
use crate::region::Point;

/// Key and strength of the noise.
#[derive(Clone, Debug, PartialEq)]
pub struct FNoise {
    key: Key,
    std: [f32; 3],
}

/// Makes the standard deviation look like that of `noise`.
const STRENGTH: f32 = 15.0;

pub(super) fn draw(std: &[Float; 3], draw: &Draw<'_>) -> Result<Step, TransformError> {
    if draw.size.area() % 2 == 1 {
        let (width, height) = (draw.size.width, draw.size.height);
        return Err(draw.impossible(format!(
            "the image has {width}×{height} pixels; fnoise needs an even number of pixels"
        )));
    }
    Ok(Step::Field(FieldStep::FNoise(FNoise { key: draw.key(), std: draw.color(std)? })))
}

impl FNoise {
    pub(super) fn apply(&self, x: &Tensor) -> Tensor {
        let (n, pixels) = (x.size()[0], x.size()[2] * x.size()[3]);
        let spectrum = x.reshape([n, 3, pixels]).fft_rfft(None::<i64>, -1, "backward");
        let frequencies = pixels / 2 + 1;
        let part = |row: i32| {
            let points: Vec<Point> = (0..frequencies).map(|i| Point { x: i as i32, y: row }).collect();
            let mut values = normal(self.key, &points);
            for (channel, std) in values.chunks_mut(points.len()).zip(self.std) {
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

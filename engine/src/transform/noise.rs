//! `noise`: adds normal noise.

use clipig_experiment::expression::Float;
use clipig_experiment::random::Key;
use tch::Tensor;

use super::{Draw, PixelStep, Step, TransformError};
use crate::noise::normal;
use crate::region::Point;

/// Key and strength of the noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    pub(super) key: Key,
    pub(super) std: [f32; 3],
    /// The same noise in all colours?
    pub(super) gray: bool,
}

pub(super) fn draw(std: &[Float; 3], draw: &Draw<'_>) -> Result<Step, TransformError> {
    let std = draw.color(std)?;
    Ok(Step::Pixel(PixelStep::Noise(Noise { key: draw.key(), std, gray: false })))
}

impl Noise {
    /// The noise at `points`, `[3, points.len()]`.
    pub(super) fn values(&self, points: &[Point]) -> Vec<f32> {
        let mut values = normal(self.key, points);
        let plane = points.len();
        if self.gray {
            for channel in 1..3 {
                values.copy_within(0..plane, channel * plane);
            }
        }
        for (channel, std) in self.std.iter().enumerate() {
            for value in &mut values[channel * plane..(channel + 1) * plane] {
                *value *= std;
            }
        }
        values
    }

    /// Adds each sample's noise; `at` are the places of its pixels in the image that the noise belongs to.
    pub(super) fn apply(batch: &[&Self], x: &Tensor, at: &[&[Point]]) -> Tensor {
        if batch.iter().all(|noise| noise.std == [0.0; 3]) {
            return x.shallow_clone();
        }
        let values: Vec<f32> =
            batch.iter().zip(at).flat_map(|(noise, points)| noise.values(points)).collect();
        x + Tensor::from_slice(&values).view(x.size().as_slice()).to_device(x.device())
    }
}

//! The Fourier pixel model: the pixels follow from a spectrum, and the optimiser steps the spectrum.
//!
//! Descent on pixels moves each one by itself, and what comes out is grain. Descent on a spectrum whose low frequencies
//! weigh more moves forms first, as in photographs (Olah, Mordvintsev, Schubert: "Feature Visualization", Distill 2017).
//!
//! ```text
//! image = colors(hartley(weights ⊙ parameters))
//! weight of frequency f ∝ max(f, 1/side)^-falloff, with a mean square of 1
//! ```
//!
//! The colours are decorrelated, as [`colors`] says. There are as many parameters as pixels, and every picture inside of
//! (0, 1) has its parameters. Whatever changes pixels (post-processing, another resolution, an image to start from) is
//! therefore possible here, too.

use crate::bands::on_rows;

use super::hartley::Hartley;
use super::{ImageModel, colors};

/// The model of images of one size.
pub(super) struct Spectrum {
    width: usize,
    height: usize,
    hartley: Hartley,
    /// By frequency, as they lie in a transformed plane.
    weights: Vec<f32>,
}

impl Spectrum {
    /// `falloff` 0 weighs all frequencies alike; 1 is that of photographs; more is softer.
    pub(super) fn new(width: usize, height: usize, falloff: f64) -> Self {
        let weights = weights([width, height], falloff);
        Self { width, height, hartley: Hartley::new(width, height), weights }
    }

    fn planes<'a>(&self, values: &'a mut [f32]) -> impl Iterator<Item = &'a mut [f32]> {
        values.chunks_exact_mut(self.width * self.height)
    }

    fn weigh(&self, plane: &mut [f32], weigh: impl Fn(f32, f32) -> f32 + Sync) {
        on_rows(plane, self.width, |first, rows| {
            for (value, weight) in rows.iter_mut().zip(&self.weights[first * self.width..]) {
                *value = weigh(*value, *weight);
            }
        });
    }
}

impl ImageModel for Spectrum {
    fn columns(&self) -> usize {
        self.width * self.height
    }

    fn write_image(&self, parameters: &[f32], image: &mut [f32]) {
        image.copy_from_slice(parameters);
        self.shape(image);
        colors::to_colors(image);
    }

    fn parameters(&self, image: &[f32], _: Option<&[f32]>) -> Vec<f32> {
        let mut found = image.to_vec();
        colors::to_planes(&mut found);
        for plane in self.planes(&mut found) {
            self.hartley.transform(plane);
            self.weigh(plane, |value, weight| value / weight);
        }
        found
    }

    fn gradient(&self, _: &[f32], image: &[f32], mut gradient: Vec<f32>) -> Vec<f32> {
        colors::back_to_planes(image, &mut gradient);
        for plane in self.planes(&mut gradient) {
            self.hartley.transform(plane);
            self.weigh(plane, |value, weight| value * weight);
        }
        gradient
    }

    fn shape(&self, noise: &mut [f32]) {
        for plane in self.planes(noise) {
            self.weigh(plane, |value, weight| value * weight);
            self.hartley.transform(plane);
        }
    }
}

fn weights([width, height]: [usize; 2], falloff: f64) -> Vec<f32> {
    let longest = width.max(height) as f64;
    let cycles = |index: usize, side: usize| index.min(side - index) as f64 / side as f64;
    let weight = |place: usize| {
        let (across, down) = (cycles(place % width, width), cycles(place / width, height));
        libm::pow(across.mul_add(across, down * down).sqrt().max(1.0 / longest), -falloff)
    };
    let weights: Vec<f64> = (0..width * height).map(weight).collect();
    let square = weights.iter().map(|weight| weight * weight).sum::<f64>() / weights.len() as f64;
    weights.into_iter().map(|weight| (weight / square.sqrt()) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize, deviation: f32) -> Vec<f32> {
        (0..length).map(|i| (i as f32 * 12.9898).sin() * deviation).collect()
    }

    fn pixels_of(spectrum: &Spectrum, parameters: &[f32]) -> Vec<f32> {
        let mut pixels = vec![0.0; parameters.len()];
        spectrum.write_image(parameters, &mut pixels);
        pixels
    }

    #[test]
    fn every_picture_has_its_parameters() {
        for (width, height, falloff) in [(16, 16, 1.5), (9, 14, 0.0), (64, 1, 4.0), (1, 1, 1.0)] {
            let spectrum = Spectrum::new(width, height, falloff);
            let wanted: Vec<f32> = noise(3 * width * height, 0.45).iter().map(|value| 0.5 + value).collect();
            let found = pixels_of(&spectrum, &spectrum.parameters(&wanted, None));
            for (found, wanted) in found.iter().zip(&wanted) {
                assert!((found - wanted).abs() < 1e-4, "{width}x{height}: {found} for {wanted}");
            }
        }
    }

    #[test]
    fn pixels_and_gradient_are_those_of_pytorch() {
        let recorded: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/fixtures/spectrum.json")).expect("a record");
        let number = |value: &serde_json::Value| value.as_f64().expect("a number");
        let numbers = |name: &str| -> Vec<f32> {
            recorded[name].as_array().expect("a list").iter().map(|value| number(value) as f32).collect()
        };
        let [width, height] = ["width", "height"].map(|name| number(&recorded[name]) as usize);
        let spectrum = Spectrum::new(width, height, number(&recorded["falloff"]));
        let close = |found: &[f32], wanted: &[f32]| {
            found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 2e-5)
        };
        let parameters = numbers("parameters");
        let pixels = pixels_of(&spectrum, &parameters);
        assert!(close(&pixels, &numbers("pixels")));
        let gradient = spectrum.gradient(&parameters, &pixels, numbers("loss_weights"));
        assert!(close(&gradient, &numbers("gradient")));
    }

    #[test]
    fn noise_keeps_its_variance_and_becomes_soft() {
        let spectrum = Spectrum::new(64, 64, 1.5);
        let key = clipig_experiment::random::Key::root(1);
        let region = clipig_geometry::Region::whole(clipig_geometry::Size { width: 64, height: 64 });
        let mut values = crate::noise::normal(key, region);
        let rough = |values: &[f32]| -> f32 {
            values.windows(2).map(|pair| (pair[0] - pair[1]).abs()).sum::<f32>() / values.len() as f32
        };
        let before = rough(&values);
        spectrum.shape(&mut values);
        let variance = values.iter().map(|value| value * value).sum::<f32>() / values.len() as f32;
        assert!((0.3..3.0).contains(&variance), "{variance}");
        assert!(rough(&values) < before / 3.0);
    }
}

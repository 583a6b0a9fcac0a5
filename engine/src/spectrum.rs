//! The Fourier pixel model: the pixels follow from a spectrum, and the optimiser steps the spectrum.
//!
//! Descent on pixels moves each one by itself, and what comes out is grain. Descent on a spectrum whose low frequencies
//! weigh more moves forms first, as in photographs (Olah, Mordvintsev, Schubert: "Feature Visualization", Distill 2017).
//!
//! ```text
//! pixels = squash(CONTRAST · COLORS · hartley(weights ⊙ parameters))
//! squash(z) = ½ + ½ · z/√(1 + z²)
//! weight of frequency f ∝ max(f, 1/side)^-falloff, with a mean square of 1
//! ```
//!
//! There are as many parameters as pixels, `[3, height, width]`, and every picture inside of (0, 1) has its parameters.
//! Whatever changes pixels (post-processing, another resolution, an image to start from) is therefore possible here, too.

use clipig_core::GradientSum;

use crate::bands::{all_of, on_rows, threads_for};
use crate::hartley::Hartley;

/// So steep is the squashing function at grey that a small change of a parameter is one of about the same size in pixels.
const CONTRAST: f32 = 2.0;

/// Pixels are kept this far from black and white when their parameters are sought: there the slope ends.
const MARGIN: f32 = 1.0 / 256.0;

/// Red, green and blue by parameter plane: brightness, red against blue, green against both. The square root of the
/// covariance of `ImageNet`'s colours, as Lucid gives it, divided by the length of its longest column.
const COLORS: [[f64; 3]; 3] = {
    const LENGTH: f64 = 0.461_952;
    [
        [0.26 / LENGTH, 0.09 / LENGTH, 0.02 / LENGTH],
        [0.27 / LENGTH, 0.0, -0.05 / LENGTH],
        [0.27 / LENGTH, -0.09 / LENGTH, 0.03 / LENGTH],
    ]
};

/// The model of canvases of one size.
pub(crate) struct Spectrum {
    width: usize,
    height: usize,
    hartley: Hartley,
    /// By frequency, as they lie in a transformed plane.
    weights: Vec<f32>,
}

impl Spectrum {
    /// `falloff` 0 weighs all frequencies alike; 1 is that of photographs; more is softer.
    pub(crate) fn new(width: usize, height: usize, falloff: f64) -> Self {
        let weights = weights([width, height], falloff);
        Self { width, height, hartley: Hartley::new(width, height), weights }
    }

    /// Writes the pixels of some parameters.
    pub(crate) fn write_pixels(&self, parameters: &[f32], pixels: &mut [f32]) {
        pixels.copy_from_slice(parameters);
        self.shape(pixels);
        let colors = COLORS.map(|row| row.map(|part| part as f32 * CONTRAST));
        self.for_each_pixel(pixels, |_, parts| colors.map(|row| squash(product(row, parts))));
    }

    /// Are these the parameters of these pixels, but for differences up to `tolerance`?
    pub(crate) fn fits(&self, parameters: &[f32], pixels: &[f32], tolerance: f32) -> bool {
        let mut found = vec![0.0; pixels.len()];
        parameters.len() == pixels.len() && {
            self.write_pixels(parameters, &mut found);
            found.iter().zip(pixels).all(|(found, pixel)| (found - pixel).abs() <= tolerance)
        }
    }

    /// The parameters of some pixels. What is not between black and white is moved there.
    pub(crate) fn parameters(&self, pixels: &[f32]) -> Vec<f32> {
        let inverse = inverse(COLORS).map(|row| row.map(|part| (part / f64::from(CONTRAST)) as f32));
        let mut found = pixels.to_vec();
        self.for_each_pixel(&mut found, |_, colors| {
            let parts = colors.map(unsquash);
            inverse.map(|row| product(row, parts))
        });
        for plane in self.planes(&mut found) {
            self.hartley.transform(plane);
            self.weigh(plane, |value, weight| value / weight);
        }
        found
    }

    /// The gradient with respect to the parameters, where `pixels` are theirs.
    pub(crate) fn gradient(&self, pixels: &[f32], gradient: &GradientSum) -> Vec<f32> {
        let rows = gradient.rows();
        let mut found = vec![0.0; pixels.len()];
        let height = self.height;
        on_rows(&mut found, self.width, |first, part| {
            for (line, row) in (first..).zip(part.chunks_exact_mut(self.width)) {
                rows.copy(line / height, line % height, row);
            }
        });
        let area = self.width * self.height;
        let transposed: [[f32; 3]; 3] =
            std::array::from_fn(|plane| COLORS.map(|row| row[plane] as f32 * CONTRAST));
        self.for_each_pixel(&mut found, |place, gradient| {
            let slopes = std::array::from_fn(|color| gradient[color] * slope(pixels[color * area + place]));
            transposed.map(|row| product(row, slopes))
        });
        for plane in self.planes(&mut found) {
            self.hartley.transform(plane);
            self.weigh(plane, |value, weight| value * weight);
        }
        found
    }

    /// Gives noise the falloff of this spectrum; its variance stays.
    pub(crate) fn shape(&self, noise: &mut [f32]) {
        for plane in self.planes(noise) {
            self.weigh(plane, |value, weight| value * weight);
            self.hartley.transform(plane);
        }
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

    /// Replaces the three values of each pixel. `change` gets the pixel's place in a plane, too.
    fn for_each_pixel(&self, values: &mut [f32], change: impl Fn(usize, [f32; 3]) -> [f32; 3] + Sync) {
        let area = self.width * self.height;
        let length = area.div_ceil(threads_for(values.len())).max(1);
        let (red, others) = values.split_at_mut(area);
        let (green, blue) = others.split_at_mut(area);
        let pieces = red.chunks_mut(length).zip(green.chunks_mut(length)).zip(blue.chunks_mut(length));
        let pieces = pieces.enumerate().map(|(i, ((red, green), blue))| (i * length, red, green, blue));
        all_of(pieces.collect(), |(first, red, green, blue)| {
            for (place, ((red, green), blue)) in (first..).zip(red.iter_mut().zip(green).zip(blue)) {
                [*red, *green, *blue] = change(place, [*red, *green, *blue]);
            }
            true
        });
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

/// From all numbers to (0, 1). It needs a root and a quotient, which every machine rounds alike.
fn squash(z: f32) -> f32 {
    0.5 + 0.5 * (z / (1.0 + z * z).sqrt())
}

/// The inverse of [`squash`].
fn unsquash(value: f32) -> f32 {
    let centered = 2.0 * value.clamp(MARGIN, 1.0 - MARGIN) - 1.0;
    centered / (1.0 - centered * centered).sqrt()
}

/// The derivative of [`squash`] where it gives `value`: 4 · (value · (1 - value))^1.5.
fn slope(value: f32) -> f32 {
    let room = (value * (1.0 - value)).max(0.0);
    4.0 * room * room.sqrt()
}

fn product([a, b, c]: [f32; 3], [x, y, z]: [f32; 3]) -> f32 {
    a * x + b * y + c * z
}

/// The inverse of a matrix, by its cofactors.
fn inverse(m: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let cofactor = |row: usize, column: usize| {
        let (r, s) = ((row + 1) % 3, (row + 2) % 3);
        let (c, d) = ((column + 1) % 3, (column + 2) % 3);
        m[r][c] * m[s][d] - m[r][d] * m[s][c]
    };
    let determinant: f64 = (0..3).map(|column| m[0][column] * cofactor(0, column)).sum();
    std::array::from_fn(|row| std::array::from_fn(|column| cofactor(column, row) / determinant))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize, deviation: f32) -> Vec<f32> {
        (0..length).map(|i| (i as f32 * 12.9898).sin() * deviation).collect()
    }

    fn pixels_of(spectrum: &Spectrum, parameters: &[f32]) -> Vec<f32> {
        let mut pixels = vec![0.0; parameters.len()];
        spectrum.write_pixels(parameters, &mut pixels);
        pixels
    }

    #[test]
    fn every_picture_has_its_parameters() {
        for (width, height, falloff) in [(16, 16, 1.5), (9, 14, 0.0), (64, 1, 4.0), (1, 1, 1.0)] {
            let spectrum = Spectrum::new(width, height, falloff);
            let wanted: Vec<f32> = noise(3 * width * height, 0.45).iter().map(|value| 0.5 + value).collect();
            let found = pixels_of(&spectrum, &spectrum.parameters(&wanted));
            for (found, wanted) in found.iter().zip(&wanted) {
                assert!((found - wanted).abs() < 1e-4, "{width}x{height}: {found} for {wanted}");
            }
        }
    }

    #[test]
    fn black_and_white_can_still_change() {
        let spectrum = Spectrum::new(4, 4, 1.0);
        let mut pixels = vec![0.0; 48];
        pixels[..24].fill(7.0);
        let found = pixels_of(&spectrum, &spectrum.parameters(&pixels));
        assert!(found.iter().all(|value| slope(*value) > 1e-4 && (0.0..=1.0).contains(value)), "{found:?}");
    }

    #[test]
    fn the_gradient_is_that_of_numerical_differences() {
        let (width, height) = (7, 6);
        let spectrum = Spectrum::new(width, height, 1.5);
        let parameters = noise(3 * width * height, 0.6);
        let pixels = pixels_of(&spectrum, &parameters);
        // The loss is a weighted sum of the pixels.
        let loss_weights = noise(parameters.len(), 1.0);
        let mut gradient = GradientSum::new(width, height);
        let places: Vec<Option<u32>> = (0..(width * height) as u32).map(Some).collect();
        gradient.add_at(&places, &loss_weights);
        let found = spectrum.gradient(&pixels, &gradient);
        let loss = |parameters: &[f32]| -> f64 {
            let pixels = pixels_of(&spectrum, parameters);
            pixels.iter().zip(&loss_weights).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        for i in 0..parameters.len() {
            let at = |offset: f32| {
                let mut moved = parameters.clone();
                moved[i] += offset;
                loss(&moved)
            };
            let wanted = (at(0.01) - at(-0.01)) / 0.02;
            assert!((f64::from(found[i]) - wanted).abs() < 2e-3, "{i}: {} for {wanted}", found[i]);
        }
    }

    #[test]
    fn pixels_and_gradient_are_those_of_pytorch() {
        let recorded: serde_json::Value =
            serde_json::from_str(include_str!("../tests/fixtures/spectrum.json")).expect("a record");
        let number = |value: &serde_json::Value| value.as_f64().expect("a number");
        let numbers = |name: &str| -> Vec<f32> {
            recorded[name].as_array().expect("a list").iter().map(|value| number(value) as f32).collect()
        };
        let [width, height] = ["width", "height"].map(|name| number(&recorded[name]) as usize);
        let spectrum = Spectrum::new(width, height, number(&recorded["falloff"]));
        let close = |found: &[f32], wanted: &[f32]| {
            found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 2e-5)
        };
        let pixels = pixels_of(&spectrum, &numbers("parameters"));
        assert!(close(&pixels, &numbers("pixels")));
        let mut gradient = GradientSum::new(width, height);
        let places: Vec<Option<u32>> = (0..(width * height) as u32).map(Some).collect();
        gradient.add_at(&places, &numbers("loss_weights"));
        assert!(close(&spectrum.gradient(&pixels, &gradient), &numbers("gradient")));
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

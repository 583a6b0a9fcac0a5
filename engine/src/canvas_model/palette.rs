//! The palette: every pixel is a mixture of a few colours, mostly of the one that it is nearest to.
//!
//! ```text
//! image = Σₖ pₖ cₖ        pₖ ∝ exp(-|x - cₖ|² / softness²)
//! ```
//!
//! The optimiser steps a colour x for each pixel. Its gradient is that of the image, times the covariance of the colours
//! between which the pixel still wavers: 2/softness² · Σₖ pₖ (g · (cₖ - image)) cₖ. So a pixel moves among colours as it
//! would by itself, and settles on one of them.
//!
//! The colours cₖ are given, or they are learned, too. Then they follow the planes of x, and pass through
//! [`colors::squash`], which keeps them between black and white.
//!
//! Not every picture can be shown. The parameters of one are its pixels; each moves to the colours that are nearest.

use std::ops::Range;

use clipig_experiment::PaletteColors;

use crate::bands::{all_of, bands, on_pixels, threads_for};

use super::{ImageModel, colors};

/// The most colours that an experiment may ask for.
const MOST: usize = clipig_experiment::limits::MAX_COLORS as usize;

/// How steep [`colors::squash`] is made where it is one half.
const STEEPNESS: f32 = 2.0;

/// The model of images of one size.
pub(super) struct Palette {
    width: usize,
    height: usize,
    /// As they are given; those that learned ones begin with.
    colors: Vec<[f32; 3]>,
    learned: bool,
    /// 1 / softness²
    sharpness: f32,
}

impl Palette {
    pub(super) fn new([width, height]: [usize; 2], colors: PaletteColors, softness: f64) -> Self {
        let (colors, learned) = match colors {
            PaletteColors::Given(colors) => {
                (colors.into_iter().map(|color| color.map(|value| value as f32)).collect(), false)
            }
            PaletteColors::Learned(count) => ((1..=count).map(first_color).collect(), true),
        };
        Self { width, height, colors, learned, sharpness: (1.0 / (softness * softness)) as f32 }
    }

    fn area(&self) -> usize {
        self.width * self.height
    }

    fn learned(&self) -> usize {
        if self.learned { self.colors.len() } else { 0 }
    }

    /// The colours that some parameters hold.
    fn colors(&self, parameters: &[f32]) -> Vec<[f32; 3]> {
        if !self.learned {
            return self.colors.clone();
        }
        let (columns, area) = (self.columns(), self.area());
        let color = |k: usize| {
            std::array::from_fn(|channel| {
                colors::squash(STEEPNESS * parameters[channel * columns + area + k])
            })
        };
        (0..self.colors.len()).map(color).collect()
    }

    /// The pixel's own colour.
    fn own(&self, parameters: &[f32], place: usize) -> [f32; 3] {
        let columns = self.columns();
        std::array::from_fn(|channel| parameters[channel * columns + place])
    }

    /// The mixture that a pixel is.
    fn mix(&self, colors: &[[f32; 3]], own: [f32; 3]) -> Mixture {
        let distance = |color: &[f32; 3]| {
            let [r, g, b] = [0, 1, 2].map(|i| own[i] - color[i]);
            r * r + g * g + b * b
        };
        let nearest = colors.iter().map(distance).fold(f32::INFINITY, f32::min);
        let mut mixture = Mixture { shares: [0.0; MOST], color: [0.0; 3] };
        let mut sum = 0.0;
        for (share, color) in mixture.shares.iter_mut().zip(colors) {
            *share = libm::expf((nearest - distance(color)) * self.sharpness);
            sum += *share;
        }
        for (share, color) in mixture.shares.iter_mut().zip(colors) {
            *share /= sum;
            for (mixed, value) in mixture.color.iter_mut().zip(color) {
                *mixed += *share * value;
            }
        }
        mixture
    }

    /// The gradients of the learned colours, each as red, green, blue. `gradient` is that of the image.
    fn color_gradients(&self, colors: &[[f32; 3]], parameters: &[f32], gradient: &[f32]) -> Vec<[f32; 3]> {
        let (area, width) = (self.area(), self.width);
        // Sums of rows, added up from top to bottom, so that threads change no bits.
        let mut rows = vec![[0.0_f32; 3]; self.height * colors.len()];
        let bands = bands(self.height, threads_for(gradient.len()));
        let length = bands.first().map_or(1, Range::len) * colors.len();
        let parts = bands.into_iter().zip(rows.chunks_mut(length)).collect();
        all_of(parts, |(band, sums)| {
            for (y, sums) in band.zip(sums.chunks_exact_mut(colors.len())) {
                for place in y * width..(y + 1) * width {
                    let own = self.own(parameters, place);
                    let wanted: [f32; 3] = std::array::from_fn(|channel| gradient[channel * area + place]);
                    let mixture = self.mix(colors, own);
                    for ((sum, color), share) in sums.iter_mut().zip(colors).zip(mixture.shares) {
                        let pull = 2.0 * self.sharpness * mixture.pull(wanted, color);
                        let part = |i: usize| share * (wanted[i] + pull * (own[i] - color[i]));
                        *sum = [sum[0] + part(0), sum[1] + part(1), sum[2] + part(2)];
                    }
                }
            }
            true
        });
        let mut found = vec![[0.0_f32; 3]; colors.len()];
        for row in rows.chunks_exact(colors.len()) {
            for (sum, part) in found.iter_mut().flatten().zip(row.iter().flatten()) {
                *sum += part;
            }
        }
        found
    }
}

/// What a pixel is mixed from.
struct Mixture {
    /// The share of each colour; those that there are not have none.
    shares: [f32; MOST],
    color: [f32; 3],
}

impl Mixture {
    /// How much the loss grows with the share of a colour.
    fn pull(&self, gradient: [f32; 3], color: &[f32; 3]) -> f32 {
        let [r, g, b] = [0, 1, 2].map(|i| gradient[i] * (color[i] - self.color[i]));
        r + g + b
    }
}

impl ImageModel for Palette {
    fn columns(&self) -> usize {
        self.area() + self.learned()
    }

    fn write_image(&self, parameters: &[f32], image: &mut [f32]) {
        let colors = self.colors(parameters);
        on_pixels(image, |place, _| self.mix(&colors, self.own(parameters, place)).color);
    }

    fn parameters(&self, image: &[f32], before: Option<&[f32]>) -> Vec<f32> {
        let mut found = Vec::with_capacity(3 * self.columns());
        for (channel, plane) in image.chunks_exact(self.area()).enumerate() {
            found.extend(plane);
            let known = before.and_then(|before| {
                let plane = &before[channel * (before.len() / 3)..][..before.len() / 3];
                plane.len().checked_sub(self.learned()).map(|from| &plane[from..])
            });
            match known {
                Some(known) => found.extend(known),
                None if self.learned => {
                    found
                        .extend(self.colors.iter().map(|color| colors::unsquash(color[channel]) / STEEPNESS));
                }
                None => {}
            }
        }
        found
    }

    fn gradient(&self, parameters: &[f32], _: &[f32], mut gradient: Vec<f32>) -> Vec<f32> {
        let colors = self.colors(parameters);
        let learned =
            if self.learned { self.color_gradients(&colors, parameters, &gradient) } else { Vec::new() };
        on_pixels(&mut gradient, |place, wanted| {
            let mixture = self.mix(&colors, self.own(parameters, place));
            let mut found = [0.0; 3];
            for (color, share) in colors.iter().zip(mixture.shares) {
                let pull = 2.0 * self.sharpness * share * mixture.pull(wanted, color);
                for (found, value) in found.iter_mut().zip(color) {
                    *found += pull * value;
                }
            }
            found
        });
        if learned.is_empty() {
            return gradient;
        }
        let mut found = Vec::with_capacity(3 * self.columns());
        for (channel, plane) in gradient.chunks_exact(self.area()).enumerate() {
            found.extend(plane);
            let slope = |color: &[f32; 3]| STEEPNESS * colors::slope(color[channel]);
            found.extend(learned.iter().zip(&colors).map(|(sum, color)| sum[channel] * slope(color)));
        }
        found
    }
}

/// The colour that the learned colour `k`, counted from 1, begins with: points that are spread evenly over the colours
/// between 0.15 and 0.85 (Roberts: "The Unreasonable Effectiveness of Quasirandom Sequences", 2018).
fn first_color(k: u32) -> [f32; 3] {
    /// Powers of 1/g, where g⁴ = g + 1.
    const STEPS: [f64; 3] = [0.819_172_513_4, 0.671_043_606_7, 0.549_700_477_9];
    STEPS.map(|step| {
        let place = 0.5 + f64::from(k) * step;
        (0.15 + 0.7 * (place - place.floor())) as f32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]];

    fn image_of(palette: &Palette, parameters: &[f32]) -> Vec<f32> {
        let mut image = vec![0.0; 3 * palette.area()];
        palette.write_image(parameters, &mut image);
        image
    }

    #[test]
    fn pixels_take_the_nearest_colour() {
        let palette = Palette::new([2, 2], PaletteColors::Given(GIVEN.to_vec()), 0.05);
        // By planes: nearly red, nearly blue, nearly white, and half way between red and white.
        let pixels = [0.9, 0.1, 0.8, 1.0, 0.1, 0.2, 0.9, 0.5, 0.2, 0.8, 0.9, 0.5];
        let found = image_of(&palette, &palette.parameters(&pixels, None));
        let wanted = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.5, 0.0, 1.0, 1.0, 0.5];
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-5, "{found} for {wanted}");
        }
    }

    #[test]
    fn far_away_pixels_stay_finite() {
        let palette = Palette::new([1, 1], PaletteColors::Learned(5), 0.01);
        let parameters = palette.parameters(&[900.0, -900.0, 1e4], None);
        let image = image_of(&palette, &parameters);
        let gradient = palette.gradient(&parameters, &image, vec![1.0; 3]);
        assert!(image.iter().chain(&gradient).all(|value| value.is_finite()), "{image:?}, {gradient:?}");
    }

    #[test]
    fn learned_colours_begin_apart_and_outlive_other_pixels() {
        let palette = Palette::new([3, 2], PaletteColors::Learned(MOST as u32), 0.2);
        let mut parameters = palette.parameters(&[0.5; 18], None);
        let first = palette.colors(&parameters);
        for (i, color) in first.iter().enumerate() {
            assert!(color.iter().all(|value| (0.14..0.86).contains(value)), "{color:?}");
            let apart = |other: &[f32; 3]| other.iter().zip(color).any(|(a, b)| (a - b).abs() > 0.02);
            assert!(first[..i].iter().all(apart), "{color:?} comes twice");
        }
        // The last colour moves; then the picture becomes larger.
        let columns = palette.columns();
        parameters[columns - 1] += 0.5;
        let larger = Palette::new([4, 4], PaletteColors::Learned(MOST as u32), 0.2);
        let found = larger.colors(&larger.parameters(&[0.5; 48], Some(&parameters)));
        assert_eq!(found, palette.colors(&parameters));
        assert!(found != first);
    }

    #[test]
    fn threads_change_no_bits() {
        let (width, height) = (400, 230);
        let palette = Palette::new([width, height], PaletteColors::Learned(4), 0.3);
        let noise = |length: usize| (0..length).map(|i| ((i as f32 + 0.5) * 12.9898).sin() * 0.5 + 0.5);
        let parameters: Vec<f32> = noise(3 * palette.columns()).collect();
        let gradient: Vec<f32> = noise(3 * width * height).collect();
        let colors = palette.colors(&parameters);
        let found = palette.color_gradients(&colors, &parameters, &gradient);
        // Row by row, each as an image of its own.
        let row = Palette::new([width, 1], PaletteColors::Learned(4), 0.3);
        let mut wanted = vec![[0.0_f32; 3]; 4];
        for y in 0..height {
            let part = |planes: &[f32], length: usize, more: usize| -> Vec<f32> {
                let plane = |channel: usize| {
                    let plane = &planes[channel * length..][..length];
                    [&plane[y * width..(y + 1) * width], &plane[length - more..]].concat()
                };
                (0..3).flat_map(plane).collect()
            };
            let sums = row.color_gradients(
                &colors,
                &part(&parameters, palette.columns(), 4),
                &part(&gradient, width * height, 0),
            );
            for (sum, part) in wanted.iter_mut().flatten().zip(sums.iter().flatten()) {
                *sum += part;
            }
        }
        assert_eq!(found, wanted);
    }
}

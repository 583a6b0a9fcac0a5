//! The pyramid: an image is the sum of images of several resolutions, and the optimiser steps all of them.
//!
//! A step of a coarse level moves a whole area, one of the finest a single pixel. So forms come first, as with a
//! spectrum, but each parameter has a place in the picture.
//!
//! ```text
//! z₀ = w₀ · level₀        zᵢ = up(zᵢ₋₁) + wᵢ · levelᵢ        image = colors(z of the finest level)
//! up: linear between the neighbours, as PyTorch's `interpolate(mode="bilinear", align_corners=False)`
//! wᵢ ∝ sᵢ^(falloff − 1), where sᵢ is the width of the level's pixels in pixels of the image; Σ wᵢ² = 1
//! ```
//!
//! Each level has half the width and height of the next one, rounded up. An octave of a spectrum whose frequencies weigh
//! f^-falloff has the weight f^(1 - falloff), so the same `falloff` means about the same for both models.
//!
//! Every picture inside of (0, 1) has parameters: its means are the coarsest level, and each level holds what is still
//! missing (Burt, Adelson: "The Laplacian Pyramid as a Compact Image Code", IEEE Transactions on Communications 31,
//! 1983).

use crate::bands::{all_of, threads_for};

use super::{ImageModel, colors};

/// Levels end where the shorter side is no longer than this, if nobody says how many there are.
const SHORTEST: usize = 4;

/// What lies beyond an image's edge when it is enlarged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edges {
    /// The outermost pixels again.
    Apart,
    /// The opposite edge.
    Joined,
}

/// The model of images of one size.
pub(super) struct Pyramid {
    /// Width and height of each level, the coarsest first.
    sizes: Vec<[usize; 2]>,
    weights: Vec<f32>,
    edges: Edges,
}

impl Pyramid {
    /// A pyramid with so many levels, but no more than lead to a single pixel.
    pub(super) fn new(side: [usize; 2], levels: Option<u32>, falloff: f64, edges: Edges) -> Self {
        let mut sizes = vec![side];
        let mut coarsest = side;
        let more = |count: usize, [width, height]: [usize; 2]| match levels {
            Some(levels) => count < levels as usize && width.max(height) > 1,
            None => width.min(height) > SHORTEST,
        };
        while more(sizes.len(), coarsest) {
            coarsest = coarsest.map(|side| side.div_ceil(2));
            sizes.push(coarsest);
        }
        sizes.reverse();
        let weight = |level: usize| libm::exp2((sizes.len() - 1 - level) as f64 * (falloff - 1.0));
        let weights: Vec<f64> = (0..sizes.len()).map(weight).collect();
        let length = weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
        let weights = weights.into_iter().map(|weight| (weight / length) as f32).collect();
        Self { sizes, weights, edges }
    }

    /// One plane of the image from its levels.
    fn enlarge(&self, levels: &[f32], plane: &mut [f32]) {
        let (mut sum, mut rest): (Vec<f32>, _) = (Vec::new(), levels);
        let mut before: Option<[usize; 2]> = None;
        for (size, weight) in self.sizes.iter().zip(&self.weights) {
            let (level, finer) = rest.split_at(size[0] * size[1]);
            rest = finer;
            sum = before.map_or_else(|| vec![0.0; level.len()], |before| self.up(&sum, before, *size));
            for (sum, value) in sum.iter_mut().zip(level) {
                *sum += weight * value;
            }
            before = Some(*size);
        }
        plane.copy_from_slice(&sum);
    }

    /// The levels of one plane.
    fn take_apart(&self, plane: &[f32], levels: &mut [f32]) {
        let mut means = vec![plane.to_vec()];
        for pair in self.sizes.windows(2).rev() {
            means.push(down(means.last().expect("the plane itself"), pair[1], pair[0]));
        }
        means.reverse();
        let mut rest = levels;
        for (i, (mean, weight)) in means.iter().zip(&self.weights).enumerate() {
            let (level, finer) = rest.split_at_mut(mean.len());
            rest = finer;
            level.copy_from_slice(mean);
            if i > 0 {
                let known = self.up(&means[i - 1], self.sizes[i - 1], self.sizes[i]);
                for (value, known) in level.iter_mut().zip(known) {
                    *value -= known;
                }
            }
            for value in level {
                *value /= weight;
            }
        }
    }

    /// The gradient of one plane's levels from that of the plane.
    fn back(&self, plane: &[f32], levels: &mut [f32]) {
        let (mut gradient, mut end) = (plane.to_vec(), levels.len());
        for (i, (size, weight)) in self.sizes.iter().zip(&self.weights).enumerate().rev() {
            let start = end - size[0] * size[1];
            for (level, gradient) in levels[start..end].iter_mut().zip(&gradient) {
                *level = weight * gradient;
            }
            end = start;
            if i > 0 {
                gradient = self.up_transposed(&gradient, self.sizes[i - 1], *size);
            }
        }
    }

    /// Enlarges a plane.
    fn up(&self, plane: &[f32], from: [usize; 2], to: [usize; 2]) -> Vec<f32> {
        let [across, down] = [0, 1].map(|side| neighbours(from[side], to[side], self.edges));
        let mut wide = Vec::with_capacity(to[0] * from[1]);
        for row in plane.chunks_exact(from[0]) {
            wide.extend(
                across.iter().map(|at| row[at.first] * at.weights[0] + row[at.second] * at.weights[1]),
            );
        }
        let mut large = Vec::with_capacity(to[0] * to[1]);
        let row = |y: usize| &wide[y * to[0]..][..to[0]];
        for at in down {
            let pairs = row(at.first).iter().zip(row(at.second));
            large.extend(pairs.map(|(a, b)| a * at.weights[0] + b * at.weights[1]));
        }
        large
    }

    /// The transpose of [`Pyramid::up`]: takes the gradient of a plane of size `to` back to size `from`.
    fn up_transposed(&self, plane: &[f32], from: [usize; 2], to: [usize; 2]) -> Vec<f32> {
        let [across, down] = [0, 1].map(|side| neighbours(from[side], to[side], self.edges));
        let mut wide = vec![0.0; to[0] * from[1]];
        for (row, at) in plane.chunks_exact(to[0]).zip(down) {
            for (place, weight) in [at.first, at.second].into_iter().zip(at.weights) {
                for (sum, value) in wide[place * to[0]..].iter_mut().zip(row) {
                    *sum += weight * value;
                }
            }
        }
        let mut small = vec![0.0; from[0] * from[1]];
        for (sums, row) in small.chunks_exact_mut(from[0]).zip(wide.chunks_exact(to[0])) {
            for (value, at) in row.iter().zip(&across) {
                sums[at.first] += at.weights[0] * value;
                sums[at.second] += at.weights[1] * value;
            }
        }
        small
    }

    /// Calls `work` with each plane of an image and its levels, side by side where that pays.
    fn on_planes<A: Send, B: Send>(
        &self,
        planes: impl Iterator<Item = A>,
        levels: impl Iterator<Item = B>,
        work: impl Fn(A, B) + Sync,
    ) {
        let pairs: Vec<(A, B)> = planes.zip(levels).collect();
        if threads_for(3 * self.columns()) == 1 {
            for (plane, levels) in pairs {
                work(plane, levels);
            }
            return;
        }
        all_of(pairs, |(plane, levels)| {
            work(plane, levels);
            true
        });
    }

    /// Pixels of the image.
    fn area(&self) -> usize {
        self.sizes.last().map_or(0, |[width, height]| width * height)
    }
}

impl ImageModel for Pyramid {
    fn columns(&self) -> usize {
        self.sizes.iter().map(|[width, height]| width * height).sum()
    }

    fn write_image(&self, parameters: &[f32], image: &mut [f32]) {
        let levels = parameters.chunks_exact(self.columns());
        self.on_planes(image.chunks_exact_mut(self.area()), levels, |plane, levels| {
            self.enlarge(levels, plane);
        });
        colors::to_colors(image);
    }

    fn parameters(&self, image: &[f32], _: Option<&[f32]>) -> Vec<f32> {
        let mut image = image.to_vec();
        colors::to_planes(&mut image);
        let mut found = vec![0.0; 3 * self.columns()];
        let levels = found.chunks_exact_mut(self.columns());
        self.on_planes(image.chunks_exact(self.area()), levels, |plane, levels| {
            self.take_apart(plane, levels);
        });
        found
    }

    fn gradient(&self, _: &[f32], image: &[f32], mut gradient: Vec<f32>) -> Vec<f32> {
        colors::back_to_planes(image, &mut gradient);
        let mut found = vec![0.0; 3 * self.columns()];
        let levels = found.chunks_exact_mut(self.columns());
        self.on_planes(gradient.chunks_exact(self.area()), levels, |plane, levels| {
            self.back(plane, levels);
        });
        found
    }
}

/// The two neighbours of a pixel of the larger side, and their weights.
struct Neighbours {
    first: usize,
    second: usize,
    weights: [f32; 2],
}

/// Between which pixels of a side those of a larger one lie. Pixels are areas: the edges of both sides agree.
fn neighbours(from: usize, to: usize, edges: Edges) -> Vec<Neighbours> {
    let place = |at: usize| {
        let place = (at as f64 + 0.5) * from as f64 / to as f64 - 0.5;
        let (first, second, below) = match edges {
            Edges::Apart => {
                let below = place.max(0.0).floor();
                let first = (below as usize).min(from - 1);
                (first, (first + 1).min(from - 1), below)
            }
            Edges::Joined => {
                let below = place.floor();
                // At most half a pixel lies before the first one.
                let first = if below < 0.0 { from - 1 } else { below as usize % from };
                (first, (first + 1) % from, below)
            }
        };
        let share = (place.max(below) - below) as f32;
        Neighbours { first, second, weights: [1.0 - share, share] }
    };
    (0..to).map(place).collect()
}

/// Means of two by two pixels; fewer at the right and at the bottom of odd sizes.
fn down(plane: &[f32], from: [usize; 2], to: [usize; 2]) -> Vec<f32> {
    let mean = |place: usize| {
        let (left, top) = (place % to[0] * 2, place / to[0] * 2);
        let (right, bottom) = ((left + 2).min(from[0]), (top + 2).min(from[1]));
        let sum: f32 = (top..bottom).map(|y| plane[y * from[0]..][left..right].iter().sum::<f32>()).sum();
        sum / ((right - left) * (bottom - top)) as f32
    };
    (0..to[0] * to[1]).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize, deviation: f32) -> Vec<f32> {
        (0..length).map(|i| ((i as f32 + 0.5) * 12.9898).sin() * deviation).collect()
    }

    fn image_of(pyramid: &Pyramid, parameters: &[f32]) -> Vec<f32> {
        let mut image = vec![0.0; 3 * pyramid.area()];
        pyramid.write_image(parameters, &mut image);
        image
    }

    #[test]
    fn levels_halve_until_the_picture_is_small() {
        let sizes = |side, levels| Pyramid::new(side, levels, 1.5, Edges::Apart).sizes;
        assert_eq!(sizes([30, 18], None), [[4, 3], [8, 5], [15, 9], [30, 18]]);
        assert_eq!(sizes([3, 90], None), [[3, 90]]);
        assert_eq!(sizes([9, 4], Some(3)), [[3, 1], [5, 2], [9, 4]]);
        assert_eq!(sizes([3, 2], Some(16)), [[1, 1], [2, 1], [3, 2]]);
    }

    #[test]
    fn every_picture_has_its_parameters() {
        let all =
            [([16, 16], None, 1.5), ([9, 14], Some(4), 0.0), ([64, 1], Some(7), 4.0), ([1, 1], None, 1.0)];
        for (side, levels, falloff) in all {
            for edges in [Edges::Apart, Edges::Joined] {
                let pyramid = Pyramid::new(side, levels, falloff, edges);
                let wanted: Vec<f32> =
                    noise(3 * side[0] * side[1], 0.45).iter().map(|value| 0.5 + value).collect();
                let found = image_of(&pyramid, &pyramid.parameters(&wanted, None));
                for (found, wanted) in found.iter().zip(&wanted) {
                    assert!((found - wanted).abs() < 1e-4, "{side:?}: {found} for {wanted}");
                }
            }
        }
    }

    #[test]
    fn joined_edges_meet() {
        // One bright pixel in the coarse level, at the left edge.
        let bright = |edges| {
            let pyramid = Pyramid::new([16, 16], Some(2), 1.0, edges);
            let mut parameters = vec![0.0; 3 * pyramid.columns()];
            parameters[3 * 8] = 1.0;
            image_of(&pyramid, &parameters)[6 * 16 + 15]
        };
        assert!(bright(Edges::Joined) > 0.55 && bright(Edges::Apart) == 0.5);
    }

    #[test]
    fn threads_change_no_bits() {
        let pyramid = Pyramid::new([512, 300], None, 1.5, Edges::Apart);
        let parameters = noise(3 * pyramid.columns(), 0.5);
        let image = image_of(&pyramid, &parameters);
        let mut alone = vec![0.0; image.len()];
        for (plane, levels) in
            alone.chunks_exact_mut(512 * 300).zip(parameters.chunks_exact(pyramid.columns()))
        {
            pyramid.enlarge(levels, plane);
        }
        colors::to_colors(&mut alone);
        assert!(image == alone);
    }

    #[test]
    fn pixels_and_gradient_are_those_of_pytorch() {
        let recorded: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/fixtures/pyramid.json")).expect("a record");
        let number = |value: &serde_json::Value| value.as_f64().expect("a number");
        let numbers = |name: &str| -> Vec<f32> {
            recorded[name].as_array().expect("a list").iter().map(|value| number(value) as f32).collect()
        };
        let side = ["width", "height"].map(|name| number(&recorded[name]) as usize);
        let levels = Some(number(&recorded["levels"]) as u32);
        let pyramid = Pyramid::new(side, levels, number(&recorded["falloff"]), Edges::Apart);
        let close = |found: &[f32], wanted: &[f32]| {
            found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 2e-5)
        };
        let parameters = numbers("parameters");
        let image = image_of(&pyramid, &parameters);
        assert!(close(&image, &numbers("pixels")));
        assert!(close(&pyramid.gradient(&parameters, &image, numbers("loss_weights")), &numbers("gradient")));
    }
}

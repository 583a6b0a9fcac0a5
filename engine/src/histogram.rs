//! The colours of an image, as the constraint `histogram` needs them: sorted along some directions.

use clipig_core::{HISTOGRAM_DIRECTIONS, HISTOGRAM_QUANTILES};
use image::{DynamicImage, GenericImageView as _};

/// 1/√2.
const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
/// 1/√3.
const THIRD: f32 = 0.577_350_26;

/// Directions of unit length in the space of colours: red, green and blue; the sums and differences of two of them; the
/// diagonals, of which the first is brightness.
pub(crate) const DIRECTIONS: [[f32; 3]; HISTOGRAM_DIRECTIONS] = [
    [1.0, 0.0, 0.0],
    [0.0, 1.0, 0.0],
    [0.0, 0.0, 1.0],
    [HALF, HALF, 0.0],
    [HALF, -HALF, 0.0],
    [HALF, 0.0, HALF],
    [HALF, 0.0, -HALF],
    [0.0, HALF, HALF],
    [0.0, HALF, -HALF],
    [THIRD, THIRD, THIRD],
    [THIRD, THIRD, -THIRD],
    [THIRD, -THIRD, THIRD],
    [-THIRD, THIRD, THIRD],
];

/// Columns and rows of an image that are looked at, at most: every pixel of a small one, an even grid of a large one.
const SAMPLED: u32 = 256;

/// The colours of an image in [0, 1], of its opaque pixels.
pub(crate) fn colors(image: &DynamicImage) -> impl Iterator<Item = [f32; 3]> {
    let (width, height) = image.dimensions();
    let places = |length: u32| {
        let count = length.min(SAMPLED);
        // The middle of each of `count` equal parts.
        (0..count).map(move |i| ((2 * u64::from(i) + 1) * u64::from(length) / (2 * u64::from(count))) as u32)
    };
    let pixels = places(height).flat_map(move |y| places(width).map(move |x| image.get_pixel(x, y).0));
    pixels
        .filter(|[.., alpha]| *alpha >= 128)
        .map(|[red, green, blue, _]| [red, green, blue].map(|level| f32::from(level) / 255.0))
}

/// The quantiles of colours along each direction, `[HISTOGRAM_DIRECTIONS, HISTOGRAM_QUANTILES]`: quantile i is that at the
/// share (i + ½) / `HISTOGRAM_QUANTILES`, between two colours it rises evenly. `None` without colours.
pub(crate) fn quantiles(colors: impl Iterator<Item = [f32; 3]>) -> Option<Vec<f32>> {
    let colors: Vec<[f32; 3]> = colors.collect();
    let last = colors.len().checked_sub(1)?;
    let mut quantiles = Vec::with_capacity(HISTOGRAM_DIRECTIONS * HISTOGRAM_QUANTILES);
    for [red, green, blue] in DIRECTIONS {
        let along = |color: &[f32; 3]| color[0] * red + color[1] * green + color[2] * blue;
        let mut values: Vec<f32> = colors.iter().map(along).collect();
        values.sort_unstable_by(f32::total_cmp);
        quantiles.extend((0..HISTOGRAM_QUANTILES).map(|i| {
            let share = (i as f64 + 0.5) / HISTOGRAM_QUANTILES as f64;
            let place = (share * colors.len() as f64 - 0.5).clamp(0.0, last as f64);
            let below = place as usize;
            let (low, high) = (f64::from(values[below]), f64::from(values[last.min(below + 1)]));
            (low + (high - low) * (place - below as f64)) as f32
        }));
    }
    Some(quantiles)
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    #[test]
    fn directions_have_unit_length_and_differ() {
        for (i, a) in DIRECTIONS.iter().enumerate() {
            let product = |b: &[f32; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            assert!((product(a) - 1.0).abs() < 1e-6, "{a:?}");
            assert!(DIRECTIONS.iter().skip(i + 1).all(|b| product(b).abs() < 0.9), "{a:?}");
        }
    }

    #[test]
    fn a_quarter_of_the_pixels_is_a_quarter_of_the_quantiles() {
        // Red on the left, blue on the right; the blue ones are three quarters, and what is transparent does not count.
        let image = RgbaImage::from_fn(800, 500, |x, y| match (x, y) {
            (_, 0..250) => Rgba([0, 255, 0, 0]),
            (0..200, _) => Rgba([255, 0, 0, 255]),
            _ => Rgba([0, 0, 255, 255]),
        });
        let quantiles = quantiles(colors(&image.into())).expect("colours");
        let along = |direction: usize| &quantiles[direction * HISTOGRAM_QUANTILES..][..HISTOGRAM_QUANTILES];
        let red = along(0).iter().filter(|value| **value > 0.5).count();
        let blue = along(2).iter().filter(|value| **value > 0.5).count();
        assert!(red.abs_diff(64) <= 1 && blue.abs_diff(192) <= 1, "{red} and {blue}");
        assert!(along(1).iter().all(|green| *green == 0.0));
        assert!(along(0).is_sorted());
        assert!(super::quantiles(std::iter::empty()).is_none());
    }
}

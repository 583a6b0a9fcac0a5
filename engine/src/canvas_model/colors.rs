//! Decorrelated colours: from three planes of any numbers to red, green and blue between black and white.
//!
//! ```text
//! pixels = squash(CONTRAST · COLORS · planes)
//! squash(z) = ½ + ½ · z/√(1 + z²)
//! ```

use crate::bands::on_pixels;

/// So steep is the squashing function at grey that a small change of a plane is one of about the same size in pixels.
const CONTRAST: f32 = 2.0;

/// Pixels are kept this far from black and white when their planes are sought: there the slope ends.
const MARGIN: f32 = 1.0 / 256.0;

/// Red, green and blue by plane: brightness, red against blue, green against both. The square root of the covariance of
/// `ImageNet`'s colours, as Lucid gives it, divided by the length of its longest column.
const COLORS: [[f64; 3]; 3] = {
    const LENGTH: f64 = 0.461_952;
    [
        [0.26 / LENGTH, 0.09 / LENGTH, 0.02 / LENGTH],
        [0.27 / LENGTH, 0.0, -0.05 / LENGTH],
        [0.27 / LENGTH, -0.09 / LENGTH, 0.03 / LENGTH],
    ]
};

/// Planes become colours.
pub(super) fn to_colors(values: &mut [f32]) {
    let colors = COLORS.map(|row| row.map(|part| part as f32 * CONTRAST));
    on_pixels(values, |_, parts| colors.map(|row| squash(product(row, parts))));
}

/// Colours become planes. What is not between black and white is moved there.
pub(super) fn to_planes(values: &mut [f32]) {
    let inverse = inverse(COLORS).map(|row| row.map(|part| (part / f64::from(CONTRAST)) as f32));
    on_pixels(values, |_, colors| {
        let parts = colors.map(unsquash);
        inverse.map(|row| product(row, parts))
    });
}

/// The gradient of colours becomes that of planes. `image` holds the colours.
pub(super) fn back_to_planes(image: &[f32], gradient: &mut [f32]) {
    let area = image.len() / 3;
    let transposed: [[f32; 3]; 3] =
        std::array::from_fn(|plane| COLORS.map(|row| row[plane] as f32 * CONTRAST));
    on_pixels(gradient, |place, gradient| {
        let slopes = std::array::from_fn(|color| gradient[color] * slope(image[color * area + place]));
        transposed.map(|row| product(row, slopes))
    });
}

/// From all numbers to (0, 1). It needs a root and a quotient, which every machine rounds alike.
pub(super) fn squash(z: f32) -> f32 {
    0.5 + 0.5 * (z / (1.0 + z * z).sqrt())
}

/// The inverse of [`squash`].
pub(super) fn unsquash(value: f32) -> f32 {
    let centered = 2.0 * value.clamp(MARGIN, 1.0 - MARGIN) - 1.0;
    centered / (1.0 - centered * centered).sqrt()
}

/// The derivative of [`squash`] where it gives `value`: 4 · (value · (1 - value))^1.5.
pub(super) fn slope(value: f32) -> f32 {
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

    #[test]
    fn black_and_white_can_still_change() {
        let mut values = vec![0.0; 12];
        values[..6].fill(7.0);
        to_planes(&mut values);
        to_colors(&mut values);
        assert!(values.iter().all(|value| slope(*value) > 1e-4 && (0.0..=1.0).contains(value)), "{values:?}");
    }
}

//! The Hartley transform of a plane: its Fourier spectrum in real numbers.
//!
//! H[v, u] = 1/√(w·h) · Σ f[y, x] · cas(2π · (u·x/w + v·y/h)), with cas θ = cos θ + sin θ (Bracewell: "Discrete Hartley
//! transform", J. Opt. Soc. Am. 73, 1983). It has as many values as the plane, keeps lengths, and is its own inverse and its
//! own transpose: one function leads from a spectrum to pixels, from pixels to a spectrum, and takes gradients either way.

use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use crate::bands::on_rows;

/// Rows and columns that are transposed together: a block and its mirror image stay in the processor's cache.
const BLOCK: usize = 16;

/// The transform of planes `[height, width]`.
pub(crate) struct Hartley {
    width: usize,
    height: usize,
    rows: Arc<dyn Fft<f32>>,
    columns: Arc<dyn Fft<f32>>,
}

impl Hartley {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        // Without the crate's features for wide registers: their sums are in another order on each processor.
        let mut planner = FftPlanner::new();
        let (rows, columns) = (planner.plan_fft_forward(width), planner.plan_fft_forward(height));
        Self { width, height, rows, columns }
    }

    /// Transforms a plane, on all cores. Rows and columns are transformed one by one, so threads change no bits.
    pub(crate) fn transform(&self, plane: &mut [f32]) {
        let (width, height) = (self.width, self.height);
        let mut lying: Vec<Complex<f32>> = plane.iter().map(|value| Complex::new(*value, 0.0)).collect();
        on_rows(&mut lying, width, |_, rows| fourier(&*self.rows, rows));
        let mut standing = vec![Complex::default(); plane.len()];
        on_rows(&mut standing, height, |first, rows| transpose(&lying, [width, height], first, rows));
        drop(lying);
        on_rows(&mut standing, height, |_, rows| fourier(&*self.columns, rows));
        let factor = (1.0 / (plane.len() as f64).sqrt()) as f32;
        on_rows(plane, width, |first, rows| {
            for (y, row) in (first..).zip(rows.chunks_exact_mut(width)) {
                for (x, value) in row.iter_mut().enumerate() {
                    let found = standing[x * height + y];
                    *value = (found.re - found.im) * factor;
                }
            }
        });
    }
}

/// Each row by itself.
fn fourier(transform: &dyn Fft<f32>, rows: &mut [Complex<f32>]) {
    let mut scratch = vec![Complex::default(); transform.get_inplace_scratch_len()];
    transform.process_with_scratch(rows, &mut scratch);
}

/// Fills `columns`, which begin with column `first` of the plane `[height, width]`.
fn transpose(
    plane: &[Complex<f32>],
    [width, height]: [usize; 2],
    first: usize,
    columns: &mut [Complex<f32>],
) {
    for (block, columns) in columns.chunks_mut(BLOCK * height).enumerate() {
        let left = first + block * BLOCK;
        for top in (0..height).step_by(BLOCK) {
            let bottom = height.min(top + BLOCK);
            for (x, column) in (left..).zip(columns.chunks_exact_mut(height)) {
                for (y, value) in (top..bottom).zip(&mut column[top..bottom]) {
                    *value = plane[y * width + x];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn plane(length: usize) -> Vec<f32> {
        (0..length).map(|i| (i as f32 * 1.7).sin() + 0.2).collect()
    }

    /// The sum of the formula.
    fn by_definition(plane: &[f32], [width, height]: [usize; 2]) -> Vec<f64> {
        let at = |u: usize, v: usize| {
            let term = |(i, value): (usize, &f32)| {
                let (x, y) = (i % width, i / width);
                let angle = TAU * ((u * x) as f64 / width as f64 + (v * y) as f64 / height as f64);
                f64::from(*value) * (angle.cos() + angle.sin())
            };
            plane.iter().enumerate().map(term).sum::<f64>() / (plane.len() as f64).sqrt()
        };
        (0..plane.len()).map(|i| at(i % width, i / width)).collect()
    }

    #[test]
    fn it_is_the_sum_of_its_definition_and_its_own_inverse() {
        for size @ [width, height] in [[1, 1], [8, 8], [7, 12], [40, 1], [1, 9], [33, 17]] {
            let start = plane(width * height);
            let mut found = start.clone();
            let hartley = Hartley::new(width, height);
            hartley.transform(&mut found);
            for (found, wanted) in found.iter().zip(by_definition(&start, size)) {
                assert!((f64::from(*found) - wanted).abs() < 1e-5, "{size:?}: {found} for {wanted}");
            }
            hartley.transform(&mut found);
            for (found, wanted) in found.iter().zip(&start) {
                assert!((found - wanted).abs() < 1e-5, "{size:?}: {found} for {wanted}");
            }
        }
    }

    #[test]
    fn threads_change_no_bits() {
        // Enough values for threads, and one row more than they share evenly.
        let (width, height) = (512, 513);
        let mut found = plane(width * height);
        let mut lying: Vec<Complex<f32>> = found.iter().map(|value| Complex::new(*value, 0.0)).collect();
        let hartley = Hartley::new(width, height);
        hartley.transform(&mut found);
        fourier(&*hartley.rows, &mut lying);
        for (u, v) in [(0, 0), (5, 7), (511, 512), (256, 1)] {
            let mut column: Vec<Complex<f32>> = (0..height).map(|y| lying[y * width + u]).collect();
            fourier(&*hartley.columns, &mut column);
            let factor = (1.0 / ((width * height) as f64).sqrt()) as f32;
            assert_eq!(found[v * width + u], (column[v].re - column[v].im) * factor);
        }
    }
}

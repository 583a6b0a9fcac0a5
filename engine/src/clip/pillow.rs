//! Pillow's bicubic resampling of 8-bit images, bit for bit.
//!
//! CLIP saw its training images through Pillow, so a feature of an image is the original's only when the
//! roundings are Pillow's too: weights in 22-bit fixed point, columns first, 8 bits in between, colours
//! premultiplied by alpha on the way. No option of `fast_image_resize` leads there (8-bit images always rows
//! first, weights in 16 bits, another rounding of alpha): it was off by up to 17 levels in the oracle's
//! opaque images and by 23 in its transparent one.
//!
//! "Pillow" means what the original ran on; 9.5, 11.3 and 12.0 give the same bits. 13.0 takes rows first
//! where an image more than twice as high as wide is made smaller.
//!
//! The algorithm is that of `src/libImaging/Resample.c` in Pillow. Only the wanted part of the result is
//! computed: each output pixel depends on its own weights alone, so leaving out the others changes nothing,
//! and a narrow strip cannot blow up to gigabytes before its middle is cropped.

use std::ops::Range;

/// Bits behind the point of a weight. A result has 8 bits; overshoot and sign take two more.
const PRECISION: u32 = 32 - 8 - 2;

/// One dimension of a resize: all of `from` pixels becomes `to` pixels, of which `wanted` are computed.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) wanted: Range<u32>,
}

/// What one output pixel is made of: `weights[i]` of the input pixel `first + i`.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

impl Side {
    /// The taps of every wanted pixel.
    fn taps(&self) -> Vec<Taps> {
        if self.from == self.to {
            // Pillow leaves out the pass; a single weight of one gives the same bits.
            return self
                .wanted
                .clone()
                .map(|at| Taps { first: at as usize, weights: vec![1 << PRECISION] })
                .collect();
        }
        let scale = f64::from(self.from) / f64::from(self.to);
        let filter_scale = scale.max(1.0);
        let support = 2.0 * filter_scale;
        let shrink = 1.0 / filter_scale;
        let taps = |at: u32| {
            let center = (f64::from(at) + 0.5) * scale;
            // Casts to unsigned stop at zero, as Pillow's comparison does.
            let first = (center - support + 0.5) as u32;
            let end = ((center + support + 0.5) as u32).min(self.from);
            let weights: Vec<f64> =
                (first..end).map(|from| bicubic((f64::from(from) - center + 0.5) * shrink)).collect();
            let sum: f64 = weights.iter().sum();
            Taps {
                first: first as usize,
                weights: weights.iter().map(|weight| fixed(weight / sum)).collect(),
            }
        };
        self.wanted.clone().map(taps).collect()
    }
}

/// Keys' cubic convolution kernel with a = −0.5.
fn bicubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

/// A weight in fixed point, halves away from zero.
fn fixed(weight: f64) -> i32 {
    let scaled = weight * f64::from(1 << PRECISION);
    (scaled + if scaled < 0.0 { -0.5 } else { 0.5 }) as i32
}

/// Where a sum of weighted pixels starts, so that the shift in [`level`] rounds.
const HALF: i32 = 1 << (PRECISION - 1);

/// A weighted sum as a level of 8 bits.
fn level(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}

/// The wanted part of an image of `C` channels, row by row. `read_row(y, row)` fills `row`, `C` bytes per
/// pixel, with row `y` of the input; it is asked for each row at most once, in order.
pub(crate) fn resize<const C: usize>(
    width: &Side,
    height: &Side,
    mut read_row: impl FnMut(usize, &mut [[u8; C]]),
) -> Vec<[u8; C]> {
    let (columns, rows) = (width.taps(), height.taps());
    let top = rows.first().map_or(0, |taps| taps.first);
    let bottom = rows.last().map_or(top, |taps| taps.first + taps.weights.len());

    let mut input = vec![[0; C]; width.from as usize];
    let mut narrowed = Vec::with_capacity((bottom - top) * columns.len());
    for y in top..bottom {
        read_row(y, &mut input);
        narrowed.extend(columns.iter().map(|taps| {
            let mut sums = [HALF; C];
            for (pixel, weight) in input[taps.first..].iter().zip(&taps.weights) {
                for (sum, &channel) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(channel) * weight;
                }
            }
            sums.map(level)
        }));
    }

    let mut output = Vec::with_capacity(rows.len() * columns.len());
    let mut sums = vec![[HALF; C]; columns.len()];
    for taps in &rows {
        sums.fill([HALF; C]);
        let lines = narrowed.chunks_exact(columns.len()).skip(taps.first - top);
        for (line, weight) in lines.zip(&taps.weights) {
            for (sum, &channel) in sums.as_flattened_mut().iter_mut().zip(line.as_flattened()) {
                *sum += i32::from(channel) * weight;
            }
        }
        output.extend(sums.iter().map(|sums| sums.map(level)));
    }
    output
}

/// Multiplies the colours of a pixel by its alpha, the last channel.
pub(super) fn premultiply<const C: usize>(pixel: [u8; C]) -> [u8; C] {
    let alpha = u32::from(pixel[C - 1]);
    colors(pixel, |color| {
        // color · alpha / 255, rounded.
        let product = color * alpha + 128;
        ((product >> 8) + product) >> 8
    })
}

/// Undoes [`premultiply`]; without alpha there is nothing to divide by.
pub(super) fn unpremultiply<const C: usize>(pixel: [u8; C]) -> [u8; C] {
    match u32::from(pixel[C - 1]) {
        0 | 255 => pixel,
        alpha => colors(pixel, |color| (255 * color / alpha).min(255)),
    }
}

fn colors<const C: usize>(mut pixel: [u8; C], change: impl Fn(u32) -> u32) -> [u8; C] {
    for color in &mut pixel[..C - 1] {
        *color = change(u32::from(*color)) as u8;
    }
    pixel
}

#[cfg(test)]
mod tests {
    use super::{PRECISION, Side, premultiply, resize, unpremultiply};

    fn side(from: u32, to: u32) -> Side {
        Side { from, to, wanted: 0..to }
    }

    #[test]
    fn weights_sum_to_one() {
        for (from, to) in [(1, 9), (7, 224), (225, 224), (300, 7), (16_384, 3)] {
            for taps in side(from, to).taps() {
                let sum: i32 = taps.weights.iter().sum();
                // Each weight is rounded by itself.
                assert!((sum - (1 << PRECISION)).unsigned_abs() as usize <= taps.weights.len().div_ceil(2));
                assert!(taps.first + taps.weights.len() <= from as usize);
            }
        }
    }

    #[test]
    fn a_part_is_the_part_of_the_whole() {
        let read = |y: usize, row: &mut [[u8; 1]]| {
            for (x, pixel) in row.iter_mut().enumerate() {
                pixel[0] = (x * x * 31 + y * 77 + x * y) as u8;
            }
        };
        let whole = resize(&side(13, 40), &side(29, 11), read);
        let (width, height) =
            (Side { wanted: 15..25, ..side(13, 40) }, Side { wanted: 3..8, ..side(29, 11) });
        let part = resize(&width, &height, read);
        let expected: Vec<_> = (3..8).flat_map(|y| &whole[y * 40 + 15..y * 40 + 25]).copied().collect();
        assert_eq!(part, expected);
    }

    #[test]
    fn a_strip_costs_what_its_middle_costs() {
        let strip = Side { wanted: 1_835_008..1_835_232, ..side(16_384, 3_670_016) };
        let part = resize(&Side { wanted: 0..224, ..side(1, 224) }, &strip, |_, row| row.fill([9]));
        assert_eq!(part, vec![[9]; 224 * 224]);
    }

    #[test]
    fn alpha() {
        assert_eq!(premultiply([200, 100, 1, 128]), [100, 50, 1, 128]);
        assert_eq!(unpremultiply([100, 50, 1, 128]), [199, 99, 1, 128]);
        assert_eq!(unpremultiply([90, 3]), [255, 3]);
        assert_eq!(unpremultiply([90, 0]), [90, 0]);
    }
}

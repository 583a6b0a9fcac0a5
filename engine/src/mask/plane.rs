//! The image of a mask in the size of a canvas.

use image::DynamicImage;

use clipig_geometry::Size;

use crate::clip::pillow::{self, Side};

/// The value of white.
const WHITE: u16 = u16::MAX;

/// How much each pixel counts, as integers of 16 bits: 2 bytes per pixel.
#[derive(Debug)]
pub(crate) struct Plane {
    width: usize,
    values: Vec<u16>,
}

impl Plane {
    /// An image's brightness, scaled until it covers `size` and cropped at the centre, then softened by two moving averages
    /// over `2 · radius + 1` pixels in each direction. What is transparent is black.
    pub(super) fn of(image: &DynamicImage, size: Size, radius: usize) -> Self {
        let (width, height) = (size.width as usize, size.height as usize);
        if image.width() == 0 || image.height() == 0 {
            return Self { width, values: vec![0; width * height] };
        }
        // 257 · 255 is the greatest value.
        let levels = covering(image, size).into_iter().map(|level| u16::from(level) * 257);
        let mut values: Vec<u16> = levels.collect();
        if radius > 0 {
            for _ in 0..2 {
                average_rows(&mut values, width, radius);
                values = averaged_columns(&values, width, radius);
            }
        }
        Self { width, values }
    }

    /// How much a pixel counts.
    pub(super) fn at(&self, x: usize, y: usize) -> f64 {
        f64::from(self.values[y * self.width + x]) / f64::from(WHITE)
    }
}

/// The brightness of an image that covers `size`, in 8 bits.
fn covering(image: &DynamicImage, size: Size) -> Vec<u8> {
    let image = image.to_luma_alpha8();
    let (width, height) = image.dimensions();
    let (wanted_width, wanted_height) = (size.width as u32, size.height as u32);
    let factor =
        (f64::from(wanted_width) / f64::from(width)).max(f64::from(wanted_height) / f64::from(height));
    let side = |from: u32, wanted: u32| {
        let to = ((f64::from(from) * factor).round() as u32).max(wanted);
        let start = (to - wanted) / 2;
        Side { from, to, wanted: start..start + wanted }
    };
    let samples = image.as_raw();
    let line = 2 * width as usize;
    let levels = pillow::resize::<1>(&side(width, wanted_width), &side(height, wanted_height), |y, row| {
        for ([level], pixel) in row.iter_mut().zip(samples[y * line..][..line].chunks_exact(2)) {
            let (light, alpha) = (u32::from(pixel[0]), u32::from(pixel[1]));
            *level = ((light * alpha + 127) / 255) as u8;
        }
    });
    levels.into_iter().map(|[level]| level).collect()
}

/// The mean of `count` values of this sum, rounded.
fn mean(sum: u32, count: u32) -> u16 {
    ((sum + count / 2) / count) as u16
}

/// Replaces each value by the mean of those up to `radius` columns away. At the ends the outermost value goes on.
fn average_rows(values: &mut [u16], width: usize, radius: usize) {
    let count = 2 * radius as u32 + 1;
    let mut row = vec![0; width];
    for values in values.chunks_exact_mut(width) {
        row.copy_from_slice(values);
        let at = |x: usize| u32::from(row[x.min(width - 1)]);
        let mut sum = radius as u32 * at(0) + (0..=radius).map(at).sum::<u32>();
        for (x, value) in values.iter_mut().enumerate() {
            *value = mean(sum, count);
            sum = sum + at(x + radius + 1) - at(x.saturating_sub(radius));
        }
    }
}

/// The same along columns.
fn averaged_columns(values: &[u16], width: usize, radius: usize) -> Vec<u16> {
    let (height, count) = (values.len() / width, 2 * radius as u32 + 1);
    let row = |y: usize| &values[y.min(height - 1) * width..][..width];
    let mut sums: Vec<u32> = row(0).iter().map(|value| radius as u32 * u32::from(*value)).collect();
    for y in 0..=radius {
        for (sum, value) in sums.iter_mut().zip(row(y)) {
            *sum += u32::from(*value);
        }
    }
    let mut averaged = Vec::with_capacity(values.len());
    for y in 0..height {
        averaged.extend(sums.iter().map(|sum| mean(*sum, count)));
        let (next, last) = (row(y + radius + 1), row(y.saturating_sub(radius)));
        for ((sum, next), last) in sums.iter_mut().zip(next).zip(last) {
            *sum = *sum + u32::from(*next) - u32::from(*last);
        }
    }
    averaged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_averages_are_means() {
        let (width, height) = (7, 5);
        let values: Vec<u16> = (0..35_u32).map(|i| (i * i * 7_919 % 65_536) as u16).collect();
        for radius in [1, 2, 6, 20] {
            let mut rows = values.clone();
            average_rows(&mut rows, width, radius);
            let columns = averaged_columns(&values, width, radius);
            let reach = radius as i64;
            for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                let at = |x: i64, y: i64| {
                    let (x, y) = (x.clamp(0, width as i64 - 1), y.clamp(0, height as i64 - 1));
                    u32::from(values[y as usize * width + x as usize])
                };
                let count = 2 * radius as u32 + 1;
                let across: u32 = (-reach..=reach).map(|i| at(x as i64 + i, y as i64)).sum();
                let down: u32 = (-reach..=reach).map(|i| at(x as i64, y as i64 + i)).sum();
                assert_eq!(rows[y * width + x], mean(across, count), "{x}, {y}, {radius}");
                assert_eq!(columns[y * width + x], mean(down, count), "{x}, {y}, {radius}");
            }
        }
    }

    #[test]
    fn white_stays_white() {
        let white = image::GrayImage::from_pixel(301, 17, image::Luma([255]));
        for side in [3, 16, 40] {
            let plane = Plane::of(&white.clone().into(), Size { width: side, height: 2 * side }, 2);
            assert!(plane.values.iter().all(|value| *value == WHITE), "{side}");
        }
    }
}

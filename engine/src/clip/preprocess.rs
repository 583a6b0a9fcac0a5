//! An image becomes a window, as CLIP's own preprocessing does it: the shorter side resized to the window
//! (bicubic, antialiased, on 8-bit values), the middle cropped, alpha dropped. (transformers from 5.21 on
//! lays transparent pictures upon white; OpenAI's code, `open_clip` and the original do not.)
//!
//! On pixels of 8 or 16 bits per channel, grey or in colour, with alpha or without, the result is that of
//! torchvision on Pillow, bit for bit. Three kinds of file end up elsewhere, on purpose or because their
//! decoder does not say what it read:
//! - 16-bit grey without alpha: Pillow cuts everything above 255 off, which leaves a white picture; here
//!   the upper byte counts, as it does for the other 16-bit images.
//! - Palettes (and 1-bit grey): Pillow takes the nearest pixel; here they are resized as what they show.
//! - A transparent key colour: Pillow shows it; here it weighs nothing, like any transparent pixel.
//!
//! JPEG decoders differ before any of this: by up to 4 levels in a window with colour.

use clipig_core::ResizeMode;
use image::{DynamicImage, Rgb, RgbImage};
use tch::{Kind, Tensor};

use super::pillow::{self, Side, premultiply, unpremultiply};

/// The middle of the image, `window` pixels wide and high, 8 bits per colour. An image without pixels is
/// black.
pub fn window_rgb(image: &DynamicImage, window: u32, resize: ResizeMode) -> RgbImage {
    if image.width() == 0 || image.height() == 0 {
        return RgbImage::new(window, window);
    }
    let frame = Frame::new(image.width(), image.height(), window, resize);
    let pixels = match image {
        DynamicImage::ImageLuma8(image) => frame.cut::<1, _>(image, |value| value),
        DynamicImage::ImageLumaA8(image) => frame.cut::<2, _>(image, |value| value),
        DynamicImage::ImageRgb8(image) => frame.cut::<3, _>(image, |value| value),
        DynamicImage::ImageRgba8(image) => frame.cut::<4, _>(image, |value| value),
        DynamicImage::ImageLuma16(image) => frame.cut::<1, _>(image, upper_byte),
        DynamicImage::ImageLumaA16(image) => frame.cut::<2, _>(image, upper_byte),
        DynamicImage::ImageRgb16(image) => frame.cut::<3, _>(image, upper_byte),
        DynamicImage::ImageRgba16(image) => frame.cut::<4, _>(image, upper_byte),
        // Floating point, which none of the decoders gives.
        other => frame.cut::<4, _>(&other.to_rgba8(), |value| value),
    };
    RgbImage::from_fn(window, window, |x, y| Rgb(pixels[(y * window + x) as usize]))
}

/// The window as a tensor `[1, 3, window, window]` in [0, 1].
pub fn window_tensor(image: &DynamicImage, window: u32, resize: ResizeMode) -> Tensor {
    let side = i64::from(window);
    Tensor::from_data_size(window_rgb(image, window, resize).as_raw(), &[side, side, 3], Kind::Uint8)
        .permute([2, 0, 1])
        .unsqueeze(0)
        .to_kind(Kind::Float)
        / 255.0
}

/// How the sides of an image become those of the window: the shorter one fits, the longer one keeps the
/// ratio and loses its ends; or both fit.
struct Frame {
    width: Side,
    height: Side,
}

impl Frame {
    fn new(width: u32, height: u32, window: u32, resize: ResizeMode) -> Self {
        let shorter = width.min(height);
        let side = |from: u32| {
            if resize == ResizeMode::Squash {
                return Side { from, to: window, wanted: 0..window };
            }
            let to = u64::from(window) * u64::from(from) / u64::from(shorter);
            let to = u32::try_from(to).unwrap_or(u32::MAX);
            // torchvision's centre crop: round half to even.
            let start = (f64::from(to - window) / 2.0).round_ties_even() as u32;
            Side { from, to, wanted: start..start + window }
        };
        Self { width: side(width), height: side(height) }
    }

    /// The window's colours, from rows of `C` samples per pixel: grey or colour, an even number with alpha
    /// as the last.
    fn cut<const C: usize, S: Copy>(&self, samples: &[S], byte: impl Fn(S) -> u8) -> Vec<[u8; 3]> {
        // Pillow leaves an image alone that has the right size already.
        let resized = self.width.from != self.width.to || self.height.from != self.height.to;
        let weighted = C.is_multiple_of(2) && resized;
        let window = pillow::resize::<C>(&self.width, &self.height, |y, row| {
            let line = samples.chunks_exact(row.len() * C).nth(y).unwrap_or_default();
            for (to, from) in row.as_flattened_mut().iter_mut().zip(line) {
                *to = byte(*from);
            }
            if weighted {
                for pixel in row {
                    *pixel = premultiply(*pixel);
                }
            }
        });
        let color = |pixel: [u8; C]| {
            let pixel = if weighted { unpremultiply(pixel) } else { pixel };
            if C < 3 { [pixel[0]; 3] } else { [pixel[0], pixel[1], pixel[2]] }
        };
        window.into_iter().map(color).collect()
    }
}

fn upper_byte(value: u16) -> u8 {
    (value >> 8) as u8
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageBuffer, LumaA, Pixel, Rgb, Rgba};

    use clipig_core::ResizeMode;

    use super::window_rgb;

    /// Sample `c` of `C` at a place: uneven, and with alpha none, full and in between.
    fn sample<const C: usize>(x: u32, y: u32, c: usize) -> u8 {
        match (x + 2 * y) % 4 {
            0 if C.is_multiple_of(2) && c == C - 1 => 0,
            1 if C.is_multiple_of(2) && c == C - 1 => 255,
            _ if C.is_multiple_of(2) && c == C - 1 => (x * x * 53 + y * 91 + x * y * 29 + 40) as u8,
            _ => (x * x * 53 + y * 91 + x * y * 29 + c as u32 * 67) as u8,
        }
    }

    fn picture<P, const C: usize>(
        size: (u32, u32),
        convert: fn(u8) -> P::Subpixel,
    ) -> ImageBuffer<P, Vec<P::Subpixel>>
    where
        P: Pixel,
    {
        ImageBuffer::from_fn(size.0, size.1, |x, y| {
            let samples: [P::Subpixel; C] = std::array::from_fn(|c| convert(sample::<C>(x, y, c)));
            *P::from_slice(&samples)
        })
    }

    fn check(image: impl Into<DynamicImage>, pillow: &[u8]) {
        let window = window_rgb(&image.into(), 3, ResizeMode::Shortest).into_raw();
        if pillow.len() == 9 {
            let grey: Vec<u8> = pillow.iter().flat_map(|&level| [level; 3]).collect();
            assert_eq!(window, grey);
        } else {
            assert_eq!(window, pillow);
        }
    }

    const SMALLER: (u32, u32) = (9, 5);
    const LARGER: (u32, u32) = (2, 3);

    // What Pillow 9.5, 11.3 and 12.0 make of these pictures: resize, centre crop, convert("RGB").

    #[test]
    fn as_pillow_without_alpha() {
        let grey = |size| picture::<image::Luma<u8>, 1>(size, |v| v);
        check(grey(SMALLER), &[170, 78, 74, 160, 137, 104, 120, 198, 186]);
        check(grey(LARGER), &[0, 22, 50, 46, 94, 143, 132, 131, 130]);
        let color = |size| picture::<Rgb<u8>, 3>(size, |v| v);
        check(
            color(SMALLER),
            &[
                170, 108, 119, 78, 117, 158, 74, 148, 168, 160, 136, 133, 137, 62, 131, 104, 161, 79, 120,
                155, 92, 198, 103, 63, 186, 137, 51,
            ],
        );
        check(
            color(LARGER),
            &[
                0, 59, 126, 22, 89, 162, 50, 117, 198, 46, 113, 210, 94, 161, 148, 143, 210, 86, 132, 197,
                175, 131, 198, 128, 130, 197, 81,
            ],
        );
    }

    /// `Image.resize((3, 3), BICUBIC)` of Pillow, which is what `open_clip`'s `squash` calls.
    #[test]
    fn as_pillow_squashed() {
        let image = DynamicImage::from(picture::<Rgb<u8>, 3>(SMALLER, |v| v));
        assert_eq!(
            window_rgb(&image, 3, ResizeMode::Squash).into_raw(),
            [
                115, 123, 142, 100, 120, 150, 74, 148, 160, 139, 162, 121, 134, 94, 120, 120, 146, 100, 86,
                147, 130, 187, 121, 63, 139, 124, 85,
            ]
        );
    }

    #[test]
    fn as_pillow_with_alpha() {
        let grey = |size| picture::<LumaA<u8>, 2>(size, |v| v);
        check(grey(SMALLER), &[170, 52, 67, 144, 103, 72, 135, 214, 182]);
        check(grey(LARGER), &[0, 46, 51, 84, 121, 136, 84, 115, 129]);
        let color = |size| picture::<Rgba<u8>, 4>(size, |v| v);
        check(
            color(SMALLER),
            &[
                170, 106, 80, 52, 149, 122, 67, 135, 218, 144, 142, 115, 103, 69, 116, 72, 147, 102, 135,
                139, 106, 214, 56, 82, 182, 120, 57,
            ],
        );
        check(
            color(LARGER),
            &[
                0, 0, 0, 46, 113, 192, 51, 124, 207, 84, 147, 243, 121, 187, 136, 136, 206, 97, 84, 147, 243,
                115, 181, 129, 129, 197, 89,
            ],
        );
    }

    #[test]
    fn of_16_bits_the_upper_byte_counts() {
        // A low byte that rounding would carry into the upper one.
        let wide = |v: u8| u16::from(v) << 8 | 0xe0;
        let window = |image: DynamicImage| window_rgb(&image, 3, ResizeMode::Shortest);
        let same = |a: DynamicImage, b: DynamicImage| assert_eq!(window(a), window(b));
        same(
            picture::<image::Luma<u16>, 1>(SMALLER, wide).into(),
            picture::<image::Luma<u8>, 1>(SMALLER, |v| v).into(),
        );
        same(picture::<LumaA<u16>, 2>(SMALLER, wide).into(), picture::<LumaA<u8>, 2>(SMALLER, |v| v).into());
        same(picture::<Rgb<u16>, 3>(SMALLER, wide).into(), picture::<Rgb<u8>, 3>(SMALLER, |v| v).into());
        same(picture::<Rgba<u16>, 4>(SMALLER, wide).into(), picture::<Rgba<u8>, 4>(SMALLER, |v| v).into());
    }

    #[test]
    fn the_right_size_is_left_alone() {
        // Also under transparent pixels, whose colours a resize would forget.
        let image = picture::<Rgba<u8>, 4>((3, 3), |v| v);
        let colors: Vec<u8> = image.pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2]]).collect();
        check(image, &colors);
    }

    #[test]
    fn extreme_shapes() {
        for (width, height) in [(0, 0), (0, 5), (1, 1), (16_384, 1), (1, 16_384)] {
            let image = DynamicImage::new_rgba8(width, height);
            for window in [0, 1, 224] {
                for resize in [ResizeMode::Shortest, ResizeMode::Squash] {
                    assert_eq!(window_rgb(&image, window, resize).dimensions(), (window, window));
                }
            }
        }
    }
}

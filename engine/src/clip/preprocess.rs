//! An image becomes a window, as CLIP's own preprocessing does it: the shorter side resized to the window
//! (bicubic, antialiased, on 8-bit values as Pillow), the middle cropped.

use fast_image_resize as fir;
use fast_image_resize::images::Image;
use image::{DynamicImage, RgbImage};
use tch::{Kind, Tensor};

/// The middle of the image, `window` pixels wide and high, 8 bits per colour.
pub fn window_rgb(image: &DynamicImage, window: u32) -> RgbImage {
    let (width, height) = (image.width(), image.height());
    let longer = |side: u32, shorter: u32| {
        (u64::from(window) * u64::from(side) / u64::from(shorter.max(1))).max(1) as u32
    };
    let (new_width, new_height) =
        if width <= height { (window, longer(height, width)) } else { (longer(width, height), window) };
    let resized = resize(image, new_width, new_height);
    // torchvision's centre crop: round half to even.
    let offset = |side: u32| (f64::from(side.saturating_sub(window)) / 2.0).round_ties_even() as u32;
    image::imageops::crop_imm(&resized, offset(new_width), offset(new_height), window, window).to_image()
}

/// The window as a tensor `[1, 3, window, window]` in [0, 1].
pub fn window_tensor(image: &DynamicImage, window: u32) -> Tensor {
    let side = i64::from(window);
    Tensor::from_data_size(window_rgb(image, window).as_raw(), &[side, side, 3], Kind::Uint8)
        .permute([2, 0, 1])
        .unsqueeze(0)
        .to_kind(Kind::Float)
        / 255.0
}

/// Pillow's bicubic: a = −0.5, antialiased, columns first, 8-bit intermediates, colours weighted by alpha;
/// alpha itself is dropped afterwards.
fn resize(image: &DynamicImage, width: u32, height: u32) -> RgbImage {
    if (image.width(), image.height()) == (width, height) {
        return image.to_rgb8();
    }
    let (pixels, kind) = if image.color().has_alpha() {
        (image.to_rgba8().into_raw(), fir::PixelType::U8x4)
    } else {
        (image.to_rgb8().into_raw(), fir::PixelType::U8x3)
    };
    let mut target = Image::new(width, height, kind);
    let options =
        fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::CatmullRom));
    Image::from_vec_u8(image.width(), image.height(), pixels, kind)
        .map_err(|error| error.to_string())
        .and_then(|source| {
            fir::Resizer::new().resize(&source, &mut target, &options).map_err(|error| error.to_string())
        })
        .expect("both buffers have the type and size that they are declared with");
    let pixels = target.into_vec();
    let pixels = match kind {
        fir::PixelType::U8x4 => pixels.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect(),
        _ => pixels,
    };
    RgbImage::from_raw(width, height, pixels).expect("three bytes per pixel")
}

//! The image that an experiment starts from, in its place on the canvas.

use clipig_core::Assets;
use clipig_experiment::Init;
use clipig_geometry::{Region, Size};
use tch::{Kind, Tensor};

use crate::assets::{self, AssetError};
use crate::mask::MaskError;
use crate::piece::cut;
use crate::placement;
use crate::read_back::{ReadBackError, read_back};
use crate::resample;

/// The most pixels of a scaled image of which only a part is wanted, where that is less than a quarter. 200 MB.
const MOST_SCALED: i64 = 1 << 24;

/// Why the image to start from cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StartImageError {
    /// The image itself.
    #[error("`init.image`: {0}")]
    Image(#[from] AssetError),
    /// The mask beside which it stays.
    #[error(transparent)]
    Mask(#[from] MaskError),
    /// The device failed.
    #[error(transparent)]
    ReadBack(#[from] ReadBackError),
}

/// An image of an experiment, `[1, 3, height, width]` in [0, 1].
pub(crate) fn load(name: &str, assets: &Assets) -> Result<Tensor, StartImageError> {
    let image = assets::image(assets, name)?.to_rgb8();
    let (width, height) = image.dimensions();
    let pixels =
        Tensor::from_data_size(image.as_raw(), &[i64::from(height), i64::from(width), 3], Kind::Uint8);
    Ok(pixels.permute([2, 0, 1]).unsqueeze(0).to_kind(Kind::Float) / 255.0)
}

/// What stays where `init.mask` does not count: the image in its place, and around it the mean colour of the noise.
pub(crate) fn kept_image(init: &Init, size: Size, assets: &Assets) -> Result<Vec<f32>, StartImageError> {
    let mut canvas = Vec::with_capacity(3 * size.area() as usize);
    for mean in init.mean {
        canvas.resize(canvas.len() + size.area() as usize, (mean as f32).clamp(0.0, 1.0));
    }
    put_image(init, size, assets, &mut canvas)?;
    Ok(canvas)
}

/// Puts the image of `init` into its place on a canvas `[3, height, width]`.
pub(crate) fn put_image(
    init: &Init,
    size: Size,
    assets: &Assets,
    canvas: &mut [f32],
) -> Result<(), StartImageError> {
    let Some(name) = &init.image else { return Ok(()) };
    let place = place_on(init.place.unwrap_or([0.0, 0.0, 1.0, 1.0]), size);
    let image = cover(&load(name, assets)?, place.size())?;
    let image: Vec<f32> = read_back(&image.clamp(0.0, 1.0))?;
    let (width, height) = (size.width as usize, size.height as usize);
    for (line, pixels) in image.chunks_exact(place.width as usize).enumerate() {
        let (channel, row) = (line / place.height as usize, line % place.height as usize);
        let from = (channel * height + place.y as usize + row) * width + place.x as usize;
        canvas[from..from + pixels.len()].copy_from_slice(pixels);
    }
    Ok(())
}

/// The pixels of a place that is given as shares of a canvas: at least one, and none beyond the edge.
fn place_on([x, y, width, height]: [f64; 4], size: Size) -> Region {
    let span = |from: f64, length: f64, side: i64| {
        let pixel = |share: f64| (share * side as f64).round() as i64;
        let from_pixel = pixel(from).clamp(0, side - 1);
        (from_pixel, pixel(from + length).clamp(from_pixel + 1, side) - from_pixel)
    };
    let ((x, width), (y, height)) = (span(x, width, size.width), span(y, height, size.height));
    Region { x, y, width, height }
}

/// Scales an image to cover `size` (bicubic, not antialiased) and crops its middle.
///
/// Of a long strip that covers a square, almost all would be cropped. Then only the middle is computed: the whole could take
/// more memory than there is.
pub(crate) fn cover(image: &Tensor, size: Size) -> Result<Tensor, ReadBackError> {
    let (height, width) = (image.size()[2], image.size()[3]);
    if (Size { width, height }) == size {
        return Ok(image.shallow_clone());
    }
    let factor = (size.width as f64 / width as f64).max(size.height as f64 / height as f64);
    let scaled = Size {
        width: ((width as f64 * factor) as i64).max(size.width),
        height: ((height as f64 * factor) as i64).max(size.height),
    };
    let offset = |whole: i64, part: i64| ((whole - part) as f64 / 2.0).round_ties_even() as i64;
    let middle = Region {
        x: offset(scaled.width, size.width),
        y: offset(scaled.height, size.height),
        width: size.width,
        height: size.height,
    };
    if scaled.area() > MOST_SCALED.max(4 * size.area()) {
        let pixels: Vec<f32> = read_back(image)?;
        let piece = placement::scaled_piece(&pixels, Size { width, height }, scaled, middle);
        return Ok(Tensor::from_slice(&piece).view([1, 3, size.height, size.width]));
    }
    Ok(cut(middle, &resample::bicubic(image, scaled)).contiguous())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_covers_a_square_in_little_memory() {
        let pixels = |width: usize, height: usize| -> Tensor {
            let values: Vec<f32> = (0..3 * width * height).map(|i| (i * 37 % 101) as f32 / 101.0).collect();
            Tensor::from_slice(&values).view([1, 3, height as i64, width as i64])
        };
        // 60 GB, scaled as a whole.
        let size = Size { width: 560, height: 500 };
        let found = cover(&pixels(1, 16_384), size).expect("a canvas");
        assert_eq!(found.size(), [1, 3, 500, 560]);
        // It is what is cut from the whole, where that is small enough.
        let (image, scaled) = (pixels(5, 90), Size { width: 40, height: 720 });
        let middle = Region { x: 0, y: 340, width: 40, height: 40 };
        let whole: Vec<f32> = read_back(&cut(middle, &resample::bicubic(&image, scaled))).expect("values");
        let image: Vec<f32> = read_back(&image).expect("values");
        let piece = placement::scaled_piece(&image, Size { width: 5, height: 90 }, scaled, middle);
        assert_eq!(piece.len(), whole.len());
        for (place, (piece, whole)) in piece.iter().zip(&whole).enumerate() {
            assert!((piece - whole).abs() < 1e-4, "{place}: {piece} for {whole}");
        }
    }
}

//! The first canvas.

use clipig_core::Assets;
use clipig_experiment::random::Key;
use clipig_experiment::{ImageTensor, Init};
use clipig_geometry::{Region, Size};
use tch::{Kind, Tensor};

use crate::assets::{self, AssetError};
use crate::canvas_model::{CanvasModel, MapError};
use crate::colors;
use crate::mask::MaskError;
use crate::noise::normal;
use crate::piece::cut;
use crate::placement;
use crate::read_back::{ReadBackError, read_back};
use crate::resample;

/// The most pixels of a scaled image of which only a part is wanted, where that is less than a quarter. 200 MB.
const MOST_SCALED: i64 = 1 << 24;

/// Why a first canvas could not be made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The image cannot be used.
    #[error("`init.image`: {0}")]
    Image(#[from] AssetError),
    /// The mask cannot be used.
    #[error(transparent)]
    Mask(#[from] MaskError),
    /// The device failed.
    #[error(transparent)]
    ReadBack(#[from] ReadBackError),
    /// The canvas cannot have this size.
    #[error(transparent)]
    Map(#[from] MapError),
}

/// The values `[3, height, width]` of the first canvas. `run` is the key of the whole run.
///
/// An image, or noise, has the size `init.resolution` (if unset, that of the canvas). An image is moved as `init` says. It
/// is multiplied by `std`, `mean` is added, and it is resized and limited to [0, 1]. Raw pixels are taken as they are. Noise
/// of the canvas's own size gets the spectrum that the canvas's model prefers. An image with a place or a mask is neither
/// moved nor multiplied: the canvas begins as noise, with the image in its place unless the mask keeps it there anyway.
pub(crate) fn first_canvas(
    init: &Init,
    model: Option<&CanvasModel>,
    size: Size,
    assets: &Assets,
    run: Key,
) -> Result<Vec<f32>, InitError> {
    let own = init
        .resolution
        .map_or(size, |[width, height]| Size { width: i64::from(width), height: i64::from(height) });
    let multiplied = init.image.as_ref().filter(|_| !init.keeps_image());
    if init.image_tensor.is_none() && multiplied.is_none() && own == size {
        let mut canvas = noise_canvas(init, model, size, run);
        if init.place.is_some() && init.mask.is_none() {
            put_image(init, size, assets, &mut canvas)?;
        }
        return Ok(canvas);
    }
    let pixels = if let Some(ImageTensor { width, height, data }) = &init.image_tensor {
        cover(&Tensor::from_slice(data).view([1, 3, i64::from(*height), i64::from(*width)]), size)?
    } else {
        let pixels = match multiplied {
            Some(name) => {
                let image = cover(&image_tensor(&assets::image(assets, name)?.to_rgb8()), own)?;
                placed(image, own, init)?
            }
            None => Tensor::from_slice(&normal(run.with_path("init"), Region::whole(own)))
                .view([1, 3, own.height, own.width]),
        };
        let color = |values: [f64; 3]| colors::one(values.map(|value| value as f32), &pixels);
        let pixels = &pixels * color(init.std) + color(init.mean);
        let pixels = if own == size { pixels } else { resample::bicubic(&pixels, size) };
        pixels.clamp(0.0, 1.0)
    };
    let mut canvas: Vec<f32> = read_back(&pixels)?;
    if init.place.is_some() && init.mask.is_none() {
        put_image(init, size, assets, &mut canvas)?;
    }
    Ok(canvas)
}

/// What stays where `init.mask` does not count: the image in its place, and around it the mean colour of the noise.
pub(crate) fn kept_image(init: &Init, size: Size, assets: &Assets) -> Result<Vec<f32>, InitError> {
    let mut canvas = Vec::with_capacity(3 * size.area() as usize);
    for mean in init.mean {
        canvas.resize(canvas.len() + size.area() as usize, (mean as f32).clamp(0.0, 1.0));
    }
    put_image(init, size, assets, &mut canvas)?;
    Ok(canvas)
}

/// Puts the image of `init` into its place on a canvas `[3, height, width]`.
fn put_image(init: &Init, size: Size, assets: &Assets, canvas: &mut [f32]) -> Result<(), InitError> {
    let Some(name) = &init.image else { return Ok(()) };
    let place = place_on(init.place.unwrap_or([0.0, 0.0, 1.0, 1.0]), size);
    let image = cover(&image_tensor(&assets::image(assets, name)?.to_rgb8()), place.size())?;
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

/// Noise of the canvas's own size: one piece of memory, where tensors would take one for each operation. A large canvas
/// would need more memory for its beginning than ever after.
fn noise_canvas(init: &Init, model: Option<&CanvasModel>, size: Size, run: Key) -> Vec<f32> {
    let mut values = normal(run.with_path("init"), Region::whole(size));
    if let Some(model) = model {
        model.shape(&mut values);
    }
    let colors = init.std.into_iter().zip(init.mean);
    for (channel, (std, mean)) in values.chunks_exact_mut(size.area() as usize).zip(colors) {
        let (std, mean) = (std as f32, mean as f32);
        for value in channel {
            *value = (*value * std + mean).clamp(0.0, 1.0);
        }
    }
    values
}

/// An image `[1, 3, height, width]`, moved.
fn placed(image: Tensor, size: Size, init: &Init) -> Result<Tensor, ReadBackError> {
    if init.placement.is_still() {
        return Ok(image);
    }
    let pixels: Vec<f32> = read_back(&image)?;
    let moved = placement::place(&pixels, size, &init.placement);
    Ok(Tensor::from_slice(&moved).view([1, 3, size.height, size.width]))
}

fn image_tensor(image: &image::RgbImage) -> Tensor {
    let (width, height) = image.dimensions();
    Tensor::from_data_size(image.as_raw(), &[i64::from(height), i64::from(width), 3], Kind::Uint8)
        .permute([2, 0, 1])
        .unsqueeze(0)
        .to_kind(Kind::Float)
        / 255.0
}

/// Scales an image to cover `size` (bicubic, not antialiased) and crops its middle.
///
/// Of a long strip that covers a square, almost all would be cropped. Then only the middle is computed: the whole could take
/// more memory than there is.
fn cover(image: &Tensor, size: Size) -> Result<Tensor, ReadBackError> {
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
    fn noise_has_the_bits_of_tensor_operations() {
        let (size, run) = (Size { width: 37, height: 11 }, Key::root(3));
        let (mean, std) = ([0.5, 0.2, 0.9], [0.1, 0.7, 0.3]);
        let placement = clipig_experiment::Placement::STILL;
        let (image, mask, place) = (None, None, None);
        let init = Init { resolution: None, mean, std, image, placement, image_tensor: None, mask, place };
        let found = first_canvas(&init, None, size, &Assets::default(), run).expect("noise");
        let noise =
            Tensor::from_slice(&normal(run.with_path("init"), Region::whole(size))).view([1, 3, 11, 37]);
        let color = |values: [f64; 3]| colors::one(values.map(|value| value as f32), &noise);
        let wanted = (&noise * color(init.std) + color(init.mean)).clamp(0.0, 1.0);
        assert_eq!(found, read_back::<f32>(&wanted).expect("values"));
    }

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

    #[test]
    fn an_image_is_moved() {
        let size = Size { width: 8, height: 6 };
        let picture = image::RgbImage::from_fn(8, 6, |x, y| image::Rgb([x as u8 * 30, y as u8 * 40, 90]));
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png).expect("a PNG");
        let mut assets = Assets::default();
        assets.insert("a.png", png.into_inner());
        let text = |more: &str| format!("init: {{image: a.png, mean: 0, std: 1{more}}}\n");
        let first = |more: &str| {
            let sources = [clipig_experiment::Source::new("a.yaml", text(more))];
            let loaded = clipig_experiment::load(&sources, &clipig_experiment::Overrides::default());
            let init = loaded.expect("an experiment").experiment.init;
            let canvas = first_canvas(&init, None, size, &assets, Key::root(1)).expect("an image");
            (canvas, init.placement)
        };
        let (still, _) = first("");
        assert_eq!(still[7], 210.0 / 255.0);
        let (moved, placement) = first(", move: .25 0, border: wrap");
        assert_eq!(moved, placement::place(&still, size, &placement));
        assert_eq!((moved[2], moved[0]), (still[0], still[6]));
    }
}

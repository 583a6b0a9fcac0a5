//! The first canvas.

use clipig_core::Assets;
use clipig_experiment::random::Key;
use clipig_experiment::{ImageTensor, Init};
use clipig_geometry::{Region, Size};
use tch::Tensor;

use crate::canvas_model::{CanvasModel, MapError};
use crate::colors;
use crate::noise::normal;
use crate::placement;
use crate::read_back::{ReadBackError, read_back};
use crate::resample;
use crate::start_image::{StartImageError, cover, load, put_image};

/// Why a first canvas could not be made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The image, or the mask beside which it stays, cannot be used.
    #[error(transparent)]
    StartImage(#[from] StartImageError),
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
                let image = cover(&load(name, assets)?, own)?;
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

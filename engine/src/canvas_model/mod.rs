//! Pixel models: how a canvas follows from the numbers that the optimiser steps, its *parameters*.
//!
//! ```text
//! canvas = keep(tile(symmetry(image(parameters))))
//! ```
//!
//! Each [`ImageModel`] is a file of this folder: [`fft`], [`pyramid`], [`palette`] and [`plain`]. The [`maps`] come after
//! any of them, and [`keep`] after these. Where an experiment wants pixels and nothing else, there is no model at all, and
//! the optimiser steps the canvas itself.
//!
//! Workers know nothing of models: they return gradients of the canvas, and [`CanvasModel::gradient`] takes their sum
//! back to the parameters. Whatever changes pixels (another resolution, post-processing, an image to start from) asks
//! [`CanvasModel::parameters`] for the parameters of the new pixels; the canvas is what follows from these.

mod colors;
mod fft;
mod hartley;
mod keep;
mod maps;
mod palette;
mod plain;
mod pyramid;

use clipig_core::GradientSum;
use clipig_experiment::{Experiment, PixelModel};
use clipig_geometry::Size;

use crate::bands::on_rows;
pub(crate) use keep::Keep;
pub use maps::MapError;
use maps::Maps;

/// How an image `[3, height, width]` follows from parameters `[3, columns]`.
trait ImageModel: Send {
    /// Parameters of each of the three planes.
    fn columns(&self) -> usize;

    /// Writes the image of some parameters.
    fn write_image(&self, parameters: &[f32], image: &mut [f32]);

    /// Parameters whose image is this one, or as close to it as the model can be. `before` are parameters of the same
    /// kind of model, perhaps of another size: what belongs to no pixel is taken from there.
    fn parameters(&self, image: &[f32], before: Option<&[f32]>) -> Vec<f32>;

    /// The gradient with respect to the parameters, from the gradient with respect to their image.
    fn gradient(&self, parameters: &[f32], image: &[f32], gradient: Vec<f32>) -> Vec<f32>;

    /// Gives the noise of a first canvas the spectrum that the model prefers. Its variance stays.
    fn shape(&self, _noise: &mut [f32]) {}
}

/// The model of canvases of one size.
pub(crate) struct CanvasModel {
    image: Box<dyn ImageModel>,
    maps: Maps,
    keep: Option<Keep>,
}

impl CanvasModel {
    /// The model that an experiment asks for; `None` where the optimiser steps the pixels themselves. `keep` is what stays
    /// the image to start from.
    ///
    /// # Errors
    /// When a map cannot be had on a canvas of this size.
    pub(crate) fn of(
        experiment: &Experiment,
        size: Size,
        keep: Option<Keep>,
    ) -> Result<Option<Self>, MapError> {
        let settings = &experiment.canvas;
        if settings.is_plain() && keep.is_none() {
            return Ok(None);
        }
        let maps = Maps::new(settings, [size.width as usize, size.height as usize])?;
        let side @ [width, height] = maps.image_size();
        let image: Box<dyn ImageModel> = match &settings.model {
            PixelModel::Pixels => Box::new(plain::Plain::new(side)),
            PixelModel::Fft { falloff } => Box::new(fft::Spectrum::new(width, height, *falloff)),
            PixelModel::Pyramid { levels, falloff } => {
                let edges = if maps.is_torus() { pyramid::Edges::Joined } else { pyramid::Edges::Apart };
                Box::new(pyramid::Pyramid::new(side, *levels, *falloff, edges))
            }
            PixelModel::Palette { colors, softness } => {
                Box::new(palette::Palette::new(side, colors.clone(), *softness))
            }
        };
        Ok(Some(Self { image, maps, keep }))
    }

    /// The size of the image that the canvas is made of: that of one tile, or of the canvas.
    pub(crate) fn image_size(&self) -> Size {
        let [width, height] = self.maps.image_size();
        Size { width: width as i64, height: height as i64 }
    }

    /// Parameters of each of the three planes.
    pub(crate) fn columns(&self) -> usize {
        self.image.columns()
    }

    /// Gives noise of the image's size the spectrum that the model prefers.
    pub(crate) fn shape(&self, noise: &mut [f32]) {
        self.image.shape(noise);
    }

    /// Writes the pixels of some parameters.
    pub(crate) fn write_pixels(&self, parameters: &[f32], pixels: &mut [f32]) {
        if self.maps.are_none() {
            self.image.write_image(parameters, pixels);
        } else {
            let image = self.maps.symmetric(self.image_of(parameters));
            self.maps.write_tiles(&image, pixels);
        }
        if let Some(keep) = &self.keep {
            keep.mix(pixels);
        }
    }

    /// Parameters of some pixels, or of the nearest pixels that the model can show.
    pub(crate) fn parameters(&self, pixels: &[f32], before: Option<&[f32]>) -> Vec<f32> {
        let Some(keep) = &self.keep else { return self.parameters_of_drawn(pixels, before) };
        let mut drawn = pixels.to_vec();
        keep.unmix(&mut drawn);
        self.parameters_of_drawn(&drawn, before)
    }

    fn parameters_of_drawn(&self, pixels: &[f32], before: Option<&[f32]>) -> Vec<f32> {
        if self.maps.are_none() {
            return self.image.parameters(pixels, before);
        }
        let image = self.maps.symmetric(self.maps.mean_of_tiles(pixels));
        self.image.parameters(&image, before)
    }

    /// Parameters of an image, which is as large as [`CanvasModel::image_size`] says.
    pub(crate) fn parameters_of_image(&self, image: Vec<f32>) -> Vec<f32> {
        self.image.parameters(&self.maps.symmetric(image), None)
    }

    /// The gradient with respect to the parameters, where `pixels` are theirs.
    pub(crate) fn gradient(&self, parameters: &[f32], pixels: &[f32], gradient: &GradientSum) -> Vec<f32> {
        let mut gradient = dense(gradient);
        if let Some(keep) = &self.keep {
            keep.pull_back(&mut gradient);
            if self.maps.are_none() {
                // The pixels are not those of the image any more.
                return self.image.gradient(parameters, &self.image_of(parameters), gradient);
            }
        }
        if self.maps.are_none() {
            return self.image.gradient(parameters, pixels, gradient);
        }
        // The means of a symmetry are their own transpose. The slopes are those of the image before it became symmetric.
        let gradient = self.maps.symmetric(self.maps.sum_of_tiles(&gradient));
        self.image.gradient(parameters, &self.image_of(parameters), gradient)
    }

    /// Are these the parameters of these pixels, but for differences up to `tolerance`?
    pub(crate) fn fits(&self, parameters: &[f32], pixels: &[f32], tolerance: f32) -> bool {
        parameters.len() == 3 * self.columns() && {
            let mut found = vec![0.0; pixels.len()];
            self.write_pixels(parameters, &mut found);
            found.iter().zip(pixels).all(|(found, pixel)| (found - pixel).abs() <= tolerance)
        }
    }

    fn image_of(&self, parameters: &[f32]) -> Vec<f32> {
        let [width, height] = self.maps.image_size();
        let mut image = vec![0.0; 3 * width * height];
        self.image.write_image(parameters, &mut image);
        image
    }
}

/// A gradient as `[3, height, width]`.
fn dense(gradient: &GradientSum) -> Vec<f32> {
    let (width, height, rows) = (gradient.width(), gradient.height(), gradient.rows());
    let mut found = vec![0.0; 3 * width * height];
    on_rows(&mut found, width, |first, part| {
        for (line, row) in (first..).zip(part.chunks_exact_mut(width)) {
            rows.copy(line / height, line % height, row);
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use clipig_core::Assets;
    use clipig_experiment::{Overrides, Source, load};
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;
    use crate::mask::Masks;

    const WIDTH: usize = 10;
    const HEIGHT: usize = 10;

    /// An image that stays where the mask does not count: half of it, softly.
    const MASKED: &str = "init: {image: start.png, mask: {box: -9 -9 9.5 19, feather: .8}}\n";

    fn assets() -> Assets {
        let start = RgbImage::from_fn(10, 10, |x, y| Rgb([(20 * x) as u8, (20 * y) as u8, 77]));
        let mut bytes = Cursor::new(Vec::new());
        start.write_to(&mut bytes, ImageFormat::Png).expect("a small image");
        let mut assets = Assets::default();
        assets.insert("start.png", bytes.into_inner());
        assets
    }

    /// Every model, alone and with every map.
    const CANVASES: [&str; 13] = [
        "{model: fft}",
        "{model: pyramid}",
        "{model: pyramid, levels: 3, falloff: 2}",
        "{model: palette, colors: 4, softness: .4}",
        "{model: palette, softness: .5, palette: [{color: 1 0 0}, {color: 0 .2 1}, {color: .9 .9 .8}]}",
        "{model: pixels, symmetry: rotate-4}",
        "{model: pixels, symmetry: left-right, tile: 2 3}",
        "{model: fft, symmetry: both}",
        "{model: pyramid, tile: 2 2, symmetry: rotate-2}",
        "{model: palette, colors: 3, softness: .4, symmetry: top-bottom, tile: 1 2}",
        "{model: pixels} # with a mask",
        "{model: fft, symmetry: left-right} # with a mask",
        "{model: pyramid, tile: 2 1} # with a mask",
    ];

    fn model(canvas: &str) -> CanvasModel {
        let init = if canvas.contains("mask") { MASKED } else { "" };
        let yaml = format!("canvas: {canvas}\nresolution: [{WIDTH}, {HEIGHT}]\n{init}");
        let loaded = load(&[Source::new("test.yaml", yaml)], &Overrides::default());
        let experiment = loaded.unwrap_or_else(|errors| panic!("{canvas}: {errors}")).experiment;
        let size = Size { width: WIDTH as i64, height: HEIGHT as i64 };
        let keep = Keep::of(&experiment, size, &Masks::new(assets())).expect("an image");
        CanvasModel::of(&experiment, size, keep).expect("it fits").expect("a model")
    }

    /// Numbers that look random, between plus and minus `size`.
    fn noise(length: usize, size: f32) -> Vec<f32> {
        (0..length).map(|i| ((i as f32 + 0.5) * 12.9898).sin() * size).collect()
    }

    fn pixels_of(model: &CanvasModel, parameters: &[f32]) -> Vec<f32> {
        let mut pixels = vec![0.0; 3 * WIDTH * HEIGHT];
        model.write_pixels(parameters, &mut pixels);
        pixels
    }

    #[test]
    fn gradients_are_those_of_numerical_differences() {
        for canvas in CANVASES {
            let model = model(canvas);
            let mut parameters = noise(3 * model.columns(), 0.4);
            for value in &mut parameters {
                *value += 0.3;
            }
            let pixels = pixels_of(&model, &parameters);
            // The loss is a weighted sum of the pixels.
            let weights = noise(pixels.len(), 1.0);
            let mut sum = GradientSum::new(WIDTH, HEIGHT);
            let places: Vec<Option<u32>> = (0..(WIDTH * HEIGHT) as u32).map(Some).collect();
            sum.add_at(&places, &weights);
            let found = model.gradient(&parameters, &pixels, &sum);
            assert_eq!(found.len(), parameters.len(), "{canvas}");
            let loss = |parameters: &[f32]| -> f64 {
                let pixels = pixels_of(&model, parameters);
                pixels.iter().zip(&weights).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
            };
            let mut steepest = 0.0_f64;
            for (i, found) in found.iter().enumerate() {
                let at = |offset: f32| {
                    let mut moved = parameters.clone();
                    moved[i] += offset;
                    loss(&moved)
                };
                let wanted = (at(0.005) - at(-0.005)) / 0.01;
                steepest = steepest.max(wanted.abs());
                let allowed = 4e-3 * wanted.abs().max(1.0);
                assert!((f64::from(*found) - wanted).abs() < allowed, "{canvas}, {i}: {found} for {wanted}");
            }
            assert!(steepest > 0.1, "{canvas}: nothing was tested");
        }
    }

    #[test]
    fn what_is_kept_is_the_image_and_the_rest_is_what_the_model_draws() {
        for (kept, plain) in [
            ("{model: pixels} # with a mask", "{model: pixels}"),
            ("{model: fft} # with a mask", "{model: fft}"),
        ] {
            let kept = model(kept);
            let parameters = noise(3 * kept.columns(), 0.3);
            let found = pixels_of(&kept, &parameters);
            let drawn = if plain.contains("fft") {
                pixels_of(&model(plain), &parameters)
            } else {
                parameters.clone()
            };
            let start = kept.keep.as_ref().expect("a mask");
            for y in 0..HEIGHT {
                for color in 0..3 {
                    let at = |x: usize| (color * HEIGHT + y) * WIDTH + x;
                    // The edge is at 5 and soft over 8 pixels: 0 is drawn alone, 9 is kept alone.
                    assert_eq!(found[at(0)].to_bits(), drawn[at(0)].to_bits(), "{plain}");
                    assert_eq!(
                        found[at(9)].to_bits(),
                        start.image(y * WIDTH + 9)[color].to_bits(),
                        "{plain}"
                    );
                }
            }
            for (found, level) in start.image(3 * WIDTH + 9).into_iter().zip([180.0, 60.0, 77.0]) {
                assert!((found - level / 255.0).abs() < 1e-6, "{found} for {level}");
            }
            // Steps of the parameters move nothing there.
            let other = pixels_of(&kept, &noise(3 * kept.columns(), 0.9));
            assert!((0..HEIGHT).all(|y| other[y * WIDTH + 9] == found[y * WIDTH + 9]), "{plain}");
        }
    }

    #[test]
    fn what_a_model_shows_has_parameters_that_show_it() {
        for canvas in
            CANVASES.into_iter().filter(|canvas| !canvas.contains("palette") && !canvas.contains("mask"))
        {
            let model = model(canvas);
            let wanted = pixels_of(&model, &noise(3 * model.columns(), 0.3));
            let parameters = model.parameters(&wanted, None);
            let clear = |value: &f32| value.clamp(0.004, 0.996);
            let plain = canvas.contains("pixels");
            for (found, wanted) in pixels_of(&model, &parameters).iter().zip(&wanted) {
                let wanted = if plain { *wanted } else { clear(wanted) };
                assert!((found - wanted).abs() < 2e-3, "{canvas}: {found} for {wanted}");
            }
            assert!(model.fits(&parameters, &pixels_of(&model, &parameters), 0.0));
            assert!(!model.fits(&parameters[3..], &wanted, 1.0), "{canvas}: too few parameters");
        }
    }
}

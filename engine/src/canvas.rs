//! The coordinator's side of a job: the canvas, its pixel model, its optimiser and its post-processing.

use std::sync::Arc;

use clipig_core::{
    Assets, Canvas, CanvasOwner, CanvasState, EpochContext, GradientSum, StepError, all_finite,
};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Scope};
use clipig_geometry::Size;
use tch::Tensor;

use crate::canvas_model::{CanvasModel, Keep};
use crate::failure::panic_message;
use crate::init::{InitError, first_canvas};
use crate::mask::Masks;
use crate::optimizer::{Dense, OptimizerState, base_rate};
use crate::pixels::Pixels;
use crate::read_back::read_back;
use crate::start_image::StartImageError;
use crate::transform::TransformError;
use crate::{postproc, resample};

/// How far pixels may be from those of their parameters, so that saved parameters are taken for theirs.
const TOLERANCE: f32 = 1e-3;

/// The canvas of one job.
pub struct CanvasEngine {
    experiment: Arc<Experiment>,
    pixels: Pixels,
    /// What the optimiser steps; `None` where it steps the pixels.
    parameters: Option<Parameters>,
    optimizer: OptimizerState,
    /// Draws masks, and has the images that a canvas of another size needs again.
    masks: Masks,
}

/// The numbers that the pixels follow from.
struct Parameters {
    model: CanvasModel,
    /// `[3, columns]`, as the model says.
    values: Pixels,
}

impl CanvasEngine {
    /// The first canvas of a job. `resolution` is that of its first epoch.
    ///
    /// # Errors
    /// When `init.image` cannot be used, or when the canvas cannot have this size.
    pub fn new(
        experiment: Arc<Experiment>,
        resolution: [u32; 2],
        assets: &Assets,
        run: Key,
    ) -> Result<Self, InitError> {
        let (size, masks) = (size_of(resolution), Masks::new(assets.clone()));
        let model = model_of(&experiment, size, &masks)?;
        let image_size = model.as_ref().map_or(size, CanvasModel::image_size);
        let image = first_canvas(&experiment.init, model.as_ref(), image_size, assets, run)?;
        let Some(model) = model else {
            return Ok(Self::with(experiment, masks, Pixels::new(canvas_of(size, image)), None));
        };
        let mut pixels = Pixels::new(canvas_of(size, vec![0.0; 3 * size.area() as usize]));
        let values = model.parameters_of_image(image);
        let parameters = Parameters::with(model, values, &mut pixels);
        Ok(Self::with(experiment, masks, pixels, Some(parameters)))
    }

    /// A canvas with a fresh optimiser.
    fn with(
        experiment: Arc<Experiment>,
        masks: Masks,
        pixels: Pixels,
        parameters: Option<Parameters>,
    ) -> Self {
        let stepped = parameters.as_ref().map_or(&pixels, |parameters| &parameters.values);
        let optimizer = OptimizerState::new(experiment.optimizer, stepped.canvas().pixels().len());
        Self { experiment, pixels, parameters, optimizer, masks }
    }

    /// A saved canvas. The optimiser starts afresh if the experiment names another one by now, if the pixels follow from
    /// other numbers by now, or if the saved averages do not fit these.
    ///
    /// # Errors
    /// When the experiment's model cannot have a canvas of the saved size, or an image cannot be used.
    pub fn restore(
        experiment: Arc<Experiment>,
        state: CanvasState,
        assets: &Assets,
    ) -> Result<Self, InitError> {
        let CanvasState { canvas, parameters, optimizer, steps, averages } = state;
        let size = Size { width: canvas.width() as i64, height: canvas.height() as i64 };
        let mut pixels = Pixels::new(canvas);
        let masks = Masks::new(assets.clone());
        let (parameters, same_numbers) = match (model_of(&experiment, size, &masks)?, parameters) {
            (None, saved) => (None, saved.is_none()),
            (Some(model), Some(values))
                if model.fits(values.pixels(), pixels.canvas().pixels(), TOLERANCE) =>
            {
                (Some(Parameters { model, values: Pixels::new(values) }), true)
            }
            (Some(model), saved) => {
                // As many numbers are of the same kind of model; a palette keeps its colours.
                let before =
                    saved.as_ref().map(Canvas::pixels).filter(|values| values.len() == 3 * model.columns());
                (Some(Parameters::of(model, &mut pixels, before)), false)
            }
        };
        let mut restored = Self::with(experiment, masks, pixels, parameters);
        if same_numbers && optimizer == restored.experiment.optimizer.name() {
            let stepped = restored.parameters.as_ref().map_or(&restored.pixels, |one| &one.values);
            let length = stepped.canvas().pixels().len();
            restored.optimizer =
                OptimizerState::restore(restored.experiment.optimizer, length, steps, averages);
        }
        Ok(restored)
    }
}

impl Parameters {
    /// The parameters of some pixels. The pixels become exactly what follows from them. `before` are the parameters so
    /// far.
    fn of(model: CanvasModel, pixels: &mut Pixels, before: Option<&[f32]>) -> Self {
        let values = model.parameters(pixels.canvas().pixels(), before);
        Self::with(model, values, pixels)
    }

    /// These parameters; the pixels become those that follow from them.
    fn with(model: CanvasModel, values: Vec<f32>, pixels: &mut Pixels) -> Self {
        let canvas = pixels.canvas();
        // As many numbers as pixels lie in the same form, which is how checkpoints of version 2 know them.
        let [width, height] = if values.len() == canvas.pixels().len() {
            [canvas.width(), canvas.height()]
        } else {
            [model.columns(), 1]
        };
        let values = Canvas::new(width, height, values).expect("three planes of parameters");
        let parameters = Self { model, values: Pixels::new(values) };
        parameters.write(pixels);
        parameters
    }

    fn write(&self, pixels: &mut Pixels) {
        pixels.replace(|_, new| {
            self.model.write_pixels(self.values.canvas().pixels(), new);
            all_finite(new)
        });
    }
}

impl CanvasOwner for CanvasEngine {
    fn resize(&mut self, context: &EpochContext) -> Result<(), StepError> {
        if context.resolution == self.size() {
            return Ok(());
        }
        let size = size_of(context.resolution);
        let pixels = guarded(|| {
            let canvas = self.pixels.canvas();
            let shape = [1, 3, canvas.height() as i64, canvas.width() as i64];
            let pixels = Tensor::from_slice(canvas.pixels()).view(shape);
            let resized = resample::resize(&pixels, size, self.experiment.interpolation);
            read_back(&resized).map_err(|error| StepError::Device(error.to_string()))
        })?;
        let experiment = Arc::clone(&self.experiment);
        let model = guarded(|| model_of(&experiment, size, &self.masks).map_err(init_error))?;
        let mut pixels = Pixels::new(canvas_of(size, pixels));
        let before = self.parameters.as_ref().map(|parameters| parameters.values.canvas().pixels());
        let parameters = model.map(|model| Parameters::of(model, &mut pixels, before));
        *self = Self::with(experiment, std::mem::take(&mut self.masks), pixels, parameters);
        Ok(())
    }

    fn base_rate(&self) -> f64 {
        base_rate(self.experiment.optimizer)
    }

    fn post_process(&mut self, scope: &Scope) -> Result<(), StepError> {
        let (experiment, pixels) = (&self.experiment, &mut self.pixels);
        // As long as these are held, changed pixels are written to other memory.
        let before = self.parameters.as_ref().map(|_| pixels.canvas().clone());
        guarded(|| postproc::apply(&experiment.postproc, scope, &self.masks, pixels).map_err(step_error))?;
        let changed = |before: &Canvas| !std::ptr::eq(before.pixels(), pixels.canvas().pixels());
        if before.is_some_and(|before| changed(&before))
            && let Some(Parameters { model, values }) = self.parameters.take()
        {
            let so_far = Some(values.canvas().pixels());
            self.parameters = Some(Parameters::of(model, &mut self.pixels, so_far));
        }
        Ok(())
    }

    fn canvas(&self) -> Canvas {
        self.pixels.canvas().clone()
    }

    fn size(&self) -> [u32; 2] {
        let canvas = self.pixels.canvas();
        [canvas.width() as u32, canvas.height() as u32]
    }

    fn is_finite(&self) -> bool {
        self.pixels.is_finite()
    }

    fn state(&self) -> CanvasState {
        CanvasState {
            canvas: self.canvas(),
            parameters: self.parameters.as_ref().map(|parameters| parameters.values.canvas().clone()),
            optimizer: self.experiment.optimizer.name().to_owned(),
            steps: self.optimizer.steps(),
            averages: self.optimizer.averages().to_vec(),
        }
    }

    fn step(&mut self, gradient: &GradientSum, rate: f64) -> Result<(), StepError> {
        let (optimizer, pixels) = (&mut self.optimizer, &mut self.pixels);
        let Some(parameters) = &mut self.parameters else {
            let gradient = gradient.rows();
            pixels.change(|change| optimizer.step(change, &gradient, rate));
            return Ok(());
        };
        let (so_far, seen) = (parameters.values.canvas().pixels(), pixels.canvas().pixels());
        let values = parameters.model.gradient(so_far, seen, gradient);
        parameters.values.change(|change| optimizer.step(change, &Dense(&values), rate));
        drop(values);
        parameters.write(pixels);
        Ok(())
    }
}

/// The model that an experiment asks for, with what it keeps of the image to start from.
fn model_of(experiment: &Experiment, size: Size, masks: &Masks) -> Result<Option<CanvasModel>, InitError> {
    let keep = Keep::of(experiment, size, masks)?;
    Ok(CanvasModel::of(experiment, size, keep)?)
}

/// Translates why a canvas cannot be made.
pub(crate) fn init_error(error: InitError) -> StepError {
    match error {
        InitError::ReadBack(error) | InitError::StartImage(StartImageError::ReadBack(error)) => {
            StepError::Device(error.to_string())
        }
        InitError::StartImage(_) | InitError::Map(_) => StepError::Experiment(error.to_string()),
    }
}

fn canvas_of(size: Size, pixels: Vec<f32>) -> Canvas {
    Canvas::new(size.width as usize, size.height as usize, pixels)
        .expect("the canvas holds as many values as its size says")
}

fn step_error(error: TransformError) -> StepError {
    match error {
        TransformError::ReadBack(error) => StepError::Device(error.to_string()),
        TransformError::Draw(error) => StepError::Experiment(error.to_string()),
    }
}

fn size_of([width, height]: [u32; 2]) -> Size {
    Size { width: i64::from(width), height: i64::from(height) }
}

/// Turns panics into errors: tch's wrappers panic when libtorch reports a failure.
fn guarded<T>(compute: impl FnOnce() -> Result<T, StepError>) -> Result<T, StepError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(compute))
        .unwrap_or_else(|panic| Err(StepError::Device(panic_message(panic.as_ref()))))
}

#[cfg(test)]
mod tests {
    use clipig_experiment::{Overrides, Source, load};

    use super::*;

    fn experiment(yaml: &str) -> Arc<Experiment> {
        let loaded = load(&[Source::new("test.yaml", yaml)], &Overrides::default());
        Arc::new(loaded.expect("an experiment").experiment)
    }

    fn new(experiment: &Arc<Experiment>) -> CanvasEngine {
        let (side, run) = ([24, 18], Key::root(1));
        CanvasEngine::new(Arc::clone(experiment), side, &Assets::default(), run).expect("a canvas")
    }

    fn restored(experiment: Arc<Experiment>, state: CanvasState) -> CanvasEngine {
        CanvasEngine::restore(experiment, state, &Assets::default()).expect("a canvas")
    }

    /// A gradient that wants the picture darker, and a corner of it brighter.
    fn gradient() -> GradientSum {
        let mut sum = GradientSum::new(24, 18);
        let places: Vec<Option<u32>> = (0..24 * 18).map(Some).collect();
        let values: Vec<f32> =
            (0..3 * 24 * 18).map(|i| if i % 24 < 8 && i % 432 < 200 { -0.5 } else { 1.0 }).collect();
        sum.add_at(&places, &values);
        sum
    }

    fn scope(epoch: u32) -> Scope {
        Scope::new(Key::root(1), epoch, 10).with_resolution(24, 18).with_learnrate(1.0, 1.0)
    }

    const FFT: &str = "canvas: {model: fft}\nresolution: [24, 18]\n";

    #[test]
    fn a_spectrum_begins_soft_and_follows_the_gradient() {
        let (soft, hard) = (new(&experiment(FFT)), new(&experiment("resolution: [24, 18]\n")));
        let rough = |canvas: &CanvasEngine| -> f32 {
            canvas.canvas().pixels().windows(2).map(|pair| (pair[0] - pair[1]).abs()).sum()
        };
        assert!(rough(&soft) < rough(&hard) / 2.0, "{} and {}", rough(&soft), rough(&hard));
        let mut canvas = soft;
        let at = |canvas: &CanvasEngine, x: usize, y: usize| canvas.canvas().pixels()[y * 24 + x];
        for _ in 0..30 {
            canvas.step(&gradient(), 0.05).expect("a step");
        }
        let (corner, middle) = (at(&canvas, 3, 3), at(&canvas, 16, 12));
        assert!(corner > 0.7 && middle < 0.3, "{corner} and {middle}");
        assert!(canvas.canvas().pixels().iter().all(|value| (0.0..=1.0).contains(value)));
    }

    #[test]
    fn a_saved_spectrum_goes_on_with_the_same_bits() {
        let experiment = experiment(FFT);
        let mut canvas = new(&experiment);
        canvas.step(&gradient(), 0.05).expect("a step");
        let mut restored = restored(Arc::clone(&experiment), canvas.state());
        for canvas in [&mut canvas, &mut restored] {
            canvas.step(&gradient(), 0.05).expect("a step");
        }
        assert!(canvas.state() == restored.state());
        assert_eq!(canvas.state().steps, 2);
    }

    #[test]
    fn an_update_may_change_what_is_stepped() {
        let mut canvas = new(&experiment("resolution: [24, 18]\n"));
        canvas.step(&gradient(), 0.05).expect("a step");
        let pixels = canvas.canvas();
        let close = |found: &Canvas| {
            found.pixels().iter().zip(pixels.pixels()).all(|(a, b)| (a - b.clamp(0.004, 0.996)).abs() < 1e-3)
        };
        let spectrum = restored(experiment(FFT), canvas.state());
        assert!(close(&spectrum.canvas()) && spectrum.state().steps == 0);
        // Another falloff has other parameters for the same pixels.
        let softer = experiment(&format!("{}\n", FFT.replace("fft", "fft, falloff: 3")));
        let softer = restored(softer, spectrum.state());
        assert!(close(&softer.canvas()) && softer.state().parameters != spectrum.state().parameters);
        let back = restored(experiment("resolution: [24, 18]\n"), softer.state());
        assert!(close(&back.canvas()) && back.state().parameters.is_none() && back.state().steps == 0);
    }

    #[test]
    fn post_processing_and_resizing_change_the_spectrum_too() {
        let darker = experiment(&format!("{FFT}postproc:\n  - mul: 0.5\n    start: 1\n"));
        let mut canvas = new(&darker);
        let before = canvas.state();
        canvas.post_process(&scope(0)).expect("nothing is active");
        assert!(canvas.state() == before);
        canvas.post_process(&scope(1)).expect("an effect");
        let found = canvas.canvas();
        let halved = before.canvas.pixels().iter().zip(found.pixels());
        assert!(halved.into_iter().all(|(before, now)| (before / 2.0 - now).abs() < 1e-3));
        let context = EpochContext { scope: scope(2), resolution: [48, 36] };
        canvas.resize(&context).expect("a larger canvas");
        assert_eq!(canvas.size(), [48, 36]);
        let mean = |canvas: &Canvas| canvas.pixels().iter().sum::<f32>() / canvas.pixels().len() as f32;
        assert!((mean(&canvas.canvas()) - mean(&found)).abs() < 1e-2);
    }

    const OTHERS: [&str; 6] = [
        "{model: pyramid}",
        "{model: palette, colors: 5}",
        "{model: palette, palette: [{color: 0}, {color: 1}, {color: 1 .2 .1}]}",
        "{model: pixels, symmetry: left-right}",
        "{model: fft, tile: 2}",
        "{model: pyramid, symmetry: rotate-2, tile: 2 1}",
    ];

    #[test]
    fn every_model_goes_on_with_the_same_bits() {
        for model in OTHERS {
            let experiment = experiment(&format!("canvas: {model}\nresolution: [24, 18]\n"));
            let mut canvas = new(&experiment);
            let before = canvas.canvas();
            canvas.step(&gradient(), 0.05).expect("a step");
            assert!(canvas.canvas() != before && canvas.is_finite(), "{model}");
            let mut restored = restored(Arc::clone(&experiment), canvas.state());
            for canvas in [&mut canvas, &mut restored] {
                canvas.step(&gradient(), 0.05).expect("a step");
            }
            assert!(canvas.state() == restored.state(), "{model}");
            assert_eq!(restored.state().steps, 2, "{model}");
        }
    }

    #[test]
    fn every_model_follows_the_gradient_and_survives_what_changes_pixels() {
        for model in OTHERS {
            let experiment = experiment(&format!(
                "canvas: {model}\nresolution: [24, 18]\npostproc:\n  - mul: 0.9\n    start: 1\n"
            ));
            let mut canvas = new(&experiment);
            let mean = |canvas: &Canvas| canvas.pixels().iter().sum::<f32>() / canvas.pixels().len() as f32;
            let before = mean(&canvas.canvas());
            for _ in 0..20 {
                canvas.step(&gradient(), 0.05).expect("a step");
            }
            assert!(mean(&canvas.canvas()) < before - 0.03, "{model}: it did not become darker");
            canvas.post_process(&scope(1)).expect("an effect");
            let context = EpochContext { scope: scope(2), resolution: [48, 36] };
            canvas.resize(&context).expect("a larger canvas");
            assert_eq!((canvas.size(), canvas.state().steps), ([48, 36], 0), "{model}");
            assert!(canvas.is_finite() && canvas.state().parameters.is_some(), "{model}");
        }
    }

    #[test]
    fn an_update_of_the_softness_keeps_learned_colours() {
        let palette = |softness| {
            experiment(&format!(
                "canvas: {{model: palette, colors: 4, softness: {softness}}}\nresolution: [24, 18]\n"
            ))
        };
        let mut canvas = new(&palette("0.3"));
        let first = canvas.state().parameters.expect("a palette");
        for _ in 0..5 {
            canvas.step(&gradient(), 0.05).expect("a step");
        }
        let learned = canvas.state().parameters.expect("a palette");
        let updated = restored(palette("0.2"), canvas.state()).state();
        let found = updated.parameters.expect("a palette");
        let colors = |parameters: &Canvas| parameters.pixels()[24 * 18..24 * 18 + 4].to_vec();
        assert!(colors(&found) == colors(&learned) && colors(&found) != colors(&first));
        assert_eq!(updated.steps, 0, "the pixels are others");
    }

    /// An image to start from, of this size, whose pixels are all different.
    fn start(width: u32, height: u32) -> (Assets, Vec<f32>) {
        let color = |x: u32, y: u32| [(7 * x) as u8, (9 * y) as u8, (x * y % 256) as u8];
        let image = image::RgbImage::from_fn(width, height, |x, y| image::Rgb(color(x, y)));
        let mut bytes = std::io::Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).expect("a small image");
        let mut assets = Assets::default();
        assets.insert("start.png", bytes.into_inner());
        let value = |channel: usize, x: u32, y: u32| f32::from(color(x, y)[channel]) / 255.0;
        let planes = (0..3).flat_map(|channel| (0..height).map(move |y| (channel, y)));
        let values = planes.flat_map(|(channel, y)| (0..width).map(move |x| value(channel, x, y))).collect();
        (assets, values)
    }

    #[test]
    fn what_the_mask_leaves_out_stays_the_image() {
        let (assets, image) = start(24, 18);
        for model in ["pixels", "fft", "pyramid"] {
            let experiment = experiment(&format!(
                "canvas: {{model: {model}}}\nresolution: [24, 18]\npostproc: [{{mul: .9, start: 1}}]\n\
                 init: {{image: start.png, mask: {{box: 0 0 .5 1}}}}\n"
            ));
            let mut canvas = CanvasEngine::new(Arc::clone(&experiment), [24, 18], &assets, Key::root(1))
                .expect("a canvas");
            let kept = |canvas: &Canvas| -> Vec<f32> {
                let pixels = canvas.pixels().iter().enumerate();
                pixels
                    .filter(|(place, _)| place % canvas.width() >= canvas.width() / 2)
                    .map(|(_, v)| *v)
                    .collect()
            };
            let first = canvas.canvas();
            let wanted = Canvas::new(24, 18, image.clone()).expect("an image");
            let close = kept(&first).iter().zip(&kept(&wanted)).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(close, "{model}: the image is there");
            for epoch in 0..3 {
                canvas.post_process(&scope(epoch)).expect("an effect");
                canvas.step(&gradient(), 0.05).expect("a step");
            }
            let now = canvas.canvas();
            assert_eq!(kept(&now), kept(&first), "{model}: it stays");
            assert!(now != first, "{model}: the rest is drawn");
            let mut restored =
                CanvasEngine::restore(Arc::clone(&experiment), canvas.state(), &assets).expect("a canvas");
            for canvas in [&mut canvas, &mut restored] {
                canvas.step(&gradient(), 0.05).expect("a step");
            }
            assert!(canvas.state() == restored.state() && canvas.state().steps == 4, "{model}");
            // A larger canvas has the details of the image again, not those of the smaller one.
            let context = EpochContext { scope: scope(4), resolution: [48, 36] };
            canvas.resize(&context).expect("a larger canvas");
            let large = CanvasEngine::new(experiment, [48, 36], &assets, Key::root(1)).expect("a canvas");
            assert_eq!(kept(&canvas.canvas()), kept(&large.canvas()), "{model}");
        }
    }

    #[test]
    fn an_image_lies_in_its_place_and_the_picture_grows_around_it() {
        let (assets, image) = start(12, 9);
        let canvas = |mask: &str| {
            let yaml =
                format!("resolution: [24, 18]\ninit: {{image: start.png, place: .25 .5 .5 .5{mask}}}\n");
            CanvasEngine::new(experiment(&yaml), [24, 18], &assets, Key::root(1)).expect("a canvas")
        };
        let (mut begun, mut grown) = (canvas(""), canvas(", mask: {box: .25 .5 .5 .5, invert: yes}"));
        let at = |canvas: &CanvasEngine, x: usize, y: usize| canvas.canvas().pixel(x, y).expect("a pixel");
        let of_image = |x: usize, y: usize| [0, 1, 2].map(|channel| image[(channel * 9 + y) * 12 + x]);
        let is = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
        for (x, y) in (0..9).flat_map(|y| (0..12).map(move |x| (x, y))) {
            assert!(is(at(&begun, 6 + x, 9 + y), of_image(x, y)), "{x}, {y}");
            assert!(is(at(&grown, 6 + x, 9 + y), of_image(x, y)), "{x}, {y}");
        }
        // Around it both begin with the same noise.
        assert_eq!(at(&begun, 2, 3), at(&grown, 2, 3));
        let (inside, outside) = (at(&grown, 7, 12), at(&grown, 2, 3));
        for canvas in [&mut begun, &mut grown] {
            canvas.step(&gradient(), 0.05).expect("a step");
        }
        assert!(at(&begun, 7, 12) != inside && at(&grown, 7, 12) == inside);
        assert!(at(&begun, 2, 3) != outside && at(&grown, 2, 3) != outside);
    }

    #[test]
    fn a_map_that_does_not_fit_is_an_error_wherever_it_is_met() {
        let turned = experiment("canvas: {symmetry: rotate-4}\nresolution:\n  - 24\n  - 24 - epoch\n");
        let first =
            |side| CanvasEngine::new(Arc::clone(&turned), side, &Assets::default(), Key::root(1)).map(|_| ());
        let error = first([24, 18]).expect_err("no square").to_string();
        assert!(error.contains("24 x 18") && error.contains("rotate-2"), "{error}");
        first([24, 24]).expect("a square");
        let plain = new(&experiment("resolution: [24, 18]\n"));
        assert!(CanvasEngine::restore(Arc::clone(&turned), plain.state(), &Assets::default()).is_err());
        let mut canvas = CanvasEngine::new(Arc::clone(&turned), [24, 24], &Assets::default(), Key::root(1))
            .expect("a canvas");
        let context = EpochContext { scope: scope(1), resolution: [24, 23] };
        assert!(matches!(canvas.resize(&context), Err(StepError::Experiment(_))));
    }
}

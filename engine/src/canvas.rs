//! The coordinator's side of a job: the canvas, its pixel model, its optimiser and its post-processing.

use std::sync::Arc;

use clipig_core::{
    Assets, Canvas, CanvasOwner, CanvasState, EpochContext, GradientSum, StepError, all_finite,
};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, PixelModel, Scope};
use clipig_geometry::Size;
use tch::Tensor;

use crate::gradient::panic_message;
use crate::init::{InitError, first_canvas};
use crate::optimizer::{Dense, OptimizerState, base_rate};
use crate::pixels::Pixels;
use crate::read_back::read_back;
use crate::spectrum::Spectrum;
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
}

/// The numbers that the pixels follow from.
struct Parameters {
    model: Spectrum,
    values: Pixels,
}

impl CanvasEngine {
    /// The first canvas of a job. `resolution` is that of its first epoch.
    ///
    /// # Errors
    /// When `init.image` cannot be used.
    pub fn new(
        experiment: Arc<Experiment>,
        resolution: [u32; 2],
        assets: &Assets,
        run: Key,
    ) -> Result<Self, InitError> {
        let size = size_of(resolution);
        let model = model_of(&experiment, size);
        let pixels = first_canvas(&experiment.init, model.as_ref(), size, assets, run)?;
        Ok(Self::with(experiment, model, canvas_of(size, pixels)))
    }

    /// A canvas with these pixels and a fresh optimiser.
    fn with(experiment: Arc<Experiment>, model: Option<Spectrum>, canvas: Canvas) -> Self {
        let optimizer = OptimizerState::new(experiment.optimizer, canvas.pixels().len());
        let mut pixels = Pixels::new(canvas);
        let parameters = model.map(|model| Parameters::of(model, &mut pixels));
        Self { experiment, pixels, parameters, optimizer }
    }

    /// A saved canvas. The optimiser starts afresh if the experiment names another one by now, if the pixels follow from
    /// other numbers by now, or if the saved averages do not fit the canvas.
    pub fn restore(experiment: Arc<Experiment>, state: CanvasState) -> Self {
        let CanvasState { canvas, parameters, optimizer, steps, averages } = state;
        let size = Size { width: canvas.width() as i64, height: canvas.height() as i64 };
        let length = canvas.pixels().len();
        let mut pixels = Pixels::new(canvas);
        let (parameters, same_numbers) = match (model_of(&experiment, size), parameters) {
            (None, saved) => (None, saved.is_none()),
            (Some(model), Some(values))
                if model.fits(values.pixels(), pixels.canvas().pixels(), TOLERANCE) =>
            {
                (Some(Parameters { model, values: Pixels::new(values) }), true)
            }
            (Some(model), _) => (Some(Parameters::of(model, &mut pixels)), false),
        };
        let optimizer = if same_numbers && optimizer == experiment.optimizer.name() {
            OptimizerState::restore(experiment.optimizer, length, steps, averages)
        } else {
            OptimizerState::new(experiment.optimizer, length)
        };
        Self { experiment, pixels, parameters, optimizer }
    }
}

impl Parameters {
    /// The parameters of some pixels. The pixels become exactly what follows from them.
    fn of(model: Spectrum, pixels: &mut Pixels) -> Self {
        let canvas = pixels.canvas();
        let values = model.parameters(canvas.pixels());
        let values =
            Canvas::new(canvas.width(), canvas.height(), values).expect("as many as there are pixels");
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

fn model_of(experiment: &Experiment, size: Size) -> Option<Spectrum> {
    match experiment.pixel_model {
        PixelModel::Pixels => None,
        PixelModel::Fft { falloff } => {
            Some(Spectrum::new(size.width as usize, size.height as usize, falloff))
        }
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
        let model = model_of(&experiment, size);
        *self = Self::with(experiment, model, canvas_of(size, pixels));
        Ok(())
    }

    fn base_rate(&self) -> f64 {
        base_rate(self.experiment.optimizer)
    }

    fn post_process(&mut self, scope: &Scope) -> Result<(), StepError> {
        let (experiment, pixels) = (&self.experiment, &mut self.pixels);
        // As long as these are held, changed pixels are written to other memory.
        let before = self.parameters.as_ref().map(|_| pixels.canvas().clone());
        guarded(|| postproc::apply(&experiment.postproc, scope, pixels).map_err(step_error))?;
        let changed = |before: &Canvas| !std::ptr::eq(before.pixels(), pixels.canvas().pixels());
        if before.is_some_and(|before| changed(&before))
            && let Some(Parameters { model, .. }) = self.parameters.take()
        {
            self.parameters = Some(Parameters::of(model, &mut self.pixels));
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
        let size = [gradient.width(), gradient.height()];
        let values = parameters.model.gradient(pixels.canvas().pixels(), gradient);
        let gradient = Dense { size, values: &values };
        parameters.values.change(|change| optimizer.step(change, &gradient, rate));
        drop(values);
        parameters.write(pixels);
        Ok(())
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
        let mut restored = CanvasEngine::restore(Arc::clone(&experiment), canvas.state());
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
        let spectrum = CanvasEngine::restore(experiment(FFT), canvas.state());
        assert!(close(&spectrum.canvas()) && spectrum.state().steps == 0);
        // Another falloff has other parameters for the same pixels.
        let softer = experiment(&format!("{}\n", FFT.replace("fft", "fft, falloff: 3")));
        let softer = CanvasEngine::restore(softer, spectrum.state());
        assert!(close(&softer.canvas()) && softer.state().parameters != spectrum.state().parameters);
        let back = CanvasEngine::restore(experiment("resolution: [24, 18]\n"), softer.state());
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
}

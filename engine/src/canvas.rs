//! The coordinator's side of a job: the canvas, its optimiser and its post-processing.

use std::sync::Arc;

use clipig_core::{Assets, Canvas, CanvasOwner, CanvasState, EpochContext, GradientSum, StepError};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Scope};
use tch::Tensor;

use crate::gradient::panic_message;
use crate::init::{InitError, first_canvas};
use crate::optimizer::{OptimizerState, base_rate};
use crate::pixels::Pixels;
use crate::read_back::read_back;
use crate::region::Size;
use crate::transform::TransformError;
use crate::{postproc, resample};

/// The canvas of one job.
pub struct CanvasEngine {
    experiment: Arc<Experiment>,
    pixels: Pixels,
    optimizer: OptimizerState,
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
        let pixels = first_canvas(&experiment.init, size, assets, run)?;
        let optimizer = OptimizerState::new(experiment.optimizer, pixels.len());
        Ok(Self { experiment, pixels: Pixels::new(canvas_of(size, pixels)), optimizer })
    }

    /// A saved canvas. The optimiser starts afresh if the experiment names another one by now, or if the saved averages
    /// do not fit the canvas.
    pub fn restore(experiment: Arc<Experiment>, state: CanvasState) -> Self {
        let length = state.canvas.pixels().len();
        let optimizer = if state.optimizer == experiment.optimizer.name() {
            OptimizerState::restore(experiment.optimizer, length, state.steps, state.averages)
        } else {
            OptimizerState::new(experiment.optimizer, length)
        };
        Self { experiment, pixels: Pixels::new(state.canvas), optimizer }
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
        self.optimizer = OptimizerState::new(self.experiment.optimizer, pixels.len());
        self.pixels = Pixels::new(canvas_of(size, pixels));
        Ok(())
    }

    fn base_rate(&self) -> f64 {
        base_rate(self.experiment.optimizer)
    }

    fn post_process(&mut self, scope: &Scope) -> Result<(), StepError> {
        let (experiment, pixels) = (&self.experiment, &mut self.pixels);
        guarded(|| postproc::apply(&experiment.postproc, scope, pixels).map_err(step_error))
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
            optimizer: self.experiment.optimizer.name().to_owned(),
            steps: self.optimizer.steps(),
            averages: self.optimizer.averages().to_vec(),
        }
    }

    fn step(&mut self, gradient: &GradientSum, rate: f64) -> Result<(), StepError> {
        let optimizer = &mut self.optimizer;
        self.pixels.change(|change| optimizer.step(change, gradient, rate));
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
        TransformError::Expression(_) | TransformError::Impossible { .. } => {
            StepError::Experiment(error.to_string())
        }
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

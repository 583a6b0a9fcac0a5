//! The canvas, its optimiser and its post-processing: what the coordinator steps.

use std::sync::Arc;

use clipig_core::{
    Assets, Canvas, CanvasOwner, CanvasState, EpochContext, GradientSum, StepError, all_finite,
};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Scope};
use tch::Tensor;

use crate::gradient::panic_message;
use crate::init::{InitError, first_canvas};
use crate::optimizer::{OptimizerState, base_rate};
use crate::read_back::read_back;
use crate::region::Size;
use crate::transform::TransformError;
use crate::{postproc, resample};

/// The canvas of one job.
pub struct CanvasEngine {
    experiment: Arc<Experiment>,
    size: Size,
    pixels: Vec<f32>,
    optimizer: OptimizerState,
}

impl CanvasEngine {
    /// The first canvas of a job, of the resolution that holds in its first epoch.
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
        Ok(Self { experiment, size, pixels, optimizer })
    }

    /// A canvas as it was saved. The optimiser starts afresh where it is another one by now, or where its
    /// averages do not fit.
    pub fn restore(experiment: Arc<Experiment>, state: CanvasState) -> Self {
        let size = Size { width: state.canvas.width() as i64, height: state.canvas.height() as i64 };
        let pixels = state.canvas.into_pixels();
        let optimizer = if state.optimizer == experiment.optimizer.name() {
            OptimizerState::restore(experiment.optimizer, pixels.len(), state.steps, state.averages)
        } else {
            OptimizerState::new(experiment.optimizer, pixels.len())
        };
        Self { experiment, size, pixels, optimizer }
    }
}

impl CanvasOwner for CanvasEngine {
    fn resize(&mut self, context: &EpochContext) -> Result<(), StepError> {
        let size = size_of(context.resolution);
        if size == self.size {
            return Ok(());
        }
        self.pixels = guarded(|| {
            let pixels = Tensor::from_slice(&self.pixels).view([1, 3, self.size.height, self.size.width]);
            let resized = resample::resize(&pixels, size, self.experiment.interpolation);
            read_back(&resized).map_err(|error| StepError::Device(error.to_string()))
        })?;
        self.size = size;
        self.optimizer = OptimizerState::new(self.experiment.optimizer, self.pixels.len());
        Ok(())
    }

    fn base_rate(&self) -> f64 {
        base_rate(self.experiment.optimizer)
    }

    fn post_process(&mut self, scope: &Scope) -> Result<(), StepError> {
        let (experiment, size, pixels) = (&self.experiment, self.size, &mut self.pixels);
        guarded(|| postproc::apply(&experiment.postproc, scope, size, pixels).map_err(step_error))
    }

    fn canvas(&self) -> Canvas {
        Canvas::new(self.size.width as usize, self.size.height as usize, self.pixels.clone())
            .expect("the canvas holds as many values as its size says")
    }

    fn size(&self) -> [u32; 2] {
        [self.size.width as u32, self.size.height as u32]
    }

    fn is_finite(&self) -> bool {
        all_finite(&self.pixels)
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
        self.optimizer.step(&mut self.pixels, &gradient.to_dense(), rate);
        Ok(())
    }
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

/// libtorch reports failures by panicking in tch's wrappers; they end here.
fn guarded<T>(compute: impl FnOnce() -> Result<T, StepError>) -> Result<T, StepError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(compute))
        .unwrap_or_else(|panic| Err(StepError::Device(panic_message(panic.as_ref()))))
}

//! A canvas of few pixels, and gradients that depend on everything that must not change, for tests.

use std::sync::Arc;

use clipig_core::{
    Canvas, CanvasFactory, CanvasJob, CanvasOwner, CanvasState, Epoch, EpochContext, GradientSum,
    JobRevision, StepError,
};
use clipig_experiment::Scope;

/// Four pixels and one running average.
pub(crate) struct Pixels {
    pub(crate) values: Vec<f32>,
    pub(crate) average: Vec<f32>,
    pub(crate) steps: u32,
}

impl CanvasOwner for Pixels {
    fn resize(&mut self, _: &EpochContext) -> Result<(), StepError> {
        Ok(())
    }

    fn base_rate(&self) -> f64 {
        0.1
    }

    fn post_process(&mut self, scope: &Scope) -> Result<(), StepError> {
        self.values.iter_mut().for_each(|value| *value *= 1.0 - 0.01 * scope.time() as f32);
        Ok(())
    }

    fn canvas(&self) -> Canvas {
        Canvas::new(2, 2, self.values.clone()).unwrap()
    }

    fn size(&self) -> [u32; 2] {
        [2, 2]
    }

    fn step(&mut self, gradient: &GradientSum, rate: f64) -> Result<(), StepError> {
        for ((value, average), g) in self.values.iter_mut().zip(&mut self.average).zip(gradient.to_dense()) {
            *average = 0.9 * *average + g;
            *value -= rate as f32 * *average;
        }
        self.steps += 1;
        Ok(())
    }

    fn state(&self) -> CanvasState {
        let averages = vec![Arc::new(self.average.clone())];
        CanvasState {
            canvas: self.canvas(),
            parameters: None,
            optimizer: "adam".into(),
            steps: self.steps,
            averages,
        }
    }
}

/// Makes them.
pub(crate) struct Canvases;

impl CanvasFactory for Canvases {
    fn first(&self, job: &CanvasJob, [width, _]: [u32; 2]) -> Result<Box<dyn CanvasOwner>, StepError> {
        // It has four pixels whatever is asked for, but other ones for another resolution.
        let from = job.seed as f32 + width as f32 - 2.0;
        let values = (0..12).map(|i| (i as f32 + from).sin()).collect();
        Ok(Box::new(Pixels { values, average: vec![0.0; 12], steps: 0 }))
    }

    fn restore(&self, _: &CanvasJob, state: CanvasState) -> Result<Box<dyn CanvasOwner>, StepError> {
        let average = state.averages[0].to_vec();
        Ok(Box::new(Pixels { values: state.canvas.into_pixels(), average, steps: state.steps }))
    }

    fn kind(&self) -> String {
        "four pixels".into()
    }
}

/// A gradient that depends on everything that must not change.
pub(crate) fn shard_gradient(
    canvas: &Canvas,
    revision: JobRevision,
    epoch: Epoch,
    shard: u32,
) -> GradientSum {
    let mut sum = GradientSum::new(2, 2);
    let values: Vec<f32> = canvas
        .pixels()
        .iter()
        .enumerate()
        .map(|(i, pixel)| {
            pixel * 10_f32.powi(shard as i32 % 5) + (epoch.0 * 7 + i as u32 + revision.revision) as f32
        })
        .collect();
    sum.add_at(&[Some(0), Some(1), Some(2), Some(3)], &values);
    sum
}

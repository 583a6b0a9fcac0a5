//! The coordinator's stand-in: a canvas whose epochs begin when they are asked for.

use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use clipig_core::{
    Canvas, CanvasFactory, CanvasJob, CanvasOwner, CanvasState, EpochContext, GradientSum, StepError,
};

use super::{Shape, sum_of_all};
use crate::machine;

/// Epochs that may begin.
#[derive(Default)]
pub(crate) struct Gate {
    open: Mutex<u64>,
    changed: Condvar,
}

impl Gate {
    /// Lets so many more epochs begin.
    pub(crate) fn allow(&self, epochs: u64) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) += epochs;
        self.changed.notify_all();
    }

    /// Waits until another epoch may begin.
    fn pass(&self) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open =
            self.changed.wait_while(open, |open| *open == 0).unwrap_or_else(PoisonError::into_inner);
        *open -= 1;
    }
}

/// Makes canvases that learn nothing.
pub(crate) struct Canvases {
    /// Lets epochs begin.
    pub(crate) gate: Arc<Gate>,
    /// What the workers compute.
    pub(crate) shape: Shape,
    /// Shards per epoch.
    pub(crate) shards: u32,
}

struct StandIn {
    canvas: Canvas,
    gate: Arc<Gate>,
    shape: Shape,
    shards: u32,
    epoch: u32,
    begun: u64,
    /// Tiles of a sum that was compared value by value.
    tiles: Option<usize>,
}

impl Canvases {
    fn make(&self, canvas: Canvas) -> Box<dyn CanvasOwner> {
        let (gate, shape, shards) = (Arc::clone(&self.gate), self.shape, self.shards);
        Box::new(StandIn { canvas, gate, shape, shards, epoch: 0, begun: 0, tiles: None })
    }
}

impl CanvasFactory for Canvases {
    fn first(&self, _: &CanvasJob, [width, height]: [u32; 2]) -> Result<Box<dyn CanvasOwner>, StepError> {
        let (width, height) = (width as usize, height as usize);
        let pixels = (0..3 * width * height).map(|i| (i % 256) as f32 / 256.0).collect();
        let canvas =
            Canvas::new(width, height, pixels).map_err(|error| StepError::Device(error.to_string()))?;
        Ok(self.make(canvas))
    }

    fn restore(&self, _: &CanvasJob, state: CanvasState) -> Result<Box<dyn CanvasOwner>, StepError> {
        Ok(self.make(state.canvas))
    }

    fn kind(&self) -> String {
        "a stand-in".to_owned()
    }
}

impl CanvasOwner for StandIn {
    fn resize(&mut self, _: &EpochContext) -> Result<(), StepError> {
        Ok(())
    }

    fn base_rate(&self) -> f64 {
        1.0
    }

    /// The first thing that happens to a canvas in an epoch: waits until the epoch may begin.
    fn post_process(&mut self, scope: &clipig_experiment::Scope) -> Result<(), StepError> {
        report(&format!("waiting {}", scope.epoch()))?;
        self.gate.pass();
        self.epoch = scope.epoch();
        self.begun = machine::now();
        Ok(())
    }

    fn canvas(&self) -> Canvas {
        self.canvas.clone()
    }

    fn size(&self) -> [u32; 2] {
        [self.canvas.width() as u32, self.canvas.height() as u32]
    }

    /// The last thing: says how long the epoch took. The first sum is compared value by value, later ones by their
    /// size, which takes no time.
    fn step(&mut self, gradient: &GradientSum, _: f64) -> Result<(), StepError> {
        let ended = machine::now();
        let right = match self.tiles {
            Some(tiles) => gradient.tile_count() == tiles,
            None => gradient.to_dense() == sum_of_all(self.shape, self.canvas.width(), self.shards),
        };
        if !right {
            let epoch = self.epoch;
            return Err(StepError::Device(format!("the sum of epoch {epoch} is not that of its shards")));
        }
        self.tiles = Some(gradient.tile_count());
        report(&format!("epoch {} {} {ended}", self.epoch, self.begun))
    }

    fn state(&self) -> CanvasState {
        let (canvas, optimizer) = (self.canvas.clone(), "adam".to_owned());
        CanvasState { canvas, parameters: None, optimizer, steps: 0, averages: Vec::new() }
    }
}

fn report(line: &str) -> Result<(), StepError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| StepError::Device(error.to_string()))
}

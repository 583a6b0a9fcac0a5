//! One shard: samples become windows, windows become losses, losses become a gradient on the canvas.

use std::sync::Arc;

use clipig_core::{
    CanvasView, GradientSum, Prepared, ProgressCounter, Rendering, SampleReport, ShardCompute, ShardError,
    ShardResult, ShardTask,
};
use clipig_experiment::{Experiment, Scope, Target};
use clipig_geometry::{Chain, DrawError, Size};
use clipig_telemetry::below_current;
use tch::Device;

use crate::clip::Clip;
use crate::constraint::Kept;
use crate::device;
use crate::failure::{experiment_error, guarded};
use crate::mask::Masks;
use crate::models::{EngineModels, LoadModel};
use crate::read_back::Parcel;
use crate::resample;
use crate::shard_losses::{Losses, Windows};
use crate::transform::{BatchMemory, Rendered, Source, TransformError, Values, render};

/// Computes shards of one job. Engines share the models and nothing else.
pub struct GradientEngine {
    models: EngineModels,
    device: Device,
    experiment: Arc<Experiment>,
    prepared: Arc<Prepared>,
    masks: Arc<Masks>,
    /// By target and constraint.
    kept: Vec<Vec<Kept>>,
    threads: usize,
    progress: ProgressCounter,
    memory: BatchMemory,
}

impl GradientEngine {
    /// An engine for one job of one model. `threads` is the number of threads within one tensor operation.
    pub fn new(
        clip: Arc<Clip>,
        experiment: Arc<Experiment>,
        prepared: Arc<Prepared>,
        threads: usize,
    ) -> Self {
        let device = clip.device();
        let load: LoadModel = Box::new(move |_| Ok(Arc::clone(&clip)));
        Self::of_models((device, load), experiment, prepared, threads)
    }

    /// An engine for one job, of one or several models on `device`. It asks `load` for a model when a shard first needs it.
    pub fn of_models(
        (device, load): (Device, LoadModel),
        experiment: Arc<Experiment>,
        prepared: Arc<Prepared>,
        threads: usize,
    ) -> Self {
        let memory = memory(Rendering::Auto, device);
        let (masks, progress) = (Arc::default(), ProgressCounter::default());
        let models = EngineModels::new(load);
        let of_target = |target: &Target| target.constraints.iter().map(|_| Kept::default()).collect();
        let kept = experiment.targets.iter().map(of_target).collect();
        Self { models, device, experiment, prepared, masks, kept, threads, progress, memory }
    }

    /// The same engine, which also counts its progress within a shard.
    #[must_use]
    pub fn with_progress(self, progress: ProgressCounter) -> Self {
        Self { progress, ..self }
    }

    /// The same engine, which renders windows somewhere else.
    #[must_use]
    pub fn with_rendering(self, rendering: Rendering) -> Self {
        Self { memory: memory(rendering, self.device), ..self }
    }

    /// The same engine with the images that masks use.
    #[must_use]
    pub(crate) fn with_masks(self, masks: Arc<Masks>) -> Self {
        Self { masks, ..self }
    }

    fn compute_samples(&mut self, task: &ShardTask) -> Result<ShardResult, ShardError> {
        let index = task.shard.target.0 as usize;
        let (experiment, prepared) = (Arc::clone(&self.experiment), Arc::clone(&self.prepared));
        let (Some(target), Some(prepared)) = (experiment.targets.get(index), prepared.targets.get(index))
        else {
            return Err(ShardError::Experiment(format!("the experiment has no target {index}")));
        };
        let clip = self.models.get(target.model)?;
        let scopes: Vec<Scope> =
            task.shard.samples.clone().map(|sample| task.scope.with_sample(u64::from(sample))).collect();
        let size = Size { width: task.canvas.width() as i64, height: task.canvas.height() as i64 };
        let drawing = below_current("draw");
        let chains = chains(target, &scopes, size)?;
        drop(drawing);
        let rendered = self.windows(&clip, &chains, task)?;
        self.progress.advance();
        let masks = Arc::clone(&self.masks);
        let (values, kept) = (&rendered.windows, &self.kept[index][..]);
        let windows = Windows { values, chains: &chains, masks: &masks, kept, scope: &task.scope };
        let forward = below_current("forward");
        let losses = Losses::of(&clip, target, prepared, &windows, &scopes)?;
        drop(forward);
        self.progress.advance();
        let mut gradient = GradientSum::new(task.canvas.width(), task.canvas.height());
        let backward = below_current("backward");
        let samples = self.back_propagate(&losses, rendered, &mut gradient)?;
        drop(backward);
        if let Some(mask) = &target.mask {
            let mask = masks.draw(mask, &task.scope, size)?;
            gradient.weigh(|x, y| mask.at(x, y));
        }
        if !gradient.is_finite() {
            return Err(ShardError::NotFinite(target.name.clone()));
        }
        Ok(ShardResult { gradient, samples })
    }

    /// Adds the gradient of the losses to that of the canvas. Returns what is reported of the samples.
    fn back_propagate(
        &mut self,
        losses: &Losses<'_>,
        rendered: Rendered,
        gradient: &mut GradientSum,
    ) -> Result<Vec<SampleReport>, ShardError> {
        let (total, mut parcel) = (losses.total(), Parcel::default());
        let packed = losses.pack(&mut parcel)?;
        // If every sample's loss is exactly 0, there is no gradient either.
        let some = |samples: &[SampleReport]| samples.iter().any(|sample| sample.loss != 0.0);
        if rendered.is_from_device() {
            // Losses come with the gradient, in one transfer. So it is computed even where there is none.
            let sums = match &total {
                Some(total) => rendered.propagate(total, gradient, &mut self.memory)?,
                None => None,
            };
            let sums = sums.map(|sums| sums.pack(&mut parcel)).transpose()?;
            return parcel.read(&mut self.memory.pinned, |values| -> Result<_, ShardError> {
                let samples = losses.reports(&packed, values)?;
                if let Some(sums) = sums.filter(|_| some(&samples)) {
                    sums.add_to(gradient, values);
                }
                Ok(samples)
            })?;
        }
        let samples = parcel.read(&mut self.memory.pinned, |values| losses.reports(&packed, values))??;
        if let Some(total) = total.filter(|_| some(&samples)) {
            rendered.back_propagate(&total, gradient, &mut self.memory)?;
        }
        Ok(samples)
    }

    /// The windows `[n, 3, S, S]` that CLIP sees, in [0, 1].
    fn windows(&mut self, clip: &Clip, chains: &[Chain], task: &ShardTask) -> Result<Rendered, ShardError> {
        let canvas = &task.canvas;
        let size = Size { width: canvas.width() as i64, height: canvas.height() as i64 };
        let values = match canvas {
            CanvasView::Whole(canvas) => Values::Whole(canvas),
            CanvasView::Tiles(tiles) => Values::Tiles(tiles),
        };
        let source = Source { values, size, clamp: true, device: self.device, masks: &self.masks };
        let _rendering = below_current("render");
        let window = Size { width: clip.window(), height: clip.window() };
        let mut fitted = |chains: &[Chain]| {
            let fits = chains[0].output() == window;
            let mut rendered = render(chains, &source, fits, &mut self.memory).map_err(transform_error)?;
            if !fits {
                rendered.windows = resample::bicubic(&rendered.windows, window).clamp(0.0, 1.0);
            }
            Ok(rendered)
        };
        if chains.windows(2).all(|pair| pair[0].output() == pair[1].output()) {
            return fitted(chains);
        }
        // Random sizes: the windows have one size only after they were resized.
        let mut parts = Vec::with_capacity(chains.len());
        for chain in chains {
            parts.push(fitted(std::slice::from_ref(chain))?);
            self.progress.advance();
        }
        Ok(Rendered::join(parts))
    }
}

/// Draws what each sample sees.
fn chains(target: &Target, scopes: &[Scope], canvas: Size) -> Result<Vec<Chain>, ShardError> {
    let chains = scopes.iter().map(|scope| Chain::of(target, scope, canvas));
    chains.collect::<Result<Vec<_>, DrawError>>().map_err(experiment_error)
}

impl ShardCompute for GradientEngine {
    fn compute(&mut self, task: &ShardTask) -> Result<ShardResult, ShardError> {
        // The calling thread may have computed another job's shard before.
        device::set_threads(self.threads);
        guarded(|| self.compute_samples(task))
    }
}

fn memory(rendering: Rendering, device: Device) -> BatchMemory {
    if device::renders(rendering, device) { BatchMemory::on_device() } else { BatchMemory::default() }
}

fn transform_error(error: TransformError) -> ShardError {
    match error {
        TransformError::ReadBack(error) => error.into(),
        TransformError::Draw(error) => experiment_error(error),
    }
}

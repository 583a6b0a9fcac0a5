//! One shard: samples become windows, windows become losses, losses become a gradient on the canvas.

use std::sync::Arc;

use clipig_core::{
    CanvasView, ConstraintReport, GradientSum, Prepared, PreparedTarget, ProgressCounter, Rendering,
    SampleReport, ShardCompute, ShardError, ShardResult, ShardTask,
};
use clipig_experiment::{Experiment, Mask, Scope, Target};
use clipig_geometry::{Chain, DrawError, Size};
use clipig_telemetry::below_current;
use tch::{Device, Kind, Tensor};

use crate::clip::Clip;
use crate::constraint::{self, Constrained};
use crate::device;
use crate::failures::{failure, guarded};
use crate::likeness::Likeness;
use crate::loss::{Choice, FeatureLosses, similarities};
use crate::mask::{MaskError, Masks};
use crate::models::{EngineModels, LoadModel};
use crate::read_back::{Parcel, Part, ReadBackError, read_back, send, send_rows};
use crate::resample;
use crate::transform::{BatchMemory, Rendered, Source, TransformError, Values, render};

/// Computes shards of one job. Engines share the models and nothing else.
pub struct GradientEngine {
    models: EngineModels,
    device: Device,
    experiment: Arc<Experiment>,
    prepared: Arc<Prepared>,
    masks: Arc<Masks>,
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
        Self { models, device, experiment, prepared, masks, threads, progress, memory }
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
        let windows =
            Windows { values: &rendered.windows, chains: &chains, masks: &masks, scope: &task.scope };
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
        let source = Source { values, size, clamp: true, device: self.device };
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

/// A batch of windows, and what masks need to know of them.
struct Windows<'a> {
    /// `[n, 3, S, S]`.
    values: &'a Tensor,
    /// How each of them was made.
    chains: &'a [Chain],
    masks: &'a Masks,
    /// The epoch's variables: all samples see the same mask.
    scope: &'a Scope,
}

impl Windows<'_> {
    /// How much each pixel counts by a mask on the canvas, `[n, 1, S, S]`. `None` if all count fully.
    fn weights(&self, mask: &Mask) -> Result<Option<Tensor>, MaskError> {
        let Some(canvas) = self.chains.first().map(|chain| chain.input) else { return Ok(None) };
        let mask = self.masks.draw(mask, self.scope, canvas)?;
        let (height, width) = (self.values.size()[2], self.values.size()[3]);
        let window = Size { width, height };
        let weight = |place: Option<[usize; 2]>| place.map_or(mask.outside(), |[x, y]| mask.at(x, y));
        let places = self.chains.iter().flat_map(|chain| chain.places(window));
        let weights: Vec<f32> = places.map(weight).collect();
        if weights.iter().all(|weight| *weight == 1.0) {
            return Ok(None);
        }
        let count = self.chains.len() as i64;
        let weights = Tensor::from_slice(&weights).view([count, 1, height, width]);
        Ok(Some(send(&weights, self.values.device())))
    }
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

fn experiment_error(error: impl std::fmt::Display) -> ShardError {
    ShardError::Experiment(error.to_string())
}

fn transform_error(error: TransformError) -> ShardError {
    match error {
        TransformError::ReadBack(error) => error.into(),
        TransformError::Draw(error) => experiment_error(error),
    }
}

/// The losses of a batch of windows, of which nothing was read yet.
struct Losses<'a> {
    target: &'a Target,
    prepared: &'a PreparedTarget,
    scopes: &'a [Scope],
    features: Option<BatchFeatures>,
    /// `None` where a constraint is not active.
    constraints: Vec<Option<ConstraintLosses>>,
    /// By sample, `[n]`, with all weights; `None` if nobody asks for anything.
    weighted: Option<Tensor>,
}

/// How the windows of a batch resemble a target's features.
struct BatchFeatures {
    losses: FeatureLosses,
    /// By sample, where they were looked at.
    similarities: Vec<Vec<f64>>,
    /// Else the cosines, `[n, features]`.
    cosines: Option<Tensor>,
}

/// Where the values of losses are in a parcel.
struct PackedLosses {
    weighted: Option<Part>,
    cosines: Option<Part>,
    features: Vec<Part>,
    constraints: Vec<Option<Part>>,
}

struct ConstraintLosses {
    weights: Vec<f64>,
    /// `[n]`, before weighting.
    losses: Tensor,
}

impl<'a> Losses<'a> {
    fn of(
        clip: &Clip,
        target: &'a Target,
        prepared: &'a PreparedTarget,
        windows: &Windows<'_>,
        scopes: &'a [Scope],
    ) -> Result<Self, ShardError> {
        let (choices, features) = if target.features.is_empty() {
            (Vec::new(), None)
        } else {
            let likeness = Likeness::of(clip, target, prepared, windows.values)?;
            let (cosines, asks) = (likeness.cosines(), target.asks_for_similarities());
            let similarities =
                if asks { read_similarities(target, prepared, &cosines, scopes)? } else { Vec::new() };
            let of_sample = |i: usize| similarities.get(i).cloned().unwrap_or_default();
            let choice = |(i, scope)| Choice::of(target, of_sample(i), scope).map_err(experiment_error);
            let choices = scopes.iter().enumerate().map(choice).collect::<Result<Vec<_>, _>>()?;
            let losses = FeatureLosses::of(target, &likeness, &choices);
            (choices, Some(BatchFeatures { losses, similarities, cosines: (!asks).then_some(cosines) }))
        };
        let similar: Vec<Scope> = scopes
            .iter()
            .enumerate()
            .map(|(i, scope)| scope.with_similarity(choices.get(i).map_or(0.0, Choice::mean_similarity)))
            .collect();
        let constraints = target
            .constraints
            .iter()
            .enumerate()
            .map(|(place, constraint)| {
                if !constraint::is_active(constraint, &similar[0]).map_err(experiment_error)? {
                    return Ok(None);
                }
                let weights = evaluate_all(&constraint.weight, &similar)?;
                let mask =
                    constraint.mask.as_deref().map(|mask| windows.weights(mask)).transpose()?.flatten();
                let prepared = prepared.of_constraint(place);
                let seen = Constrained { windows: windows.values, mask: mask.as_ref(), prepared };
                let losses = constraint::losses(constraint, seen, &similar).map_err(experiment_error)?;
                Ok(Some(ConstraintLosses { weights, losses }))
            })
            .collect::<Result<Vec<_>, ShardError>>()?;
        let weights = evaluate_all(&target.weight, &similar)?;
        // A share of 1 changes no bit.
        let weights: Vec<f64> = weights.into_iter().map(|weight| weight * target.share).collect();
        let weighted = weighted(features.as_ref(), &constraints, &weights);
        Ok(Self { target, prepared, scopes, features, constraints, weighted })
    }

    /// The sum of all losses.
    fn total(&self) -> Option<Tensor> {
        self.weighted.as_ref().map(|losses| losses.sum(None::<Kind>))
    }

    /// Puts everything that is reported into a parcel.
    fn pack(&self, parcel: &mut Parcel) -> Result<PackedLosses, ReadBackError> {
        let features = self.features.as_ref();
        let cosines = features.and_then(|features| features.cosines.as_ref());
        let losses = features.iter().flat_map(|features| features.losses.losses());
        Ok(PackedLosses {
            weighted: self.weighted.as_ref().map(|losses| parcel.add(losses)).transpose()?,
            cosines: cosines.map(|cosines| parcel.add(cosines)).transpose()?,
            features: losses.map(|losses| parcel.add(losses)).collect::<Result<_, _>>()?,
            constraints: self
                .constraints
                .iter()
                .map(|constraint| constraint.as_ref().map(|c| parcel.add(&c.losses)).transpose())
                .collect::<Result<_, _>>()?,
        })
    }

    /// What is reported of each sample. `values` are those of the parcel.
    fn reports(&self, packed: &PackedLosses, values: &[f32]) -> Result<Vec<SampleReport>, ShardError> {
        let of = |part: &Part| values[part.clone()].iter().copied().map(f64::from).collect::<Vec<f64>>();
        let losses = packed.weighted.as_ref().map_or_else(|| vec![0.0; self.scopes.len()], of);
        let mut reports: Vec<SampleReport> =
            losses.into_iter().map(|loss| SampleReport { loss, ..SampleReport::default() }).collect();
        if let Some(features) = &self.features {
            let read = packed.cosines.as_ref().map(|part| self.similarities(&of(part))).transpose()?;
            let similarities = read.as_ref().unwrap_or(&features.similarities);
            let found = features.losses.reports(similarities, packed.features.iter().map(of));
            for (report, found) in reports.iter_mut().zip(found) {
                report.features = found;
            }
        }
        for (constraint, part) in self.constraints.iter().zip(&packed.constraints) {
            let found: Option<Vec<ConstraintReport>> =
                constraint.as_ref().zip(part.as_ref()).map(|(constraint, part)| {
                    let pairs = constraint.weights.iter().zip(of(part));
                    pairs.map(|(&weight, loss)| ConstraintReport { weight, loss: loss * weight }).collect()
                });
            for (i, report) in reports.iter_mut().enumerate() {
                report.constraints.push(found.as_ref().map(|found| found[i]));
            }
        }
        Ok(reports)
    }

    fn similarities(&self, cosines: &[f64]) -> Result<Vec<Vec<f64>>, ShardError> {
        similarities_of(self.target, self.prepared, cosines, self.scopes)
    }
}

/// Adds up the losses of features and constraints per sample and multiplies them by the target's weights.
fn weighted(
    features: Option<&BatchFeatures>,
    constraints: &[Option<ConstraintLosses>],
    weights: &[f64],
) -> Option<Tensor> {
    let mut sum = features.and_then(|features| features.losses.total.as_ref().map(Tensor::shallow_clone));
    let constraints: Vec<&ConstraintLosses> = constraints.iter().flatten().collect();
    let device = sum.as_ref().or(constraints.first().map(|constraint| &constraint.losses))?.device();
    let rows = constraints.iter().map(|constraint| constraint.weights.clone()).chain([weights.to_vec()]);
    let mut sent = send_rows(&rows.collect::<Vec<Vec<f64>>>(), device);
    let weights = sent.pop()?;
    for (ConstraintLosses { losses, .. }, weights) in constraints.into_iter().zip(&sent) {
        let weighted = losses * weights;
        sum = Some(match sum {
            Some(sum) => sum + weighted,
            None => weighted,
        });
    }
    sum.map(|sum| {
        // 0 · NaN is NaN: a target without weight asks for nothing.
        (&sum * &weights).where_scalarother(&weights.ne(0.0), 0.0)
    })
}

/// Reads the similarities of a batch. Waits for the device, which has nothing to do meanwhile if no other shard is under way.
fn read_similarities(
    target: &Target,
    prepared: &PreparedTarget,
    cosines: &Tensor,
    scopes: &[Scope],
) -> Result<Vec<Vec<f64>>, ShardError> {
    similarities_of(target, prepared, &read_back::<f64>(cosines)?, scopes)
}

/// The similarities by sample, from the cosines of all samples with all features.
fn similarities_of(
    target: &Target,
    prepared: &PreparedTarget,
    cosines: &[f64],
    scopes: &[Scope],
) -> Result<Vec<Vec<f64>>, ShardError> {
    let rows = cosines.chunks(target.features.len().max(1)).zip(scopes);
    let of_sample =
        |(cosines, scope)| similarities(target, prepared, cosines, scope).map_err(experiment_error);
    rows.map(of_sample).collect()
}

fn evaluate_all(
    value: &clipig_experiment::expression::Float,
    scopes: &[Scope],
) -> Result<Vec<f64>, ShardError> {
    scopes.iter().map(|scope| value.evaluate(scope).map_err(experiment_error)).collect()
}

impl From<MaskError> for ShardError {
    fn from(error: MaskError) -> Self {
        experiment_error(error)
    }
}

impl From<ReadBackError> for ShardError {
    fn from(error: ReadBackError) -> Self {
        failure(error.to_string())
    }
}

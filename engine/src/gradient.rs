//! One shard: samples become windows, windows become losses, losses become a gradient on the canvas.

use std::sync::Arc;

use clipig_core::{
    CanvasView, ConstraintReport, FeatureReport, GradientSum, Prepared, PreparedTarget, ProgressCounter,
    Rendering, SampleReport, ShardCompute, ShardError, ShardResult, ShardTask,
};
use clipig_experiment::{Experiment, Mask, Scope, Target};
use clipig_geometry::{Chain, DrawError, Size};
use clipig_telemetry::below_current;
use tch::{Device, Kind, Tensor};

use crate::clip::Clip;
use crate::constraint::{self, Constrained};
use crate::device;
use crate::likeness::Likeness;
use crate::loss::{Choice, FeatureLosses};
use crate::mask::{MaskError, Masks};
use crate::read_back::{ReadBackError, read_back, read_rows, send};
use crate::resample;
use crate::transform::{BatchMemory, Rendered, Source, TransformError, Values, render};

/// Computes shards of one job. Engines share the model and nothing else.
pub struct GradientEngine {
    clip: Arc<Clip>,
    experiment: Arc<Experiment>,
    prepared: Arc<Prepared>,
    masks: Arc<Masks>,
    threads: usize,
    progress: ProgressCounter,
    memory: BatchMemory,
}

impl GradientEngine {
    /// An engine for one job. `threads` is the number of threads within one tensor operation.
    pub fn new(
        clip: Arc<Clip>,
        experiment: Arc<Experiment>,
        prepared: Arc<Prepared>,
        threads: usize,
    ) -> Self {
        let memory = memory(Rendering::Auto, clip.device());
        let (masks, progress) = (Arc::default(), ProgressCounter::default());
        Self { clip, experiment, prepared, masks, threads, progress, memory }
    }

    /// The same engine, which also counts its progress within a shard.
    #[must_use]
    pub fn with_progress(self, progress: ProgressCounter) -> Self {
        Self { progress, ..self }
    }

    /// The same engine, which renders windows somewhere else.
    #[must_use]
    pub fn with_rendering(self, rendering: Rendering) -> Self {
        Self { memory: memory(rendering, self.clip.device()), ..self }
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
        let scopes: Vec<Scope> =
            task.shard.samples.clone().map(|sample| task.scope.with_sample(u64::from(sample))).collect();
        let size = Size { width: task.canvas.width() as i64, height: task.canvas.height() as i64 };
        let drawing = below_current("draw");
        let chains = chains(target, &scopes, size)?;
        drop(drawing);
        let rendered = self.windows(&chains, task)?;
        self.progress.advance();
        let masks = Arc::clone(&self.masks);
        let windows =
            Windows { values: &rendered.windows, chains: &chains, masks: &masks, scope: &task.scope };
        let forward = below_current("forward");
        let losses = Losses::of(&self.clip, target, prepared, &windows, &scopes)?;
        drop(forward);
        self.progress.advance();
        let mut gradient = GradientSum::new(task.canvas.width(), task.canvas.height());
        if let Some(total) = &losses.total {
            let _backward = below_current("backward");
            rendered.back_propagate(total, &mut gradient, &mut self.memory)?;
        }
        if let Some(mask) = &target.mask {
            let mask = masks.draw(mask, &task.scope, size)?;
            gradient.weigh(|x, y| mask.at(x, y));
        }
        if !gradient.is_finite() {
            return Err(ShardError::NotFinite(target.name.clone()));
        }
        Ok(ShardResult { gradient, samples: losses.reports() })
    }

    /// The windows `[n, 3, S, S]` that CLIP sees, in [0, 1].
    fn windows(&mut self, chains: &[Chain], task: &ShardTask) -> Result<Rendered, ShardError> {
        let canvas = &task.canvas;
        let size = Size { width: canvas.width() as i64, height: canvas.height() as i64 };
        let values = match canvas {
            CanvasView::Whole(canvas) => Values::Whole(canvas),
            CanvasView::Tiles(tiles) => Values::Tiles(tiles),
        };
        let source = Source { values, size, clamp: true, device: self.clip.device() };
        let _rendering = below_current("render");
        let window = Size { width: self.clip.window(), height: self.clip.window() };
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
        Ok(Some(weights.to_device(self.values.device())))
    }
}

impl ShardCompute for GradientEngine {
    fn compute(&mut self, task: &ShardTask) -> Result<ShardResult, ShardError> {
        // The calling thread may have computed another job's shard before.
        device::set_threads(self.threads);
        // libtorch reports failures by panicking in tch's wrappers; they end here.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.compute_samples(task)));
        result.unwrap_or_else(|panic| Err(panic_error(panic.as_ref())))
    }
}

fn memory(rendering: Rendering, device: Device) -> BatchMemory {
    if device::renders(rendering, device) { BatchMemory::on_device() } else { BatchMemory::default() }
}

/// Translates a panic of tch's wrappers.
pub(crate) fn panic_error(panic: &(dyn std::any::Any + Send)) -> ShardError {
    failure(panic_message(panic))
}

/// Translates a message of libtorch.
fn failure(message: String) -> ShardError {
    let lower = message.to_lowercase();
    // libtorch's allocators have no error type of their own; these are their words on GPU and CPU.
    if lower.contains("out of memory") || lower.contains("can't allocate memory") {
        ShardError::OutOfMemory(message)
    } else {
        ShardError::Device(message)
    }
}

/// The first line of a panic's message. libtorch appends a stack trace, which is left out.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown failure");
    text.lines().next().unwrap_or_default().to_owned()
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

/// The losses of a batch of windows.
struct Losses {
    /// The sum over all samples. `None` if every sample's loss is exactly 0: then there is no gradient either.
    total: Option<Tensor>,
    /// By sample and feature.
    features: Option<Vec<Vec<FeatureReport>>>,
    /// By constraint and sample; `None` where a constraint is not active.
    constraints: Vec<Option<Vec<ConstraintReport>>>,
    samples: Vec<f64>,
}

struct ConstraintLosses {
    weights: Vec<f64>,
    /// `[n]`, before weighting.
    losses: Tensor,
}

impl Losses {
    fn of(
        clip: &Clip,
        target: &Target,
        prepared: &PreparedTarget,
        windows: &Windows<'_>,
        scopes: &[Scope],
    ) -> Result<Self, ShardError> {
        let (choices, features) = if target.features.is_empty() {
            (Vec::new(), None)
        } else {
            let likeness = Likeness::of(clip, target, prepared, windows.values)?;
            let choices = choose(target, prepared, &likeness, scopes)?;
            let losses = FeatureLosses::of(target, &likeness, &choices);
            (choices, Some(losses))
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
        Self::sum(features, constraints, &weights)
    }

    /// Adds up the losses of features and constraints per sample and multiplies them by the target's weight.
    fn sum(
        features: Option<FeatureLosses>,
        constraints: Vec<Option<ConstraintLosses>>,
        weights: &[f64],
    ) -> Result<Self, ShardError> {
        let mut sum =
            features.as_ref().and_then(|features| features.total.as_ref().map(Tensor::shallow_clone));
        for ConstraintLosses { weights, losses } in constraints.iter().flatten() {
            let weighted = losses * vector(weights, losses);
            sum = Some(match sum {
                Some(sum) => sum + weighted,
                None => weighted,
            });
        }
        let weighted = sum.map(|sum| {
            let weights = vector(weights, &sum);
            // 0 · NaN is NaN: a target without weight asks for nothing.
            (&sum * &weights).where_scalarother(&weights.ne(0.0), 0.0)
        });
        let mut wanted: Vec<&Tensor> = weighted.iter().collect();
        wanted.extend(features.iter().flat_map(FeatureLosses::losses));
        wanted.extend(constraints.iter().flatten().map(|constraint| &constraint.losses));
        let mut values = read_rows(&wanted)?.into_iter();
        let samples = if weighted.is_some() { values.next() } else { None };
        let samples = samples.unwrap_or_else(|| vec![0.0; weights.len()]);
        let features = features.map(|features| {
            let count = features.losses().count();
            features.reports(values.by_ref().take(count))
        });
        let report = |(&weight, loss): (&f64, f64)| ConstraintReport { weight, loss: loss * weight };
        let mut reports = |constraint: ConstraintLosses| -> Vec<ConstraintReport> {
            let losses = values.next().expect("a row for each constraint");
            constraint.weights.iter().zip(losses).map(report).collect()
        };
        let constraints = constraints.into_iter().map(|losses| losses.map(&mut reports)).collect();
        let total = weighted
            .filter(|_| samples.iter().any(|&loss| loss != 0.0))
            .map(|losses| losses.sum(None::<Kind>));
        Ok(Self { total, features, constraints, samples })
    }

    fn reports(self) -> Vec<SampleReport> {
        let mut reports: Vec<SampleReport> =
            self.samples.iter().map(|&loss| SampleReport { loss, ..SampleReport::default() }).collect();
        for (report, features) in reports.iter_mut().zip(self.features.into_iter().flatten()) {
            report.features = features;
        }
        for constraint in self.constraints {
            for (i, report) in reports.iter_mut().enumerate() {
                report.constraints.push(constraint.as_ref().map(|constraint| constraint[i]));
            }
        }
        reports
    }
}

/// Decides everything that depends on similarities. They are read back here, once per shard, because each read-back
/// waits for the device.
fn choose(
    target: &Target,
    prepared: &PreparedTarget,
    likeness: &Likeness,
    scopes: &[Scope],
) -> Result<Vec<Choice>, ShardError> {
    let cosines = read(&likeness.cosines())?;
    let rows = cosines.chunks(target.features.len());
    let choice = |(cosines, scope)| Choice::of(target, prepared, cosines, scope).map_err(experiment_error);
    rows.zip(scopes).map(choice).collect()
}

fn evaluate_all(
    value: &clipig_experiment::expression::Float,
    scopes: &[Scope],
) -> Result<Vec<f64>, ShardError> {
    scopes.iter().map(|scope| value.evaluate(scope).map_err(experiment_error)).collect()
}

fn vector(values: &[f64], like: &Tensor) -> Tensor {
    send(&Tensor::from_slice(values).to_kind(Kind::Float), like.device())
}

fn read(values: &Tensor) -> Result<Vec<f64>, ShardError> {
    Ok(read_back(values)?)
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

//! One job, epoch by epoch, in the order that ARCHITECTURE.md fixes.
//!
//! An epoch begins ([`EpochLoop::begin_epoch`]), takes the gradients of its nodes in whatever order they arrive
//! ([`EpochUnderWay::accept`]), and is finished ([`EpochLoop::finish_epoch`]). This file does not know who computes the
//! nodes or how often a lease was lost, so neither can change the picture.

mod error;

use std::sync::Arc;
use std::time::{Duration, Instant};

use clipig_core::{
    Canvas, CanvasOwner, CanvasState, Epoch, EpochContext, EpochPlan, EpochValues, GradientSum, Node,
    SampleReport, ShardModels, ShardTiles, TargetIndex,
};
use clipig_experiment::limits;
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Scope, Target};
use clipig_schedule::{JobStatistics, MergeTree, plan, samples_at, shard_models};

use crate::shard_tiles::shard_tiles;

pub use self::error::{AcceptError, CanvasTooLarge, JobError, JobErrorCause};

/// What a job is made of, besides its canvas.
#[derive(Clone, Debug)]
pub struct JobSpec {
    /// The experiment.
    pub experiment: Arc<Experiment>,
    /// Seed of all random numbers.
    pub seed: u64,
    /// The greatest number of samples in a shard; part of what decides the bits.
    pub shard_size: u32,
}

/// What happened in one epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochReport {
    /// The epoch.
    pub epoch: Epoch,
    /// The sum of all samples' losses.
    pub loss: f64,
    /// Whether there was a step. There is none where the loss is 0.
    pub stepped: bool,
    /// Base rate · `learnrate_scale` · `learnrate`.
    pub learnrate: f64,
    /// `learnrate_scale` alone.
    pub learnrate_scale: f64,
    /// Width and height of the canvas.
    pub resolution: [u32; 2],
    /// Samples computed.
    pub samples: usize,
    /// Time of adding gradients up, in seconds.
    pub merge_seconds: f64,
    /// Time of the optimiser step, in seconds.
    pub step_seconds: f64,
    /// The reports of each shard's samples, in the order of the plan.
    pub shards: Vec<(TargetIndex, Vec<SampleReport>)>,
}

/// Runs one job.
pub struct EpochLoop {
    spec: JobSpec,
    canvas: Box<dyn CanvasOwner>,
    statistics: JobStatistics,
    next: u32,
    /// The most pixels that the canvas may have in any epoch.
    most_pixels: u64,
    /// The most samples that any epoch may have.
    most_samples: u64,
}

/// Everything that a job needs to go on elsewhere, between two epochs.
#[derive(Clone, Debug, PartialEq)]
pub struct JobProgress {
    /// The next epoch.
    pub next: Epoch,
    /// Losses, similarities and counts so far.
    pub statistics: JobStatistics,
    /// Canvas and optimiser.
    pub canvas: CanvasState,
}

/// An epoch whose gradients are being computed.
pub struct EpochUnderWay {
    plan: EpochPlan,
    values: EpochValues,
    canvas: Canvas,
    tree: MergeTree,
    /// Features and constraints of each target.
    shapes: Vec<[usize; 2]>,
    /// One entry per shard, filled as nodes are accepted.
    reports: Vec<Option<Vec<SampleReport>>>,
    merging: Duration,
}

impl EpochUnderWay {
    /// The epoch.
    pub fn epoch(&self) -> Epoch {
        self.plan.epoch
    }

    /// All shards.
    pub fn plan(&self) -> &EpochPlan {
        &self.plan
    }

    /// The variables that workers need.
    pub fn values(&self) -> EpochValues {
        self.values
    }

    /// The canvas as the workers see it.
    pub fn canvas(&self) -> &Canvas {
        &self.canvas
    }

    /// Takes the sum of a node and the reports of its shards.
    ///
    /// # Errors
    /// When it does not fit the plan or was taken before; nothing changes then.
    pub fn accept(
        &mut self,
        node: Node,
        gradient: GradientSum,
        reports: Vec<Vec<SampleReport>>,
    ) -> Result<(), AcceptError> {
        let expected = [self.canvas.width(), self.canvas.height()];
        let found = [gradient.width(), gradient.height()];
        if expected != found {
            return Err(AcceptError::Size { expected, found });
        }
        let shards = node.shards(self.plan.shards.len() as u32);
        let slots = shards.start as usize..shards.end as usize;
        let planned = &self.plan.shards[slots.clone()];
        let fits = planned.len() == reports.len()
            && planned.iter().zip(&reports).all(|(shard, reports)| shard.samples.len() == reports.len());
        if !fits {
            let expected = planned.iter().map(|shard| shard.samples.len()).sum();
            let found = reports.iter().map(Vec::len).sum();
            return Err(AcceptError::Reports { node, expected, found });
        }
        let too_many = planned.iter().zip(&reports).any(|(shard, reports)| {
            let [features, constraints] = self.shapes[shard.target.0 as usize];
            reports
                .iter()
                .any(|report| report.features.len() > features || report.constraints.len() > constraints)
        });
        if too_many {
            return Err(AcceptError::Shape(node));
        }
        if !reports.iter().flatten().all(is_finite) {
            return Err(AcceptError::NotFinite(node));
        }
        let start = Instant::now();
        self.tree.insert_node(node, gradient)?;
        self.merging += start.elapsed();
        for (slot, reports) in self.reports[slots].iter_mut().zip(reports) {
            *slot = Some(reports);
        }
        Ok(())
    }

    /// Are all shards merged?
    pub fn is_complete(&self) -> bool {
        self.tree.is_complete()
    }
}

impl EpochLoop {
    /// A job that has not begun. `canvas` holds the first canvas, see [`first_resolution`].
    pub fn new(spec: JobSpec, canvas: Box<dyn CanvasOwner>) -> Self {
        let statistics = JobStatistics::new(&spec.experiment);
        let next = spec.experiment.start_epoch;
        Self { next, statistics, spec, canvas, most_pixels: u64::MAX, most_samples: u64::MAX }
    }

    /// A job that goes on where it stopped. `canvas` was restored from its progress.
    pub fn resume(
        spec: JobSpec,
        canvas: Box<dyn CanvasOwner>,
        next: Epoch,
        statistics: JobStatistics,
    ) -> Self {
        let statistics = statistics.fitted_to(&spec.experiment);
        Self { next: next.0, statistics, spec, canvas, most_pixels: u64::MAX, most_samples: u64::MAX }
    }

    /// The same job with a bound on its canvas: an epoch that asks for more pixels fails before memory is taken.
    #[must_use]
    pub fn with_most_pixels(self, most_pixels: u64) -> Self {
        Self { most_pixels, ..self }
    }

    /// The same job with a bound on its samples: an epoch that asks for more fails before anything is computed.
    #[must_use]
    pub fn with_most_samples(self, most_samples: u64) -> Self {
        Self { most_samples, ..self }
    }

    /// The epoch after the last finished one, whether it will be computed or not.
    pub fn position(&self) -> Epoch {
        Epoch(self.next)
    }

    /// The next epoch; `None` when all are done.
    pub fn next_epoch(&self) -> Option<Epoch> {
        (self.next < self.spec.experiment.epochs).then_some(Epoch(self.next))
    }

    /// The experiment.
    pub fn experiment(&self) -> &Arc<Experiment> {
        &self.spec.experiment
    }

    /// Losses, similarities and counts so far.
    pub fn statistics(&self) -> &JobStatistics {
        &self.statistics
    }

    /// The canvas now.
    pub fn canvas(&self) -> Canvas {
        self.canvas.canvas()
    }

    /// What a checkpoint keeps. Call it between two epochs only: after [`begin_epoch`](Self::begin_epoch) the canvas has
    /// been post-processed and not stepped yet.
    pub fn progress(&self) -> JobProgress {
        JobProgress {
            next: Epoch(self.next),
            statistics: self.statistics.clone(),
            canvas: self.canvas.state(),
        }
    }

    /// A scope of the last finished epoch, for tables that show evaluated weights.
    pub fn last_scope(&self) -> Scope {
        let [width, height] = self.canvas.size();
        Scope::new(Key::root(self.spec.seed), self.next.saturating_sub(1), self.spec.experiment.epochs)
            .with_resolution(width, height)
            .with_learnrate(0.0, 0.0)
            .with_similarity(0.0)
    }

    /// Begins the next epoch: context, resolution, learn rate, post-processing, plan. `None` when all are done.
    ///
    /// This changes the canvas. After an epoch that was begun and not finished, go on from the last checkpoint.
    ///
    /// # Errors
    /// When something fails; the job cannot go on then.
    pub fn begin_epoch(&mut self) -> Result<Option<EpochUnderWay>, JobError> {
        let Some(epoch) = self.next_epoch() else { return Ok(None) };
        self.try_begin(epoch).map(Some).map_err(|cause| JobError { epoch, cause })
    }

    fn try_begin(&mut self, epoch: Epoch) -> Result<EpochUnderWay, JobErrorCause> {
        let experiment = Arc::clone(&self.spec.experiment);
        // 1. context
        let scope = Scope::new(Key::root(self.spec.seed), epoch.0, experiment.epochs);
        // 2. resolution
        let resolution @ [width, height] = resolution_at(&experiment, &scope)?;
        CanvasTooLarge::check(resolution, self.most_pixels)?;
        let scope = scope.with_resolution(width, height);
        self.canvas.resize(&EpochContext { scope: scope.clone(), resolution })?;
        // 3. learn rate
        let learnrate_scale = experiment.learnrate_scale.evaluate(&scope)?;
        let learnrate = self.canvas.base_rate() * learnrate_scale * experiment.learnrate.evaluate(&scope)?;
        let values = EpochValues { resolution, learnrate, learnrate_scale };
        let scope = values.scope(&experiment, self.spec.seed, epoch);
        // 4. post-processing
        self.canvas.post_process(&scope)?;
        // The wire refuses a canvas that is not finite, so workers would wait for it for ever.
        if !self.canvas.is_finite() {
            return Err(JobErrorCause::CanvasNotFinite);
        }
        // 5. plan
        let samples = samples_at(&experiment, &scope)?;
        if samples > self.most_samples {
            return Err(JobErrorCause::TooManySamples { samples, most: self.most_samples });
        }
        let plan = plan(&experiment, &scope, self.spec.shard_size);
        // 6. shards → gradients: others compute them. 7. merge: as they arrive.
        let tree = MergeTree::new(plan.shards.len() as u32);
        let reports = vec![None; plan.shards.len()];
        let shape = |target: &Target| [target.features.len(), target.constraints.len()];
        let shapes = experiment.targets.iter().map(shape).collect();
        let canvas = self.canvas.canvas();
        Ok(EpochUnderWay { plan, values, canvas, tree, shapes, reports, merging: Duration::ZERO })
    }

    /// The tiles of the canvas that each shard of an epoch under way needs.
    pub fn shard_tiles(&self, epoch: &EpochUnderWay) -> ShardTiles {
        let experiment = &self.spec.experiment;
        let scope = epoch.values.scope(experiment, self.spec.seed, epoch.plan.epoch);
        shard_tiles(experiment, &scope, &epoch.plan, [epoch.canvas.width(), epoch.canvas.height()])
    }

    /// The models that the shards of an epoch under way are computed with.
    pub fn shard_models(&self, epoch: &EpochUnderWay) -> ShardModels {
        shard_models(&self.spec.experiment, &epoch.plan)
    }

    /// Finishes an epoch whose shards are all merged: step and report.
    ///
    /// # Errors
    /// When shards are missing or the step fails; the job cannot go on then.
    pub fn finish_epoch(&mut self, epoch: EpochUnderWay) -> Result<EpochReport, JobError> {
        let number = epoch.epoch();
        self.try_finish(epoch).map_err(|cause| JobError { epoch: number, cause })
    }

    fn try_finish(&mut self, epoch: EpochUnderWay) -> Result<EpochReport, JobErrorCause> {
        let missing = epoch.reports.iter().filter(|report| report.is_none()).count();
        if missing > 0 {
            return Err(JobErrorCause::Incomplete(missing));
        }
        let samples: Vec<Vec<SampleReport>> = epoch.reports.into_iter().flatten().collect();
        // 8. step
        let loss: f64 = samples.iter().flatten().map(|sample| sample.loss).sum();
        let gradient = epoch.tree.into_sum().filter(|_| loss != 0.0);
        // The step changes pixels in place when nobody looks at them any more.
        drop(epoch.canvas);
        let start = Instant::now();
        if let Some(gradient) = &gradient {
            self.canvas.step(gradient, epoch.values.learnrate)?;
            // Checked now and not at the next epoch, so that no checkpoint and no picture holds such a canvas.
            if !self.canvas.is_finite() {
                return Err(JobErrorCause::StepNotFinite { learnrate: epoch.values.learnrate });
            }
        }
        let step_seconds = start.elapsed().as_secs_f64();
        // 9. report
        for (shard, samples) in epoch.plan.shards.iter().zip(&samples) {
            for sample in samples {
                self.statistics.add(shard.target, sample);
            }
        }
        if gradient.is_some() {
            self.statistics.loss.push(loss, true);
        }
        self.next += 1;
        Ok(EpochReport {
            epoch: epoch.plan.epoch,
            loss,
            stepped: gradient.is_some(),
            learnrate: epoch.values.learnrate,
            learnrate_scale: epoch.values.learnrate_scale,
            resolution: epoch.values.resolution,
            samples: samples.iter().map(Vec::len).sum(),
            merge_seconds: epoch.merging.as_secs_f64(),
            step_seconds,
            shards: epoch.plan.shards.iter().map(|shard| shard.target).zip(samples).collect(),
        })
    }
}

/// The resolution of an experiment's first epoch.
///
/// # Errors
/// When its expression fails or gives something impossible.
pub fn first_resolution(experiment: &Experiment, seed: u64) -> Result<[u32; 2], JobError> {
    let scope = Scope::new(Key::root(seed), experiment.start_epoch, experiment.epochs);
    resolution_at(experiment, &scope)
        .map_err(|cause| JobError { epoch: Epoch(experiment.start_epoch), cause })
}

/// Whether all numbers of a report are finite.
fn is_finite(report: &SampleReport) -> bool {
    let features = report.features.iter().flat_map(|f| [f.similarity, f.weight, f.loss.unwrap_or(0.0)]);
    let constraints = report.constraints.iter().flatten().flat_map(|c| [c.weight, c.loss]);
    report.loss.is_finite() && features.chain(constraints).all(f64::is_finite)
}

/// The resolution of the epoch of a scope.
///
/// # Errors
/// When its expression fails or gives something impossible.
pub(crate) fn resolution_at(experiment: &Experiment, scope: &Scope) -> Result<[u32; 2], JobErrorCause> {
    let width = experiment.resolution[0].evaluate(scope)?;
    let height = experiment.resolution[1].evaluate(scope)?;
    Ok(limits::resolution(width, height)?)
}

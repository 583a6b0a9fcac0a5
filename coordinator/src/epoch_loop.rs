//! One job, epoch by epoch, in the order that DESIGN.md fixes.

use std::sync::Arc;

use clipig_experiment::limits::{self, ResolutionError};
use clipig_experiment::random::Key;
use clipig_experiment::{EvaluationError, Experiment, Scope};
use clipig_schedule::{
    Canvas, CanvasOwner, Dispatch, Epoch, EpochContext, EpochPlan, JobStatistics, MergeError, MergeTree,
    SampleReport, ShardError, ShardTask, StepError, plan,
};

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

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
#[error("epoch {epoch}: {cause}")]
pub struct JobError {
    /// The epoch in which it happened.
    pub epoch: Epoch,
    /// What happened.
    pub cause: JobErrorCause,
}

/// What made a job fail.
#[derive(Debug, thiserror::Error)]
pub enum JobErrorCause {
    /// An expression failed.
    #[error(transparent)]
    Expression(#[from] EvaluationError),
    /// The resolution is impossible.
    #[error("`resolution`: {0}")]
    Resolution(#[from] ResolutionError),
    /// A shard failed.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// The canvas failed.
    #[error(transparent)]
    Step(#[from] StepError),
    /// A result did not fit the plan: a fault of the farm.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// Not all shards were computed: whoever computes went away.
    #[error("{0} shards were not computed")]
    Incomplete(usize),
}

/// What happened in one epoch.
#[derive(Clone, Debug)]
pub struct EpochReport {
    /// The epoch.
    pub epoch: Epoch,
    /// The sum of all samples' losses.
    pub loss: f64,
    /// Was there a step? There is none without a loss.
    pub stepped: bool,
    /// Base rate · `learnrate_scale` · `learnrate`.
    pub learnrate: f64,
    /// `learnrate_scale` alone.
    pub learnrate_scale: f64,
    /// Width and height of the canvas.
    pub resolution: [u32; 2],
    /// Samples computed.
    pub samples: usize,
}

/// Runs one job.
pub struct EpochLoop<C> {
    spec: JobSpec,
    canvas: C,
    statistics: JobStatistics,
    next: u32,
}

impl<C: CanvasOwner> EpochLoop<C> {
    /// A job that has not begun. `canvas` holds the first canvas, see [`first_resolution`].
    pub fn new(spec: JobSpec, canvas: C) -> Self {
        let statistics = JobStatistics::new(&spec.experiment);
        Self { next: spec.experiment.start_epoch, statistics, spec, canvas }
    }

    /// The next epoch; `None` when all are done.
    pub fn next_epoch(&self) -> Option<Epoch> {
        (self.next < self.spec.experiment.epochs).then_some(Epoch(self.next))
    }

    /// Losses, similarities and counts so far.
    pub fn statistics(&self) -> &JobStatistics {
        &self.statistics
    }

    /// The canvas now.
    pub fn canvas(&self) -> Canvas {
        self.canvas.canvas()
    }

    /// Runs one epoch. `seen` is called with the canvas as the workers see it, before the step.
    ///
    /// # Errors
    /// When something fails; the job cannot go on then.
    pub fn run_epoch(
        &mut self,
        workers: &mut dyn Dispatch,
        seen: &mut dyn FnMut(&Canvas),
    ) -> Result<Option<EpochReport>, JobError> {
        let Some(epoch) = self.next_epoch() else { return Ok(None) };
        let report = self.try_epoch(epoch, workers, seen).map_err(|cause| JobError { epoch, cause })?;
        self.next += 1;
        Ok(Some(report))
    }

    fn try_epoch(
        &mut self,
        epoch: Epoch,
        workers: &mut dyn Dispatch,
        seen: &mut dyn FnMut(&Canvas),
    ) -> Result<EpochReport, JobErrorCause> {
        let experiment = Arc::clone(&self.spec.experiment);
        // 1. context
        let scope = Scope::new(Key::root(self.spec.seed), epoch.0, experiment.epochs);
        // 2. resolution
        let resolution @ [width, height] = resolution(&experiment, &scope)?;
        let scope = scope.with_resolution(width, height);
        self.canvas.resize(&EpochContext { scope: scope.clone(), resolution })?;
        // 3. learn rate
        let learnrate_scale = experiment.learnrate_scale.evaluate(&scope)?;
        let learnrate = self.canvas.base_rate() * learnrate_scale * experiment.learnrate.evaluate(&scope)?;
        let scope = scope.with_learnrate(learnrate, learnrate_scale);
        // 4. post-processing
        self.canvas.post_process(&scope)?;
        // 5. plan
        let plan = plan(&experiment, &scope, self.spec.shard_size);
        // 6. shards → patches, 7. merge
        let canvas = self.canvas.canvas();
        seen(&canvas);
        let (merged, samples) = compute(&plan, &scope, &canvas, workers)?;
        // 8. step
        let loss: f64 = samples.iter().flatten().map(|sample| sample.loss).sum();
        let gradient = merged.into_sum().filter(|_| loss != 0.0);
        if let Some(gradient) = &gradient {
            self.canvas.step(gradient, learnrate)?;
        }
        // 9. report
        for (shard, samples) in plan.shards.iter().zip(&samples) {
            for sample in samples {
                self.statistics.add(shard.target, sample);
            }
        }
        if gradient.is_some() {
            self.statistics.loss.push(loss, true);
        }
        Ok(EpochReport {
            epoch,
            loss,
            stepped: gradient.is_some(),
            learnrate,
            learnrate_scale,
            resolution,
            samples: samples.iter().map(Vec::len).sum(),
        })
    }
}

/// Computes all shards of a plan and merges them; the reports are in the order of the plan.
fn compute(
    plan: &EpochPlan,
    scope: &Scope,
    canvas: &Canvas,
    workers: &mut dyn Dispatch,
) -> Result<(MergeTree, Vec<Vec<SampleReport>>), JobErrorCause> {
    let tasks = plan.shards.iter().map(|shard| ShardTask {
        shard: shard.clone(),
        scope: scope.clone(),
        canvas: canvas.clone(),
    });
    let mut tree = MergeTree::new(plan.shards.len() as u32);
    let mut reports: Vec<Option<Vec<SampleReport>>> = vec![None; plan.shards.len()];
    let mut failure: Option<JobErrorCause> = None;
    workers.dispatch(tasks.collect(), &mut |shard, result| {
        let merged = result.map_err(JobErrorCause::from).and_then(|result| {
            tree.insert(shard, result.gradient)?;
            reports[shard.0 as usize] = Some(result.samples);
            Ok(())
        });
        failure = merged.err();
        failure.is_none()
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    let missing = reports.iter().filter(|report| report.is_none()).count();
    if missing > 0 {
        return Err(JobErrorCause::Incomplete(missing));
    }
    Ok((tree, reports.into_iter().flatten().collect()))
}

/// The resolution of an experiment's first epoch.
///
/// # Errors
/// When its expression fails or gives something impossible.
pub fn first_resolution(experiment: &Experiment, seed: u64) -> Result<[u32; 2], JobError> {
    let scope = Scope::new(Key::root(seed), experiment.start_epoch, experiment.epochs);
    resolution(experiment, &scope).map_err(|cause| JobError { epoch: Epoch(experiment.start_epoch), cause })
}

fn resolution(experiment: &Experiment, scope: &Scope) -> Result<[u32; 2], JobErrorCause> {
    let width = experiment.resolution[0].evaluate(scope)?;
    let height = experiment.resolution[1].evaluate(scope)?;
    Ok(limits::resolution(width, height)?)
}

//! `clipig render`: an experiment becomes a picture, on a farm of one in this process.

pub(crate) mod easel;

use std::sync::Arc;
use std::time::{Duration, Instant};

use clipig_coordinator::job_runner::{
    self, Ending, JobOrder, Observer, Revision, RunCommand, RunError, TraceTerms, inbox,
};
use clipig_coordinator::snapshot::SnapshotClock;
use clipig_coordinator::{EpochLoop, EpochReport, JobErrorCause, first_resolution};
use clipig_core::{
    Assets, Canvas, Epoch, JobBrief, JobId, JobRevision, NumberType, Preparation, ShardError, StepError,
    WindowCost, WorkerKind,
};
use clipig_engine::{CanvasEngines, DeviceFactory, device, gpu};
use clipig_experiment::{Experiment, Loaded, Tree, load};
use clipig_picture::{Record, Run};
use clipig_schedule::dispatcher::JobFailure;
use clipig_schedule::{CPU_SHARD, GPU_SHARDS, gpu_shard, threads_per_shard};
use tch::Device;

use crate::farm_of_one::FarmOfOne;
use crate::picture_file::PictureFile;
use clipig_client::arguments::{ComputeArguments, Precision, RenderArguments};
use clipig_client::exit::ExitCode;
use clipig_client::experiment_files::{self, Sources};
use clipig_client::failure::Failure;
use clipig_client::image_files;
use clipig_client::interrupt;
use clipig_client::model::Model;
use clipig_client::output;
use clipig_client::picture::{self, beside};
use clipig_client::terminal::progress::Progress;
use clipig_client::terminal::{self, table};

/// The number of the only job.
const JOB: JobId = JobId(1);

pub(crate) fn run(arguments: &RenderArguments) -> Result<ExitCode, Failure> {
    let overrides = arguments.overrides();
    let Sources { yaml, record } =
        experiment_files::read(&arguments.experiment.files, overrides.text.as_deref())?;
    let loaded = load(&yaml, &overrides)?;
    let talkative = loaded.experiment.verbose >= 1;
    let say = move |message: String| {
        if talkative {
            output::say(message);
        }
    };
    if !loaded.warnings.is_empty() {
        say(loaded.warnings.render(terminal::colours_on_stderr()).trim_end().to_owned());
    }
    if let Some(warning) = loaded.experiment.nothing_to_do() {
        say(format!("warning: {warning}"));
    }
    device::load_cuda();
    let device = device::select(&loaded.experiment.device).map_err(Failure::usage)?;
    let models = Model::all_of(&loaded.experiment)?;
    for explanation in models.iter().filter_map(|model| model.explanation.as_ref()) {
        say(explanation.clone());
    }
    let assets = image_files::read(&loaded.experiment, &arguments.experiment.files, record.as_ref(), &say)?;
    let number = number_type(&arguments.compute);
    let factory = Arc::new(DeviceFactory::new(device));
    let setup = Setup {
        compute: &arguments.compute,
        json: arguments.json,
        loaded,
        device,
        kind: factory.kind(),
        number,
        models,
        assets,
        record,
    };
    let farm = FarmOfOne::start(&factory, setup.cores(), &setup.models, &setup.assets)?;
    interrupt::listen(move || say("\nfinishing this epoch; press Ctrl-C again to stop at once".to_owned()));
    for i in 0..arguments.compute.repeat {
        setup.render(&farm, setup.seed(i)?)?;
        if interrupt::asked() {
            return Ok(ExitCode::INTERRUPTED);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn number_type(compute: &ComputeArguments) -> NumberType {
    match compute.precision {
        Precision::Float32 => NumberType::Float32,
        Precision::Bfloat16 => NumberType::Bfloat16,
        Precision::Float16 => NumberType::Float16,
    }
}

/// What all pictures of one command share.
struct Setup<'a> {
    compute: &'a ComputeArguments,
    /// Is a line of JSON printed for each picture?
    json: bool,
    loaded: Loaded,
    device: Device,
    kind: WorkerKind,
    number: NumberType,
    /// At least one.
    models: Vec<Model>,
    assets: Assets,
    /// The record of the picture to repeat, if one was given.
    record: Option<Record>,
}

impl Setup<'_> {
    /// The seed of picture `i`: `i` above the given seed, or a random one.
    fn seed(&self, i: u32) -> Result<u64, Failure> {
        let drawn = || u64::from(getrandom::u32().unwrap_or_else(|_| std::process::id()));
        Ok(self.compute.seed(self.loaded.experiment.seed, i)?.unwrap_or_else(drawn))
    }

    /// Shards that can be computed side by side, on a CPU with one thread each.
    fn cores(&self) -> usize {
        if self.device == Device::Cpu {
            std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
        } else {
            GPU_SHARDS as usize
        }
    }

    /// The shard size and the threads within an operation: both are part of what decides the bits.
    fn concurrency(&self) -> Result<(u32, usize), Failure> {
        let recorded = self.record.as_ref().map(|record| &record.run);
        if let Device::Cuda(index) = self.device {
            // With another device or model the picture comes out differently anyway, and its shards may not fit.
            let kind = self.kind.recorded(self.number, 1);
            let is_same = |run: &&Run| run.kind == kind && self.is_of_these_models(run);
            if let Some(run) = recorded.filter(is_same) {
                return Ok((run.shard_size, 1));
            }
            let memory = gpu::describe(index).map_or(0, |gpu| gpu.memory);
            return Ok((gpu_shard(&self.window_cost()?, memory), 1));
        }
        let shard_size = recorded.map_or(CPU_SHARD, |run| run.shard_size);
        let threads = self
            .compute
            .threads
            .or(recorded.map(|run| run.threads))
            .unwrap_or_else(|| threads_per_shard(&self.loaded.experiment, shard_size, self.cores()));
        Ok((shard_size, threads.max(1)))
    }

    fn is_of_these_models(&self, run: &Run) -> bool {
        let recorded =
            std::iter::once(&run.model_sha256).chain(run.more_models.iter().map(|model| &model.sha256));
        recorded.eq(self.models.iter().map(|model| &model.resolved.sha256))
    }

    /// What a window costs the device.
    fn window_cost(&self) -> Result<WindowCost, Failure> {
        let cost = |model: &Model| Ok::<_, Failure>(model.resolved.info()?.window_cost(self.number));
        let first = cost(&self.models[0])?;
        self.models[1..].iter().try_fold(first, |all, model| Ok(all.beside(cost(model)?)))
    }

    fn render(&self, farm: &FarmOfOne, seed: u64) -> Result<(), Failure> {
        let experiment = Arc::new(self.loaded.experiment.clone());
        let (shard_size, threads) = self.concurrency()?;
        let record = self.new_record(seed, shard_size, threads);
        let epochs = u64::from(experiment.epochs.saturating_sub(experiment.start_epoch));
        let progress = Progress::begin(epochs, experiment.verbose);
        if let Some(repeated) = &self.record {
            for difference in repeated.run.differences(&record.run) {
                progress.say(&format!("note: {difference}; the picture may differ"));
            }
        }
        if experiment.seed.is_none() || self.compute.repeat > 1 {
            progress.say(&format!("seed {seed} (--seed {seed} repeats this picture)"));
        }
        first_resolution(&experiment, seed).map_err(|error| failure(RunError::Job(error)))?;
        let order = self.order(&experiment, seed, shard_size, threads)?;
        let snapshots = SnapshotClock::new(experiment.snapshot_interval);
        let picture = PictureFile::new(&self.loaded.picture);
        let mut observer = RenderObserver { picture, last: None, record, progress, snapshots };
        let start = Instant::now();
        let outcome = run_job(farm, order, &mut observer);
        let RenderObserver { mut picture, last, record, progress, .. } = observer;
        let epochs_done = record.run.epochs_done;
        let (job, outcome) = match outcome {
            // Without any epoch the first canvas is the picture, unless Ctrl-C came first.
            Ok((Ending::Completed, job)) => (Some(job), Ok(())),
            Ok((_, job)) => ((epochs_done > 0).then_some(job), Ok(())),
            Err(error) => (None, Err(failure(error))),
        };
        let lines = job.as_ref().map_or_else(Vec::new, |job| table_lines(&experiment, job));
        progress.end(&lines);
        // If an epoch has failed, the canvas of the epoch before it is the picture.
        let Some(canvas) = job.map(|job| job.canvas()).or(last) else { return outcome };
        let path = picture.finish(&canvas, &record)?;
        let seconds = start.elapsed().as_secs_f64();
        let tree = self.recorded_tree(seed);
        let beside = beside::write_experiment(&path, &record, &tree, Some(seconds), &lines);
        if experiment.verbose >= 1 && outcome.is_ok() {
            let unit = if epochs_done == 1 { "epoch" } else { "epochs" };
            output::say(format!("{epochs_done} {unit} in {seconds:.1} seconds, seed {seed}"));
        }
        let written = beside.as_ref().ok().and_then(Option::as_deref);
        output::print(&beside::line(&path, written, None, &record, self.json))?;
        beside?;
        outcome
    }

    fn order(
        &self,
        experiment: &Arc<Experiment>,
        seed: u64,
        shard_size: u32,
        threads: usize,
    ) -> Result<JobOrder, Failure> {
        let mut models = self.models.iter().map(Model::reference).collect::<Result<Vec<_>, Failure>>()?;
        let hash = |text: &str| text.parse().map_err(|error| Failure::failed(format!("{text}: {error}")));
        let assets = self.assets.iter().map(|(name, bytes)| {
            let sha256 = hash(&picture::sha256(bytes))?;
            Ok((name.to_owned(), sha256))
        });
        let brief = JobBrief {
            revision: JobRevision { job: JOB, revision: 0 },
            yaml: self.recorded_tree(seed).to_yaml(),
            seed,
            model: models.remove(0),
            more_models: models,
            assets: assets.collect::<Result<_, Failure>>()?,
            number: self.number,
            threads: threads as u32,
            shard_size,
            prepared: None,
        };
        let revision = Revision {
            brief: Arc::new(brief),
            experiment: Arc::clone(experiment),
            assets: self.assets.clone(),
            from: Epoch(experiment.start_epoch),
        };
        let first = Epoch(experiment.start_epoch);
        Ok(JobOrder {
            first,
            revisions: vec![revision],
            resume: None,
            predecessor: None,
            // The worker is this program.
            lengths: Vec::new(),
            most_pixels: u64::MAX,
            most_samples: u64::MAX,
            shares_memory: true,
            trace: TraceTerms::below(clipig_telemetry::current()),
        })
    }

    /// The experiment with everything that was chosen for this run.
    fn recorded_tree(&self, seed: u64) -> Tree {
        let mut tree = self.loaded.tree.clone();
        tree.record_model(&self.models[0].resolved.name);
        tree.record_seed(seed);
        tree
    }

    fn new_record(&self, seed: u64, shard_size: u32, threads: usize) -> Record {
        let mut tree = self.recorded_tree(seed);
        let first = &self.models[0].resolved;
        let run = Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed,
            model: first.name.clone(),
            model_sha256: first.sha256.clone(),
            model_settings: Some(first.spec.settings()),
            more_models: self.models[1..].iter().map(Model::recorded).collect(),
            kind: self.kind.recorded(self.number, threads as u32),
            threads,
            shard_size,
            epochs_done: 0,
        };
        tree.forget_output();
        Record { experiment: tree.to_yaml(), run, images: Record::images_of(&self.assets) }
    }
}

/// Runs the job on this thread; Ctrl-C ends it after the epoch under way.
fn run_job<O: Observer<Error = Failure>>(
    farm: &FarmOfOne,
    order: JobOrder,
    observer: &mut O,
) -> Result<(Ending, EpochLoop), RunError<Failure>> {
    let (runner, inbox) = inbox();
    let port = farm.add_job(JOB, runner.clone());
    interrupt::on_first(move || {
        // The job may have ended just now.
        let _ = runner.send(job_runner::ToRunner::Command(RunCommand::Pause(Duration::MAX)));
    });
    let outcome = job_runner::run(order, &CanvasEngines, &port, &inbox, observer);
    interrupt::on_first(|| {});
    farm.remove_job(JOB);
    outcome
}

/// Shows a job, and keeps its picture on disk.
struct RenderObserver {
    picture: PictureFile,
    /// The canvas after the last epoch; an epoch that fails leaves none.
    last: Option<Canvas>,
    record: Record,
    progress: Progress,
    snapshots: SnapshotClock,
}

impl RenderObserver {
    fn draw(&mut self, report: &EpochReport, job: &EpochLoop) -> Result<(), Failure> {
        if self.last.is_none() {
            self.picture.try_folder()?;
        }
        self.record.run.epochs_done += 1;
        self.progress.epoch(report.loss, || table_lines(job.experiment(), job));
        let canvas = job.canvas();
        if job.next_epoch().is_some()
            && self.snapshots.is_due(report.epoch, Instant::now())
            && let Some(warning) = self.picture.snapshot(&canvas, &self.record)?
        {
            self.progress.say(&warning);
        }
        self.last = Some(canvas);
        Ok(())
    }
}

impl Observer for RenderObserver {
    type Error = Failure;

    fn on_prepared(&mut self, _: JobRevision, preparation: &Preparation) -> Result<(), Failure> {
        for warning in &preparation.warnings {
            self.progress.say(&format!("warning: {warning}"));
        }
        Ok(())
    }

    fn on_update(&mut self, _: JobRevision, _: Epoch) -> Result<(), Failure> {
        Ok(())
    }

    fn on_epoch(&mut self, report: &EpochReport, job: &EpochLoop, _: f64) -> Result<(), Failure> {
        self.draw(report, job)
    }
}

fn table_lines(experiment: &Experiment, job: &EpochLoop) -> Vec<String> {
    table::lines(experiment, job.statistics(), &job.last_scope())
}

/// An experiment that cannot be computed is a mistake of the user (exit code 2); anything else is a failure.
fn failure(error: RunError<Failure>) -> Failure {
    let is_experiment = |error: &ShardError| matches!(error, ShardError::Experiment(_));
    // The workers that tried are left out: there is only this process.
    let (message, in_vain) = match error {
        RunError::Observer(failure) => return failure,
        RunError::Job(error) => {
            let in_vain = matches!(
                error.cause,
                JobErrorCause::Expression(_)
                    | JobErrorCause::Resolution(_)
                    | JobErrorCause::Shard(ShardError::Experiment(_))
                    | JobErrorCause::Step(StepError::Experiment(_))
            );
            (error.to_string(), in_vain)
        }
        RunError::Prepare(JobFailure { error, .. }) => (error.to_string(), is_experiment(&error)),
        RunError::Shard { epoch, failure: JobFailure { error, .. } } => {
            (format!("epoch {epoch}: {error}"), is_experiment(&error))
        }
        RunError::Canvas(StepError::Experiment(_)) => (error.to_string(), true),
        error => (error.to_string(), false),
    };
    if in_vain { Failure::usage(message) } else { Failure::failed(message) }
}

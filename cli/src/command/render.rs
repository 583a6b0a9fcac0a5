//! `clipig render`: an experiment becomes a picture.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clipig_coordinator::snapshot::{SnapshotClock, encode_png};
use clipig_coordinator::{EpochLoop, JobError, JobErrorCause, JobSpec, first_resolution};
use clipig_engine::device::{self, DeviceKind};
use clipig_engine::{Assets, CanvasEngine, GradientEngine, PrepareError, clip::Clip, prepare};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Loaded, Overrides, Scope, Tree, load};
use clipig_schedule::{
    CPU_SHARD, CanvasOwner, GPU_SHARD, Prepared, ShardCompute, ShardError, StepError, threads_per_shard,
};
use clipig_worker::ComputePool;
use tch::{Device, Kind};

use crate::arguments::{Precision, RenderArguments};
use crate::experiment_files::{self, Sources};
use crate::failure::Failure;
use crate::image_files;
use crate::interrupt;
use crate::model::Model;
use crate::output;
use crate::picture::file;
use crate::picture::record::{Record, Run};
use crate::terminal::progress::Progress;
use crate::terminal::table;

/// Runs the command.
pub(crate) fn run(arguments: &RenderArguments) -> Result<ExitCode, Failure> {
    let Sources { yaml, record } = experiment_files::read(&arguments.files)?;
    let loaded = load(&yaml, &overrides(arguments))?;
    let talkative = loaded.experiment.verbose >= 1;
    let say = move |message: String| {
        if talkative {
            output::say(message);
        }
    };
    if !loaded.warnings.is_empty() {
        say(loaded.warnings.render(std::io::IsTerminal::is_terminal(&std::io::stderr())));
    }
    device::load_cuda();
    let device = device::select(&loaded.experiment.device).map_err(Failure::usage)?;
    let model = Model::find(loaded.experiment.model.as_deref())?;
    if let Some(explanation) = &model.explanation {
        say(explanation.clone());
    }
    let assets = image_files::read(&loaded.experiment, &arguments.files, record.as_ref(), &say)?;
    let kind = match arguments.precision {
        Precision::Float32 => Kind::Float,
        Precision::Bfloat16 => Kind::BFloat16,
        Precision::Float16 => Kind::Half,
    };
    let setup = Setup { arguments, loaded, device, kind, model, assets, record };
    let clip = setup.model.load(device, kind)?;
    interrupt::listen(move || say("\nfinishing this epoch; Ctrl-C again ends at once".to_owned()));
    for i in 0..arguments.repeat {
        setup.render(&clip, setup.seed(i))?;
        if interrupt::asked() {
            return Ok(ExitCode::from(interrupt::EXIT_CODE));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn overrides(arguments: &RenderArguments) -> Overrides {
    Overrides {
        epochs: arguments.epochs,
        resolution: arguments.resolution.clone(),
        learnrate: arguments.learnrate,
        optimizer: arguments.optimizer.clone(),
        snapshot_interval: arguments.snapshot_interval,
        device: arguments.device.clone(),
        model: arguments.model.clone(),
        seed: arguments.seed,
        output: arguments.output.clone(),
        verbose: arguments.verbose,
    }
}

/// What all pictures of one command share.
struct Setup<'a> {
    arguments: &'a RenderArguments,
    loaded: Loaded,
    device: Device,
    kind: Kind,
    model: Model,
    assets: Assets,
    /// The picture that is repeated.
    record: Option<Record>,
}

impl Setup<'_> {
    /// The seed of the picture `i`: the one that was asked for and its successors, else a drawn one.
    fn seed(&self, i: u32) -> u64 {
        let drawn = || u64::from(getrandom::u32().unwrap_or_else(|_| std::process::id()));
        self.loaded.experiment.seed.map_or_else(drawn, |seed| seed.wrapping_add(u64::from(i)))
    }

    /// The shard size and the threads within an operation: both are part of what decides the bits.
    fn concurrency(&self) -> Concurrency {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let recorded = self.record.as_ref().map(|record| &record.run);
        if self.device != Device::Cpu {
            return Concurrency { shard_size: GPU_SHARD, threads: 1, shards: 1 };
        }
        let shard_size = recorded.map_or(CPU_SHARD, |run| run.shard_size);
        let threads = self
            .arguments
            .threads
            .or(recorded.map(|run| run.threads))
            .unwrap_or_else(|| threads_per_shard(&self.loaded.experiment, shard_size, cores))
            .max(1);
        Concurrency { shard_size, threads, shards: (cores / threads).max(1) }
    }

    fn render(&self, clip: &Arc<Clip>, seed: u64) -> Result<(), Failure> {
        let experiment = Arc::new(self.loaded.experiment.clone());
        let concurrency = self.concurrency();
        let kind = DeviceKind::of(self.device, self.kind, concurrency.threads);
        let mut record = self.new_record(seed, &kind, &concurrency);
        let mut progress = Progress::begin(
            u64::from(experiment.epochs.saturating_sub(experiment.start_epoch)),
            experiment.verbose,
        );
        if let Some(repeated) = &self.record {
            for difference in repeated.run.differences(&record.run) {
                progress.say(&format!("note: {difference}; the picture may differ"));
            }
        }
        if experiment.seed.is_none() || self.arguments.repeat > 1 {
            progress.say(&format!("seed {seed} (--seed {seed} repeats this picture)"));
        }
        device::set_threads(concurrency.threads);
        let resolution = first_resolution(&experiment, seed).map_err(|error| job_failure(&error))?;
        let canvas = CanvasEngine::new(Arc::clone(&experiment), resolution, &self.assets, Key::root(seed))
            .map_err(Failure::usage)?;
        let prepared = self.prepare(clip, &canvas, &progress)?;
        let engine = || {
            let engine =
                GradientEngine::new(Arc::clone(clip), Arc::clone(&experiment), Arc::clone(&prepared));
            Box::new(engine) as Box<dyn ShardCompute>
        };
        // A farm of one: coordinator and workers in this process.
        let threads = concurrency.threads;
        let engines = (0..concurrency.shards).map(|_| engine()).collect();
        let mut farm = ComputePool::start(engines, move || device::set_threads(threads))
            .map_err(|error| Failure::failed(format!("cannot start computing threads: {error}")))?;
        let spec = JobSpec { experiment: Arc::clone(&experiment), seed, shard_size: concurrency.shard_size };
        let mut job = EpochLoop::new(spec, canvas);
        let picture = file::reserve(&self.loaded.picture)?;
        let start = Instant::now();
        let outcome = self.run_epochs(&mut job, &mut farm, &mut progress, &mut record, &picture);
        let lines = table::lines(&experiment, job.statistics(), &final_scope(&experiment, &job, seed));
        progress.end(&lines);
        if record.run.epochs_done == 0 && outcome.is_err() {
            // Nothing was made: leave no empty file behind.
            let _ = std::fs::remove_file(&picture);
            return outcome;
        }
        write_picture(&picture, &job, &record)?;
        let seconds = start.elapsed().as_secs_f64();
        write_experiment(&picture, &record, &self.recorded_tree(seed), seconds, &lines)?;
        if experiment.verbose >= 1 && outcome.is_ok() {
            let epochs = record.run.epochs_done;
            let unit = if epochs == 1 { "epoch" } else { "epochs" };
            output::say(format!("{epochs} {unit} in {seconds:.1} seconds, seed {seed}"));
        }
        output::print(&format!("{}\n", picture.display()))?;
        outcome
    }

    /// The experiment with everything that was chosen for this run.
    fn recorded_tree(&self, seed: u64) -> Tree {
        let mut tree = self.loaded.tree.clone();
        tree.record_model(&self.model.resolved.name);
        tree.record_seed(seed);
        tree
    }

    fn new_record(&self, seed: u64, kind: &DeviceKind, concurrency: &Concurrency) -> Record {
        let mut tree = self.recorded_tree(seed);
        let run = Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed,
            model: self.model.resolved.name.clone(),
            model_sha256: self.model.resolved.sha256.clone(),
            kind: kind.to_string(),
            threads: concurrency.threads,
            shard_size: concurrency.shard_size,
            epochs_done: 0,
        };
        tree.forget_output();
        Record { experiment: tree.to_yaml(), run, images: Record::images_of(&self.assets) }
    }

    fn prepare(
        &self,
        clip: &Clip,
        canvas: &CanvasEngine,
        progress: &Progress,
    ) -> Result<Arc<Prepared>, Failure> {
        let experiment = &self.loaded.experiment;
        for warning in crate::model::unknown_words(clip, experiment) {
            progress.say(&format!("warning: {warning}"));
        }
        let prepared = prepare(clip, experiment, &self.assets, &canvas.canvas())
            .map_err(|error: PrepareError| Failure::usage(error))?;
        for warning in prepared.targets.iter().filter_map(|target| target.warning.as_ref()) {
            progress.say(&format!("warning: {warning}"));
        }
        Ok(Arc::new(prepared))
    }

    fn run_epochs(
        &self,
        job: &mut EpochLoop<CanvasEngine>,
        farm: &mut ComputePool,
        progress: &mut Progress,
        record: &mut Record,
        picture: &Path,
    ) -> Result<(), Failure> {
        let experiment = &self.loaded.experiment;
        let mut clock = SnapshotClock::new(experiment.snapshot_interval);
        loop {
            let report = job.run_epoch(farm, &mut |_| {}).map_err(|error| job_failure(&error))?;
            let Some(report) = report else { return Ok(()) };
            record.run.epochs_done += 1;
            progress.epoch(report.loss, || {
                table::lines(experiment, job.statistics(), &final_scope(experiment, job, record.run.seed))
            });
            let more = job.next_epoch().is_some();
            if more && interrupt::asked() {
                return Ok(());
            }
            if more && clock.is_due(report.epoch, Instant::now()) {
                write_picture(picture, job, record)?;
            }
        }
    }
}

struct Concurrency {
    /// Greatest number of samples in a shard.
    shard_size: u32,
    /// Threads within an operation.
    threads: usize,
    /// Shards computed side by side; changes no bits.
    shards: usize,
}

/// A scope of the last epoch that was run, for the table.
fn final_scope(experiment: &Experiment, job: &EpochLoop<CanvasEngine>, seed: u64) -> Scope {
    let last = job.next_epoch().map_or(experiment.epochs, |epoch| epoch.0).saturating_sub(1);
    let canvas = job.canvas();
    Scope::new(Key::root(seed), last, experiment.epochs)
        .with_resolution(canvas.width() as u32, canvas.height() as u32)
        .with_learnrate(0.0, 0.0)
        .with_similarity(0.0)
}

fn write_picture(path: &Path, job: &EpochLoop<CanvasEngine>, record: &Record) -> Result<(), Failure> {
    let png = encode_png(&job.canvas(), &record.chunks())
        .map_err(|error| Failure::failed(format!("cannot encode the picture: {error}")))?;
    file::write(path, &png)
}

/// Writes the full experiment beside the picture, unless a file of that name exists: mostly the experiment
/// itself.
fn write_experiment(
    picture: &Path,
    record: &Record,
    tree: &Tree,
    seconds: f64,
    table: &[String],
) -> Result<(), Failure> {
    let path = picture.with_extension("yaml");
    if path.exists() || path == picture {
        return Ok(());
    }
    let Run { version, seed, model, kind, epochs_done, .. } = &record.run;
    let per_epoch = seconds / f64::from((*epochs_done).max(1));
    let mut header = vec![
        format!("made by clipig {version} at {}", crate::terminal::utc_now()),
        format!("epochs: {epochs_done} / {}", tree.to_json()["epochs"]),
        format!("runtime: {seconds:.2} seconds ({per_epoch:.3}/epoch)"),
        format!("seed: {seed}, model: {model}, computed on: {kind}"),
    ];
    if !table.is_empty() {
        header.push("targets:".to_owned());
        header.extend_from_slice(table);
    }
    let text = format!("# {}\n\n{}", header.join("\n# "), tree.to_yaml());
    file::write(&path, text.as_bytes())
}

/// What the experiment asks for in vain is the person's to mend; the rest are failures.
fn job_failure(error: &JobError) -> Failure {
    match &error.cause {
        JobErrorCause::Expression(_)
        | JobErrorCause::Resolution(_)
        | JobErrorCause::Shard(ShardError::Experiment(_))
        | JobErrorCause::Step(StepError::Experiment(_)) => Failure::usage(error),
        _ => Failure::failed(error),
    }
}

//! Samples per second of whole experiments, beside the matrix product's peak measured in the same run.
//!
//! `cargo bench -p clipig-engine -- [--device cpu|cuda|cuda:1] [--precision float32|bfloat16|float16]
//! [--threads N] [--epochs N] [FILE…]`
//!
//! The model has random weights of the ViT-B/32 shape: time does not depend on their values. One window
//! costs 17.6 GFLOP, forwards and the gradient of the input together, so samples per second times 17.6 over the
//! peak is the share of the machine that reaches the picture. Experiments 05 and 08 of `examples/` run unless
//! files are named.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use clipig_coordinator::{EpochLoop, EpochReport, JobSpec, first_resolution};
use clipig_core::{
    Assets, CanvasOwner, ModelSettings, Node, NumberType, ProgressCounter, ShardCompute, ShardTask,
};
use clipig_engine::clip::Clip;
use clipig_engine::clip::weights::Weights;
use clipig_engine::{CanvasEngine, GradientEngine, device, gpu, prepare};
use clipig_experiment::random::Key;
use clipig_experiment::{Overrides, Source, load};
use clipig_models::ModelInfo;
use clipig_schedule::{CPU_SHARD, GPU_SHARDS, gpu_shard, threads_per_shard};
use tch::{Device, Kind};

mod matrix_product;
mod random_model;

use matrix_product::peak;
use random_model::{SHAPES, random_model};

/// GFLOP of one window through ViT-B/32 and back.
const GFLOP: f64 = 17.6;

fn main() {
    let options = Options::parse();
    device::load_cuda();
    let device = device::select(&options.device).unwrap_or_else(|error| panic!("{error}"));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tch::set_num_threads(cores as i32);
    let peak = peak(device, options.kind);
    println!("matrix product: {peak:.0} GFLOP/s ({device:?}, {:?}, {cores} cores)", options.kind);
    let shape = &SHAPES[0];
    println!("random weights of the shape of {}", shape.name);
    let bytes = random_model(shape);
    let weights = Weights::parse(&bytes).expect("the weights are well-formed");
    let clip = Arc::new(
        Clip::new(&weights, &ModelSettings::default(), device, options.kind)
            .expect("the weights fit together"),
    );
    let shard_size = match device {
        Device::Cuda(index) => {
            let info = ModelInfo::of_bytes(&bytes).expect("a whole CLIP");
            let memory = gpu::describe(index).map_or(0, |gpu| gpu.memory);
            gpu_shard(&info.window_cost(options.number()), memory)
        }
        _ => CPU_SHARD,
    };
    for file in &options.files {
        let run = Run::of(file, &clip, &options, (cores, shard_size));
        let share = run.samples_per_second * GFLOP / peak;
        println!(
            "{file}: {:.2} samples/s, {:.2} of the matrix product's peak, {} threads per shard, {} MB at most",
            run.samples_per_second,
            share,
            run.threads,
            peak_memory() / 1_000_000
        );
    }
}

struct Options {
    device: String,
    kind: Kind,
    threads: Option<usize>,
    epochs: i64,
    files: Vec<String>,
}

impl Options {
    fn parse() -> Self {
        let mut options =
            Self { device: "cpu".into(), kind: Kind::Float, threads: None, epochs: 8, files: Vec::new() };
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
            match argument.as_str() {
                "--device" => options.device = value(),
                "--precision" => {
                    options.kind = match value().as_str() {
                        "bfloat16" => Kind::BFloat16,
                        "float16" => Kind::Half,
                        _ => Kind::Float,
                    }
                }
                "--threads" => options.threads = value().parse().ok(),
                "--epochs" => options.epochs = value().parse().expect("--epochs takes a number"),
                _ => options.files.push(argument),
            }
        }
        if options.files.is_empty() {
            let example = |name| format!("{}/../examples/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
            options.files = ["05-curly-handle-border", "08-lovecraft-three-targets"].map(example).to_vec();
        }
        options
    }
}

impl Options {
    fn number(&self) -> NumberType {
        match self.kind {
            Kind::BFloat16 => NumberType::Bfloat16,
            Kind::Half => NumberType::Float16,
            _ => NumberType::Float32,
        }
    }
}

struct Run {
    samples_per_second: f64,
    threads: usize,
}

impl Run {
    fn of(file: &str, clip: &Arc<Clip>, options: &Options, (cores, shard_size): (usize, u32)) -> Self {
        let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let overrides = Overrides { epochs: Some(options.epochs), ..Overrides::default() };
        let loaded = load(&[Source::new(file, text)], &overrides).unwrap_or_else(|error| panic!("{error}"));
        let mut experiment = loaded.experiment;
        // Experiment 08 starts from a picture; any canvas costs the same.
        experiment.init.image = None;
        let experiment = Arc::new(experiment);
        let on_cpu = clip.device() == Device::Cpu;
        let auto = if on_cpu { threads_per_shard(&experiment, shard_size, cores) } else { 1 };
        let threads = options.threads.unwrap_or(auto);
        device::set_threads(threads);
        let resolution = first_resolution(&experiment, 1).expect("a resolution");
        let canvas = CanvasEngine::new(Arc::clone(&experiment), resolution, &Assets::default(), Key::root(1))
            .expect("a first canvas");
        let prepared =
            prepare(clip, &experiment, &Assets::default(), &canvas.canvas(), &ProgressCounter::default())
                .expect("features");
        let prepared = Arc::new(prepared);
        let side_by_side = if on_cpu { (cores / threads).max(1) } else { GPU_SHARDS as usize };
        let new_engine =
            || GradientEngine::new(Arc::clone(clip), Arc::clone(&experiment), Arc::clone(&prepared), threads);
        let mut engines: Vec<GradientEngine> = (0..side_by_side).map(|_| new_engine()).collect();
        let spec = JobSpec { experiment: Arc::clone(&experiment), seed: 1, shard_size };
        let mut job = EpochLoop::new(spec, Box::new(canvas));
        // The first epoch warms caches up.
        run_epoch(&mut job, &mut engines);
        let (start, mut samples) = (Instant::now(), 0);
        while let Some(report) = run_epoch(&mut job, &mut engines) {
            samples += report.samples;
        }
        Self { samples_per_second: samples as f64 / start.elapsed().as_secs_f64(), threads }
    }
}

/// One epoch, its shards dealt out among the engines, each on a thread of its own.
fn run_epoch(job: &mut EpochLoop, engines: &mut [GradientEngine]) -> Option<EpochReport> {
    let mut epoch = job.begin_epoch().expect("an epoch")?;
    let scope = epoch.values().scope(job.experiment(), 1, epoch.epoch());
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|threads| {
        for engine in engines {
            let (epoch, scope, next, results) = (&epoch, &scope, &next, &results);
            threads.spawn(move || {
                while let Some(shard) = epoch.plan().shards.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (shard, node) = (shard.clone(), Node::leaf(shard.index));
                    let task =
                        ShardTask { shard, scope: scope.clone(), canvas: epoch.canvas().clone().into() };
                    let result = engine.compute(&task).expect("a shard");
                    results.lock().expect("no thread panicked").push((node, result));
                }
            });
        }
    });
    for (node, result) in results.into_inner().expect("no thread panicked") {
        epoch.accept(node, result.gradient, vec![result.samples]).expect("a shard of this epoch");
    }
    Some(job.finish_epoch(epoch).expect("a step"))
}

/// The most memory that this process ever had, in bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1_024
}

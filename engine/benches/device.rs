//! How fast a device computes shards, what the host does for each sample meanwhile, and how long the device waits.
//!
//! `cargo bench -p clipig-engine --bench device -- [--device cpu|cuda|cuda:1] [--models NAME,…] [--sides N,…]
//! [--precision TYPE,…] [--seconds N] [--threads N] [--shard N]`
//!
//! As many threads as a worker has compute shards of a chain of transforms, from a canvas that changes after every few
//! shards, as it does from epoch to epoch. Models have random weights of the shape of ViT-B/32 and ViT-L/14; shards are as
//! large as a job's would be. The steps of an optimiser, and the network, are left out.
//!
//! Comes out as a table, ready for docs/performance.md:
//!
//! - windows per second, and their share of the matrix product's peak in this number type;
//! - *host*: milliseconds per sample that a thread spends on anything but waiting for the device. On a GPU this is drawing
//!   transforms, starting operations and adding up gradients;
//! - *idle*: the share of time in which the GPU computes nothing, as NVIDIA's driver says. It counts the
//!   time in which no operation runs at all. Without `nvidia-smi` it is not known.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clipig_core::{
    Canvas, ModelSettings, NumberType, Prepared, PreparedTarget, Rendering, Shard, ShardCompute, ShardIndex,
    ShardTask, TargetIndex,
};
use clipig_engine::clip::Clip;
use clipig_engine::clip::weights::Weights;
use clipig_engine::{GradientEngine, device, gpu, time_waited};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Overrides, Scope, Source, load};
use clipig_models::ModelInfo;
use clipig_schedule::{CPU_SHARD, GPU_SHARDS, gpu_shard};
use tch::{Device, Kind};

mod matrix_product;
mod random_model;

use matrix_product::peak;
use random_model::{SHAPES, Shape, random_model};

/// What samples go through: noise, maps, a rotation, a cut.
const EXPERIMENT: &str = "
targets:
- features: [{text: a}, {text: b, weight: .5}]
  transforms:
  - noise: .05
  - random_shift: -.1 .1
  - random_rotate: {degree: -20 20}
  - random_scale: .8 1.2
  - random_crop: 224
";

fn main() {
    let options = Options::parse();
    device::load_cuda();
    let device = device::select(&options.device).unwrap_or_else(|error| panic!("{error}"));
    let memory = match device {
        Device::Cuda(index) => gpu::describe(index),
        _ => None,
    };
    let name = memory.as_ref().map_or_else(|| options.device.clone(), |gpu| gpu.name.clone());
    println!("{name}, {} threads, {} s each\n", options.threads, options.seconds.as_secs_f64());
    println!(
        "| model | numbers | canvas | samples per shard | windows/s | of the peak | host, ms/sample | idle |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for shape in &options.shapes {
        let bytes = random_model(shape);
        let (weights, info) = (Weights::parse(&bytes).expect("weights"), ModelInfo::of_bytes(&bytes));
        let info = info.expect("a whole CLIP");
        for &number in &options.numbers {
            let clip = Clip::new(&weights, &ModelSettings::default(), device, kind(number));
            let clip = Arc::new(clip.expect("the weights fit together"));
            let cost = info.window_cost(number);
            let by_model = if device == Device::Cpu {
                CPU_SHARD
            } else {
                gpu_shard(&cost, memory.as_ref().map_or(0, |gpu| gpu.memory))
            };
            let shard_size = options.shard.unwrap_or(by_model);
            let peak = peak(device, kind(number));
            for &side in &options.sides {
                let found = Measured::of(&clip, side, shard_size, &options);
                let share = found.windows * cost.flop as f64 / 1e9 / peak;
                let idle = found.idle.map_or_else(|| "?".to_owned(), |idle| format!("{:.0} %", 100.0 * idle));
                println!(
                    "| {} | {number} | {side}² | {shard_size} | {:.0} | {share:.2} | {:.3} | {idle} |",
                    shape.name, found.windows, found.host
                );
            }
        }
    }
}

struct Options {
    device: String,
    shapes: Vec<Shape>,
    sides: Vec<usize>,
    numbers: Vec<NumberType>,
    seconds: Duration,
    threads: usize,
    shard: Option<u32>,
}

impl Options {
    fn parse() -> Self {
        let mut options = Self {
            device: "cuda".into(),
            shapes: [0, 2].map(|i| SHAPES[i]).to_vec(),
            sides: vec![448, 2_048, 4_096],
            numbers: vec![NumberType::Bfloat16, NumberType::Float32],
            seconds: Duration::from_secs(5),
            threads: GPU_SHARDS as usize,
            shard: None,
        };
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(argument) = arguments.next() {
            let value = arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
            let number = || value.parse::<usize>().unwrap_or_else(|_| panic!("{argument} takes a number"));
            match argument.as_str() {
                "--device" => options.device.clone_from(&value),
                "--models" => options.shapes = value.split(',').map(shape).collect(),
                "--sides" => {
                    options.sides = value.split(',').map(|side| side.parse().expect("sides")).collect();
                }
                "--precision" => {
                    options.numbers = value.split(',').map(|name| name.parse().expect("a type")).collect();
                }
                "--seconds" => options.seconds = Duration::from_secs(number() as u64),
                "--threads" => options.threads = number().max(1),
                "--shard" => options.shard = Some(number().max(1) as u32),
                _ => panic!("there is no option {argument}"),
            }
        }
        options
    }
}

fn shape(name: &str) -> Shape {
    let known = SHAPES.into_iter().find(|shape| shape.name == name);
    known.unwrap_or_else(|| panic!("{name} is none of {:?}", SHAPES.map(|shape| shape.name)))
}

fn kind(number: NumberType) -> Kind {
    match number {
        NumberType::Float32 => Kind::Float,
        NumberType::Bfloat16 => Kind::BFloat16,
        NumberType::Float16 => Kind::Half,
    }
}

struct Measured {
    /// Per second.
    windows: f64,
    /// Milliseconds of a thread per sample.
    host: f64,
    /// Share of time.
    idle: Option<f64>,
}

/// What a thread has done: shards, time that it took, and of that time, how long it waited.
#[derive(Clone, Copy, Default)]
struct Done {
    shards: u32,
    time: Duration,
    waited: Duration,
}

impl Measured {
    fn of(clip: &Arc<Clip>, side: usize, shard_size: u32, options: &Options) -> Self {
        let source = Source::new("bench.yaml", EXPERIMENT);
        let loaded = load(&[source], &Overrides::default()).unwrap_or_else(|error| panic!("{error}"));
        let work = Work {
            clip: Arc::clone(clip),
            experiment: Arc::new(loaded.experiment),
            prepared: Arc::new(Prepared { targets: vec![features(clip)] }),
            canvases: [1, 2].map(|seed| noise_canvas(side, seed)),
            shard_size,
            per_epoch: 2 * options.threads as u32,
            next: AtomicU32::new(0),
        };
        let mut engines: Vec<GradientEngine> = (0..options.threads).map(|_| work.engine()).collect();
        // Each thread sees both canvases once, so that all memory is taken.
        work.run(&mut engines, Duration::ZERO, 2 * work.per_epoch);
        let meter = Meter::start(&options.device);
        let start = Instant::now();
        let done = work.run(&mut engines, options.seconds, 1);
        let seconds = start.elapsed().as_secs_f64();
        let idle = meter.and_then(Meter::idle);
        let samples = f64::from(done.shards * shard_size);
        let host = done.time.saturating_sub(done.waited).as_secs_f64() * 1e3 / samples;
        Self { windows: samples / seconds, host, idle }
    }
}

struct Work {
    clip: Arc<Clip>,
    experiment: Arc<Experiment>,
    prepared: Arc<Prepared>,
    canvases: [Canvas; 2],
    shard_size: u32,
    /// Shards of an epoch.
    per_epoch: u32,
    next: AtomicU32,
}

impl Work {
    fn engine(&self) -> GradientEngine {
        let (clip, prepared) = (Arc::clone(&self.clip), Arc::clone(&self.prepared));
        // On a CPU, too, so that the same is measured.
        GradientEngine::new(clip, Arc::clone(&self.experiment), prepared, 1).with_rendering(Rendering::Device)
    }

    /// Each engine computes shards for so long, and so many at least. The sum of what all have done.
    fn run(&self, engines: &mut [GradientEngine], time: Duration, least: u32) -> Done {
        let start = Instant::now();
        let done: Vec<Done> = std::thread::scope(|threads| {
            let compute = |engine: &mut GradientEngine| {
                let (begun, waited) = (Instant::now(), time_waited());
                let mut shards = 0;
                while shards < least || start.elapsed() < time {
                    self.compute(engine);
                    shards += 1;
                }
                Done { shards, time: begun.elapsed(), waited: time_waited().saturating_sub(waited) }
            };
            let running: Vec<_> =
                engines.iter_mut().map(|engine| threads.spawn(move || compute(engine))).collect();
            running.into_iter().map(|thread| thread.join().expect("no thread panicked")).collect()
        });
        done.into_iter().fold(Done::default(), |sum, done| Done {
            shards: sum.shards + done.shards,
            time: sum.time + done.time,
            waited: sum.waited + done.waited,
        })
    }

    fn compute(&self, engine: &mut GradientEngine) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (epoch, index) = (number / self.per_epoch, number % self.per_epoch);
        let canvas = &self.canvases[epoch as usize % 2];
        let side = canvas.width() as u32;
        let scope = Scope::new(Key::root(1), epoch, u32::MAX).with_resolution(side, side);
        let from = index * self.shard_size;
        let shard =
            Shard { index: ShardIndex(index), target: TargetIndex(0), samples: from..from + self.shard_size };
        let task = ShardTask { shard, scope: scope.with_learnrate(1.0, 1.0), canvas: canvas.clone().into() };
        engine.compute(&task).expect("a shard");
    }
}

/// Two features of random directions.
fn features(clip: &Clip) -> PreparedTarget {
    let mut stream = Key::root(3).stream();
    let mut feature = || {
        let values: Vec<f32> = (0..clip.embedding()).map(|_| stream.uniform(-1.0, 1.0) as f32).collect();
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        values.into_iter().map(|value| value / length).collect()
    };
    PreparedTarget {
        features: vec![feature(), feature()],
        auto_scales: vec![1.0; 2],
        ..PreparedTarget::default()
    }
}

/// Values in and around [0, 1].
fn noise_canvas(side: usize, seed: u64) -> Canvas {
    let mut stream = Key::root(seed).stream();
    let pixels = (0..3 * side * side).map(|_| stream.uniform(-0.1, 1.1) as f32).collect();
    Canvas::new(side, side, pixels).expect("three values per pixel")
}

/// `nvidia-smi`, which says five times a second how busy a GPU was.
struct Meter(Child);

impl Meter {
    fn start(device: &str) -> Option<Self> {
        let index = if device == "cuda" { "0" } else { device.strip_prefix("cuda:")? };
        let query = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms", "200"];
        let mut command = Command::new("nvidia-smi");
        command.args(query).args(["-i", index]).stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(Stdio::null()).spawn().ok().map(Self)
    }

    /// The mean share of time in which nothing ran.
    fn idle(mut self) -> Option<f64> {
        self.0.kill().ok()?;
        let lines = BufReader::new(self.0.stdout.take()?).lines().map_while(Result::ok);
        let busy: Vec<f64> = lines.filter_map(|line| line.trim().parse().ok()).collect();
        self.0.wait().ok()?;
        (!busy.is_empty()).then(|| 1.0 - busy.iter().sum::<f64>() / busy.len() as f64 / 100.0)
    }
}

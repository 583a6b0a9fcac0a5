//! clipig's own work: what a sample costs outside of CLIP, losses and constraints, and what an epoch costs outside of
//! its samples.
//!
//! `cargo bench -p clipig-engine --bench own_work -- samples [SHARDS [NAME]]` computes shards of 8 samples on one core, in
//! experiments whose only loss is the cheapest constraint there is, and takes off what that constraint costs by
//! itself. Times are processor time of the computing thread.
//!
//! `cargo bench -p clipig-engine --bench own_work -- upkeep SIDE [EPOCHS]` takes a canvas through epochs without
//! samples: border, check, hand-over, step with Adam along the gradient of 64 windows. Beside it stands the bare
//! memory traffic of such a step (read value, gradient and two averages, write three), with as many threads in the
//! same run. Times are wall-clock; the best and the median of all epochs.
//!
//! Figures come out as lines `name value`, for `bench/own_work.py`, which lets two builds take turns.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use clipig_core::{
    Assets, Canvas, CanvasOwner, GradientSum, ModelSettings, Prepared, PreparedTarget, Shard, ShardCompute,
    ShardIndex, ShardTask, TargetIndex,
};
use clipig_engine::clip::Clip;
use clipig_engine::clip::weights::Weights;
use clipig_engine::{CanvasEngine, GradientEngine, constraint, device};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Overrides, Scope, Source, load};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use tch::{Device, Kind, Tensor};

const WINDOW: i64 = 224;
const BATCH: u32 = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number =
        |i: usize, default: usize| arguments.get(i).map_or(default, |n| n.parse().expect("a number"));
    match arguments.first().map(String::as_str) {
        Some("samples") => samples(number(1, 40), arguments.get(2).map_or("", String::as_str)),
        Some("upkeep") => upkeep(number(1, 2048), number(2, 10)),
        _ => eprintln!("usage: own_work samples [SHARDS [NAME]] | upkeep SIDE [EPOCHS]"),
    }
}

/// The cheapest loss with a gradient for every pixel.
const CONSTRAINT: &str = "constraints: [{mean: {above: 2.}}]";

fn samples(shards: usize, only: &str) {
    device::set_threads(1);
    let clip = Arc::new(thin_clip());
    let chain_07 =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/07-lovecraft-high-resolution.yaml"));
    let text = |transforms: &str| format!("targets: [{{transforms: [{transforms}], {CONSTRAINT}}}]");
    let mut seventh = experiment(chain_07);
    let loss = experiment(&text("")).targets[0].constraints.clone();
    seventh.targets[0].features.clear();
    seventh.targets[0].constraints = loss;
    for (name, side, experiment) in [
        ("shift_by_nothing", 224, experiment(&text("shift: 0"))),
        ("random_crop", 448, experiment(&text("random_crop: 224"))),
        ("chain_07", 448, seventh),
    ] {
        if !name.contains(only) {
            continue;
        }
        let experiment = Arc::new(experiment);
        let prepared = Arc::new(Prepared { targets: vec![PreparedTarget::default()] });
        let mut engine = GradientEngine::new(Arc::clone(&clip), Arc::clone(&experiment), prepared, 1);
        let canvas = noise_canvas(side);
        let task = |i: usize| {
            let from = i as u32 * BATCH;
            let shard =
                Shard { index: ShardIndex(i as u32), target: TargetIndex(0), samples: from..from + BATCH };
            let side = side as u32;
            let scope =
                Scope::new(Key::root(1), 150, 300).with_resolution(side, side).with_learnrate(1.0, 1.0);
            ShardTask { shard, scope, canvas: canvas.clone() }
        };
        let mut compute = |i: usize| {
            black_box(engine.compute(&task(i)).expect("a shard"));
        };
        compute(0);
        let whole = per_sample(shards, &mut compute);
        let windows = Tensor::rand([i64::from(BATCH), 3, WINDOW, WINDOW], (Kind::Float, Device::Cpu));
        let mut alone = |_| constraint_alone(&experiment, &windows);
        alone(0);
        let constraint = per_sample(shards, &mut alone);
        println!("{name}_ms {:.4}", whole - constraint);
        println!("{name}_constraint_ms {constraint:.4}");
    }
}

/// Processor milliseconds of this thread per sample.
fn per_sample(shards: usize, compute: &mut dyn FnMut(usize)) -> f64 {
    let start = thread_nanoseconds();
    (1..=shards).for_each(&mut *compute);
    (thread_nanoseconds() - start) as f64 / 1e6 / (shards as f64 * f64::from(BATCH))
}

/// The loss and its gradient, of windows that are just there.
fn constraint_alone(experiment: &Experiment, windows: &Tensor) {
    let windows = windows.detach().set_requires_grad(true);
    let scope = Scope::new(Key::root(1), 150, 300).with_similarity(0.0);
    let scopes = vec![scope; BATCH as usize];
    let losses =
        constraint::losses(&experiment.targets[0].constraints[0], &windows, &scopes).expect("a loss");
    let total = losses.sum(Kind::Float);
    black_box(Tensor::run_backward(&[total], &[&windows], false, false));
}

fn upkeep(side: usize, epochs: usize) {
    device::set_threads(1);
    let text = "{init: {mean: .5, std: .1}, targets: [], postproc: [{border: {size: 1, color: .15 .1 .05}}]}";
    let experiment = Arc::new(experiment(text));
    let resolution = [side as u32; 2];
    let mut canvas = CanvasEngine::new(Arc::clone(&experiment), resolution, &Assets::default(), Key::root(1))
        .expect("a canvas");
    let gradient = windows_gradient(side);
    let scope = |epoch| {
        Scope::new(Key::root(1), epoch, 1_000)
            .with_resolution(side as u32, side as u32)
            .with_learnrate(1.0, 1.0)
    };
    let (mut clipig, mut bare) = (Vec::new(), Vec::new());
    let mut traffic = Traffic::new(3 * side * side);
    let mut kernel = 0;
    for epoch in 0..=epochs as u32 {
        let ticks = process_ticks();
        let start = Instant::now();
        canvas.post_process(&scope(epoch)).expect("a border");
        assert!(canvas.is_finite());
        // As on a farm: whoever computes still holds the pixels when the step comes.
        let handed_over = black_box(canvas.canvas());
        canvas.step(&gradient, 0.01).expect("a step");
        assert!(canvas.is_finite());
        let seconds = start.elapsed().as_secs_f64();
        drop(handed_over);
        let ticks_after = process_ticks();
        let start = Instant::now();
        traffic.once();
        let bare_seconds = start.elapsed().as_secs_f64();
        // The first epoch takes its memory from the system.
        if epoch > 0 {
            kernel += ticks_after[1] - ticks[1];
            clipig.push(seconds * 1e3);
            bare.push(bare_seconds * 1e3);
        }
    }
    for (name, values) in [("upkeep", &mut clipig), ("bare", &mut bare)] {
        values.sort_by(f64::total_cmp);
        println!("{name}_best_ms {:.2}", values[0]);
        println!("{name}_median_ms {:.2}", values[values.len() / 2]);
    }
    println!("upkeep_kernel_ms {:.2}", kernel as f64 * 10.0 / epochs as f64);
}

/// The bare memory traffic of a step.
struct Traffic {
    arrays: [Vec<f32>; 4],
    threads: usize,
}

impl Traffic {
    fn new(length: usize) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { arrays: [0.1, 0.2, 0.3, 0.4].map(|value| vec![value; length]), threads }
    }

    fn once(&mut self) {
        let chunk = self.arrays[0].len().div_ceil(self.threads);
        let [value, gradient, mean, square] = &mut self.arrays;
        std::thread::scope(|scope| {
            for (((value, gradient), mean), square) in value
                .chunks_mut(chunk)
                .zip(gradient.chunks(chunk))
                .zip(mean.chunks_mut(chunk))
                .zip(square.chunks_mut(chunk))
            {
                scope.spawn(move || {
                    for (((value, gradient), mean), square) in
                        value.iter_mut().zip(gradient).zip(mean).zip(square)
                    {
                        *mean = *mean * 0.5 + *gradient;
                        *square = *square * 0.5 + *gradient;
                        *value = *value * 0.5 + *mean + *square;
                    }
                });
            }
        });
        black_box(&self.arrays);
    }
}

fn experiment(text: &str) -> Experiment {
    load(&[Source::new("bench.yaml", text.to_owned())], &Overrides::default())
        .unwrap_or_else(|error| panic!("{error}"))
        .experiment
}

/// Values in and around [0, 1].
fn noise_canvas(side: usize) -> Canvas {
    let mut stream = Key::root(5).stream();
    let pixels = (0..3 * side * side).map(|_| stream.uniform(-0.1, 1.1) as f32).collect();
    Canvas::new(side, side, pixels).expect("three values per pixel")
}

/// The gradient of 64 windows somewhere on a canvas.
fn windows_gradient(side: usize) -> GradientSum {
    let mut stream = Key::root(6).stream();
    let mut sum = GradientSum::new(side, side);
    let window = WINDOW as usize;
    let values: Vec<f32> = (0..3 * window * window).map(|_| stream.uniform(-1.0, 1.0) as f32).collect();
    for _ in 0..64 {
        let [left, top] = [(); 2].map(|()| stream.below((side - window) as u64) as usize);
        let rows = top..top + window;
        let pixels = rows.flat_map(|y| (left..left + window).map(move |x| Some((y * side + x) as u32)));
        sum.add_at(&pixels.collect::<Vec<_>>(), &values);
    }
    sum
}

/// Processor time of this thread.
fn thread_nanoseconds() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split(' ').next().and_then(|field| field.parse().ok()).expect("nanoseconds")
}

/// Hundredths of a second that this process has computed, in its own code and in the kernel's.
fn process_ticks() -> [u64; 2] {
    let text = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = text.rsplit(')').next().expect("fields").split_whitespace().collect();
    [11, 12].map(|field| fields[field].parse().expect("ticks"))
}

/// A CLIP of one thin layer with random weights: its features mean nothing.
fn thin_clip() -> Clip {
    const WIDTH: usize = 64;
    let mut tensors: Vec<(String, Vec<usize>)> = vec![
        ("visual.conv1.weight".into(), vec![WIDTH, 3, 32, 32]),
        ("visual.class_embedding".into(), vec![WIDTH]),
        ("visual.positional_embedding".into(), vec![50, WIDTH]),
        ("visual.proj".into(), vec![WIDTH, WIDTH]),
        ("token_embedding.weight".into(), vec![49_408, WIDTH]),
        ("positional_embedding".into(), vec![77, WIDTH]),
        ("text_projection".into(), vec![WIDTH, WIDTH]),
    ];
    for norm in ["visual.ln_pre", "visual.ln_post", "ln_final"] {
        tensors.extend(["weight", "bias"].map(|part| (format!("{norm}.{part}"), vec![WIDTH])));
    }
    for tower in ["visual.transformer", "transformer"] {
        let block = format!("{tower}.resblocks.0");
        for (name, rows) in [("attn.in_proj_", 3), ("attn.out_proj.", 1), ("mlp.c_fc.", 4)] {
            tensors.push((format!("{block}.{name}weight"), vec![rows * WIDTH, WIDTH]));
            tensors.push((format!("{block}.{name}bias"), vec![rows * WIDTH]));
        }
        tensors.push((format!("{block}.mlp.c_proj.weight"), vec![WIDTH, 4 * WIDTH]));
        tensors.push((format!("{block}.mlp.c_proj.bias"), vec![WIDTH]));
        for norm in ["ln_1", "ln_2"] {
            tensors.extend(["weight", "bias"].map(|part| (format!("{block}.{norm}.{part}"), vec![WIDTH])));
        }
    }
    let data: Vec<Vec<u8>> =
        tensors.iter().map(|(_, shape)| vec![0x2a; 2 * shape.iter().product::<usize>()]).collect();
    let views = tensors.iter().zip(&data).map(|((name, shape), data)| {
        (name.clone(), TensorView::new(Dtype::F16, shape.clone(), data).expect("two bytes per value"))
    });
    let bytes = safetensors::serialize(views, None).expect("valid tensors");
    let weights = Weights::parse(&bytes).expect("the weights are well-formed");
    // Without settings, heads are 64 wide.
    Clip::new(&weights, &ModelSettings::default(), Device::Cpu, Kind::Float)
        .expect("the weights fit together")
}

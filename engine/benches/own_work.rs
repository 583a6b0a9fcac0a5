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
//! `cargo bench -p clipig-engine --bench own_work -- chain SIDE [SHARDS]` is `samples` for the chain of examples/07 on a canvas
//! of that size. `… -- memory SIDE [EPOCHS]` takes a canvas through epochs of 64 samples of that chain, one shard after the
//! other, and tells the most memory that the process had.
//!
//! `cargo bench -p clipig-engine --bench own_work -- on-device [DEVICE [BATCHES]]` renders batches of 64 samples by tensor
//! operations, in wall-clock time per sample: `host` is drawing and starting all operations, `windows` until the windows
//! are there, `back` from there until the gradient is. On a CPU, starting an operation is computing it.
//!
//! Figures come out as lines `name value`, for `cargo xtask bench`, which lets two builds take turns.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use clipig_core::{
    Assets, Canvas, CanvasOwner, GradientSum, ModelSettings, Prepared, PreparedTarget, Shard, ShardCompute,
    ShardIndex, ShardTask, TargetIndex,
};
use clipig_engine::clip::Clip;
use clipig_engine::clip::weights::Weights;
use clipig_engine::transform::{BatchMemory, Source as Image, Values, render};
use clipig_engine::{CanvasEngine, GradientEngine, Masks, constraint, device};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Overrides, Scope, Source, load};
use clipig_geometry::{Chain, Size};
use clipig_schedule::MergeTree;
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
        Some("chain") => chain(number(1, 448), number(2, 40)),
        Some("upkeep") => upkeep(number(1, 2048), number(2, 10)),
        Some("on-device") => on_device(arguments.get(1).map_or("cpu", String::as_str), number(2, 10)),
        Some("memory") => memory(number(1, 4096), number(2, 6)),
        _ => {
            eprintln!(
                "usage: own_work samples [SHARDS [NAME]] | chain SIDE [SHARDS] | on-device [DEVICE [BATCHES]] | \
                 upkeep SIDE [EPOCHS] | memory SIDE [EPOCHS]"
            );
        }
    }
}

/// The cheapest loss with a gradient for every pixel.
const CONSTRAINT: &str = "constraints: [{mean: {above: 2.}}]";

/// Names, sides of canvases, and experiments.
fn experiments() -> [(&'static str, usize, Experiment); 3] {
    let transforms =
        |transforms: &str| experiment(&format!("targets: [{{transforms: [{transforms}], {CONSTRAINT}}}]"));
    [
        ("shift_by_nothing", 224, transforms("shift: 0")),
        ("random_crop", 448, transforms("random_crop: 224")),
        ("chain_07", 448, seventh()),
    ]
}

fn samples(shards: usize, only: &str) {
    for (name, side, experiment) in experiments() {
        if name.contains(only) {
            let [own, constraint] = own_cost(experiment, side, shards);
            println!("{name}_ms {own:.4}\n{name}_constraint_ms {constraint:.4}");
        }
    }
}

fn on_device(device: &str, batches: usize) {
    const SAMPLES: u64 = 64;
    device::load_cuda();
    let device = device::select(device).unwrap_or_else(|error| panic!("{error}"));
    for (name, side, experiment) in experiments() {
        let canvas = noise_canvas(side);
        let size = Size { width: side as i64, height: side as i64 };
        let masks = Masks::default();
        let image = Image { values: Values::Whole(&canvas), size, clamp: true, device, masks: &masks };
        let scope = Scope::new(Key::root(1), 150, 300)
            .with_resolution(side as u32, side as u32)
            .with_learnrate(1.0, 1.0);
        let draw = |sample| {
            let transforms = &experiment.targets[0].transforms;
            Chain::draw(transforms, &scope.with_sample(sample), size).expect("it fits")
        };
        let mut memory = BatchMemory::on_device();
        let mut times = [(); 3].map(|()| Vec::new());
        for batch in 0..=batches as u64 {
            let start = Instant::now();
            let chains: Vec<Chain> = (batch * SAMPLES..(batch + 1) * SAMPLES).map(draw).collect();
            let rendered = render(&chains, &image, true, &mut memory).expect("windows");
            let host = start.elapsed();
            let total = rendered.windows.sum(Kind::Float);
            // Waits for the device.
            black_box(total.double_value(&[]));
            let windows = start.elapsed();
            let mut gradient = GradientSum::new(side, side);
            rendered.back_propagate(&total, &mut gradient, &mut memory).expect("a gradient");
            let back = start.elapsed().saturating_sub(windows);
            // The first batch brings the canvas.
            if batch > 0 {
                for (times, time) in times.iter_mut().zip([host, windows, back]) {
                    times.push(time.as_secs_f64() * 1e3 / SAMPLES as f64);
                }
            }
        }
        for (part, mut times) in ["host", "windows", "back"].into_iter().zip(times) {
            times.sort_by(f64::total_cmp);
            println!("{name}_{part}_ms {:.4}", times[times.len() / 2]);
        }
    }
}

fn chain(side: usize, shards: usize) {
    let [own, _] = own_cost(seventh(), side, shards);
    println!("chain_07_of_{side}_ms {own:.4}");
}

/// Example 07 with the cheapest loss.
fn seventh() -> Experiment {
    let chain_07 =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/07-lovecraft-high-resolution.yaml"));
    let mut seventh = experiment(chain_07);
    let loss = experiment(&format!("targets: [{{{CONSTRAINT}}}]")).targets[0].constraints.clone();
    seventh.targets[0].features.clear();
    seventh.targets[0].constraints = loss;
    seventh
}

/// Milliseconds per sample without the constraint, and those of the constraint.
fn own_cost(experiment: Experiment, side: usize, shards: usize) -> [f64; 2] {
    let mut shard = Shards::of(experiment, noise_canvas(side));
    let mut compute = |i: usize| {
        black_box(shard.compute(150, i));
    };
    compute(0);
    let whole = per_sample(shards, &mut compute);
    let windows = Tensor::rand([i64::from(BATCH), 3, WINDOW, WINDOW], (Kind::Float, Device::Cpu));
    let mut alone = |_| constraint_alone(&shard.experiment, &windows);
    alone(0);
    let constraint = per_sample(shards, &mut alone);
    [whole - constraint, constraint]
}

/// Computes shards on one core.
struct Shards {
    experiment: Arc<Experiment>,
    engine: GradientEngine,
    canvas: Canvas,
}

impl Shards {
    fn of(experiment: Experiment, canvas: Canvas) -> Self {
        device::set_threads(1);
        let experiment = Arc::new(experiment);
        let prepared = Arc::new(Prepared { targets: vec![PreparedTarget::default()] });
        let engine = GradientEngine::new(Arc::new(thin_clip()), Arc::clone(&experiment), prepared, 1);
        Self { experiment, engine, canvas }
    }

    fn compute(&mut self, epoch: u32, i: usize) -> GradientSum {
        let from = i as u32 * BATCH;
        let shard =
            Shard { index: ShardIndex(i as u32), target: TargetIndex(0), samples: from..from + BATCH };
        let [width, height] = [self.canvas.width() as u32, self.canvas.height() as u32];
        let scope =
            Scope::new(Key::root(1), epoch, 300).with_resolution(width, height).with_learnrate(1.0, 1.0);
        let task = ShardTask { shard, scope, canvas: self.canvas.clone().into() };
        self.engine.compute(&task).expect("a shard").gradient
    }
}

fn memory(side: usize, epochs: usize) {
    const SHARDS: u32 = 8;
    let experiment = Arc::new(seventh());
    let resolution = [side as u32; 2];
    let mut canvas = CanvasEngine::new(Arc::clone(&experiment), resolution, &Assets::default(), Key::root(1))
        .expect("a canvas");
    let nothing = Canvas::new(0, 0, Vec::new()).expect("no values");
    let mut shards = Shards::of(seventh(), nothing.clone());
    for epoch in 0..epochs as u32 {
        let scope = Scope::new(Key::root(1), 150 + epoch, 300)
            .with_resolution(resolution[0], resolution[1])
            .with_learnrate(1.0, 1.0);
        canvas.post_process(&scope).expect("a border");
        shards.canvas = canvas.canvas();
        let mut tree = MergeTree::new(SHARDS);
        for shard in 0..SHARDS {
            let gradient = shards.compute(150 + epoch, shard as usize);
            tree.insert(ShardIndex(shard), gradient).expect("each comes once");
        }
        shards.canvas = nothing.clone();
        canvas.step(&tree.into_sum().expect("a gradient"), 0.01).expect("a step");
    }
    println!("memory_mb {:.0}", most_memory() as f64 / 1e6);
    println!("memory_kernel_ms {}", process_ticks()[1] * 10);
}

/// The most memory that this process had, in bytes.
fn most_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("kilobytes") << 10
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
    let kept = constraint::Kept::default();
    let seen = constraint::Constrained { windows: &windows, mask: None, prepared: &[], kept: &kept };
    let losses = constraint::losses(&experiment.targets[0].constraints[0], seen, &scopes).expect("a loss");
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

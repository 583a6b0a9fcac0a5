//! Fixed work for counting instructions. `cargo xtask instructions` runs this under callgrind, which counts within the functions
//! whose name begins with `counted_`; the counts do not depend on what else the machine does. Callgrind switches counting on and
//! off wherever such a name is entered and left, so these functions hold nothing but a call: closures have names like them.

use std::hint::black_box;
use std::time::Duration;

use clipig_core::{
    DeviceClass, Epoch, EpochValues, GradientSum, JobId, JobRevision, Lease, PROTOCOL, Registration,
    SessionId, ShardIndex, ShardModels, WorkerKind,
};
use clipig_engine::Masks;
use clipig_engine::transform::{BatchMemory, Rendered, Source, Values, render};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Overrides, Scope, Source as Yaml, load};
use clipig_geometry::{Chain, Size};
use clipig_schedule::dispatcher::{
    Action, Answer, DispatchSettings, Dispatcher, Fit, JobTerms, Offer, OfferedWork, Time,
};
use clipig_schedule::{CPU_SHARD, MergeTree, plan};
use tch::{Device, Kind, Tensor};

fn main() {
    let experiment = experiment();
    counted_plan(&experiment);
    counted_assign();
    counted_merge(gradients());
    let chain = Chain::draw(&experiment.targets[0].transforms, &scope(), CANVAS).expect("a chain");
    let pixels: Vec<f32> = (0..3 * CANVAS.area()).map(|i| (i % 251) as f32 / 250.0).collect();
    let source = Source {
        values: Values::Plain(&pixels),
        size: CANVAS,
        clamp: true,
        device: Device::Cpu,
        masks: &Masks::default(),
    };
    let rendered = counted_render(&[chain], &source);
    let total = rendered.windows.sum(Kind::Float);
    counted_back_propagate(rendered, &total);
}

const CANVAS: Size = Size { width: 448, height: 448 };

/// Example 07, with many more samples.
fn experiment() -> Experiment {
    let text = include_str!("../../examples/07-lovecraft-high-resolution.yaml");
    let text = text.replace("batch_size: 20", "batch_size: 20000");
    load(&[Yaml::new("bench.yaml", text)], &Overrides::default())
        .unwrap_or_else(|problems| panic!("{problems}"))
        .experiment
}

fn scope() -> Scope {
    Scope::new(Key::root(1), 150, 300).with_resolution(448, 448).with_learnrate(1.0, 1.0)
}

/// A plan of 2,500 shards.
#[inline(never)]
fn counted_plan(experiment: &Experiment) {
    black_box(plan(experiment, &scope(), CPU_SHARD));
}

/// Sixteen workers compute three epochs of four jobs.
#[inline(never)]
fn counted_assign() {
    assign();
}

fn assign() {
    let kind = WorkerKind {
        class: DeviceClass::Cpu,
        model: "a".into(),
        libtorch: "2".into(),
        capability: String::new(),
    };
    let mut dispatcher = Dispatcher::new(DispatchSettings::new(1));
    for worker in 0..16 {
        let registration = Registration {
            protocol: PROTOCOL,
            version: "1".into(),
            name: format!("w{worker}").parse().expect("a name"),
            instance: worker,
            kind: kind.clone(),
            cores: 4,
            memory: 0,
            device: "cpu".into(),
        };
        dispatcher
            .handle_register(SessionId(worker as u64 + 1), registration, Time::ZERO)
            .expect("it may join");
    }
    let revision = |job| JobRevision { job: JobId(job), revision: 0 };
    for job in 1..=4 {
        let fit = Fit::Kind(kind.clone());
        dispatcher.handle_open(JobTerms { revision: revision(job), priority: job as i32, fit, threads: 1 });
    }
    let mut now = Time::ZERO;
    for epoch in 0..3 {
        for job in 1..=4 {
            let values = EpochValues { resolution: [448, 448], learnrate: 1.0, learnrate_scale: 1.0 };
            let work = OfferedWork::Epoch { epoch: Epoch(epoch), shards: 200 };
            dispatcher
                .handle_offer(
                    Offer { revision: revision(job), work, values, models: ShardModels::default() },
                    now,
                )
                .expect("it is open");
        }
        loop {
            let leases = leases(&mut dispatcher, now);
            if leases.is_empty() {
                break;
            }
            now += Duration::from_millis(10);
            for (session, Lease { fence, .. }) in leases {
                let answer = Answer::Computed(Duration::from_millis(5));
                let _ = black_box(dispatcher.handle_result(session, fence, answer, now));
            }
        }
    }
}

fn leases(dispatcher: &mut Dispatcher, now: Time) -> Vec<(SessionId, Lease)> {
    let lease = |action: Action| match action {
        Action::Lease { session, lease } => Some((session, lease)),
        _ => None,
    };
    dispatcher.poll_actions(now).into_iter().filter_map(lease).collect()
}

/// One window for each of 64 shards, spread over a large canvas.
fn gradients() -> Vec<GradientSum> {
    let values = vec![0.5; 3 * 224];
    let window = |shard: usize| {
        let mut sum = GradientSum::new(2048, 2048);
        let (left, top) = (shard % 8 * 200, shard / 8 * 200);
        let mut adder = sum.adder();
        for row in 0..224 {
            adder.add_span(left, top + row, [0, 1, 2].map(|channel| &values[channel * 224..][..224]));
        }
        drop(adder);
        sum
    };
    (0..64).map(window).collect()
}

/// 64 gradients become one, as they arrive backwards.
#[inline(never)]
fn counted_merge(gradients: Vec<GradientSum>) {
    merge(gradients);
}

fn merge(gradients: Vec<GradientSum>) {
    let mut tree = MergeTree::new(gradients.len() as u32);
    for (shard, gradient) in gradients.into_iter().enumerate().rev() {
        tree.insert(ShardIndex(shard as u32), gradient).expect("each comes once");
    }
    black_box(tree.into_sum());
}

/// One window.
#[inline(never)]
fn counted_render(chains: &[Chain], source: &Source<'_>) -> Rendered {
    render(chains, source, true, &mut BatchMemory::default()).expect("a window")
}

/// Its gradient. That of the window itself is libtorch's work; there it is the least that there can be.
#[inline(never)]
fn counted_back_propagate(rendered: Rendered, total: &Tensor) {
    back_propagate(rendered, total);
}

fn back_propagate(rendered: Rendered, total: &Tensor) {
    let mut gradient = GradientSum::new(CANVAS.width as usize, CANVAS.height as usize);
    rendered.back_propagate(total, &mut gradient, &mut BatchMemory::default()).expect("a gradient");
    black_box(gradient);
}

//! Values of all kinds.

use std::sync::Arc;
use std::time::Duration;

use clipig_core::*;
use clipig_proto::incoming::ExpectedGradient;
use clipig_telemetry::TraceContext;
use proptest::prelude::*;

/// Numbers as formulas give them, NaN and infinity among them.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), Just(-0.0)]
}

fn finite() -> impl Strategy<Value = f32> {
    any::<f32>().prop_filter("finite", |value| value.is_finite())
}

pub(crate) fn fence() -> impl Strategy<Value = Fence> {
    any::<(u64, u64)>().prop_map(|(incarnation, number)| Fence { incarnation, number })
}

fn revision() -> impl Strategy<Value = JobRevision> {
    any::<(u64, u32)>().prop_map(|(job, revision)| JobRevision { job: JobId(job), revision })
}

fn sha256() -> impl Strategy<Value = Sha256> {
    any::<[u8; 32]>().prop_map(Sha256)
}

fn name() -> impl Strategy<Value = WorkerName> {
    "[a-zA-Z0-9_.:-]{1,100}".prop_map(|name| name.parse().unwrap())
}

fn kind() -> impl Strategy<Value = WorkerKind> {
    (any::<bool>(), ".{0,50}", ".{0,20}", ".{0,20}").prop_map(|(cpu, model, libtorch, capability)| {
        let class = if cpu { DeviceClass::Cpu } else { DeviceClass::Cuda };
        WorkerKind { class, model, libtorch, capability }
    })
}

fn registration() -> impl Strategy<Value = Registration> {
    let numbers = (any::<u32>(), any::<u128>(), 1..=u32::MAX, any::<u64>());
    (numbers, ".{0,50}", name(), kind(), ".{0,50}").prop_map(|(numbers, version, name, kind, device)| {
        let (protocol, instance, cores, memory) = numbers;
        Registration { protocol, version, name, instance, kind, cores, memory, device }
    })
}

fn prepared() -> impl Strategy<Value = Prepared> {
    let target = prop::collection::vec(
        (
            prop::collection::vec(finite(), 0..20),
            any::<f64>().prop_filter("finite", |value| value.is_finite()),
        ),
        0..5,
    );
    let supplements = prop::collection::btree_map(0..9_u32, prop::collection::vec(finite(), 1..9), 0..3);
    prop::collection::vec((target, prop::option::of(".{0,50}"), supplements), 0..5).prop_map(|targets| {
        let targets = targets.into_iter().map(|(features, warning, supplements)| {
            let (features, auto_scales) = features.into_iter().unzip();
            PreparedTarget { features, auto_scales, warning, supplements }
        });
        Prepared { targets: targets.collect() }
    })
}

fn sample() -> impl Strategy<Value = SampleReport> {
    let feature = (number(), number(), prop::option::of(number()));
    let feature = feature.prop_map(|(similarity, weight, loss)| FeatureReport { similarity, weight, loss });
    let constraint = (number(), number()).prop_map(|(weight, loss)| ConstraintReport { weight, loss });
    let lists =
        (prop::collection::vec(feature, 0..4), prop::collection::vec(prop::option::of(constraint), 0..3));
    (number(), lists).prop_map(|(loss, (features, constraints))| SampleReport { loss, features, constraints })
}

/// A gradient with some of its tiles, of which one may be large enough for several messages.
pub(crate) fn gradient() -> impl Strategy<Value = GradientSum> {
    (1_usize..600, 1_usize..300, prop::collection::vec(any::<prop::sample::Index>(), 0..40), finite())
        .prop_map(|(width, height, places, value)| {
            let mut sum = GradientSum::new(width, height);
            for (i, place) in places.iter().enumerate() {
                let pixel = place.index(width * height) as u32;
                sum.add_at(&[Some(pixel)], &[value / 64.0, i as f32, -0.0]);
            }
            sum
        })
}

fn computed() -> impl Strategy<Value = Computed> {
    let reports = prop::collection::vec(prop::collection::vec(sample(), 0..9), 1..5);
    (fence(), gradient(), reports, 0.0..1e9, trace()).prop_map(
        |(fence, gradient, reports, seconds, trace)| Computed { fence, gradient, reports, seconds, trace },
    )
}

/// What a coordinator expects that has leased the work of which this is the result.
pub(crate) fn expected(computed: &Computed) -> ExpectedGradient {
    ExpectedGradient {
        width: computed.gradient.width() as u32,
        height: computed.gradient.height() as u32,
        shards: computed.reports.len() as u32,
        shard_size: 8,
    }
}

fn error() -> impl Strategy<Value = ShardError> {
    (0..4, ".{0,100}").prop_map(|(kind, text)| match kind {
        0 => ShardError::Experiment(text),
        1 => ShardError::NotFinite(text),
        2 => ShardError::Device(text),
        _ => ShardError::OutOfMemory(text),
    })
}

pub(crate) fn from_worker() -> impl Strategy<Value = FromWorker> {
    let held = prop::collection::btree_map(fence(), any::<u32>(), 0..20).prop_map(|held| {
        FromWorker::Heartbeat(held.into_iter().map(|(fence, progress)| Held { fence, progress }).collect())
    });
    let prepared = (fence(), prepared(), prop::collection::vec(".{0,50}", 0..4));
    prop_oneof![
        1 => registration().prop_map(FromWorker::Register),
        1 => held,
        1 => prepared.prop_map(|(fence, prepared, warnings)| FromWorker::Prepared { fence, prepared, warnings }),
        4 => computed().prop_map(FromWorker::Computed),
        1 => (fence(), error()).prop_map(|(fence, error)| FromWorker::Failed { fence, error }),
        1 => (fence(), ".{0,100}").prop_map(|(fence, reason)| FromWorker::Returned { fence, reason }),
        1 => ".{0,100}".prop_map(FromWorker::Draining),
        1 => Just(FromWorker::Goodbye),
    ]
}

fn welcome() -> impl Strategy<Value = Welcome> {
    let kept = (prop::collection::vec(fence(), 0..5), prop::collection::vec(revision(), 0..5));
    (any::<u64>(), name(), 1_u64..3_600_000, ".{0,50}", kept).prop_map(
        |(session, name, milliseconds, version, (leases, jobs))| {
            let heartbeat = Duration::from_millis(milliseconds);
            Welcome { session: SessionId(session), name, heartbeat, version, leases, jobs }
        },
    )
}

fn brief() -> impl Strategy<Value = JobBrief> {
    let number =
        prop_oneof![Just(NumberType::Float32), Just(NumberType::Bfloat16), Just(NumberType::Float16)];
    let numbers = (any::<u64>(), number, 1..=u32::MAX, 1..=u32::MAX);
    let model = (".{0,50}", sha256(), model_settings());
    let model = model.prop_map(|(name, sha256, settings)| ModelReference { name, sha256, settings });
    let contents = (
        prop::collection::vec(model, 1..=4),
        prop::collection::btree_map(".{0,50}", sha256(), 0..5),
        prop::option::of(prepared()),
    );
    // Some experiments are longer than a message.
    let yaml = prop_oneof![9 => ".{0,500}", 1 => ".{1}".prop_map(|letter| letter.repeat(250_000))];
    (revision(), yaml, numbers, contents).prop_map(
        |(revision, yaml, numbers, (mut models, assets, prepared))| {
            let (seed, number, threads, shard_size) = numbers;
            let prepared = prepared.map(Arc::new);
            let (model, more_models) = (models.remove(0), models);
            JobBrief {
                revision,
                yaml,
                seed,
                model,
                more_models,
                assets,
                number,
                threads,
                shard_size,
                prepared,
            }
        },
    )
}

fn model_settings() -> impl Strategy<Value = ModelSettings> {
    let number = || prop::option::of(1_u32..=65_536);
    let activation = prop_oneof![Just(Activation::QuickGelu), Just(Activation::Gelu)];
    let resize = prop_oneof![Just(ResizeMode::Shortest), Just(ResizeMode::Squash)];
    let colors = (prop::array::uniform3(-2.0_f32..2.0), prop::array::uniform3(0.01_f32..2.0));
    (number(), number(), activation, colors, number(), resize).prop_map(
        |(vision_heads, text_heads, activation, (mean, std), context, resize)| ModelSettings {
            vision_heads,
            text_heads,
            activation,
            mean,
            std,
            context,
            resize,
        },
    )
}

fn lease() -> impl Strategy<Value = Lease> {
    let work = prop_oneof![
        Just(Work::Prepare),
        (epoch(), 1_u32..=1 << 31, any::<prop::sample::Index>(), 0_u32..32).prop_map(
            |(epoch, total, shard, level)| {
                let level = level.min(Node::root(total).level);
                let index = (shard.index(total as usize) as u32) >> level;
                Work::Node { epoch, node: Node { level, index }, total }
            }
        ),
    ];
    let values = (1_u32..=16_384, 1_u32..=16_384, number(), number());
    let values = values.prop_map(|(width, height, learnrate, learnrate_scale)| EpochValues {
        resolution: [width, height],
        learnrate,
        learnrate_scale,
    });
    (fence(), revision(), work, values, trace()).prop_map(|(fence, revision, work, values, trace)| Lease {
        fence,
        revision,
        work,
        values,
        trace,
    })
}

/// Numbers of zero stand for no span.
fn trace() -> impl Strategy<Value = Option<TraceContext>> {
    any::<([u8; 16], [u8; 8], bool)>()
        .prop_map(|(trace, span, sampled)| TraceContext::new(trace, span, sampled))
}

/// The last number stands for a preparation.
fn epoch() -> impl Strategy<Value = Epoch> {
    (0..u32::MAX).prop_map(Epoch)
}

pub(crate) fn canvas() -> impl Strategy<Value = EpochCanvas> {
    let stage = prop_oneof![1 => Just(Stage::Prepare), 9 => epoch().prop_map(Stage::Epoch)];
    (revision(), stage, 1_usize..400, 1_usize..300, finite()).prop_map(
        |(revision, stage, width, height, value)| {
            let pixels = (0..3 * width * height).map(|i| value / (1 + i) as f32).collect();
            EpochCanvas { revision, stage, canvas: Canvas::new(width, height, pixels).unwrap() }
        },
    )
}

pub(crate) fn to_worker() -> impl Strategy<Value = ToWorker> {
    prop_oneof![
        1 => welcome().prop_map(ToWorker::Welcome),
        1 => ".{0,100}".prop_map(ToWorker::Refuse),
        2 => brief().prop_map(|brief| ToWorker::Open(Arc::new(brief))),
        2 => canvas().prop_map(ToWorker::Canvas),
        2 => lease().prop_map(ToWorker::Lease),
        1 => fence().prop_map(ToWorker::Revoke),
        1 => revision().prop_map(ToWorker::Close),
        1 => ".{0,100}".prop_map(ToWorker::Drain),
    ]
}

//! Shards whose windows are rendered by tensor operations, beside the same by rows; and how often they wait for the device.

use std::sync::Arc;

use clipig_core::{
    Canvas, HISTOGRAM_VALUES, Prepared, PreparedTarget, Rendering, Shard, ShardCompute, ShardIndex,
    ShardResult, ShardTask, TargetIndex,
};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Overrides, Scope, Source, load};
use clipig_models::{embedded, registry};
use tch::{Device, Kind};

use crate::clip::Clip;
use crate::clip::weights::Weights;
use crate::counts;
use crate::device;
use crate::gradient::GradientEngine;

const SIDE: usize = 150;

fn clip(device: Device) -> Arc<Clip> {
    let known = registry::find("clipig-tiny").expect("the model inside clipig");
    let weights = Weights::parse(embedded::BYTES).expect("weights");
    Arc::new(Clip::new(&weights, &known.spec.settings(), device, Kind::Float).expect("a model"))
}

fn experiment(target: &str) -> Arc<Experiment> {
    let yaml = format!("{{resolution: {SIDE}, targets: [{{batch_size: 3, {target}}}]}}");
    let loaded = load(&[Source::new("shard.yaml", &yaml)], &Overrides::default());
    Arc::new(loaded.unwrap_or_else(|errors| panic!("{yaml}\n{errors}")).experiment)
}

/// A shard of three samples, after one of another canvas, how often it waited, and how often it sent something.
fn computed(
    clip: &Arc<Clip>,
    experiment: &Arc<Experiment>,
    rendering: Rendering,
) -> (ShardResult, usize, usize) {
    let feature = |seed: usize| {
        (0..clip.embedding()).map(|i| ((i as f32 + seed as f32) * 7.7).sin()).collect::<Vec<f32>>()
    };
    let count = experiment.targets[0].features.len();
    let histogram = (0..).zip(&experiment.targets[0].constraints).filter_map(|(place, constraint)| {
        constraint.kind.image().map(|_| (count as u32 + place, vec![0.5; HISTOGRAM_VALUES]))
    });
    let target = PreparedTarget {
        features: (0..count).map(feature).collect(),
        auto_scales: vec![1.0; count],
        supplements: histogram.collect(),
        ..PreparedTarget::default()
    };
    let prepared = Arc::new(Prepared { targets: vec![target] });
    let engine = GradientEngine::new(Arc::clone(clip), Arc::clone(experiment), prepared, 1);
    let mut engine = engine.with_rendering(rendering);
    let scope = Scope::new(Key::root(2), 3, 10);
    let scope = scope.with_resolution(SIDE as u32, SIDE as u32).with_learnrate(1.0, 1.0);
    let mut compute = |phase: f32| {
        let value = |i: usize| 0.5 + 0.6 * ((i as f32 + phase) * 12.9898).sin();
        let canvas = Canvas::new(SIDE, SIDE, (0..3 * SIDE * SIDE).map(value).collect()).expect("its size");
        let shard = Shard { index: ShardIndex(0), target: TargetIndex(0), samples: 0..3 };
        let task = ShardTask { shard, scope: scope.clone(), canvas: canvas.into() };
        let compute = || counts::WAITS.during(|| engine.compute(&task).expect("a shard"));
        let ((result, waits), uploads) = counts::UPLOADS.during(compute);
        (result, waits, uploads)
    };
    compute(0.2);
    compute(0.7)
}

/// What decides nothing is read at the end, together; similarities that decide are read before.
#[test]
fn a_shard_waits_once_and_once_more_where_similarities_decide() {
    let device = device::of_tests();
    let clip = clip(device);
    let crops = "transforms: [{random_crop: 64}, {noise: .1}]";
    for (target, wanted) in [
        (format!("{crops}, features: [{{text: a}}, {{text: b, weight: 2 * t}}]"), 1),
        (format!("{crops}, select: mix, features: [{{text: a}}, {{text: b, weight: -.5}}]"), 1),
        (format!("{crops}, constraints: [{{mean: {{above: .9}}}}, {{blur: {{weight: .1}}}}]"), 1),
        (format!("{crops}, features: [{{text: a}}], mask: {{box: 0 0 .5 .5}}"), 1),
        (
            format!(
                "{crops}, features: [{{text: a}}], constraints: [{{std: {{below: .1, mask: {{box: 0 0 .5 1}}}}}}]"
            ),
            1,
        ),
        // Windows of other sizes than CLIP's, of sizes that differ, and with steps that need neighbours.
        (
            "transforms: [{random_rotate: {degree: -20 20}}, {random_crop: 90}], features: [{text: a}]"
                .into(),
            1,
        ),
        ("transforms: [{random_crop: 40+int(30*random())}], features: [{text: a}]".into(), 1),
        (
            "transforms: [{random_crop: 80}, {blur: {kernel_size: 3}}, {shift: 2 3}], features: [{text: a}]"
                .into(),
            1,
        ),
        // Nothing to pull: no gradient either.
        (format!("{crops}, weight: 0, features: [{{text: a}}]"), 1),
        (format!("{crops}, constraints: [{{mean: {{above: -1}}}}]"), 1),
        (format!("{crops}, constraints: [{{noise: {{std: .1}}}}]"), 1),
        (crops.into(), 0),
        (format!("{crops}, select: best, features: [{{text: a}}, {{text: b}}]"), 2),
        (format!("{crops}, features: [{{text: a, weight: 1 + sim}}]"), 2),
        (format!("{crops}, weight: sim, features: [{{text: a}}]"), 2),
        (format!("{crops}, features: [{{text: a}}], constraints: [{{mean: {{above: .5+.1*sim}}}}]"), 2),
    ] {
        let experiment = experiment(&target);
        let (found, waits, _) = computed(&clip, &experiment, Rendering::Device);
        assert_eq!(waits, wanted, "{target}");
        let (rows, ..) = computed(&clip, &experiment, Rendering::Host);
        if device == Device::Cpu {
            assert_eq!((found.gradient, found.samples), (rows.gradient, rows.samples), "{target}");
        }
    }
}

/// The numbers of all transforms travel together, and so do the weights of all features and of all constraints.
#[test]
fn what_is_sent_does_not_grow_with_transforms_and_features() {
    let clip = clip(Device::Cpu);
    let uploads = |target: &str| computed(&clip, &experiment(target), Rendering::Device).2;
    let few = uploads("transforms: [{random_crop: 64}], features: [{text: a}]");
    for many in [
        "transforms: [{noise: .1}, {random_shift: -.2 .2}, {random_rotate: {degree: -20 20}}, {random_scale: .9 1.1}, \
         {mul: .9}, {add: .1}, {random_crop: 64}, {bwnoise: .1}], features: [{text: a}]",
        "transforms: [{random_crop: 64}], features: [{text: a}, {text: b}, {text: c}, {text: d}]",
        "transforms: [{random_crop: 64}], select: mix, features: [{text: a}, {text: b}]",
    ] {
        assert_eq!(uploads(many), few, "{many}");
    }
    let constrained = |constraint: &str| {
        uploads(&format!("transforms: [{{random_crop: 64}}], constraints: [{{{constraint}}}]"))
    };
    let palette = |colors: usize| {
        constrained(&format!("palette: {{colors: [{}]}}", vec!["{color: t}"; colors].join(", ")))
    };
    assert_eq!(palette(9), palette(1), "all colours travel together");
    // The colours of its image were sent with the first shard.
    assert_eq!(constrained("histogram: {image: a.png}"), palette(1) - 1);
    // Nothing is sent of a shard but numbers, the canvas's tiles with their slots, features, weights, and the tiles to read.
    assert_eq!(few, 7);
}

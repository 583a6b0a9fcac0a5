//! Gradients of shards whose target or constraint has a mask.

use std::sync::Arc;

use clipig_core::{
    Canvas, GradientSum, Prepared, PreparedTarget, Shard, ShardCompute, ShardIndex, ShardTask, TargetIndex,
};
use clipig_experiment::random::Key;
use clipig_experiment::{Overrides, Scope, Source, load};
use clipig_models::{embedded, registry};
use tch::{Device, Kind};

use crate::clip::Clip;
use crate::clip::weights::Weights;
use crate::gradient::GradientEngine;

const SIDE: usize = 80;

/// The gradient of one shard of a target, given without its indentation.
fn gradient(clip: &Arc<Clip>, target: &str) -> GradientSum {
    let yaml = format!("resolution: {SIDE}\ntargets:\n- {}\n", target.replace('\n', "\n  "));
    let loaded = load(&[Source::new("masked.yaml", &yaml)], &Overrides::default());
    let experiment = Arc::new(loaded.unwrap_or_else(|errors| panic!("{yaml}\n{errors}")).experiment);
    let count = experiment.targets[0].features.len();
    let feature: Vec<f32> = (0..clip.embedding()).map(|i| ((i as f32 + 0.5) * 7.7).sin()).collect();
    let prepared = PreparedTarget {
        features: vec![feature; count],
        auto_scales: vec![1.0; count],
        ..PreparedTarget::default()
    };
    let prepared = Arc::new(Prepared { targets: vec![prepared] });
    let mut engine = GradientEngine::new(Arc::clone(clip), experiment, prepared, 1);
    let values = (0..3 * SIDE * SIDE).map(|i| 0.5 + 0.4 * ((i as f32 + 0.5) * 12.9898).sin()).collect();
    let canvas = Canvas::new(SIDE, SIDE, values).expect("as many values as pixels");
    let scope =
        Scope::new(Key::root(2), 3, 10).with_resolution(SIDE as u32, SIDE as u32).with_learnrate(1.0, 1.0);
    let shard = Shard { index: ShardIndex(0), target: TargetIndex(0), samples: 0..3 };
    engine.compute(&ShardTask { shard, scope, canvas: canvas.into() }).expect("a gradient").gradient
}

fn bits(gradient: &GradientSum) -> Vec<u32> {
    gradient.to_dense().into_iter().map(f32::to_bits).collect()
}

fn clip() -> Arc<Clip> {
    let known = registry::find("clipig-tiny").expect("the model inside clipig");
    let weights = Weights::parse(embedded::BYTES).expect("weights");
    Arc::new(Clip::new(&weights, &known.spec.settings(), Device::Cpu, Kind::Float).expect("a model"))
}

#[test]
fn a_masked_target_pulls_where_it_counts_and_nowhere_else() {
    let clip = clip();
    let target =
        "batch_size: 3\nfeatures: [{text: a}]\ntransforms: [{random_crop: 64}]\nconstraints: [{blur: {}}]";
    let plain = gradient(&clip, target);
    let masked = |mask: &str| gradient(&clip, &format!("{target}\nmask: {mask}"));
    assert_eq!(bits(&masked("{box: 0 0 1 1}")), bits(&plain));
    assert_eq!(masked("{box: 0 0 1 1, invert: yes}").tile_count(), 0, "no tile is sent for nothing");
    let (found, plain) = (masked("{box: .5 0 .5 .25}").to_dense(), plain.to_dense());
    assert!(plain.iter().filter(|value| **value != 0.0).count() > plain.len() / 2);
    for (place, (found, plain)) in found.iter().zip(&plain).enumerate() {
        let (x, y) = (place % SIDE, place / SIDE % SIDE);
        let wanted = if x >= 40 && y < 20 { *plain } else { 0.0 };
        assert_eq!(found.to_bits(), wanted.to_bits(), "{x}, {y}");
    }
}

#[test]
fn a_masked_constraint_follows_its_place_through_the_transforms() {
    let clip = clip();
    let target = |constraint: &str| {
        format!(
            "batch_size: 3\ntransforms: [{{random_shift: -.2 .2}}, {{random_crop: 64}}]\nconstraints: [{constraint}]"
        )
    };
    let plain = gradient(&clip, &target("{mean: {above: .9}}"));
    let masked = |mask: &str| gradient(&clip, &target(&format!("{{mean: {{above: .9, mask: {mask}}}}}")));
    assert_eq!(bits(&masked("{box: 0 0 1 1}")), bits(&plain));
    assert!(masked("{box: 0 0 0 0}").to_dense().iter().all(|value| *value == 0.0));
    // Each pixel of the canvas that counts is pulled, wherever the windows show it; none else is.
    let found = masked("{ellipse: .25 .25 .5 .5}").to_dense();
    for (place, found) in found.iter().enumerate() {
        let (x, y) = (place % SIDE, place / SIDE % SIDE);
        let relative = |place: usize| (place as f64 + 0.5 - 40.0) / 20.0;
        let inside = relative(x).powi(2) + relative(y).powi(2) <= 1.0;
        assert!(inside || *found == 0.0, "{x}, {y}");
    }
    assert!(found.iter().filter(|value| **value < 0.0).count() > 1000, "the inside is pulled up");
}

#[test]
fn a_masked_transform_hides_what_its_mask_covers() {
    let clip = clip();
    let target =
        |transforms: &str| format!("batch_size: 3\nfeatures: [{{text: a}}]\ntransforms: [{transforms}]");
    let found =
        gradient(&clip, &target("{mul: 0, mask: {box: 0 0 .5 1}}, {random_shift: -.1 .1}")).to_dense();
    for (place, found) in found.iter().enumerate() {
        assert!(place % SIDE >= 40 || *found == 0.0, "{place}");
    }
    assert!(found.iter().filter(|value| **value != 0.0).count() > found.len() / 3);
    let plain = gradient(&clip, &target("{noise: .1}, {random_crop: 64}"));
    assert_eq!(
        bits(&gradient(&clip, &target("{noise: .1, mask: {box: 0 0 1 1}}, {random_crop: 64}"))),
        bits(&plain)
    );
}

//! What the preparation finds out for directions and constraints on colours, and the gradients of whole shards with them.

use std::sync::Arc;

use clipig_core::{
    Assets, Canvas, HISTOGRAM_VALUES, Prepared, ProgressCounter, Shard, ShardCompute, ShardIndex,
    ShardResult, ShardTask, TargetIndex,
};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Overrides, Scope, Source, load};
use clipig_models::{FeatureLengths, ModelInfo, embedded, registry};
use image::{Rgba, RgbaImage};
use tch::{Device, Kind};

use crate::clip::Clip;
use crate::clip::weights::Weights;
use crate::gradient::GradientEngine;
use crate::prepare::{PrepareError, prepare};

const SIDE: usize = 72;

fn clip() -> Arc<Clip> {
    let known = registry::find("clipig-tiny").expect("the model inside clipig");
    let weights = Weights::parse(embedded::BYTES).expect("weights");
    Arc::new(Clip::new(&weights, &known.spec.settings(), Device::Cpu, Kind::Float).expect("a model"))
}

fn experiment(target: &str) -> Arc<Experiment> {
    let yaml = format!("resolution: {SIDE}\ntargets:\n- {}\n", target.replace('\n', "\n  "));
    let loaded = load(&[Source::new("looks.yaml", &yaml)], &Overrides::default());
    Arc::new(loaded.unwrap_or_else(|errors| panic!("{yaml}\n{errors}")).experiment)
}

/// An image of stripes, and one that nobody sees.
fn assets() -> Assets {
    let png = |image: RgbaImage| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image.write_to(&mut bytes, image::ImageFormat::Png).expect("a PNG");
        bytes.into_inner()
    };
    let striped = |x: u32, y: u32| {
        if ((x + y) / 8).is_multiple_of(2) { Rgba([220, 40, 30, 255]) } else { Rgba([250, 230, 120, 255]) }
    };
    let mut assets = Assets::default();
    assets.insert("stripes.png", png(RgbaImage::from_fn(96, 96, striped)));
    assets.insert("nothing.png", png(RgbaImage::new(8, 8)));
    assets
}

fn values() -> Vec<f32> {
    (0..3 * SIDE * SIDE).map(|i| 0.5 + 0.3 * ((i as f32 + 0.5) * 0.129).sin()).collect()
}

fn canvas(values: Vec<f32>) -> Canvas {
    Canvas::new(SIDE, SIDE, values).expect("as many values as pixels")
}

fn prepared(clip: &Clip, experiment: &Experiment, canvas: &Canvas) -> Result<Prepared, PrepareError> {
    prepare(clip, experiment, &assets(), canvas, &ProgressCounter::default())
}

fn shard(clip: &Arc<Clip>, experiment: &Arc<Experiment>, prepared: &Prepared, canvas: Canvas) -> ShardResult {
    let prepared = Arc::new(prepared.clone());
    let mut engine = GradientEngine::new(Arc::clone(clip), Arc::clone(experiment), prepared, 1);
    let side = SIDE as u32;
    let scope = Scope::new(Key::root(2), 3, 10).with_resolution(side, side).with_learnrate(1.0, 1.0);
    let shard = Shard { index: ShardIndex(0), target: TargetIndex(0), samples: 0..2 };
    engine.compute(&ShardTask { shard, scope, canvas: canvas.into() }).expect("a gradient")
}

fn loss(result: &ShardResult) -> f64 {
    result.samples.iter().map(|sample| sample.loss).sum()
}

#[test]
fn gradients_of_whole_shards_are_those_of_numerical_differences() {
    let clip = clip();
    // Another canvas than the first one, so that something has changed.
    let moved: Vec<f32> =
        values().iter().enumerate().map(|(i, v)| v + 0.1 * (i as f32 * 0.37).cos()).collect();
    for target in [
        "features: [{direction: {from: a red apple, to: a yellow banana}}]",
        "features: [{direction: {from: a dog, to_image: stripes.png, origin: stripes.png}, loss: spherical}]",
        "features: [{text: a cat}, {direction: {from: a dog, to: a cat}, weight: 2}]\nselect: all",
        "features: [{style: {image: stripes.png}}]",
        "features: [{style: {image: stripes.png, depth: 1}, loss: spherical}, {style: {image: stripes.png, depth: 0}}]",
        "constraints: [{histogram: {image: stripes.png}}]",
        "constraints: [{palette: {colors: [{color: .1}, {color: .9 .5 .2}]}}]",
    ] {
        let experiment = experiment(&format!("{target}\nbatch_size: 2\ntransforms: [{{random_crop: 64}}]"));
        let prepared = prepared(&clip, &experiment, &canvas(values())).expect("features");
        let gradient = shard(&clip, &experiment, &prepared, canvas(moved.clone())).gradient.to_dense();
        let length = gradient.iter().map(|slope| f64::from(*slope).powi(2)).sum::<f64>().sqrt();
        assert!(length > 1e-3, "{target}: nothing pulls");
        // Along the gradient the loss rises by its length.
        let step = 0.02;
        let at = |step: f64| {
            let along =
                |(value, slope): (&f32, &f32)| (f64::from(*value) + step * f64::from(*slope) / length) as f32;
            let values = moved.iter().zip(&gradient).map(along).collect();
            loss(&shard(&clip, &experiment, &prepared, canvas(values)))
        };
        let found = (at(step) - at(-step)) / (2.0 * step);
        assert!((found - length).abs() < 0.03 * length, "{target}: {found} for {length}");
    }
}

#[test]
fn the_first_canvas_has_not_moved() {
    let clip = clip();
    let experiment = experiment("features: [{direction: {from: a red apple, to: a yellow banana}}]");
    let prepared = prepared(&clip, &experiment, &canvas(values())).expect("features");
    let target = &prepared.targets[0];
    assert_eq!(target.of_feature(0).len(), target.features[0].len());
    let result = shard(&clip, &experiment, &prepared, canvas(values()));
    // The window is that of the preparation, up to rounding: its loss is 1, and it is pulled all the same.
    assert!((loss(&result) - 2.0).abs() < 0.05, "{}", loss(&result));
    assert!(result.gradient.to_dense().iter().any(|slope| slope.abs() > 1e-4));
}

#[test]
fn supplements_stand_at_their_places() {
    let clip = clip();
    let experiment = experiment(
        "features: [{text: a cat}, {direction: {from: a dog, to: a cat, origin: stripes.png}}, {style: {image: stripes.png}}]\n\
         constraints: [{blur: {}}, {histogram: {image: stripes.png}}]",
    );
    let prepared = prepared(&clip, &experiment, &canvas(values())).expect("features");
    let lengths: Vec<(u32, usize)> =
        prepared.targets[0].supplements.iter().map(|(place, values)| (*place, values.len())).collect();
    let model = ModelInfo::of_bytes(embedded::BYTES).expect("a model").architecture.feature_lengths();
    assert_eq!(model, FeatureLengths { vector: clip.embedding() as usize, style: Some(8 * 8 * 256) });
    assert_eq!(lengths, [(1, model.vector), (2, 8 * 8 * 256), (4, HISTOGRAM_VALUES)]);
}

#[test]
fn what_cannot_be_prepared_is_said_with_its_place() {
    let clip = clip();
    let error = |target: &str| {
        prepared(&clip, &experiment(target), &canvas(values())).expect_err("an error").to_string()
    };
    let found = error("constraints: [{histogram: {image: nothing.png}}]");
    assert!(
        found.starts_with("`targets.0.constraints.0.histogram.image`: the image has no opaque pixel"),
        "{found}"
    );
    let found = error("features: [{direction: {from: a dog, to: a cat, origin: missing.png}}]");
    assert!(found.starts_with("`targets.0.features.0.direction.origin`: the image `missing.png`"), "{found}");
    let found = error("features: [{direction: {from: A dog, to: a dog}}]");
    assert!(found.contains("the model sees no difference"), "{found}");
}

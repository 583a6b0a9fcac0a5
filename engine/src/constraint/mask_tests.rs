//! Constraints with masks: what they measure, and their gradients.

use clipig_experiment::random::Key;
use clipig_experiment::{ConstraintKind, Overrides, Scope, Source, load};
use tch::{Kind, Tensor};

use crate::histogram::quantiles;
use crate::read_back::read_back;

const SIDE: i64 = 8;

/// Every constraint, so that it asks for something of any window. Those of the second list look at neighbours.
const ALONE: [&str; 8] = [
    "contrast: {above: 2}",
    "histogram: {image: a.png}",
    "mean: {above: .9, below: .1}",
    "noise: {std: .3}",
    "normalize: {min: -.1, max: 1.2}",
    "palette: {colors: [{color: .1 .5 .4}, {color: .9 .5 .6}]}",
    "saturation: {above: .9}",
    "std: {above: .9}",
];
const WITH_NEIGHBOURS: [&str; 3] =
    ["blur: {kernel_size: 3, sigma: 1.}", "border: {size: 2, color: .4}", "edge_mean: {above: .9}"];

/// Values that are dark or bright, so that a small step changes no side.
fn windows(count: i64) -> Tensor {
    let value = |i: i64| {
        let noise = ((i as f32 + 0.5) * 12.9898).sin() * 43.5;
        let share = noise - noise.floor();
        if i * 7 % 5 < 2 { 0.1 + 0.2 * share } else { 0.7 + 0.2 * share }
    };
    let values: Vec<f32> = (0..count * 3 * SIDE * SIDE).map(value).collect();
    Tensor::from_slice(&values).view([count, 3, SIDE, SIDE])
}

fn losses(constraint: &str, windows: &Tensor, mask: Option<&Tensor>) -> Tensor {
    let yaml = format!("targets: [{{constraints: [{{{constraint}}}]}}]\n");
    let loaded = load(&[Source::new("constraint.yaml", &yaml)], &Overrides::default());
    let experiment = loaded.unwrap_or_else(|errors| panic!("{yaml}\n{errors}")).experiment;
    let scope = Scope::new(Key::root(1), 2, 10).with_resolution(8, 8).with_learnrate(1.0, 1.0);
    let scopes: Vec<Scope> =
        (0..windows.size()[0]).map(|sample| scope.with_sample(sample as u64).with_similarity(20.0)).collect();
    let constraint = &experiment.targets[0].constraints[0];
    let prepared = match constraint.kind {
        ConstraintKind::Histogram(_) => quantiles(colors()).expect("colours"),
        _ => Vec::new(),
    };
    let kept = super::Kept::default();
    let seen = super::Constrained { windows, mask, prepared: &prepared, kept: &kept };
    super::losses(constraint, seen, &scopes).expect("losses")
}

/// The colours of an image, bright and mostly red.
fn colors() -> impl Iterator<Item = [f32; 3]> {
    let levels = (0..64_u8).map(|i| f32::from(i) / 63.0);
    levels.map(|level| [1.0 - 0.3 * level * level, 0.2 + 0.4 * level, 0.7 - 0.6 * level])
}

fn values(tensor: &Tensor) -> Vec<f64> {
    read_back(tensor).expect("numbers")
}

/// Weights `[n, 1, S, S]`, by column and row.
fn mask(count: i64, weight: impl Fn(i64, i64) -> f32) -> Tensor {
    let places = (0..count * SIDE * SIDE).map(|place| (place % SIDE, place / SIDE % SIDE));
    let weights: Vec<f32> = places.map(|(x, y)| weight(x, y)).collect();
    Tensor::from_slice(&weights).view([count, 1, SIDE, SIDE])
}

#[test]
fn pixels_that_do_not_count_might_as_well_not_be_there() {
    let windows = windows(2);
    let left = mask(2, |x, _| if x < SIDE / 2 { 1.0 } else { 0.0 });
    for constraint in ALONE.into_iter().filter(|constraint| !constraint.starts_with("noise")) {
        let found = values(&losses(constraint, &windows, Some(&left)));
        // Half of the window counts, so half of the pull is there.
        let wanted = values(&losses(constraint, &windows.narrow(3, 0, SIDE / 2), None));
        for (found, wanted) in found.iter().zip(&wanted) {
            let wanted = wanted / 2.0;
            assert!((found - wanted).abs() < 1e-4 * wanted.max(1.0), "{constraint}: {found} for {wanted}");
            assert!(wanted > 1e-3, "{constraint}: nothing was asked");
        }
    }
}

#[test]
fn full_weights_change_nothing_and_none_ask_for_nothing() {
    let windows = windows(2).set_requires_grad(true);
    let (ones, zeros) = (mask(2, |_, _| 1.0), mask(2, |_, _| 0.0));
    for constraint in ALONE.into_iter().chain(WITH_NEIGHBOURS) {
        let wanted = values(&losses(constraint, &windows, None));
        let found = values(&losses(constraint, &windows, Some(&ones)));
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!((found - wanted).abs() < 1e-5 * wanted.max(1.0), "{constraint}: {found} for {wanted}");
        }
        let nothing = losses(constraint, &windows, Some(&zeros));
        assert_eq!(values(&nothing), [0.0, 0.0], "{constraint}");
        if nothing.requires_grad() {
            let gradient =
                Tensor::run_backward(&[nothing.sum(Kind::Float)], &[&windows], false, false).remove(0);
            assert!(values(&gradient).iter().all(|slope| *slope == 0.0), "{constraint}");
        }
    }
}

#[test]
fn gradients_are_those_of_numerical_differences() {
    const STEP: f64 = 2e-3;
    let soft = mask(1, |x, y| ((x + 2 * y) as f32 / 14.0).min(1.0));
    for constraint in ALONE.into_iter().chain(WITH_NEIGHBOURS) {
        if constraint.starts_with("noise") {
            continue; // it has no gradient
        }
        let leaf = windows(1).set_requires_grad(true);
        let loss = losses(constraint, &leaf, Some(&soft)).sum(Kind::Float);
        let found = values(&Tensor::run_backward(&[loss], &[&leaf], false, false).remove(0));
        let steepest = found.iter().fold(0.0_f64, |most, slope| most.max(slope.abs()));
        assert!(steepest > 1e-3, "{constraint}: nothing pulls");
        let (mut off, count) = (0, found.len());
        for (place, found) in found.into_iter().enumerate() {
            let at = |offset: f64| {
                let moved = windows(1);
                let _ = moved.view([-1]).narrow(0, place as i64, 1).f_add_scalar_(offset).expect("a number");
                values(&losses(constraint, &moved, Some(&soft)))[0]
            };
            let wanted = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            off += usize::from((found - wanted).abs() > 0.03 * steepest.max(1.0));
        }
        // An absolute value has a corner, which a step may meet.
        assert!(off <= count / 50, "{constraint}: {off} of {count} slopes are others");
    }
}

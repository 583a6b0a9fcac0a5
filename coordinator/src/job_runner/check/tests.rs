//! Preparations of lengths that are right, and those that are not.

use clipig_experiment::{Overrides, Source, load};

use super::*;

fn experiment(yaml: &str) -> Experiment {
    let loaded = load(&[Source::new("a.yaml", yaml)], &Overrides::default());
    loaded.unwrap_or_else(|errors| panic!("{errors}")).experiment
}

/// Encoded features of these lengths.
fn target(lengths: &[usize]) -> PreparedTarget {
    PreparedTarget {
        features: lengths.iter().map(|length| vec![0.5; *length]).collect(),
        auto_scales: vec![1.0; lengths.len()],
        ..PreparedTarget::default()
    }
}

#[test]
fn features_have_one_length_for_each_model() {
    let yaml =
        "models: [{name: a}, {name: b}]\ntargets: [{features: [{text: x}]}, {features: [{text: y}]}]\n";
    let experiment = experiment(yaml);
    let of_lengths = |lengths: [usize; 4], known: &[Option<FeatureLengths>]| {
        let targets = lengths.map(|length| target(&[length])).to_vec();
        preparation(&Prepared { targets }, &experiment, known)
    };
    let wrong = |target, expected, found| Err(PreparationError::Length { target, expected, found });
    assert_eq!(of_lengths([2, 3, 2, 3], &[]), Ok(()));
    assert_eq!(of_lengths([2, 3, 2, 2], &[]), wrong(3, 3, 2));
    let known = |vector| Some(FeatureLengths { vector, style: None });
    assert_eq!(of_lengths([2, 3, 2, 3], &[known(2), known(3)]), Ok(()));
    // All of them have one length, and it is not that of the model.
    assert_eq!(of_lengths([2, 3, 2, 3], &[known(4), known(3)]), wrong(0, 4, 2));
    assert_eq!(of_lengths([2, 3, 2, 3], &[None, known(4)]), wrong(1, 4, 3));
}

#[test]
fn supplements_have_the_lengths_of_the_model() {
    let experiment = experiment(
        "targets:\n- features: [{text: x}, {direction: {from: x, to: y}}, {style: {image: a.png}}]\n  \
         constraints: [{blur: {}}, {histogram: {image: a.png}}]\n",
    );
    let known = Some(FeatureLengths { vector: 4, style: Some(6) });
    let check = |supplements: &[(u32, usize)], known| {
        let supplements = supplements.iter().map(|(place, length)| (*place, vec![0.5; *length]));
        let target = PreparedTarget { supplements: supplements.collect(), ..target(&[4; 3]) };
        preparation(&Prepared { targets: vec![target] }, &experiment, &[known])
    };
    // A direction, a style and a histogram.
    let right = [(1, 4), (2, 6), (4, HISTOGRAM_VALUES)];
    assert_eq!(check(&right, known), Ok(()));
    for (place, expected) in right {
        let others: Vec<_> = right.into_iter().filter(|(other, _)| *other != place).collect();
        let wrong = |found| Err(PreparationError::Supplement { target: 0, place, expected, found });
        assert_eq!(check(&others, known), wrong(0));
        for found in [expected - 1, expected + 1] {
            assert_eq!(check(&[&others[..], &[(place, found)]].concat(), known), wrong(found));
        }
    }
    // A text and a blur need none.
    for place in [0, 3, 5] {
        let error = PreparationError::Supplement { target: 0, place, expected: 0, found: 1 };
        assert_eq!(check(&[&right[..], &[(place, 1)]].concat(), known), Err(error));
    }
    // Where the model's shape is not known, a style has some length.
    assert_eq!(check(&[(1, 4), (2, 7), (4, HISTOGRAM_VALUES)], None), Ok(()));
    let missing = PreparationError::Supplement { target: 0, place: 2, expected: 1, found: 0 };
    assert_eq!(check(&[(1, 4), (4, HISTOGRAM_VALUES)], None), Err(missing));
    let residual = Some(FeatureLengths { vector: 4, style: None });
    assert_eq!(check(&right, residual), Err(PreparationError::NoPatches(0)));
}

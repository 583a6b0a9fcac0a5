//! Sweeps and animations as files describe them.

use clipig_experiment::{
    Animation, Experiment, FeatureSource, FrameTime, Overrides, PixelModel, Source, Sweep, animation_of,
    load, sweep_of,
};

const TARGETS: &str = "\
epochs: 100
resolution: 32
targets:
- features:
  - text: a red apple
  transforms:
  - noise: .1
  - blur:
      sigma: 1
";

fn sources(yaml: &str) -> [Source; 1] {
    [Source::new("a.yaml", format!("{TARGETS}{yaml}"))]
}

fn sweep(yaml: &str) -> Sweep {
    sweep_of(&sources(yaml), &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn animation(yaml: &str) -> Animation {
    animation_of(&sources(yaml), &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn picture(sweep: &Sweep, index: usize) -> Experiment {
    sweep.load(index).unwrap_or_else(|problems| panic!("{problems}")).experiment
}

fn frame(animation: &Animation, number: u32) -> Experiment {
    let loaded = animation.load(number, 40, "before.png");
    loaded.unwrap_or_else(|problems| panic!("{problems}")).experiment
}

fn rate(experiment: &Experiment) -> f64 {
    experiment.learnrate.as_constant().unwrap()
}

#[test]
fn a_product_changes_the_last_parameter_fastest() {
    let sweep = sweep("sweep: {parameters: {seed: 3..4, learnrate: [1, .5, 2]}}\n");
    assert_eq!((sweep.count(), sweep.columns()), (6, Some(3)));
    let found: Vec<(u64, f64)> = (0..6)
        .map(|index| {
            let experiment = picture(&sweep, index);
            (experiment.seed.unwrap(), rate(&experiment))
        })
        .collect();
    assert_eq!(found, [(3, 1.0), (3, 0.5), (3, 2.0), (4, 1.0), (4, 0.5), (4, 2.0)]);
    assert_eq!(sweep.labels(4), [("seed", "4"), ("learnrate", ".5")]);
}

#[test]
fn a_zip_takes_values_together() {
    let sweep = sweep("sweep: {combine: zip, parameters: {epochs: [10, 20], learnrate: [3, 1]}}\n");
    assert_eq!((sweep.count(), sweep.columns()), (2, None));
    let second = picture(&sweep, 1);
    assert_eq!((second.epochs, rate(&second)), (20, 1.0));
}

#[test]
fn values_are_those_that_the_parameter_would_have() {
    let yaml = "\
sweep:
  judge: ViT-B/32
  parameters:
    canvas.model: [pixels, fft]
    targets.features.text: [a pear, a lemon]
    targets.transforms.blur.sigma: [1, [2, 3], t+1]
    targets.0.end: [50, .5, 25%]
    targets.0.transforms: [[{noise: .3}], []]
";
    let sweep = sweep(yaml);
    assert_eq!((sweep.count(), sweep.judge.as_deref()), (72, Some("ViT-B/32")));
    let last = picture(&sweep, 71);
    assert!(matches!(last.canvas.model, PixelModel::Fft { .. }));
    assert_eq!(last.targets[0].features[0].source, FeatureSource::Text("a lemon".to_owned()));
    assert_eq!((last.targets[0].span.end, last.targets[0].transforms.len()), (FrameTime::Ratio(0.25), 0));
    let labels: Vec<&str> = sweep.labels(71).into_iter().map(|(_, value)| value).collect();
    assert_eq!(labels, ["fft", "a lemon", "t+1", "25%", "no. 2"]);
    assert_eq!(sweep.axes[2].parameter, "targets.0.transforms.1.blur.sigma");
    let first = picture(&sweep, 0);
    assert_eq!((first.targets[0].span.end, first.targets[0].transforms.len()), (FrameTime::Epoch(50), 1));
}

#[test]
fn ranges_are_written_out() {
    let values = |range: &str, parameter: &str| {
        let sweep = sweep(&format!("sweep: {{parameters: {{{parameter}: {range}}}}}\n"));
        sweep.axes[0].labels.clone()
    };
    assert_eq!(values("{from: .1, to: 10, steps: 3, scale: log}", "learnrate"), ["0.1", "1.0", "10.0"]);
    assert_eq!(values("{from: 0, to: 1, steps: 3}", "learnrate"), ["0.0", "0.5", "1.0"]);
    assert_eq!(values("{from: 3, to: 1}", "seed"), ["3", "2", "1"]);
    assert_eq!(values("{from: 10, to: 99, steps: 3}", "epochs"), ["10", "55", "99"]);
    assert_eq!(values("2..-1", "targets.weight"), ["2", "1", "0", "-1"]);
    assert_eq!(values("{from: 16, to: 64, steps: 2}", "resolution"), ["16", "64"]);
}

#[test]
fn a_picture_of_a_sweep_is_that_of_a_plain_file() {
    let sweep = sweep("seed: 1\nsweep: {parameters: {learnrate: [2]}}\n");
    let plain = load(&sources("seed: 1\nlearnrate: 2\n"), &Overrides::default()).unwrap();
    assert_eq!(sweep.load(0).unwrap().to_yaml(), plain.to_yaml());
    assert!(!plain.to_yaml().contains("sweep") && !plain.to_yaml().contains("zoom"));
}

/// What is wrong, and where: line and column from 1.
fn problem(yaml: &str) -> (String, usize, usize) {
    let sources = sources(yaml);
    let all = match sweep_of(&sources, &Overrides::default()) {
        Err(problems) => problems,
        Ok(sweep) => (0..sweep.count()).find_map(|index| sweep.load(index).err()).expect(yaml),
    };
    let first = all.iter().next().unwrap();
    let (_, line, column) = all.position(first.origin.place().expect("it has a place"));
    let text = format!("{} | {}", first.message, first.help.join(" | "));
    (text, line - TARGETS.lines().count(), column)
}

#[test]
fn mistakes_are_shown_where_they_are_written() {
    for (yaml, message, line, column) in [
        ("sweep:\n  parameters:\n    learnrat: [1, 2]\n", "did you mean `learnrate`?", 3, 5),
        ("sweep:\n  parameters:\n    learnrate: 3\n", "needs several values here, found a number", 3, 16),
        ("sweep:\n  parameters:\n    learnrate: []\n", "the list of values is empty", 3, 16),
        ("sweep:\n  parameters:\n    learnrate: [1, fast]\n", "fast", 3, 20),
        ("sweep:\n  parameters:\n    epochs: [5, -1]\n", "`epochs` is too small: -1", 3, 17),
        ("sweep:\n  parameters:\n    canvas.model: [fft, ftt]\n", "`model` cannot be `ftt`", 3, 25), // typos: on purpose
        ("sweep:\n  parameters:\n    seed: 1..2000\n", "2000 values; a sweep may have 1000", 3, 11),
        ("sweep:\n  parameters:\n    seed: 1..40\n    epochs: 1..40\n", "40 · 40 are 1600 pictures", 3, 5),
        (
            "sweep:\n  combine: zip\n  parameters:\n    seed: 1..3\n    epochs: [1, 2]\n",
            "needs 3 values",
            5,
            5,
        ),
        ("sweep:\n  parameters:\n    seed: {from: 1}\n", "a range needs `to`", 3, 11),
        ("sweep:\n  parameters:\n    learnrate: {from: 1, to: 2.5}\n", "a range needs `steps`", 3, 16),
        ("sweep:\n  parameters:\n    learnrate: {form: 1, to: 2}\n", "did you mean `from`?", 3, 17),
        ("sweep:\n  parameters:\n    canvas.model: {from: 1, to: 2}\n", "`model` is no number", 3, 19),
        ("sweep:\n  parameters:\n    learnrate: {from: 0, to: 1, steps: 3, scale: log}\n", "above 0", 3, 16),
        ("sweep:\n  parameters:\n    targets.5.weight: [1, 2]\n", "so there is no entry 5", 3, 5),
        ("sweep:\n  parameters:\n    output: [a, b]\n", "is the same for all pictures", 3, 5),
        ("sweep:\n  parameters: [seed]\n", "found a list", 2, 3),
        ("sweep:\n  judge: ViT-B/32\n", "`sweep` needs `parameters`", 1, 1),
        (
            "sweep:\n  parameters: {seed: [1], 'targets.0.weight': [1], targets.weight: [2]}\n",
            "differs twice",
            2,
            52,
        ),
    ] {
        let (found, at_line, at_column) = problem(yaml);
        assert!(found.contains(message), "{yaml}{found}");
        assert_eq!((at_line, at_column), (line, column), "{yaml}{found}");
    }
}

#[test]
fn one_picture_is_refused_with_the_command_that_draws_all() {
    for (yaml, command) in [
        ("sweep: {parameters: {seed: 1..3}}\n", "clipig sweep FILE"),
        ("animation: {frames: 3}\n", "clipig animate FILE"),
    ] {
        let problems = load(&sources(yaml), &Overrides::default()).unwrap_err().to_string();
        assert!(problems.contains(command) && problems.contains("a.yaml:10:1"), "{problems}");
    }
    let both = sources("sweep: {parameters: {seed: 1..3}}\nanimation: {frames: 3}\n");
    assert!(
        sweep_of(&both, &Overrides::default()).unwrap_err().to_string().contains("cannot be in one file")
    );
    let none = sources("");
    let absent = animation_of(&none, &Overrides::default()).unwrap_err().to_string();
    assert!(absent.contains("there is no `animation`") && absent.contains("frames: 48"), "{absent}");
    // One message each: what is written, and the command for it; and nothing is absent from a file that is no YAML.
    let sweep = sources("sweep: {parameters: {seed: 1..3}}\n");
    let other = animation_of(&sweep, &Overrides::default()).unwrap_err();
    assert_eq!(other.len(), 1, "{other}");
    assert!(other.to_string().contains("`clipig sweep FILE` draws it"), "{other}");
    let torn = animation_of(&sources("animation: {frames: 3\n"), &Overrides::default()).unwrap_err();
    assert!(!torn.is_empty() && !torn.to_string().contains("there is no `animation`"), "{torn}");
    let list = sweep_of(&sources("sweep: [3]\n"), &Overrides::default()).unwrap_err();
    assert_eq!(list.len(), 1, "{list}");
}

#[test]
fn frames_begin_as_the_one_before_moved() {
    let yaml = "\
seed: 40
animation:
  frames: 10
  strength: .75
  zoom: {0: 1, 8: 1.2}
  rotate: frame / frames
  move_x: .01
  border: wrap
";
    let animation = animation(yaml);
    assert_eq!((animation.frames(), animation.fps, animation.seed), (10, 12, Some(40)));
    let first = frame(&animation, 0);
    assert_eq!((first.start_epoch, first.epochs, first.seed, first.init.image), (0, 100, Some(40), None));
    let fifth = frame(&animation, 4);
    assert_eq!((fifth.start_epoch, fifth.epochs, fifth.seed), (75, 100, Some(44)));
    assert_eq!(fifth.init.image.as_deref(), Some("before.png"));
    assert_eq!((fifth.init.mean, fifth.init.std), ([0.0; 3], [1.0; 3]));
    let place = fifth.init.placement;
    assert!(
        (place.zoom - 1.1).abs() < 1e-12 && place.rotate == 0.4 && place.shift == [0.01, 0.0],
        "{place:?}"
    );
    assert_eq!(place.border, clipig_experiment::Beyond::Wrap);
    // The last key frame holds to the end.
    assert_eq!(frame(&animation, 9).init.placement.zoom, 1.2);
}

#[test]
fn a_frame_has_at_least_one_epoch() {
    let animation = animation("animation: {frames: 2, strength: 1}\n");
    assert_eq!(frame(&animation, 1).start_epoch, 99);
}

#[test]
fn parameters_change_from_frame_to_frame() {
    let yaml = "\
animation:
  frames: 11
  parameters:
    learnrate: {0: 1, 10: 3}
    targets.transforms.noise: .1*ti+frame/100
    epochs: {0: 100, 10: 50}
    targets.0.active: {0: yes, 5: no}
    resolution: {0: 32 64, 10: 64 64}
";
    let animation = animation(yaml);
    let at = |number| frame(&animation, number);
    assert_eq!([rate(&at(0)), rate(&at(5)), rate(&at(10))], [1.0, 2.0, 3.0]);
    assert_eq!([at(0).epochs, at(5).epochs, at(10).epochs], [100, 75, 50]);
    assert_eq!([at(4).targets[0].active, at(5).targets[0].active], [true, false]);
    let sides = |number| at(number).resolution.map(|side| side.as_constant().unwrap());
    assert_eq!([sides(0), sides(5), sides(10)], [[32, 64], [48, 64], [64, 64]]);
    let noise = animation.load(7, 1, "before.png").unwrap().to_yaml();
    assert!(noise.contains(".1*ti+7/100"), "{noise}");
}

#[test]
fn two_texts_are_blended_by_their_weights() {
    const WEIGHT: &str = "  parameters: {targets.features.weight: {0: 0, 4: 4}}\n";
    let yaml = "animation:\n  frames: 9\n  prompts: {0: a tulip, 8: a balloon}\n";
    let (plain, heavier) = (animation(yaml), animation(&format!("{yaml}{WEIGHT}")));
    let features = |animation: &Animation, number| {
        let features = frame(animation, number).targets.remove(0).features;
        let feature = |feature: &clipig_experiment::Feature| {
            (feature.source.shown().into_owned(), feature.weight.as_constant().unwrap())
        };
        features.iter().map(feature).collect::<Vec<_>>()
    };
    let [tulip, balloon] = ["a tulip", "a balloon"].map(str::to_owned);
    assert_eq!(features(&plain, 0), [(tulip.clone(), 1.0)]);
    assert_eq!(features(&plain, 2), [(tulip.clone(), 0.75), (balloon.clone(), 0.25)]);
    // They share a weight that changes, too.
    assert_eq!(features(&heavier, 2), [(tulip, 1.5), (balloon.clone(), 0.5)]);
    assert_eq!(features(&plain, 8), [(balloon, 1.0)]);
}

#[test]
fn a_move_in_pixels_is_told() {
    let warnings = |moved: &str| {
        let animation = animation(&format!("animation:\n  frames: 5\n  {moved}\n"));
        animation.load(1, 40, "before.png").unwrap().warnings.to_string()
    };
    let found = warnings("move_x: {0: 0, 4: -20}");
    assert!(found.contains("in whole pictures, not in pixels") && found.contains("a.yaml:12:"), "{found}");
    for moved in ["move_y: -.5", "move_x: 20*frame", "rotate: 20"] {
        assert_eq!(warnings(moved), "", "{moved}");
    }
}

#[test]
fn mistakes_in_animations_are_shown_where_they_are_written() {
    for (yaml, message, place) in [
        ("animation:\n  zoom: 2\n", "`animation` needs `frames`", "a.yaml:11:3"),
        ("animation:\n  frames: 5\n  zoom: {0: 1, 5: 2}\n", "there is no frame 5", "a.yaml:12:16"),
        (
            "animation:\n  frames: 5\n  zoom: {0: 1, last: 2}\n",
            "is not the number of a frame",
            "a.yaml:12:16",
        ),
        ("animation:\n  frames: 5\n  border: mirorr\n", "did you mean `mirror`?", "a.yaml:12:11"), // typos: on purpose
        ("animation:\n  frames: 5\n  strength: 2\n", "`strength` cannot be 2", "a.yaml:12:13"),
        ("animation:\n  frames: 5\n  zoom: {0: 1, 4: 0}\n", "`zoom` cannot be 0", "a.yaml:12:19"),
        ("animation:\n  frames: 5\n  prompts: [a pear, a plum]\n", "prompts: {0: a tulip", "a.yaml:12:3"),
        ("animation:\n  frames: 5\n  zoom: 1 + t\n", "`t`", "a.yaml:12:"),
        ("animation:\n  frames: 5\n  parameters:\n    init.zoom: 2\n", "cannot change", "a.yaml:13:5"),
        ("animation:\n  frames: 5\n  parameters:\n    epoch: 2\n", "did you mean `epochs`?", "a.yaml:13:5"),
        ("animation:\n  frames: 99999\n", "`frames` is too large", "a.yaml:11:11"),
    ] {
        let problems = match animation_of(&sources(yaml), &Overrides::default()) {
            Err(problems) => problems,
            Ok(animation) => (0..animation.frames())
                .find_map(|number| animation.load(number, 1, "before.png").err())
                .expect(yaml),
        };
        let text = problems.to_string();
        assert!(text.contains(message) && text.contains(place), "{yaml}{text}");
    }
}

//! Experiments that have always worked.

use std::path::PathBuf;

use clipig_experiment::experiment::{
    FeatureSource, FrameTime, PaletteColors, PixelModel, Select, Symmetry, TransformKind,
};
use clipig_experiment::expression::Int;
use clipig_experiment::{Overrides, SeriesKind, Source, animation_of, load, series_of, sweep_of};
use clipig_testing::Oracle;

fn one(text: &str) -> clipig_experiment::Loaded {
    load(&[Source::new("x.yaml", text)], &Overrides::default()).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The experiment of a file, or all of a series.
fn all(text: &str) -> Vec<clipig_experiment::Loaded> {
    let sources = [Source::new("x.yaml", text)];
    match series_of(&sources) {
        None => vec![one(text)],
        Some(SeriesKind::Sweep) => {
            let sweep = sweep_of(&sources, &Overrides::default()).unwrap_or_else(|errors| panic!("{errors}"));
            let pictures = (0..sweep.count()).map(|index| sweep.load(index));
            pictures.collect::<Result<_, _>>().unwrap_or_else(|errors| panic!("{errors}"))
        }
        Some(SeriesKind::Animation) => {
            let animation =
                animation_of(&sources, &Overrides::default()).unwrap_or_else(|errors| panic!("{errors}"));
            let frames = (0..animation.frames()).map(|frame| animation.load(frame, 1, "frame.png"));
            frames.collect::<Result<_, _>>().unwrap_or_else(|errors| panic!("{errors}"))
        }
    }
}

/// The folders are `CLIPIG_EXPERIMENTS`, or the project's examples and its walkthrough.
#[test]
fn every_example_loads_without_warnings_and_exports_itself() {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let folders = match std::env::var_os("CLIPIG_EXPERIMENTS") {
        Some(folder) => vec![PathBuf::from(folder)],
        None => vec![own.join("walkthrough"), own],
    };
    for folder in folders {
        let mut count = 0;
        for file in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            for loaded in all(&std::fs::read_to_string(&path).unwrap()) {
                assert!(loaded.warnings.is_empty(), "{}:\n{}", path.display(), loaded.warnings);
                let yaml = loaded.to_yaml();
                let again = one(&yaml);
                assert!(again.warnings.is_empty(), "{}, exported:\n{}", path.display(), again.warnings);
                assert_eq!(again.to_yaml(), yaml);
            }
            count += 1;
        }
        assert!(count > 0, "no experiments in {}", folder.display());
    }
}

/// Everything that the original trains with is an experiment here too.
#[test]
fn oracle_training_experiments_load() {
    let oracle = Oracle::open();
    for folder in ["training", "transforms", "constraints"] {
        let index = oracle.json(&format!("{folder}/index.json"));
        for case in index["cases"].as_array().unwrap() {
            let texts: Vec<&str> = match &case["yaml"] {
                serde_json::Value::Array(texts) => texts.iter().map(|text| text.as_str().unwrap()).collect(),
                text => vec![text.as_str().unwrap()],
            };
            let sources: Vec<Source> = texts.into_iter().map(|text| Source::new("x", text)).collect();
            if case.get("expect_error").is_none() {
                let loaded = load(&sources, &Overrides::default());
                assert!(loaded.is_ok(), "{}:\n{}", case["name"], loaded.err().unwrap());
            }
        }
    }
}

#[test]
fn a_file_becomes_types() {
    let loaded = one(
        "targets:\n- name: one\n  start: 30%\n  end: 50\n  select: best\n  features:\n  - text: a\n  - image: b.png\n    \
         loss: L2\n  transforms:\n  - mul: .5\n    add: t\n  - random_shift: 1 2 3 4\n",
    );
    let target = &loaded.experiment.targets[0];
    assert_eq!((target.span.start, target.span.end), (FrameTime::Ratio(0.3), FrameTime::Epoch(50)));
    assert_eq!(target.select, Select::Best);
    assert_eq!(target.features[1].source, FeatureSource::Image("b.png".to_owned()));
    let paths: Vec<&str> = target.transforms.iter().map(|transform| transform.path.as_str()).collect();
    let expected =
        ["targets.0.transforms.0.mul", "targets.0.transforms.0.add", "targets.0.transforms.1.random_shift"];
    assert_eq!(paths, expected);
    assert!(matches!(&target.transforms[2].kind, TransformKind::RandomShift(values) if values.len() == 4));
    assert!(!target.transforms[1].draws());
    assert!(target.draws());
    assert_eq!(loaded.experiment.model, None);
    assert_eq!(loaded.picture, "x.png");
}

/// Copies of one expression are drawn apart from each other, and so are entries that came from another file.
#[test]
fn every_copy_of_a_random_expression_has_its_own_numbers() {
    use clipig_experiment::{Scope, random::Key};
    let file = "targets:\n- features: [{text: a}]\n  transforms:\n  - add: random()\n";
    let sources = [Source::new("a", file), Source::new("b", file)];
    let loaded = load(&sources, &Overrides::default()).unwrap();
    let scope = Scope::new(Key::root(1), 0, 10).with_resolution(8, 8).with_learnrate(1.0, 1.0);
    let mut seen = Vec::new();
    for target in &loaded.experiment.targets {
        assert!(target.draws());
        let TransformKind::Add(values) = &target.transforms[0].kind else { panic!() };
        seen.extend(values.iter().map(|value| value.evaluate(&scope).unwrap().to_bits()));
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 6);
}

#[test]
fn the_command_line_wins() {
    let overrides = Overrides {
        epochs: Some(7),
        resolution: vec![64],
        seed: Some(u64::MAX),
        output: Some("pictures/".to_owned()),
        ..Overrides::default()
    };
    let sources = [Source::new("a.yaml", "epochs: 1\nresolution: 5 6\nseed: 3\noutput: out/pic.png\n")];
    let loaded = load(&sources, &overrides).unwrap();
    assert_eq!((loaded.experiment.epochs, loaded.experiment.seed), (7, Some(u64::MAX)));
    assert_eq!(loaded.experiment.resolution.each_ref().map(Int::as_constant), [Some(64), Some(64)]);
    assert_eq!(loaded.picture, "pictures/pic.png");
    let mut tree = loaded.tree;
    tree.record_model("tiny");
    tree.record_seed(9);
    let again = one(&tree.to_yaml()).experiment;
    assert_eq!((again.model.as_deref(), again.seed), (Some("tiny"), Some(9)));
}

#[test]
fn a_text_on_the_command_line_replaces_all_features() {
    let overrides = Overrides { text: Some("a cat".to_owned()), ..Overrides::default() };
    let features = |yaml: &str| -> Vec<Vec<FeatureSource>> {
        let loaded = load(&[Source::new("a.yaml", yaml)], &overrides).unwrap();
        let targets = one(&loaded.to_yaml()).experiment.targets;
        targets.iter().map(|target| target.features.iter().map(|f| f.source.clone()).collect()).collect()
    };
    let cat = vec![FeatureSource::Text("a cat".to_owned())];
    assert_eq!(features("epochs: 3\n").concat(), cat);
    let two = "targets:\n- features:\n  - text: a\n  - image: b.png\n- name: x\n  batch_size: 2\n";
    assert_eq!(features(two), [cat.clone(), cat]);
}

#[test]
fn a_canvas_becomes_types_and_exports_itself() {
    let canvas = |yaml: &str| {
        let loaded = one(yaml);
        assert!(loaded.warnings.is_empty(), "{yaml}\n{}", loaded.warnings);
        let again = one(&loaded.to_yaml());
        assert!(again.warnings.is_empty(), "{yaml}\n{}", again.warnings);
        assert_eq!(again.experiment.canvas, loaded.experiment.canvas, "{yaml}");
        loaded.experiment.canvas
    };
    assert!(canvas("epochs: 1\n").is_plain());
    let pyramid = canvas("canvas: {model: pyramid, levels: 3, tile: 2 3}\n");
    assert_eq!(pyramid.model, PixelModel::Pyramid { levels: Some(3), falloff: 1.5 });
    assert_eq!((pyramid.symmetry, pyramid.tile), (Symmetry::None, [2, 3]));
    let given = canvas("canvas:\n  model: palette\n  palette:\n    - color: 1 0 0\n    - color: .5\n");
    let colors = PaletteColors::Given(vec![[1.0, 0.0, 0.0], [0.5; 3]]);
    assert_eq!(given.model, PixelModel::Palette { colors, softness: 0.25 });
    let learned = canvas("canvas: {model: palette, colors: 9, softness: 1, symmetry: rotate-4}\n");
    assert_eq!(learned.model, PixelModel::Palette { colors: PaletteColors::Learned(9), softness: 1.0 });
    assert!(learned.has_maps() && !learned.is_plain());
}

#[test]
fn a_prompt_is_several_features_and_a_text_is_one() {
    let features = |entry: &str| {
        let loaded = one(&format!("targets:\n- features:\n  - {entry}\n"));
        let again = one(&loaded.to_yaml());
        let all = |loaded: &clipig_experiment::Loaded| -> Vec<(String, Option<f64>)> {
            let features = &loaded.experiment.targets[0].features;
            features.iter().map(|one| (one.source.shown().into_owned(), one.weight.as_constant())).collect()
        };
        assert_eq!(all(&again), all(&loaded), "{entry}");
        all(&loaded)
    };
    let castle = ("a castle".to_owned(), Some(1.0));
    let stormy = |weight| ("stormy".to_owned(), Some(weight));
    assert_eq!(features("prompt: a castle | stormy:0.5"), [castle, stormy(0.5)]);
    assert_eq!(features("prompt: stormy:-.5\n    weight: 2"), [stormy(-1.0)]);
    // What the original says with this file stays what it says.
    let text = "a castle | stormy:0.5";
    assert_eq!(features(&format!("text: {text}")), [(text.to_owned(), Some(1.0))]);
    let path = &one("targets:\n- features:\n  - text: a\n  - prompt: b | c\n").experiment.targets[0].features
        [2]
    .path;
    assert_eq!(path, "targets.0.features.1.prompt");
}

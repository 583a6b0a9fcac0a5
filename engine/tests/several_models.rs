//! Experiments that several models compute: the model inside clipig and those of the oracle, whose windows differ in size.

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clipig_core::{
    Assets, Canvas, ComputeFactory, ComputeJob, JobBrief, JobId, JobRevision, JobWeights, ModelReference,
    ModelSettings, NumberType, Prepared, ProgressCounter, Sha256, Shard, ShardError, ShardIndex, ShardTask,
    TargetIndex, WeightsSource,
};
use clipig_engine::DeviceFactory;
use clipig_experiment::random::Key;
use clipig_experiment::{Overrides, Scope, Source, load};
use clipig_models::registry;
use clipig_testing::Oracle;

use self::support::test_device;

const SIDE: usize = 80;

/// What both models see.
const TARGET: &str = "\
targets:
- batch_size: 3
  features: [{text: a red apple}, {text: a leaf, weight: -.5}]
  transforms: [{random_shift: -.2 .2}, {noise: .05}]
";

/// The models of a test, with the file of one of the oracle's.
struct Models {
    _folder: tempfile::TempDir,
    file: PathBuf,
}

impl Models {
    fn new() -> Self {
        Self::with("clip/model_vit.safetensors")
    }

    /// With the one whose image tower is a residual network.
    fn with_resnet() -> Self {
        Self::with("clip/model_rn.safetensors")
    }

    fn with(oracle: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("model.safetensors");
        let bytes = Oracle::open().bytes(oracle);
        std::fs::write(&file, bytes).expect("weights");
        Self { _folder: folder, file }
    }

    fn tiny() -> (ModelReference, WeightsSource) {
        let known = registry::find("clipig-tiny").expect("the model inside clipig");
        let settings = known.spec.settings();
        let name = known.name.to_owned();
        (ModelReference { name, sha256: Sha256([1; 32]), settings }, WeightsSource::Embedded)
    }

    fn large(&self) -> (ModelReference, WeightsSource) {
        let settings = ModelSettings::default();
        let reference = ModelReference { name: "large".to_owned(), sha256: Sha256([2; 32]), settings };
        (reference, WeightsSource::File(self.file.clone()))
    }
}

/// A job of an experiment with the head `head` and [`TARGET`].
fn job(head: &str, models: Vec<(ModelReference, WeightsSource)>) -> ComputeJob {
    of_yaml(format!("resolution: {SIDE}\n{head}{TARGET}"), models)
}

fn of_yaml(yaml: String, models: Vec<(ModelReference, WeightsSource)>) -> ComputeJob {
    let loaded = load(&[Source::new("models.yaml", &yaml)], &Overrides::default());
    let experiment = loaded.unwrap_or_else(|errors| panic!("{yaml}\n{errors}")).experiment;
    let (mut references, weights): (Vec<ModelReference>, Vec<WeightsSource>) = models.into_iter().unzip();
    let brief = JobBrief {
        revision: JobRevision { job: JobId(1), revision: 0 },
        yaml,
        seed: 2,
        model: references.remove(0),
        more_models: references,
        assets: BTreeMap::new(),
        number: NumberType::Float32,
        threads: 1,
        shard_size: 8,
        prepared: None,
    };
    ComputeJob {
        brief: Arc::new(brief),
        experiment: Arc::new(experiment),
        weights: weights.into(),
        assets: Assets::default(),
        progress: ProgressCounter::default(),
    }
}

fn canvas() -> Canvas {
    let values = (0..3 * SIDE * SIDE).map(|i| 0.5 + 0.4 * ((i as f32 + 0.5) * 12.9898).sin()).collect();
    Canvas::new(SIDE, SIDE, values).expect("as many values as pixels")
}

fn task(target: u32) -> ShardTask {
    let side = SIDE as u32;
    let scope = Scope::new(Key::root(2), 3, 10).with_resolution(side, side).with_learnrate(1.0, 1.0);
    let shard = Shard { index: ShardIndex(target), target: TargetIndex(target), samples: 0..3 };
    ShardTask { shard, scope, canvas: canvas().into() }
}

fn prepared(job: &ComputeJob) -> Arc<Prepared> {
    let factory = DeviceFactory::new(test_device());
    Arc::new(factory.prepare(job, &canvas()).expect("features").prepared)
}

/// The gradient of a target, as dense as the canvas.
fn gradient(job: &ComputeJob, prepared: &Arc<Prepared>, target: u32) -> Vec<f32> {
    let mut engine = DeviceFactory::new(test_device()).open(job, prepared).expect("an engine");
    engine.compute(&task(target)).expect("a gradient").gradient.to_dense()
}

#[test]
fn each_model_sees_the_windows_that_it_would_see_alone_and_pulls_by_its_share() {
    let models = Models::new();
    let head = "models: [{name: clipig-tiny, weight: 3}, {name: large}]\n";
    let both = job(head, vec![Models::tiny(), models.large()]);
    let features = prepared(&both);
    let lengths: Vec<usize> = features.targets.iter().map(|target| target.features[0].len()).collect();
    assert_eq!(lengths.len(), 2);
    assert_eq!(lengths[1], 64, "the embedding of the oracle's model");
    for (target, share, alone) in [(0, 0.75, Models::tiny()), (1, 0.25, models.large())] {
        let alone = job("", vec![alone]);
        let known = prepared(&alone);
        assert_eq!(features.targets[target as usize], known.targets[0], "the features of model {target}");
        let (found, whole) = (gradient(&both, &features, target), gradient(&alone, &known, 0));
        let greatest = whole.iter().fold(0.0_f32, |greatest, value| greatest.max(value.abs()));
        assert!(greatest > 0.0);
        for (found, whole) in found.iter().zip(&whole) {
            assert!((found - share * whole).abs() <= 1e-5 * greatest, "{found} is not {share} of {whole}");
        }
    }
}

#[test]
fn a_list_of_one_model_changes_no_bit() {
    let [plain, listed] =
        ["", "models: [{name: clipig-tiny, weight: .3}]\n"].map(|head| job(head, vec![Models::tiny()]));
    let features = prepared(&plain);
    assert_eq!(prepared(&listed), features);
    let bits = |job| gradient(job, &features, 0).into_iter().map(f32::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(&listed), bits(&plain));
}

#[test]
fn a_model_is_loaded_when_a_shard_needs_it() {
    let models = Models::new();
    let head = "models: [{name: clipig-tiny}, {name: large}]\n";
    let job = job(head, vec![Models::tiny(), models.large()]);
    let features = prepared(&job);
    // Another worker, which the second model has not reached.
    std::fs::remove_file(&models.file).expect("it was there");
    let mut engine = DeviceFactory::new(test_device()).open(&job, &features).expect("an engine");
    engine.compute(&task(0)).expect("the first model is enough for its target");
    let error = engine.compute(&task(1)).expect_err("there is no second model");
    assert!(matches!(&error, ShardError::Device(reason) if reason.contains("`large`")), "{error}");
}

#[test]
fn what_one_of_several_models_cannot_encode_is_said_with_its_name() {
    let models = Models::with_resnet();
    let error = |targets: &str| {
        let yaml = format!("models: [{{name: clipig-tiny}}, {{name: large}}]\ntargets: [{{{targets}}}]\n");
        let mut job = of_yaml(yaml, vec![Models::tiny(), models.large()]);
        job.assets.insert("a.png", Oracle::open().bytes("clip/rgb_7x5.png"));
        match DeviceFactory::new(test_device()).prepare(&job, &canvas()) {
            Err(ShardError::Experiment(reason)) => reason,
            other => panic!("{other:?}"),
        }
    };
    let style = error("features: [{style: {image: a.png}}]");
    assert!(
        style.starts_with("large: `targets.0.features.0.style`: the image tower of this model"),
        "{style}"
    );
    assert!(style.ends_with("`targets.0.models`"), "{style}");
    // The token table of this model is small.
    let text = error("features: [{text: a red apple}]");
    assert!(text.starts_with("large: `targets.0.features.0.text`: the model's vocabulary"), "{text}");
    // No model can use an image that is not there.
    let image = error("features: [{image: b.png}]");
    assert!(image.starts_with("`targets.0.features.0.image`: the image `b.png`"), "{image}");
}

#[test]
fn weights_may_come_to_hand_after_an_engine_was_made() {
    let models = Models::new();
    let head = "models: [{name: clipig-tiny}, {name: large}]\n";
    let whole = job(head, vec![Models::tiny(), models.large()]);
    let features = prepared(&whole);
    let job = ComputeJob { weights: JobWeights::missing(2), ..whole.clone() };
    let mut engine = DeviceFactory::new(test_device()).open(&job, &features).expect("an engine");
    for (target, (_, source)) in (0..).zip([Models::tiny(), models.large()]) {
        let error = engine.compute(&task(target)).expect_err("its weights are not here yet");
        assert!(matches!(&error, ShardError::Device(reason) if reason.contains("not here")), "{error}");
        job.weights.put(target as usize, source);
        let found = engine.compute(&task(target)).expect("they are here now").gradient.to_dense();
        assert!(found == gradient(&whole, &features, target), "the bits of target {target}");
    }
}

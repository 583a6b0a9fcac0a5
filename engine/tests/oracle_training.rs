//! Whole training runs against the original: epoch loop and engines joined as on a farm.

mod support;

use std::sync::Arc;

use clipig_coordinator::{EpochLoop, EpochReport, JobSpec, first_resolution};
use clipig_core::{
    Assets, Canvas, CanvasOwner, CanvasState, EpochContext, GradientSum, ModelSettings, Node,
    ProgressCounter, Rendering, ShardCompute, ShardTask, StepError,
};
use clipig_engine::clip::Clip;
use clipig_engine::clip::weights::Weights;
use clipig_engine::{CanvasEngine, GradientEngine, prepare};
use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, ImageTensor, Overrides, Scope, Source, load};
use clipig_schedule::JobStatistics;
use clipig_testing::{Oracle, Tensors, Value, mismatch};
use safetensors::SafeTensors;
use tch::{Device, Kind};

use self::support::test_device;

const SEED: u64 = 1;

#[test]
fn oracle_training() {
    let oracle = Oracle::open();
    let tensors = oracle.tensors("training/tensors.safetensors");
    let mut models = Models { oracle: &oracle, loaded: Vec::new() };
    oracle.index("training").check(|case| {
        let outcome = run(&oracle, &tensors, &mut models, case);
        match (outcome, case["expect_error"].is_null()) {
            (Err(Failure::Run(_)), false) | (Ok(()), true) => Ok(()),
            (Ok(()), false) => Err("no error".into()),
            (Err(Failure::Run(error) | Failure::Differs(error)), _) => Err(error),
        }
    });
}

/// Models by their path; loading one takes as long as a short run.
struct Models<'a> {
    oracle: &'a Oracle,
    loaded: Vec<(String, Arc<Clip>)>,
}

impl Models<'_> {
    /// The model of a case: one by its name, or `A image tower + B text tower`.
    fn get(&mut self, case: &Value) -> Arc<Clip> {
        let name = case["model"].as_str().unwrap();
        if let Some((_, clip)) = self.loaded.iter().find(|(loaded, _)| loaded == name) {
            return Arc::clone(clip);
        }
        let file = |name: &str| {
            let path = case["models"][name].as_str().unwrap_or_else(|| panic!("no model {name}"));
            self.oracle.bytes(&path.replace("../", ""))
        };
        let bytes = match name.split_once(" image tower + ") {
            Some((image, text)) => joined(&file(image), &file(text.trim_end_matches(" text tower"))),
            None => file(name),
        };
        let weights = Weights::parse(&bytes).unwrap();
        let clip = Clip::new(&weights, &ModelSettings::default(), test_device(), Kind::Float).unwrap();
        self.loaded.push((name.to_owned(), Arc::new(clip)));
        Arc::clone(&self.loaded.last().unwrap().1)
    }
}

/// The image tower of one file with the text tower of another.
fn joined(image: &[u8], text: &[u8]) -> Vec<u8> {
    let (image, text) = (SafeTensors::deserialize(image).unwrap(), SafeTensors::deserialize(text).unwrap());
    let is_visual = |name: &str| name.starts_with("visual.");
    let tensors = image.tensors().into_iter().filter(|(name, _)| is_visual(name));
    let tensors = tensors.chain(text.tensors().into_iter().filter(|(name, _)| !is_visual(name)));
    safetensors::serialize(tensors, None).unwrap()
}

enum Failure {
    /// The run ended with an error.
    Run(String),
    /// The run went on, but differs from the record.
    Differs(String),
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::Run(error.to_string())
}

fn experiment(case: &Value, tensors: &Tensors) -> Result<Experiment, Failure> {
    let yaml = Source::new("case.yaml", case["yaml"].as_str().unwrap());
    let mut experiment = load(&[yaml], &Overrides::default()).map_err(failed)?.experiment;
    if case["inputs"]["init_image_tensor"].is_string() {
        let pixels = tensors.get(&case["inputs"]["init_image_tensor"]);
        experiment.init.image_tensor = Some(ImageTensor {
            width: pixels.shape[2] as u32,
            height: pixels.shape[1] as u32,
            data: pixels.values.clone(),
        });
    }
    Ok(experiment)
}

fn run(oracle: &Oracle, tensors: &Tensors, models: &mut Models<'_>, case: &Value) -> Result<(), Failure> {
    let experiment = Arc::new(experiment(case, tensors)?);
    let mut assets = Assets::default();
    for file in case["files"].as_array().unwrap() {
        let name = file.as_str().unwrap();
        assets.insert(name, oracle.bytes(&format!("training/{name}")));
    }
    let clip = models.get(case);
    let resolution = first_resolution(&experiment, SEED).map_err(failed)?;
    let canvas =
        CanvasEngine::new(Arc::clone(&experiment), resolution, &assets, Key::root(SEED)).map_err(failed)?;
    if case["outputs"]["init_pixels"].is_string() {
        let wanted = tensors.get(&case["outputs"]["init_pixels"]);
        let (share, greatest) = mismatch(canvas.canvas().pixels(), &wanted.values, 2e-6);
        if share > 0.0 {
            return Err(Failure::Differs(format!(
                "first canvas: {share:.4} differ, by up to {greatest:.2e}"
            )));
        }
    }
    let prepared = Arc::new(
        prepare(&clip, &experiment, &assets, &canvas.canvas(), &ProgressCounter::default())
            .map_err(failed)?,
    );
    let new_engine =
        || GradientEngine::new(Arc::clone(&clip), Arc::clone(&experiment), Arc::clone(&prepared), 1);
    let mut engine = new_engine();
    // In the first epoch, shards are also rendered by tensor operations, which have the same bits on a CPU.
    let mut by_tensors =
        (clip.device() == Device::Cpu).then(|| new_engine().with_rendering(Rendering::Device));
    let spec = JobSpec { experiment: Arc::clone(&experiment), seed: SEED, shard_size: 2 };
    let first_gradient = FirstGradient::default();
    let recording = Recording { canvas, first_gradient: Arc::clone(&first_gradient) };
    let mut job = EpochLoop::new(spec, Box::new(recording));
    let mut trace = case["trace"].as_array().map_or(&[][..], Vec::as_slice).iter();
    while let Some(mut epoch_under_way) = job.begin_epoch().map_err(failed)? {
        let seen = epoch_under_way.canvas().clone();
        let scope = epoch_under_way.values().scope(&experiment, SEED, epoch_under_way.epoch());
        for shard in epoch_under_way.plan().shards.clone() {
            let node = Node::leaf(shard.index);
            let task = ShardTask { shard, scope: scope.clone(), canvas: seen.clone().into() };
            let result = engine.compute(&task).map_err(failed)?;
            if let Some(engine) = &mut by_tensors {
                let other = engine.compute(&task).map_err(failed)?;
                let samples = [&result.samples, &other.samples].map(|samples| format!("{samples:?}"));
                if result.gradient != other.gradient || samples[0] != samples[1] {
                    return Err(Failure::Differs(format!("by tensors, {node:?} is another")));
                }
            }
            epoch_under_way.accept(node, result.gradient, vec![result.samples]).map_err(failed)?;
        }
        by_tensors = None;
        let report = job.finish_epoch(epoch_under_way).map_err(failed)?;
        forward(case, tensors, &report, &seen)
            .and_then(|()| {
                trace.next().map_or(Ok(()), |wanted| epoch(case, wanted, &report, job.statistics()))
            })
            .map_err(|error| Failure::Differs(format!("epoch {}: {error}", report.epoch)))?;
    }
    gradient(case, tensors, first_gradient.lock().unwrap().as_ref()).map_err(Failure::Differs)?;
    final_pixels(case, tensors, &job.canvas()).map_err(Failure::Differs)
}

/// The canvas before the step.
fn forward(case: &Value, tensors: &Tensors, report: &EpochReport, seen: &Canvas) -> Result<(), String> {
    let name = &case["outputs"][format!("pixels_forward_epoch_{}", report.epoch)];
    if !name.is_string() {
        return Ok(());
    }
    let clamped: Vec<f32> = seen.pixels().iter().map(|value| value.clamp(0.0, 1.0)).collect();
    let wanted = &tensors.get(name).values;
    if report.epoch.0 == 0 {
        let (share, greatest) = mismatch(&clamped, wanted, limit(case, "forward_epoch_0_atol"));
        if share > 0.0 {
            return Err(format!("canvas: {share:.4} differ, by up to {greatest:.2e}"));
        }
    }
    // Later canvases drift apart as the last one does.
    differences("canvas", case, &clamped, wanted)
}

fn epoch(case: &Value, wanted: &Value, report: &EpochReport, found: &JobStatistics) -> Result<(), String> {
    let near = |what: &str, found: f64, wanted: &Value, atol: f64| match clipig_testing::number(wanted) {
        Some(wanted) if (found - wanted).abs() <= atol => Ok(()),
        _ => Err(format!("{what} is {found}, not {wanted}")),
    };
    let loss =
        limit(case, "loss_rtol") * wanted["loss"].as_f64().unwrap_or(0.0).abs() + limit(case, "loss_atol");
    if report.stepped != wanted["stepped"].as_bool().unwrap_or(true) {
        return Err(format!("stepped: {}", report.stepped));
    }
    if report.stepped {
        near("loss", report.loss, &wanted["loss"], loss)?;
    }
    near("learnrate", report.learnrate, &wanted["learnrate"], 1e-9)?;
    near("learnrate_scale", report.learnrate_scale, &wanted["learnrate_scale"], 1e-9)?;
    for (found, wanted) in report.resolution.iter().zip(wanted["resolution"].as_array().unwrap()) {
        near("resolution", f64::from(*found), wanted, 0.0)?;
    }
    // Targets that are not active at all are not recorded.
    let targets = found.targets.iter().filter(|target| target.count > 0);
    for (found, wanted) in
        targets.zip(wanted["targets"].as_array().unwrap().iter().filter(|t| t["count"] != 0))
    {
        near("count", found.count as f64, &wanted["count"], 0.0)?;
        for (i, losses) in found.losses.iter().enumerate() {
            near("count of a feature", losses.count as f64, &wanted["feature_counts"][i], 0.0)?;
            let similarity = limit(case, "similarity_atol");
            near("similarity", found.similarities[i].last(), &wanted["similarities"][i], similarity)?;
        }
    }
    Ok(())
}

fn gradient(case: &Value, tensors: &Tensors, found: Option<&Vec<f32>>) -> Result<(), String> {
    if !case["outputs"]["first_grad"].is_string() {
        return Ok(());
    }
    let wanted = &tensors.get(&case["outputs"]["first_grad"]).values;
    let found = found.ok_or("there was no step")?;
    let greatest = wanted.iter().fold(0.0_f32, |greatest, value| greatest.max(value.abs()));
    let relative = case["tolerance"]["first_grad_rel_to_max"].as_f64();
    let allowed = case["tolerance"]["first_grad_allowed_mismatch_fraction"].as_f64();
    if relative.is_none() && allowed.is_none() {
        return Ok(());
    }
    let (share, difference) = mismatch(found, wanted, relative.unwrap_or(0.002) * f64::from(greatest));
    if share > allowed.unwrap_or(0.0) {
        return Err(format!(
            "first gradient: {share:.4} differ, by up to {difference:.2e} of {greatest:.2e}"
        ));
    }
    Ok(())
}

fn final_pixels(case: &Value, tensors: &Tensors, canvas: &Canvas) -> Result<(), String> {
    differences("last canvas", case, canvas.pixels(), &tensors.get(&case["outputs"]["final_pixels"]).values)
}

/// Mean, 99th percentile and maximum of the differences.
fn differences(what: &str, case: &Value, found: &[f32], wanted: &[f32]) -> Result<(), String> {
    if found.len() != wanted.len() {
        return Err(format!("{what}: {} values, not {}", found.len(), wanted.len()));
    }
    let mut differences: Vec<f64> = found.iter().zip(wanted).map(|(a, b)| f64::from((a - b).abs())).collect();
    differences.sort_by(f64::total_cmp);
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    let q99 = differences[(differences.len() - 1) * 99 / 100];
    let greatest = differences[differences.len() - 1];
    for (name, value) in [("final_mean_atol", mean), ("final_q99_atol", q99), ("final_max_atol", greatest)] {
        if value.is_nan() || value > limit(case, name) {
            return Err(format!(
                "{what}: {name} is {value:.2e} (mean {mean:.2e}, q99 {q99:.2e}, max {greatest:.2e})"
            ));
        }
    }
    Ok(())
}

fn limit(case: &Value, name: &str) -> f64 {
    case["tolerance"][name].as_f64().unwrap_or(f64::INFINITY)
}

type FirstGradient = Arc<std::sync::Mutex<Option<Vec<f32>>>>;

/// A canvas that remembers the first gradient.
struct Recording {
    canvas: CanvasEngine,
    first_gradient: FirstGradient,
}

impl CanvasOwner for Recording {
    fn resize(&mut self, context: &EpochContext) -> Result<(), StepError> {
        self.canvas.resize(context)
    }

    fn base_rate(&self) -> f64 {
        self.canvas.base_rate()
    }

    fn post_process(&mut self, scope: &Scope) -> Result<(), StepError> {
        self.canvas.post_process(scope)
    }

    fn canvas(&self) -> Canvas {
        self.canvas.canvas()
    }

    fn size(&self) -> [u32; 2] {
        self.canvas.size()
    }

    fn state(&self) -> CanvasState {
        self.canvas.state()
    }

    fn step(&mut self, gradient: &GradientSum, rate: f64) -> Result<(), StepError> {
        self.first_gradient.lock().unwrap().get_or_insert_with(|| gradient.to_dense());
        self.canvas.step(gradient, rate)
    }
}

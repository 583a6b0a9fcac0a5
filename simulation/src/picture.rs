//! A stand-in for the engine: pictures of a few rows of pixels, whose bits depend on everything that must not change.
//!
//! A shard's gradient has values from 10⁻⁶ to 10⁶ in every pixel. Adding such numbers in another order changes the last
//! bits, and the next epoch's gradients depend on the canvas, so a wrong merge is seen in the end.

use std::collections::BTreeMap;
use std::sync::Arc;

use clipig_coordinator::{EpochLoop, JobProgress, JobSpec, first_resolution};
use clipig_core::{
    Assets, Canvas, CanvasOwner, CanvasState, ComputeJob, Epoch, EpochContext, EpochValues, FeatureReport,
    GradientSum, JobBrief, JobRevision, JobWeights, ModelReference, Node, NumberType, Prepared,
    PreparedTarget, ProgressCounter, SampleReport, Sha256, ShardResult, ShardTask, StepError, WeightsSource,
};
use clipig_experiment::{Experiment, Overrides, Scope, Source, Transform, load};
use clipig_geometry::{Chain, RowMemory, Size, Trace};

/// What a job is made of.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) yaml: String,
    pub(crate) experiment: Arc<Experiment>,
    pub(crate) seed: u64,
    pub(crate) shard_size: u32,
}

impl Picture {
    pub(crate) fn new(yaml: String, seed: u64, shard_size: u32) -> Result<Self, String> {
        let loaded = load(&[Source::new("simulation", &yaml)], &Overrides::default());
        let experiment = loaded.map_err(|problems| format!("{problems:?}"))?.experiment;
        Ok(Self { yaml, experiment: Arc::new(experiment), seed, shard_size })
    }

    pub(crate) fn spec(&self) -> JobSpec {
        JobSpec { experiment: Arc::clone(&self.experiment), seed: self.seed, shard_size: self.shard_size }
    }

    pub(crate) fn brief(
        &self,
        revision: JobRevision,
        threads: u32,
        prepared: Option<Arc<Prepared>>,
    ) -> Arc<JobBrief> {
        let model = |place: usize| ModelReference {
            name: format!("stand-in {place}"),
            sha256: Sha256([7 + place as u8; 32]),
            settings: clipig_core::ModelSettings::of_activation(clipig_core::Activation::Gelu),
        };
        Arc::new(JobBrief {
            revision,
            yaml: self.yaml.clone(),
            seed: self.seed,
            model: model(0),
            more_models: (1..self.experiment.model_names().len()).map(model).collect(),
            assets: BTreeMap::new(),
            number: NumberType::Float32,
            threads,
            shard_size: self.shard_size,
            prepared,
        })
    }

    pub(crate) fn compute_job(&self, brief: &Arc<JobBrief>) -> Arc<ComputeJob> {
        Arc::new(ComputeJob {
            brief: Arc::clone(brief),
            experiment: Arc::clone(&self.experiment),
            // The only model is at hand. Of several, each comes when it is needed.
            weights: match brief.models().count() {
                1 => JobWeights::from(vec![WeightsSource::Embedded]),
                several => JobWeights::missing(several),
            },
            assets: Assets::default(),
            progress: ProgressCounter::default(),
        })
    }

    pub(crate) fn first(&self) -> Result<EpochLoop, String> {
        let [width, height] =
            first_resolution(&self.experiment, self.seed).map_err(|error| error.to_string())?;
        Ok(EpochLoop::new(self.spec(), Box::new(Pixels::first(self.seed, width, height))))
    }

    pub(crate) fn restore(&self, progress: JobProgress) -> EpochLoop {
        let pixels = Box::new(Pixels::restore(progress.canvas));
        EpochLoop::resume(self.spec(), pixels, progress.next, progress.statistics)
    }
}

/// The finished picture without any farm: one shard after the other, with updates from the epochs that are given.
pub(crate) fn undisturbed(revisions: &[(Picture, Epoch)]) -> Result<JobProgress, String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let holding = |epoch: Epoch| revisions.iter().rposition(|(_, from)| *from <= epoch).unwrap_or(0);
    let mut current = holding(Epoch(0));
    let mut job = revisions[current].0.first()?;
    let mut prepared = prepare(&revisions[current].0.experiment, &job.canvas());
    loop {
        let next = holding(job.position());
        if job.position().0 >= revisions[next].0.experiment.epochs {
            return Ok(job.progress());
        }
        if next != current {
            current = next;
            job = revisions[current].0.restore(job.progress());
            prepared = prepare(&revisions[current].0.experiment, &job.canvas());
        }
        let picture = &revisions[current].0;
        let Some(mut epoch) = job.begin_epoch().map_err(|error| failed(&error))? else {
            return Err("an epoch that is to come does not begin".to_owned());
        };
        let scope = epoch.values().scope(&picture.experiment, picture.seed, epoch.epoch());
        for shard in epoch.plan().shards.clone() {
            let index = shard.index;
            let task = ShardTask { shard, scope: scope.clone(), canvas: epoch.canvas().clone().into() };
            let result = compute(&picture.experiment, &prepared, &task);
            let accepted = epoch.accept(Node::leaf(index), result.gradient, vec![result.samples]);
            accepted.map_err(|error| failed(&error))?;
        }
        job.finish_epoch(epoch).map_err(|error| failed(&error))?;
    }
}

/// In what two jobs differ that should stand at the same place, bit for bit.
///
/// A target's statistics begin anew where an update changes its features. Two updates may hold from the same epoch, and it
/// depends on their timing whether the first of them is passed through. So of an updated job those of the loss count.
pub(crate) fn difference(a: &JobProgress, b: &JobProgress, updated: bool) -> Option<&'static str> {
    let bits = |state: &CanvasState| -> Vec<u32> {
        let averages = state.averages.iter().flat_map(|average| average.iter());
        state.canvas.pixels().iter().chain(averages).map(|value| value.to_bits()).collect()
    };
    if a.next != b.next {
        Some("number of epochs")
    } else if bits(&a.canvas) != bits(&b.canvas) {
        Some("picture")
    } else {
        let same = a.statistics.loss == b.statistics.loss && (updated || a.statistics == b.statistics);
        (!same).then_some("statistics")
    }
}

/// Features that depend on the first canvas.
pub(crate) fn prepare(experiment: &Experiment, canvas: &Canvas) -> Prepared {
    let mean = canvas.pixels().iter().sum::<f32>() / canvas.pixels().len() as f32;
    let target = |(i, target): (usize, &clipig_experiment::Target)| PreparedTarget {
        features: target.features.iter().map(|_| vec![mean + i as f32]).collect(),
        auto_scales: vec![1.0; target.features.len()],
        ..PreparedTarget::default()
    };
    Prepared { targets: experiment.targets.iter().enumerate().map(target).collect() }
}

/// The gradient and reports of a shard.
pub(crate) fn compute(experiment: &Experiment, prepared: &Prepared, task: &ShardTask) -> ShardResult {
    let (width, height) = (task.canvas.width(), task.canvas.height());
    let size = Size { width: width as i64, height: height as i64 };
    let mut gradient = GradientSum::new(width, height);
    let mut samples = Vec::new();
    let target = task.shard.target.0 as usize;
    let features = experiment.targets[target].features.len();
    let transforms = &experiment.targets[target].transforms;
    let feature = prepared.targets[target].features.first().map_or(0.0, |feature| feature[0]);
    for sample in task.shard.samples.clone() {
        let scope = task.scope.with_sample(u64::from(sample));
        let mut draws = scope.key(&format!("targets.{target}")).stream();
        let places = window(transforms, &scope, size);
        // A pixel that is not here must be noticed.
        let colors: Vec<[f32; 3]> =
            places.iter().map(|[x, y]| task.canvas.pixel(*x, *y).unwrap_or([f32::NAN; 3])).collect();
        let places: Vec<Option<u32>> = places.iter().map(|[x, y]| Some((y * width + x) as u32)).collect();
        let values: Vec<f32> = (0..3 * places.len())
            .map(|i| {
                let magnitude = 10_f32.powi(draws.below(13) as i32 - 6);
                let pixel = colors[i % places.len()][i / places.len()];
                (pixel + feature + draws.uniform(-1.0, 1.0) as f32) * magnitude
            })
            .collect();
        gradient.add_at(&places, &values);
        let loss = f64::from(values.iter().sum::<f32>());
        let report = FeatureReport {
            similarity: f64::from(values[0]),
            weight: draws.unit(),
            loss: Some(f64::from(values[1])),
        };
        samples.push(SampleReport { loss, features: vec![report; features], constraints: Vec::new() });
    }
    ShardResult { gradient, samples }
}

/// The pixels of the canvas, by column and row, that the engine would take for a sample's window.
fn window(transforms: &[Transform], scope: &Scope, canvas: Size) -> Vec<[usize; 2]> {
    let trace = Chain::draw(transforms, scope, canvas).and_then(|chain| Trace::of(&chain));
    let trace = trace.unwrap_or_else(|error| unreachable!("the window fits every canvas here: {error}"));
    let (run, mut memory) = (&trace.runs[0], RowMemory::default());
    let mut places = Vec::new();
    for row in 0..run.output.height as usize {
        run.route.follow(row, &mut memory);
        places.extend(run.route.row(run.route.last_level(), row, &memory).pixels());
    }
    places
}

/// The wrong gradient of a faulty device: not a number, or of another size.
pub(crate) fn garbage(size: [usize; 2], not_a_number: bool) -> GradientSum {
    let width = if not_a_number { size[0] } else { size[0] + 3 };
    let mut gradient = GradientSum::new(width, size[1]);
    gradient.add_at(&[Some(0)], &[if not_a_number { f32::NAN } else { 1.0 }, 0.0, 0.0]);
    gradient
}

/// A canvas with one running average per pixel.
struct Pixels {
    width: usize,
    height: usize,
    values: Vec<f32>,
    average: Vec<f32>,
    steps: u32,
}

impl Pixels {
    fn first(seed: u64, width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        let mut random = crate::random::Random::new(seed);
        let values: Vec<f32> = (0..3 * width * height).map(|_| random.unit() as f32).collect();
        Self { width, height, average: vec![0.0; values.len()], values, steps: 0 }
    }

    fn restore(state: CanvasState) -> Self {
        let (width, height) = (state.canvas.width(), state.canvas.height());
        let average = state.averages.first().map_or_else(Vec::new, |average| average.to_vec());
        Self { width, height, values: state.canvas.into_pixels(), average, steps: state.steps }
    }
}

impl CanvasOwner for Pixels {
    fn resize(&mut self, context: &EpochContext) -> Result<(), StepError> {
        let [width, height] = context.resolution.map(|side| side as usize);
        if (width, height) == (self.width, self.height) {
            return Ok(());
        }
        let mut values = Vec::with_capacity(3 * width * height);
        for channel in 0..3 {
            for y in 0..height {
                for x in 0..width {
                    let (from_x, from_y) = (x * self.width / width, y * self.height / height);
                    values.push(self.values[(channel * self.height + from_y) * self.width + from_x]);
                }
            }
        }
        *self = Self { width, height, average: vec![0.0; values.len()], values, steps: 0 };
        Ok(())
    }

    fn base_rate(&self) -> f64 {
        0.02
    }

    fn post_process(&mut self, scope: &Scope) -> Result<(), StepError> {
        let factor = 1.0 - 0.013 * scope.time() as f32;
        self.values.iter_mut().for_each(|value| *value *= factor);
        Ok(())
    }

    fn canvas(&self) -> Canvas {
        Canvas::new(self.width, self.height, self.values.clone()).unwrap_or_else(|_| unreachable_size())
    }

    fn size(&self) -> [u32; 2] {
        [self.width as u32, self.height as u32]
    }

    fn step(&mut self, gradient: &GradientSum, rate: f64) -> Result<(), StepError> {
        let rate = rate as f32;
        for ((value, average), g) in self.values.iter_mut().zip(&mut self.average).zip(gradient.to_dense()) {
            *average = 0.9 * *average + 0.1 * g;
            *value -= rate * (*average / (1.0 + average.abs()));
        }
        self.steps += 1;
        Ok(())
    }

    fn state(&self) -> CanvasState {
        CanvasState {
            canvas: self.canvas(),
            parameters: None,
            optimizer: "adam".into(),
            steps: self.steps,
            averages: vec![Arc::new(self.average.clone())],
        }
    }
}

fn unreachable_size() -> Canvas {
    unreachable!("the canvas keeps as many values as its size says")
}

/// The variables under which a preparation is offered.
pub(crate) fn first_values(canvas: &Canvas) -> EpochValues {
    let resolution = [canvas.width() as u32, canvas.height() as u32];
    EpochValues { resolution, learnrate: 0.0, learnrate_scale: 0.0 }
}

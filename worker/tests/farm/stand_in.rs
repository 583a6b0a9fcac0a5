//! What computes in these tests: gradients that are known beforehand, after a while, or not at all.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use clipig_core::{
    Canvas, ComputeFactory, ComputeJob, DeviceClass, GradientSum, JobBrief, JobId, JobRevision,
    ModelReference, Node, NumberType, Preparation, Prepared, PreparedTarget, SampleReport, Sha256, Shard,
    ShardCompute, ShardError, ShardResult, ShardTask, WeightsSource, WorkerKind,
};
use clipig_experiment::Scope;
use clipig_experiment::random::Key;
use clipig_schedule::{MergeTree, plan};
use clipig_worker::WorkerDevice;

use crate::WAIT;
use crate::coordinator::SIZE;

/// How the device behaves, and what it has seen.
#[derive(Default)]
pub(crate) struct Device {
    /// How long a shard takes, in milliseconds.
    pub(crate) milliseconds: AtomicU64,
    /// Shards wait here until the test lets them go on.
    pub(crate) gate: Gate,
    /// So many shards are begun before one of them ends.
    pub(crate) together: AtomicU32,
    /// Shards that are being computed, and the most there ever were.
    pub(crate) at_work: Mutex<[u32; 2]>,
    /// Engines that exist.
    pub(crate) live: AtomicU32,
    /// So many shards panic.
    pub(crate) panics: AtomicU32,
    /// So many attempts are out of memory.
    pub(crate) out_of_memory: AtomicU32,
    pub(crate) computed: AtomicU32,
    pub(crate) opened: AtomicU32,
    pub(crate) forgotten: AtomicU32,
    /// The files of weights that engines were opened with.
    pub(crate) weights: Mutex<Vec<PathBuf>>,
}

/// Open, unless a test closes it.
#[derive(Default)]
pub(crate) struct Gate {
    closed: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    pub(crate) fn close(&self) {
        *self.closed.lock().unwrap() = true;
    }

    pub(crate) fn open(&self) {
        *self.closed.lock().unwrap() = false;
        self.changed.notify_all();
    }

    fn pass(&self) {
        drop(self.changed.wait_while(self.closed.lock().unwrap(), |closed| *closed).unwrap());
    }
}

struct Factory(Arc<Device>);

struct Engine(Arc<Device>);

impl Drop for Engine {
    fn drop(&mut self) {
        self.0.live.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Device {
    pub(crate) fn worker(self: &Arc<Self>, cores: u32) -> WorkerDevice {
        let text = |text: &str| text.to_owned();
        WorkerDevice {
            name: text("cpu"),
            kind: WorkerKind {
                class: DeviceClass::Cpu,
                model: text("stand-in"),
                libtorch: text("none"),
                capability: text(""),
            },
            cores,
            memory: 0,
            factory: Arc::new(Factory(Arc::clone(self))),
        }
    }

    /// Counts a shard as begun, and waits for those that are to be begun beside it.
    fn begin(&self) {
        let mut at_work = self.at_work.lock().unwrap();
        at_work[0] += 1;
        at_work[1] = at_work[1].max(at_work[0]);
        drop(at_work);
        let start = Instant::now();
        while self.at_work.lock().unwrap()[1] < self.together.load(Ordering::SeqCst) {
            assert!(start.elapsed() < WAIT, "nobody computes beside this shard");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn one_of(counter: &AtomicU32) -> bool {
        counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

impl ComputeFactory for Factory {
    fn prepare(&self, job: &ComputeJob, canvas: &Canvas) -> Result<Preparation, ShardError> {
        assert_eq!(canvas.width(), SIZE);
        let bytes = job.assets.bytes("a picture.png").map_or(0, |bytes| bytes.len());
        let target = PreparedTarget {
            features: vec![vec![1.0, 0.0]],
            auto_scales: vec![1.0],
            ..PreparedTarget::default()
        };
        let prepared = Prepared { targets: vec![target] };
        Ok(Preparation { prepared, warnings: vec![format!("the picture has {bytes} bytes")] })
    }

    fn open(&self, job: &ComputeJob, _: &Arc<Prepared>) -> Result<Box<dyn ShardCompute>, ShardError> {
        self.0.opened.fetch_add(1, Ordering::SeqCst);
        for path in job.weights.at_hand().filter_map(|weights| match weights {
            WeightsSource::File(path) => Some(path),
            WeightsSource::Embedded => None,
        }) {
            let read = std::fs::read(path).map_err(|error| ShardError::Device(error.to_string()))?;
            assert!(!read.is_empty());
            self.0.weights.lock().unwrap().push(path.clone());
        }
        self.0.live.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Engine(Arc::clone(&self.0))))
    }

    fn forget(&self) {
        self.0.forgotten.fetch_add(1, Ordering::SeqCst);
    }
}

impl ShardCompute for Engine {
    fn compute(&mut self, task: &ShardTask) -> Result<ShardResult, ShardError> {
        std::thread::sleep(Duration::from_millis(self.0.milliseconds.load(Ordering::SeqCst)));
        self.0.begin();
        self.0.gate.pass();
        self.0.at_work.lock().unwrap()[0] -= 1;
        assert!(!Device::one_of(&self.0.panics), "the device is on fire");
        if Device::one_of(&self.0.out_of_memory) {
            return Err(ShardError::OutOfMemory("a little is missing".to_owned()));
        }
        self.0.computed.fetch_add(1, Ordering::SeqCst);
        assert_eq!(
            task.canvas.pixel(0, 1).unwrap()[0],
            SIZE as f32 / 1e6,
            "the canvas arrives as it was sent"
        );
        Ok(gradient_of(&task.shard, &task.scope))
    }
}

/// The gradient that the device gives for a shard. Its sum depends on the order.
fn gradient_of(shard: &Shard, scope: &Scope) -> ShardResult {
    let index = shard.index.0;
    let scale = 10_f32.powi((index % 7) as i32 * 3 - 9) + scope.epoch() as f32;
    let mut gradient = GradientSum::new(SIZE, SIZE);
    let pixels: Vec<_> = (0..(SIZE * SIZE) as u32).filter(|i| i % 3 == index % 3).map(Some).collect();
    let values: Vec<f32> = (0..3 * pixels.len()).map(|i| scale * (1.0 + i as f32 / 7.0)).collect();
    gradient.add_at(&pixels, &values);
    let sample = |sample| SampleReport { loss: f64::from(sample), ..SampleReport::default() };
    ShardResult { gradient, samples: shard.samples.clone().map(sample).collect() }
}

/// What a node's lease must give.
pub(crate) fn expected(brief: &JobBrief, node: Node, total: u32) -> (GradientSum, Vec<Vec<SampleReport>>) {
    let source = clipig_experiment::Source::new("expected", brief.yaml.clone());
    let experiment =
        clipig_experiment::load(&[source], &clipig_experiment::Overrides::default()).unwrap().experiment;
    let scope = Scope::new(Key::root(brief.seed), 0, experiment.epochs);
    let plan = plan(&experiment, &scope, brief.shard_size);
    assert_eq!(plan.shards.len(), total as usize);
    let mut tree = MergeTree::below(node, total);
    let mut reports = Vec::new();
    for shard in &plan.shards[node.shards(total).start as usize..node.shards(total).end as usize] {
        let result = gradient_of(shard, &scope);
        tree.insert(shard.index, result.gradient).unwrap();
        reports.push(result.samples);
    }
    (tree.into_sum().unwrap(), reports)
}

/// A prepared job of 8 shards.
pub(crate) fn brief(number: u64, model: Sha256) -> JobBrief {
    let yaml = "epochs: 10\nresolution: 300\ntargets:\n  - batch_size: 16\n    features:\n      - text: a curly spoon\n    transforms:\n      - noise: 0.1\n";
    JobBrief {
        revision: JobRevision { job: JobId(number), revision: 0 },
        yaml: yaml.to_owned(),
        seed: 17,
        model: ModelReference {
            name: "a model".to_owned(),
            sha256: model,
            settings: clipig_core::ModelSettings::of_activation(clipig_core::Activation::Gelu),
        },
        more_models: Vec::new(),
        assets: BTreeMap::new(),
        number: NumberType::Float32,
        threads: 1,
        shard_size: 2,
        prepared: Some(Arc::default()),
    }
}

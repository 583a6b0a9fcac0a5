//! The threads with stand-in engines.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clipig_core::{
    Assets, Canvas, ComputeFactory, ComputeJob, GradientSum, JobBrief, JobId, JobRevision, ModelReference,
    NumberType, Preparation, Prepared, ProgressCounter, Sha256, Shard, ShardCompute, ShardError, ShardIndex,
    ShardResult, ShardTask, TargetIndex, WeightsSource,
};
use clipig_experiment::random::Key;
use clipig_experiment::{Overrides, Scope, Source};
use tokio::sync::mpsc;

use super::{DeviceThreads, Done, Order};
use crate::session::{Outcome, Task};

/// What went on in the stand-in.
#[derive(Default)]
struct Seen {
    opened: AtomicU32,
    /// Engines that exist.
    live: AtomicU32,
    forgotten: AtomicU32,
    /// Until caches are freed, memory is short.
    short_of_memory: AtomicBool,
    hopeless: AtomicBool,
    /// Is there memory for one shard only?
    narrow: AtomicBool,
    /// Shards that are being computed.
    computing: AtomicU32,
}

struct Factory(Arc<Seen>);

struct Engine(Arc<Seen>);

impl ComputeFactory for Factory {
    fn prepare(&self, _: &ComputeJob, canvas: &Canvas) -> Result<Preparation, ShardError> {
        assert!(canvas.width() < 100, "no preparation for this canvas");
        Ok(Preparation { prepared: Prepared::default(), warnings: vec!["a warning".to_owned()] })
    }

    fn open(&self, _: &ComputeJob, _: &Arc<Prepared>) -> Result<Box<dyn ShardCompute>, ShardError> {
        self.0.opened.fetch_add(1, Ordering::SeqCst);
        self.0.live.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Engine(Arc::clone(&self.0))))
    }

    fn forget(&self) {
        self.0.forgotten.fetch_add(1, Ordering::SeqCst);
        self.0.short_of_memory.store(false, Ordering::SeqCst);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.0.live.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Counts one less in the end.
struct Leaves<'a>(&'a AtomicU32);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl ShardCompute for Engine {
    fn compute(&mut self, task: &ShardTask) -> Result<ShardResult, ShardError> {
        let index = task.shard.index.0;
        let beside = self.0.computing.fetch_add(1, Ordering::SeqCst);
        let _leaves = Leaves(&self.0.computing);
        if self.0.narrow.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
            if beside > 0 {
                return Err(ShardError::OutOfMemory("another shard has it".to_owned()));
            }
        }
        if self.0.hopeless.load(Ordering::SeqCst) || self.0.short_of_memory.load(Ordering::SeqCst) {
            return Err(ShardError::OutOfMemory("3 MiB are missing".to_owned()));
        }
        assert_ne!(index, 13, "thirteen\nis more than can be counted");
        let mut gradient = GradientSum::new(1, 1);
        gradient.add_at(&[Some(0)], &[index as f32, 0.0, 0.0]);
        Ok(ShardResult { gradient, samples: Vec::new() })
    }
}

fn job(number: u64) -> Arc<ComputeJob> {
    let yaml = "epochs: 1\ntargets:\n  - features:\n      - text: a\n";
    let loaded = clipig_experiment::load(&[Source::new("threads", yaml)], &Overrides::default()).unwrap();
    let brief = JobBrief {
        revision: JobRevision { job: JobId(number), revision: 0 },
        yaml: yaml.to_owned(),
        seed: 1,
        model: ModelReference {
            name: "none".to_owned(),
            sha256: Sha256([0; 32]),
            settings: clipig_core::ModelSettings::of_activation(clipig_core::Activation::Gelu),
        },
        more_models: Vec::new(),
        assets: std::collections::BTreeMap::new(),
        number: NumberType::Float32,
        threads: 1,
        shard_size: 8,
        prepared: Some(Arc::default()),
    };
    Arc::new(ComputeJob {
        brief: Arc::new(brief),
        experiment: Arc::new(loaded.experiment),
        weights: vec![WeightsSource::Embedded].into(),
        assets: Assets::default(),
        progress: ProgressCounter::default(),
    })
}

fn shard(ticket: u32, job: &Arc<ComputeJob>) -> Order<u32> {
    let task = ShardTask {
        shard: Shard { index: ShardIndex(ticket), target: TargetIndex(0), samples: 0..1 },
        scope: Scope::new(Key::root(0), 0, 1),
        canvas: Canvas::new(1, 1, vec![0.0; 3]).unwrap().into(),
    };
    Order { ticket, job: Arc::clone(job), task: Task::Shard(task), trace: None }
}

struct Rig {
    threads: DeviceThreads<u32>,
    answers: mpsc::Receiver<Done<u32>>,
    seen: Arc<Seen>,
}

impl Rig {
    fn new(slots: usize) -> Self {
        let seen = Arc::<Seen>::default();
        let factory: Arc<dyn ComputeFactory> = Arc::new(Factory(Arc::clone(&seen)));
        let (answer, answers) = mpsc::channel(4);
        Self { threads: DeviceThreads::start(slots, &factory, &answer).unwrap(), answers, seen }
    }

    fn shard(&mut self, ticket: u32, job: &Arc<ComputeJob>) -> Result<f32, ShardError> {
        self.threads.order(shard(ticket, job));
        let done = self.answers.blocking_recv().unwrap();
        assert_eq!(done.ticket, ticket);
        let Outcome::Shard(result) = done.outcome else { panic!("not a shard") };
        result.map(|result| result.gradient.to_dense()[0])
    }

    fn live(&self, expected: u32) {
        let wait = |_| {
            std::thread::sleep(Duration::from_millis(2));
            self.seen.live.load(Ordering::SeqCst) == expected
        };
        assert!(
            (0..30_000).any(wait),
            "{} engines instead of {expected}",
            self.seen.live.load(Ordering::SeqCst)
        );
    }
}

#[test]
fn every_order_is_answered_once() {
    let mut rig = Rig::new(3);
    let (one, two) = (job(1), job(2));
    let answers = Arc::new(Mutex::new(vec![0; 60]));
    for ticket in (0..60).filter(|ticket| *ticket != 13) {
        rig.threads.order(shard(ticket, if ticket % 2 == 0 { &one } else { &two }));
    }
    for _ in 0..59 {
        let done = rig.answers.blocking_recv().unwrap();
        let Outcome::Shard(Ok(result)) = done.outcome else { panic!("{done:?}") };
        assert_eq!(result.gradient.to_dense()[0], done.ticket as f32);
        answers.lock().unwrap()[done.ticket as usize] += 1;
    }
    let answers = answers.lock().unwrap();
    assert!((0..60).all(|ticket| answers[ticket] == u32::from(ticket != 13)), "{answers:?}");
    assert!(rig.seen.opened.load(Ordering::SeqCst) <= 6, "one engine per thread and job");
    assert!(rig.threads.join(Duration::from_mins(1)));
}

#[test]
fn threads_outlive_panics() {
    let mut rig = Rig::new(1);
    let job = job(1);
    for _ in 0..3 {
        let error = rig.shard(13, &job).unwrap_err();
        let ShardError::Device(message) = &error else { panic!("{error}") };
        assert!(message.contains("thirteen") && !message.contains('\n'), "{message}");
        rig.live(0);
        assert_eq!(rig.shard(7, &job), Ok(7.0));
    }
    let canvas = Canvas::new(100, 1, vec![0.0; 300]).unwrap();
    rig.threads.order(Order { ticket: 1, job: Arc::clone(&job), task: Task::Prepare(canvas), trace: None });
    let outcome = rig.answers.blocking_recv().unwrap().outcome;
    assert!(matches!(&outcome, Outcome::Prepared(Err(ShardError::Device(_)))), "{outcome:?}");
    let canvas = Canvas::new(1, 1, vec![0.0; 3]).unwrap();
    rig.threads.order(Order { ticket: 2, job, task: Task::Prepare(canvas), trace: None });
    let outcome = rig.answers.blocking_recv().unwrap().outcome;
    assert!(matches!(&outcome, Outcome::Prepared(Ok(made)) if made.warnings == ["a warning"]), "{outcome:?}");
}

#[test]
fn memory_is_freed_for_one_more_attempt() {
    let mut rig = Rig::new(1);
    let (one, two) = (job(1), job(2));
    rig.shard(1, &one).unwrap();
    rig.seen.short_of_memory.store(true, Ordering::SeqCst);
    assert_eq!(rig.shard(2, &two), Ok(2.0));
    assert_eq!(rig.seen.forgotten.load(Ordering::SeqCst), 1);
    rig.live(1);
    rig.seen.hopeless.store(true, Ordering::SeqCst);
    let error = rig.shard(3, &one).unwrap_err();
    assert!(matches!(&error, ShardError::OutOfMemory(reason) if reason.contains("3 MiB")), "{error}");
    assert_eq!(rig.seen.forgotten.load(Ordering::SeqCst), 2, "one more attempt, not more");
    rig.seen.hopeless.store(false, Ordering::SeqCst);
    assert_eq!(rig.shard(4, &two), Ok(4.0));
}

#[test]
fn what_does_not_fit_beside_others_is_computed_alone() {
    let mut rig = Rig::new(3);
    let job = job(1);
    rig.seen.narrow.store(true, Ordering::SeqCst);
    for ticket in 20..50 {
        rig.threads.order(shard(ticket, &job));
    }
    for _ in 20..50 {
        let done = rig.answers.blocking_recv().unwrap();
        assert!(matches!(&done.outcome, Outcome::Shard(Ok(_))), "{done:?}");
    }
}

#[test]
fn closed_jobs_are_forgotten_and_few_are_kept() {
    let mut rig = Rig::new(1);
    let jobs: Vec<_> = (1..=6).map(job).collect();
    for job in &jobs {
        rig.shard(1, job).unwrap();
    }
    rig.live(4);
    rig.threads.forget(&jobs[5]);
    rig.live(3);
    for job in &jobs[..3] {
        // More than a busy thread remembers, too.
        (0..20).for_each(|_| rig.threads.forget(job));
    }
    rig.shard(1, &jobs[0]).unwrap();
    assert!(rig.seen.live.load(Ordering::SeqCst) <= 4);
    rig.threads.forget(&jobs[0]);
    let opened = rig.seen.opened.load(Ordering::SeqCst);
    rig.shard(1, &jobs[0]).unwrap();
    assert_eq!(rig.seen.opened.load(Ordering::SeqCst), opened + 1);
    assert!(rig.threads.join(Duration::from_mins(1)));
    assert_eq!(rig.seen.live.load(Ordering::SeqCst), 0);
}

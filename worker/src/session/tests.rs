//! Tests of the session, with a job of real plans and gradients of one pixel.

mod models;

use std::collections::BTreeMap;

use clipig_core::{
    Assets, CanvasTiles, DeviceClass, Epoch, EpochCanvas, EpochValues, GradientSum, JobId, JobWeights,
    ModelReference, Node, NumberType, PROTOCOL, Prepared, PreparedTarget, ProgressCounter, SampleReport,
    SessionId, Sha256, ShardIndex, Stage, TileSet, WeightsSource, Welcome, WorkerKind,
};
use clipig_experiment::{Overrides, Source, load};
use clipig_geometry::{Size, footprint};
use clipig_schedule::{MergeTree, plan};
use proptest::prelude::*;

use super::*;

const EPOCH: Epoch = Epoch(2);

fn settings(cores: u32) -> SessionSettings {
    let kind = WorkerKind {
        class: DeviceClass::Cpu,
        model: "m".into(),
        libtorch: "2.11".into(),
        capability: String::new(),
    };
    let registration = Registration {
        protocol: PROTOCOL,
        version: "test".into(),
        name: "w".parse().unwrap(),
        instance: 1,
        kind,
        cores,
        memory: 0,
        device: "cpu".into(),
    };
    SessionSettings { registration, drain: Duration::from_secs(30) }
}

const YAML: &str = "epochs: 5\ntargets:\n  - features:\n      - text: a spoon\n    batch_size: 11\n    transforms:\n      \
                    - random_crop: 4\n";

fn brief(job: u64, threads: u32, prepared: bool) -> Arc<JobBrief> {
    let prepared = prepared.then(|| Arc::new(Prepared { targets: vec![PreparedTarget::default()] }));
    Arc::new(JobBrief {
        revision: revision(job),
        yaml: YAML.into(),
        seed: 5,
        model: ModelReference {
            name: "m".into(),
            sha256: Sha256([0; 32]),
            settings: clipig_core::ModelSettings::of_activation(clipig_core::Activation::Gelu),
        },
        more_models: Vec::new(),
        assets: BTreeMap::new(),
        number: NumberType::Float32,
        threads,
        shard_size: 1,
        prepared,
    })
}

fn revision(job: u64) -> JobRevision {
    JobRevision { job: JobId(job), revision: 0 }
}

fn compute_job(brief: &Arc<JobBrief>) -> Arc<ComputeJob> {
    let loaded = load(&[Source::new("brief", &brief.yaml)], &Overrides::default()).unwrap();
    Arc::new(ComputeJob {
        brief: Arc::clone(brief),
        experiment: Arc::new(loaded.experiment),
        // The only model is at hand; of several, none is.
        weights: match brief.models().count() {
            1 => JobWeights::from(vec![WeightsSource::Embedded]),
            several => JobWeights::missing(several),
        },
        assets: Assets::default(),
        progress: ProgressCounter::default(),
    })
}

const VALUES: EpochValues = EpochValues { resolution: [8, 8], learnrate: 1.0, learnrate_scale: 1.0 };

fn lease(job: u64, number: u64, node: Node) -> ToWorker {
    let work = Work::Node { epoch: EPOCH, node, total: 11 };
    let fence = Fence { incarnation: 1, number };
    ToWorker::Lease(Lease { fence, revision: revision(job), work, values: VALUES, trace: None })
}

/// A session whose fetches succeed at once, and the work that it has started.
struct Worker {
    session: Session,
    now: Time,
    tasks: Vec<(Ticket, Task)>,
    cancelled: Vec<Ticket>,
    sent: Vec<FromWorker>,
    forgotten: usize,
    fetch: Result<(), FetchError>,
    /// Fetches of this job never end.
    slow_job: Option<u64>,
    /// Models whose weights were asked for, by their place.
    asked: Vec<usize>,
    /// Of these, those that have not come yet.
    coming: Vec<(Request, Arc<ComputeJob>, usize)>,
    /// Whether answers are written to the connection at once.
    writes: bool,
    exit: Option<ExitCause>,
}

impl Worker {
    fn new(cores: u32) -> Self {
        let mut worker = Self {
            session: Session::new(settings(cores)),
            now: Time::ZERO,
            tasks: Vec::new(),
            cancelled: Vec::new(),
            sent: Vec::new(),
            forgotten: 0,
            fetch: Ok(()),
            slow_job: None,
            asked: Vec::new(),
            coming: Vec::new(),
            writes: true,
            exit: None,
        };
        worker.welcome(&[], &[]);
        worker
    }

    /// The coordinator welcomes it: these leases are still valid, these jobs still open.
    fn welcome(&mut self, leases: &[u64], jobs: &[u64]) {
        assert!(matches!(self.session.register(), FromWorker::Register(_)));
        self.receive(ToWorker::Welcome(Welcome {
            session: SessionId(4),
            name: "w-2".parse().unwrap(),
            heartbeat: Duration::from_secs(2),
            version: String::new(),
            leases: leases.iter().map(|number| Fence { incarnation: 1, number: *number }).collect(),
            jobs: jobs.iter().map(|job| revision(*job)).collect(),
        }));
    }

    /// With job 1 open and its canvas there.
    fn ready(cores: u32, threads: u32) -> Self {
        let mut worker = Self::new(cores);
        worker.open(1, threads);
        worker
    }

    fn open(&mut self, job: u64, threads: u32) {
        self.receive(ToWorker::Open(brief(job, threads, true)));
        self.canvas(job, Stage::Epoch(EPOCH));
    }

    fn canvas(&mut self, job: u64, stage: Stage) {
        let canvas = Canvas::new(8, 8, vec![0.5; 192]).unwrap();
        self.receive(ToWorker::Canvas(EpochCanvas { revision: revision(job), stage, canvas }));
    }

    fn receive(&mut self, message: ToWorker) {
        self.handle(Input::Received(message));
    }

    fn handle(&mut self, input: Input) {
        let effects = self.session.handle(input, self.now);
        self.act(effects);
    }

    fn act(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(message) => {
                    let fence = message.answers();
                    self.sent.push(message);
                    if let (Some(fence), true) = (fence, self.writes) {
                        self.handle(Input::Sent(fence));
                    }
                }
                Effect::Fetch { brief, .. } if self.slow_job == Some(brief.revision.job.0) => {}
                Effect::Fetch { request, brief } => {
                    let job = self.fetch.clone().map(|()| compute_job(&brief));
                    self.handle(Input::Fetched { request, job });
                }
                Effect::FetchModel { request, job, place } => {
                    self.asked.push(place);
                    self.coming.push((request, job, place));
                }
                Effect::Compute { ticket, task, .. } => self.tasks.push((ticket, task)),
                Effect::Cancel(ticket) => self.cancelled.push(ticket),
                Effect::Forget(_) => self.forgotten += 1,
                Effect::Exit(cause) => self.exit = Some(cause),
            }
        }
    }

    fn shards(&self) -> Vec<u32> {
        self.tasks
            .iter()
            .filter_map(|(_, task)| match task {
                Task::Shard(task) => Some(task.shard.index.0),
                Task::Prepare(_) => None,
            })
            .collect()
    }

    /// A thread finishes one of the tasks that run.
    fn finish(&mut self, which: usize) {
        let (ticket, task) = self.tasks.remove(which);
        let outcome = match task {
            Task::Shard(task) => {
                let gradient = gradient(task.shard.index);
                let samples = vec![SampleReport::default(); task.shard.samples.len()];
                Outcome::Shard(Ok(ShardResult { gradient, samples }))
            }
            Task::Prepare(_) => Outcome::Prepared(Ok(Preparation {
                prepared: Prepared { targets: vec![PreparedTarget::default()] },
                warnings: vec!["odd".into()],
            })),
        };
        self.handle(Input::Done { ticket, outcome, took: Duration::from_secs(1) });
    }

    fn fail(&mut self, error: ShardError) {
        let (ticket, _) = self.tasks.remove(0);
        self.handle(Input::Done { ticket, outcome: Outcome::Shard(Err(error)), took: Duration::ZERO });
    }

    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.session.next_wakeup().filter(|at| *at <= until) {
            self.now = at;
            self.handle(Input::Tick);
        }
        self.now = until;
    }

    fn take(&mut self) -> Vec<FromWorker> {
        std::mem::take(&mut self.sent)
    }
}

fn gradient(shard: ShardIndex) -> GradientSum {
    let mut sum = GradientSum::new(8, 8);
    let value = 1.1_f32.powi(shard.0 as i32 * 17 - 40);
    sum.add_at(&[Some(shard.0)], &[value, 1.0 / value, 0.1]);
    sum.add_at(&[Some(0)], &[value, 1.0 / value, 0.1]);
    sum
}

fn fences(messages: &[FromWorker]) -> Vec<u64> {
    messages.iter().filter_map(FromWorker::answers).map(|fence| fence.number).collect()
}

#[test]
fn the_test_jobs_plan_has_eleven_shards() {
    let brief = brief(1, 1, true);
    let job = compute_job(&brief);
    assert_eq!(plan(&job.experiment, &VALUES.scope(&job.experiment, 5, EPOCH), 1).shards.len(), 11);
}

proptest! {
    #[test]
    fn a_nodes_sum_is_the_trees_in_whatever_order_its_shards_end(
        cores in 1_u32..6, level in 0_u32..5, order in prop::collection::vec(any::<prop::sample::Index>(), 11)
    ) {
        let mut worker = Worker::ready(cores, 1);
        let node = Node { level, index: 0 };
        worker.receive(lease(1, 1, node));
        let mut order = order.into_iter();
        while !worker.tasks.is_empty() {
            prop_assert!(worker.tasks.len() <= cores as usize);
            let which = order.next().unwrap().index(worker.tasks.len());
            worker.finish(which);
        }
        let mut tree = MergeTree::below(node, 11);
        for shard in node.shards(11) {
            tree.insert(ShardIndex(shard), gradient(ShardIndex(shard))).unwrap();
        }
        let sent = worker.take();
        let [FromWorker::Computed(computed)] = &sent[..] else { panic!("{sent:?}") };
        prop_assert_eq!(&computed.gradient, &tree.into_sum().unwrap());
        prop_assert_eq!(computed.reports.len(), node.shards(11).len());
        prop_assert_eq!(computed.seconds, node.shards(11).len() as f64);
    }

    #[test]
    fn threads_are_never_promised_twice_and_every_lease_is_answered(
        cores in 1_u32..8,
        threads in prop::collection::vec(1_u32..10, 1..4),
        nodes in prop::collection::vec((0_usize..4, 0_u32..2, 0_u32..5), 1..12),
        order in prop::collection::vec(any::<prop::sample::Index>(), 40),
    ) {
        let mut worker = Worker::new(cores);
        for (job, threads) in threads.iter().enumerate() {
            worker.open(job as u64, *threads);
        }
        let mut wanted: Vec<u64> = Vec::new();
        for (number, (job, level, index)) in (1..).zip(nodes) {
            worker.receive(lease((job % threads.len()) as u64, number, Node { level, index }));
            wanted.push(number);
        }
        for index in order {
            let used: u32 = worker.session.running.values().map(|running| running.cores).sum();
            prop_assert!(used <= cores && used == worker.session.busy);
            if worker.tasks.is_empty() {
                break;
            }
            worker.finish(index.index(worker.tasks.len()));
        }
        let sent = worker.take();
        let mut answered = fences(&sent);
        answered.sort_unstable();
        prop_assert_eq!(answered, wanted);
    }
}

#[test]
fn shards_of_the_next_lease_fill_free_cores_and_wide_ones_are_not_overtaken() {
    let mut worker = Worker::ready(3, 1);
    worker.open(2, 2);
    worker.receive(lease(1, 1, Node { level: 1, index: 0 }));
    worker.receive(lease(2, 2, Node { level: 0, index: 5 }));
    worker.receive(lease(1, 3, Node { level: 0, index: 7 }));
    // The second needs two cores; the third would fit, but waits behind it.
    assert_eq!(worker.shards(), [0, 1]);
    worker.finish(0);
    assert_eq!(worker.shards(), [1, 5]);
    worker.finish(0);
    assert_eq!(worker.shards(), [5, 7]);
}

#[test]
fn a_lease_that_waits_for_its_weights_keeps_no_core_from_others() {
    let mut worker = Worker::new(2);
    worker.slow_job = Some(1);
    worker.open(1, 2);
    worker.open(2, 1);
    worker.receive(lease(1, 1, Node { level: 0, index: 0 }));
    worker.receive(lease(2, 2, Node { level: 1, index: 1 }));
    worker.receive(lease(2, 3, Node { level: 0, index: 5 }));
    assert_eq!(worker.shards(), [2, 3]);
    worker.finish(0);
    assert_eq!(worker.shards(), [3, 5]);
}

#[test]
fn a_lease_without_brief_canvas_or_features_is_handed_back() {
    let mut worker = Worker::new(1);
    let mut reasons = Vec::new();
    worker.receive(lease(1, 1, Node { level: 0, index: 0 }));
    worker.receive(ToWorker::Open(brief(1, 1, false)));
    worker.receive(lease(1, 2, Node { level: 0, index: 0 }));
    worker.receive(ToWorker::Open(brief(1, 1, true)));
    worker.receive(lease(1, 3, Node { level: 0, index: 0 }));
    worker.canvas(1, Stage::Epoch(Epoch(1)));
    worker.receive(lease(1, 4, Node { level: 0, index: 0 }));
    for message in worker.take() {
        let FromWorker::Returned { reason, .. } = message else { panic!("{message:?}") };
        reasons.push(reason);
    }
    assert_eq!(
        reasons,
        [
            "job 1.0 is not open here",
            "job 1.0 is open here, but not prepared",
            "the canvas of job 1.0, epoch 2 is missing",
            "the canvas of job 1.0, epoch 2 is missing",
        ]
    );
    worker.canvas(1, Stage::Epoch(EPOCH));
    worker.receive(lease(1, 5, Node { level: 0, index: 0 }));
    assert_eq!(worker.tasks.len(), 1);
}

/// The tiles of a canvas of 640 × 8 with these numbers.
fn tiles(numbers: &[usize]) -> ToWorker {
    let canvas = Canvas::new(640, 8, vec![0.5; 3 * 640 * 8]).unwrap();
    let mut set = TileSet::none(canvas.grid());
    for number in numbers {
        set.insert(*number);
    }
    let (revision, stage) = (revision(1), Stage::Epoch(EPOCH));
    ToWorker::Tiles(EpochTiles { revision, stage, tiles: CanvasTiles::within(canvas, set) })
}

/// The tiles of that canvas that a shard needs.
fn needed(shard: u32) -> Vec<usize> {
    let brief = brief(1, 1, true);
    let experiment = Arc::clone(&compute_job(&brief).experiment);
    let scope = VALUES.scope(&experiment, brief.seed, EPOCH);
    let shard = plan(&experiment, &scope, 1).shards[shard as usize].clone();
    let size = Size { width: 640, height: 8 };
    footprint(&experiment.targets[0], &scope, shard.samples, size).numbers().collect()
}

#[test]
fn a_lease_is_computed_from_its_tiles_and_handed_back_without() {
    let mut worker = Worker::new(2);
    worker.receive(ToWorker::Open(brief(1, 1, true)));
    let leaf = |index: u32| Node { level: 0, index };
    worker.receive(tiles(&needed(0)));
    worker.receive(lease(1, 1, leaf(0)));
    assert_eq!(worker.tasks.len(), 1);
    // The tiles of this one were lost on the way.
    let other = (1..11).find(|shard| needed(*shard).iter().all(|tile| !needed(0).contains(tile))).unwrap();
    worker.receive(lease(1, 2, leaf(other)));
    let sent = worker.take();
    let [FromWorker::Returned { reason, .. }] = &sent[..] else { panic!("{sent:?}") };
    assert!(reason.contains("of the canvas of epoch 2 are missing for node 0:"), "{reason}");
    // They are added to those that are there.
    worker.receive(tiles(&needed(other)));
    worker.receive(lease(1, 3, leaf(other)));
    worker.receive(lease(1, 4, leaf(0)));
    assert_eq!((worker.tasks.len(), worker.take().len()), (2, 0));
    worker.finish(0);
    assert_eq!(worker.tasks.len(), 2, "the last one waits for a thread, not for tiles");
    // Those of another epoch are of no use.
    let Task::Shard(task) = &worker.tasks[0].1 else { panic!("{:?}", worker.tasks) };
    let CanvasView::Tiles(held) = &task.canvas else { panic!("{task:?}") };
    assert_eq!(held.held().len(), needed(0).len() + needed(other).len());
    assert!(held.pixel(640, 0).is_none());
}

#[test]
fn a_preparation_needs_the_whole_canvas() {
    let mut worker = Worker::new(1);
    worker.receive(ToWorker::Open(brief(1, 1, false)));
    let ToWorker::Tiles(some) = tiles(&[1]) else { unreachable!() };
    worker.receive(ToWorker::Tiles(EpochTiles { stage: Stage::Prepare, ..some }));
    let ToWorker::Lease(lease) = lease(1, 1, Node { level: 0, index: 0 }) else { unreachable!() };
    worker.receive(ToWorker::Lease(Lease { work: Work::Prepare, ..lease }));
    let sent = worker.take();
    assert!(matches!(&sent[..], [FromWorker::Returned { .. }]), "{sent:?}");
}

#[test]
fn a_preparation_is_answered_with_its_warnings() {
    let mut worker = Worker::new(1);
    worker.receive(ToWorker::Open(brief(1, 1, false)));
    worker.canvas(1, Stage::Prepare);
    let ToWorker::Lease(lease) = lease(1, 1, Node { level: 0, index: 0 }) else { unreachable!() };
    worker.receive(ToWorker::Lease(Lease { work: Work::Prepare, ..lease }));
    worker.finish(0);
    let sent = worker.take();
    assert!(matches!(&sent[..], [FromWorker::Prepared { warnings, .. }] if warnings == &["odd"]), "{sent:?}");
    // The brief that is prepared takes the place of the other; the first canvas is not epoch 0's.
    worker.receive(ToWorker::Open(brief(1, 1, true)));
    assert_eq!(worker.forgotten, 1);
    assert!(worker.session.jobs[&revision(1)].canvas(Stage::Prepare).is_none());
}

#[test]
fn what_is_revoked_or_closed_is_dropped_and_its_threads_are_free_when_they_end() {
    let mut worker = Worker::ready(2, 1);
    worker.receive(lease(1, 1, Node { level: 2, index: 0 }));
    worker.receive(lease(1, 2, Node { level: 0, index: 8 }));
    worker.receive(ToWorker::Revoke(Fence { incarnation: 1, number: 1 }));
    assert_eq!((worker.session.held(), worker.cancelled.len(), worker.shards()), (1, 2, vec![0, 1]));
    worker.finish(0);
    assert_eq!(worker.shards(), [1, 8]);
    worker.receive(ToWorker::Close(revision(1)));
    worker.finish(0);
    worker.finish(0);
    assert!(worker.take().is_empty() && worker.session.busy == 0);
    assert_eq!(worker.forgotten, 1);
}

#[test]
fn a_failed_shard_fails_its_lease_once() {
    let mut worker = Worker::ready(2, 1);
    worker.receive(lease(1, 1, Node { level: 2, index: 0 }));
    let error = ShardError::OutOfMemory("full".into());
    worker.fail(error.clone());
    worker.finish(0);
    let sent = worker.take();
    assert!(matches!(&sent[..], [FromWorker::Failed { error: sent, .. }] if *sent == error), "{sent:?}");
    assert!(worker.tasks.is_empty());
}

#[test]
fn another_plan_than_the_coordinators_is_a_failure_that_says_so() {
    let mut worker = Worker::ready(1, 1);
    let ToWorker::Lease(lease) = lease(1, 1, Node { level: 0, index: 0 }) else { unreachable!() };
    let work = Work::Node { epoch: EPOCH, node: Node { level: 0, index: 0 }, total: 12 };
    worker.receive(ToWorker::Lease(Lease { work, ..lease }));
    let sent = worker.take();
    let [FromWorker::Failed { error, .. }] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(
        error.to_string(),
        "the device failed: epoch 2 has 11 shards here, but 12 on the coordinator, of which node 0:0 is wanted; are \
         both of the same version?"
    );
}

#[test]
fn content_that_does_not_arrive_hands_leases_back_and_is_tried_again() {
    let mut worker = Worker::new(1);
    worker.fetch = Err(FetchError::Unavailable("the farm has no such content".into()));
    worker.open(1, 1);
    worker.receive(lease(1, 1, Node { level: 0, index: 0 }));
    let sent = worker.take();
    assert!(matches!(&sent[..], [FromWorker::Returned { .. }]), "{sent:?}");
    worker.fetch = Ok(());
    worker.receive(lease(1, 2, Node { level: 0, index: 0 }));
    assert_eq!(worker.tasks.len(), 1);
    worker.fetch = Err(FetchError::Refused("`epochs`: too many".into()));
    worker.open(2, 1);
    worker.receive(lease(2, 3, Node { level: 0, index: 0 }));
    let sent = worker.take();
    let [FromWorker::Failed { error, .. }] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(*error, ShardError::Experiment("`epochs`: too many".into()));
}

#[test]
fn heartbeats_name_everything_until_it_is_written() {
    let mut worker = Worker::ready(1, 1);
    worker.writes = false;
    worker.receive(lease(1, 1, Node { level: 1, index: 0 }));
    worker.receive(lease(1, 2, Node { level: 0, index: 2 }));
    // The same lease twice is one.
    worker.receive(lease(1, 2, Node { level: 0, index: 2 }));
    worker.finish(0);
    worker.wait(Duration::from_secs(2));
    worker.finish(0);
    worker.wait(Duration::from_secs(2));
    worker.handle(Input::Sent(Fence { incarnation: 1, number: 1 }));
    worker.wait(Duration::from_secs(2));
    let beats: Vec<Vec<(u64, u32)>> = worker
        .take()
        .into_iter()
        .filter_map(|message| match message {
            FromWorker::Heartbeat(held) => Some(held.iter().map(|h| (h.fence.number, h.progress)).collect()),
            _ => None,
        })
        .collect();
    assert_eq!(beats, [vec![(1, 1), (2, 0)], vec![(2, 0), (1, 2)], vec![(2, 0)]]);
}

#[test]
fn a_shard_that_takes_long_shows_that_it_gets_on() {
    let mut worker = Worker::ready(1, 1);
    worker.receive(lease(1, 1, Node { level: 1, index: 0 }));
    worker.receive(lease(1, 2, Node { level: 1, index: 1 }));
    let job = worker.session.jobs[&revision(1)].ready().unwrap();
    let progress = |worker: &mut Worker| {
        worker.wait(Duration::from_secs(2));
        let sent = worker.take();
        let Some(FromWorker::Heartbeat(held)) = sent.last() else { panic!("{sent:?}") };
        held.iter().map(|held| held.progress).collect::<Vec<_>>()
    };
    assert_eq!(progress(&mut worker), [0, 0]);
    job.progress.advance();
    job.progress.advance();
    assert_eq!(progress(&mut worker), [2, 0], "what waits does not get on");
    worker.finish(0);
    job.progress.advance();
    assert_eq!(progress(&mut worker), [4, 0]);
}

#[test]
fn a_drain_finishes_what_runs_and_hands_back_the_rest() {
    let mut worker = Worker::ready(1, 1);
    worker.receive(lease(1, 1, Node { level: 1, index: 0 }));
    worker.receive(lease(1, 2, Node { level: 1, index: 1 }));
    worker.handle(Input::Drain("SIGTERM".into()));
    worker.receive(lease(1, 3, Node { level: 0, index: 5 }));
    worker.finish(0);
    assert_eq!(worker.exit, None);
    worker.finish(0);
    let sent = worker.take();
    assert!(matches!(&sent[0], FromWorker::Draining(reason) if reason == "SIGTERM"));
    assert_eq!(fences(&sent), [2, 3, 1]);
    assert!(matches!(sent.last(), Some(FromWorker::Goodbye)));
    assert_eq!(worker.exit, Some(ExitCause::Drained));
    assert_eq!(worker.session.next_wakeup(), None);
}

#[test]
fn a_drain_ends_in_time() {
    let mut worker = Worker::ready(1, 1);
    worker.receive(lease(1, 1, Node { level: 1, index: 0 }));
    worker.receive(ToWorker::Drain("update".into()));
    worker.wait(Duration::from_secs(29));
    assert_eq!(worker.exit, None);
    worker.wait(Duration::from_secs(1));
    let sent = worker.take();
    assert_eq!(fences(&sent), [1]);
    assert!(matches!(sent.last(), Some(FromWorker::Goodbye)));
    assert_eq!(worker.exit, Some(ExitCause::Drained));
}

#[test]
fn a_refusal_ends_the_session() {
    let mut worker = Worker::new(1);
    assert_eq!(worker.session.name().unwrap().as_str(), "w-2");
    worker.receive(ToWorker::Refuse("another version".into()));
    assert_eq!(worker.exit, Some(ExitCause::Refused("another version".into())));
    worker.receive(lease(1, 1, Node { level: 0, index: 0 }));
    assert!(worker.take().is_empty());
}

#[test]
fn a_worker_goes_on_with_what_is_still_valid_when_it_comes_back() {
    let mut worker = Worker::ready(2, 1);
    for number in 1..=4 {
        worker.receive(lease(1, number, Node { level: 0, index: number as u32 }));
    }
    assert_eq!(worker.shards(), [1, 2]);
    worker.handle(Input::Cut(Vec::new()));
    assert!(!worker.session.takes_leases());
    // It computes on; what it has done waits.
    worker.finish(0);
    assert_eq!(worker.shards(), [2, 3]);
    worker.wait(Duration::from_secs(5));
    assert!(worker.sent.is_empty(), "{:?}", worker.sent);
    worker.welcome(&[1, 2, 4], &[1]);
    assert_eq!(fences(&worker.take()), [1], "what it has computed meanwhile counts");
    assert_eq!(worker.cancelled.len(), 1, "the third is with somebody else by now");
    while !worker.tasks.is_empty() {
        worker.finish(0);
    }
    assert_eq!(fences(&worker.take()), [2, 4]);
    assert_eq!(worker.forgotten, 0);
}

#[test]
fn what_was_lost_with_the_connection_is_handed_back() {
    let mut worker = Worker::ready(1, 1);
    worker.writes = false;
    for number in 1..=2 {
        worker.receive(lease(1, number, Node { level: 0, index: number as u32 }));
    }
    worker.finish(0);
    let mut sent = worker.take();
    assert_eq!(fences(&sent), [1]);
    worker.finish(0);
    // The first answer was on its way, the second one had not been handed over, and a lease has never arrived.
    sent = worker.take();
    worker.handle(Input::Cut(sent));
    worker.welcome(&[1, 2, 9], &[1]);
    let sent = worker.take();
    assert!(matches!(&sent[0], FromWorker::Computed(computed) if computed.fence.number == 2), "{sent:?}");
    assert!(sent[1..].iter().all(|message| matches!(message, FromWorker::Returned { .. })), "{sent:?}");
    assert_eq!(fences(&sent), [2, 1, 9]);
}

#[test]
fn what_is_not_valid_any_more_is_dropped_and_closed_jobs_are_forgotten() {
    let mut worker = Worker::ready(1, 1);
    worker.open(2, 1);
    worker.receive(lease(1, 1, Node { level: 0, index: 0 }));
    worker.handle(Input::Cut(Vec::new()));
    worker.finish(0);
    worker.welcome(&[], &[2]);
    assert!(worker.take().is_empty(), "its answer is not wanted");
    assert_eq!(worker.session.held(), 0);
    worker.receive(lease(1, 3, Node { level: 0, index: 0 }));
    assert!(
        matches!(&worker.take()[..], [FromWorker::Returned { reason, .. }] if reason.contains("not open"))
    );
    // The other job is still at hand, with its canvas.
    worker.receive(lease(2, 2, Node { level: 0, index: 0 }));
    worker.finish(0);
    assert_eq!(fences(&worker.take()), [2]);
}

#[test]
fn nothing_counts_before_the_welcome_and_it_counts_once() {
    let mut worker = Worker::ready(1, 1);
    worker.receive(lease(1, 1, Node { level: 0, index: 0 }));
    worker.handle(Input::Cut(Vec::new()));
    worker.receive(ToWorker::Revoke(Fence { incarnation: 1, number: 1 }));
    worker.handle(Input::Cut(Vec::new()));
    worker.welcome(&[1], &[1]);
    worker.welcome(&[], &[]);
    worker.finish(0);
    assert_eq!(fences(&worker.take()), [1]);
}

#[test]
fn a_worker_that_drains_says_so_again_and_leaves_in_time_without_a_connection() {
    let mut worker = Worker::ready(1, 1);
    worker.receive(lease(1, 1, Node { level: 0, index: 0 }));
    worker.handle(Input::Drain("maintenance".to_owned()));
    worker.take();
    worker.handle(Input::Cut(Vec::new()));
    worker.welcome(&[1], &[1]);
    assert!(matches!(&worker.take()[..], [FromWorker::Draining(reason)] if reason == "maintenance"));
    worker.handle(Input::Cut(Vec::new()));
    worker.wait(Duration::from_hours(1));
    assert_eq!(worker.exit, Some(ExitCause::Drained));
    assert!(worker.take().is_empty(), "there is nobody to say goodbye to");
}

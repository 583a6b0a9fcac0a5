//! A farm in a folder, with one worker that goes no further than it is let.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use clipig_core::{
    Canvas, Computed, DeviceClass, Epoch, FromWorker, JobId, JobRevision, Lease, NumberType, PROTOCOL,
    Prepared, PreparedTarget, Registration, SampleReport, ShardIndex, ToWorker, Work, WorkerKind,
};
use clipig_models::{embedded, registry};
use clipig_picture::Record;
use clipig_schedule::{MergeTree, dispatcher::DispatchSettings};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

use crate::farm::{CommandError, Farm, FarmSettings, JobView, SubmitAnswer, SubmitRequest};
use crate::job_runner::stand_in::{Canvases, shard_gradient};
use crate::metrics::Metrics;
use crate::quotas::Quotas;
use crate::store::{ArtifactName, JobState, Store, SystemClock};
use crate::switchboard::{self, Reports, SESSION_QUEUE, SwitchboardSettings};

/// Twelve epochs of ten samples.
pub(super) const YAML: &str = "\
epochs: 12
resolution: 2
learnrate: 0.00001
snapshot_interval: 3
seed: 5
targets:
  - batch_size: 10
    features: [{text: x}]
    transforms: [{noise: 0.1}]
";

/// How long a test waits for what must come, and comes at once where nothing else keeps the machine busy.
const PATIENCE: Duration = Duration::from_mins(2);

pub(super) struct TestFarm {
    pub(super) farm: Farm,
    folder: TempDir,
    /// The worker answers for epochs below this one.
    gate: watch::Sender<u32>,
    /// The epoch of the last lease that it was given.
    leased: watch::Sender<Option<u32>>,
    runtime: Runtime,
}

impl TestFarm {
    /// An empty one without a worker. Checkpoints are written when a job stops, not on the way.
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut FarmSettings)) -> Self {
        Self::open(tempfile::tempdir().unwrap(), change)
    }

    fn open(folder: TempDir, change: impl FnOnce(&mut FarmSettings)) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let metrics = Arc::new(Metrics::default());
        let store = Store::open(folder.path(), Arc::new(SystemClock::default())).unwrap();
        let (notes, chronicle) = std::sync::mpsc::channel();
        let switchboard = {
            let _runtime = runtime.enter();
            let dispatch = DispatchSettings {
                heartbeat_timeout: Duration::from_hours(1),
                ..DispatchSettings::new(store.opening().incarnation)
            };
            let settings = SwitchboardSettings { dispatch, heartbeat: Duration::from_secs(2) };
            switchboard::start(settings, Reports { notes, metrics: Arc::clone(&metrics) })
        };
        let mut settings = FarmSettings {
            max_running_jobs: 2,
            max_queued_jobs: 100,
            job_pixels: 1000,
            job_memory: 1 << 30,
            epoch_samples: 1_000,
            snapshots: 100,
            revisions: 100,
            revision_bytes: 1 << 20,
            checkpoint_share: 1.0,
            checkpoint_interval: Duration::from_hours(1),
            traced_epochs: 0,
            quotas: Quotas::default(),
            metrics,
        };
        change(&mut settings);
        let models = clipig_models::Store::at(folder.path().join("models"));
        let farm = Farm::open(store, models, switchboard, Arc::new(Canvases), settings, chronicle).unwrap();
        let (gate, leased) = (watch::Sender::new(0), watch::Sender::new(None));
        Self { farm, folder, gate, leased, runtime }
    }

    /// The folder as it was at one moment, which is what `kill -9` would leave. Files may be written meanwhile, so it
    /// is copied until nothing has changed from before the copy to after it.
    pub(super) fn left_by_kill(&self) -> TempDir {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let copy = tempfile::tempdir().unwrap();
            match copy_folder(self.folder.path(), copy.path()) {
                Ok(true) => return copy,
                Ok(false) => {}
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::NotFound, "{error}"),
            }
            assert!(Instant::now() < deadline, "the farm's files never rest");
        }
    }

    /// As after `kill -9` and a restart, without a worker.
    pub(super) fn killed(self) -> Self {
        Self::open(self.left_by_kill(), |_| {})
    }

    /// A worker joins.
    pub(super) fn join(&self) {
        self.join_as(registration());
    }

    /// The same, which says this of itself.
    pub(super) fn join_as(&self, registration: Registration) -> Joined {
        let switchboard = self.farm.switchboard().clone();
        let (gate, leased) = (self.gate.subscribe(), self.leased.clone());
        let (answers, from_worker) = mpsc::channel(64);
        let (to_worker, messages) = mpsc::channel(SESSION_QUEUE);
        self.runtime.spawn(async move { switchboard.serve_local(to_worker, from_worker).await });
        answers.blocking_send(FromWorker::Register(registration)).unwrap();
        self.runtime.spawn(work(messages, answers.clone(), gate, leased));
        Joined(answers)
    }

    /// A worker leaves. The farm remembers it.
    pub(super) fn leave(&self, Joined(answers): Joined) {
        let there = |farm: &Self| {
            let workers = farm.farm.switchboard().workers_blocking().unwrap();
            (workers.len(), workers.iter().filter(|worker| worker.takes_work()).count())
        };
        let deadline = Instant::now() + PATIENCE;
        let wait = |wanted: &dyn Fn((usize, usize)) -> bool| {
            while !wanted(there(self)) {
                assert!(Instant::now() < deadline, "{:?}", there(self));
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        // Its registration may still be on its way.
        wait(&|(_, serving)| serving > 0);
        let (known, serving) = there(self);
        answers.blocking_send(FromWorker::Goodbye).unwrap();
        wait(&|(_, now)| now < serving);
        assert_eq!(there(self), (known, serving - 1));
    }

    /// The worker answers for epochs up to this one.
    pub(super) fn let_pass(&self, epoch: u32) {
        self.gate.send_replace(epoch.saturating_add(1));
    }

    /// Lets all epochs before this one pass, and waits until it is under way.
    pub(super) fn run_into(&self, epoch: u32) {
        self.gate.send_replace(epoch);
        let mut leased = self.leased.subscribe();
        let reached = leased.wait_for(|leased| *leased == Some(epoch));
        let waited = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, reached).await.is_ok() });
        assert!(waited, "epoch {epoch} was not reached");
    }

    pub(super) fn ask(&self, token: &str, yaml: &str) -> Result<SubmitAnswer, CommandError> {
        self.ask_as("local", token, yaml)
    }

    /// The same by another owner.
    pub(super) fn ask_as(&self, owner: &str, token: &str, yaml: &str) -> Result<SubmitAnswer, CommandError> {
        self.farm.submit(&request(owner, token, yaml))
    }

    pub(super) fn submit(&self, yaml: &str) -> JobId {
        let token = format!("token {}", self.farm.jobs(&[], None, 1000).unwrap().len());
        self.ask(&token, yaml).unwrap().job.record.id
    }

    /// A job of this owner.
    pub(super) fn submit_as(&self, owner: &str, token: &str) -> Result<JobId, CommandError> {
        self.ask_as(owner, token, YAML).map(|answer| answer.job.record.id)
    }

    pub(super) fn update(&self, job: JobId, yaml: &str) {
        self.farm.update(job, yaml, &BTreeMap::new(), None).unwrap();
    }

    pub(super) fn view(&self, job: JobId) -> JobView {
        self.farm.job(job).unwrap()
    }

    pub(super) fn store(&self) -> &Store {
        self.farm.store()
    }

    /// Waits until a job is so.
    pub(super) fn until(&self, job: JobId, what: &str, is_so: impl Fn(&JobView) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let view = self.view(job);
            if is_so(&view) {
                return;
            }
            let (state, reason) = (view.record.status, view.reason);
            assert!(Instant::now() < deadline, "never {what}; it is {state}: {reason}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a job has no thread any more.
    pub(super) fn until_rest(&self, job: JobId) {
        self.until(job, "at rest", |_| !self.farm.inner.state().running.contains_key(&job));
    }

    /// Lets everything pass; what the finished job has made.
    pub(super) fn finish(&self, job: JobId) -> Made {
        self.let_pass(u32::MAX);
        self.until(job, "completed", |view| view.record.status == JobState::Completed);
        self.until_rest(job);
        Made::by(self.store(), job)
    }

    /// All that was told of a job.
    pub(super) fn told(&self, job: JobId) -> Vec<String> {
        let subject = Some(crate::store::Subject::Job(job));
        let filter = crate::store::EventFilter { subject, ..Default::default() };
        self.store().events(&filter).unwrap().into_iter().map(|event| event.text).collect()
    }
}

/// A submission of this owner.
pub(super) fn request(owner: &str, token: &str, yaml: &str) -> SubmitRequest {
    SubmitRequest {
        token: token.to_owned(),
        yaml: yaml.to_owned(),
        name: String::new(),
        priority: 0,
        seed: None,
        class: None,
        number: NumberType::Float32,
        threads: Some(1),
        mix_kinds: false,
        assets: BTreeMap::new(),
        model_sha256: None,
        model_settings: None,
        more_models: Vec::new(),
        snapshot_interval: None,
        submitter: "a test".to_owned(),
        owner: owner.to_owned(),
        trace: None,
    }
}

/// What a job has made.
#[derive(Debug, PartialEq)]
pub(super) struct Made {
    /// Each epoch's loss, which is a function of all bits of the canvas.
    pub(super) losses: Vec<(u32, f64)>,
    pub(super) picture: Vec<u8>,
}

impl Made {
    fn by(store: &Store, job: JobId) -> Self {
        let history = store.history(job, Epoch(0), 1000).unwrap();
        let losses = history.iter().map(|epoch| (epoch.epoch.0, epoch.loss)).collect();
        let (mut file, _) = store.artifacts(job).open(ArtifactName::Picture).unwrap();
        let mut picture = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut picture).unwrap();
        Self { losses, picture }
    }

    /// The experiment that the picture records.
    pub(super) fn experiment(&self) -> String {
        Record::read(&self.picture).unwrap().experiment
    }
}

/// What an undisturbed run of [`YAML`] makes.
pub(super) fn undisturbed() -> Made {
    let farm = TestFarm::new();
    farm.join();
    let job = farm.submit(YAML);
    let made = farm.finish(job);
    assert_eq!(made.losses.len(), 12);
    made
}

pub(super) fn kind() -> WorkerKind {
    WorkerKind {
        class: DeviceClass::Cpu,
        model: "stand-in".into(),
        libtorch: "0".into(),
        capability: "none".into(),
    }
}

/// What a worker says of itself.
pub(super) fn registration() -> Registration {
    Registration {
        protocol: PROTOCOL,
        version: "0.1.0".into(),
        name: "worker".parse().unwrap(),
        instance: 1,
        kind: kind(),
        cores: 2,
        memory: 1 << 30,
        device: "cpu".into(),
    }
}

/// A worker that has joined.
pub(super) struct Joined(mpsc::Sender<FromWorker>);

async fn work(
    mut messages: mpsc::Receiver<ToWorker>,
    answers: mpsc::Sender<FromWorker>,
    mut gate: watch::Receiver<u32>,
    leased: watch::Sender<Option<u32>>,
) {
    let mut canvases: HashMap<JobRevision, Canvas> = HashMap::new();
    while let Some(message) = messages.recv().await {
        match message {
            ToWorker::Canvas(canvas) => {
                canvases.insert(canvas.revision, canvas.canvas);
            }
            ToWorker::Lease(lease) => {
                if let Work::Node { epoch, .. } = lease.work {
                    leased.send_replace(Some(epoch.0));
                    if gate.wait_for(|end| epoch.0 < *end).await.is_err() {
                        return;
                    }
                }
                if answers.send(answer(&lease, &canvases[&lease.revision])).await.is_err() {
                    return;
                }
            }
            _ => {}
        }
    }
}

/// The length of a feature of the model inside clipig, with which all jobs are computed.
fn embed_dim() -> usize {
    registry::find(embedded::NAME).unwrap().spec.embed_dim as usize
}

fn answer(lease: &Lease, canvas: &Canvas) -> FromWorker {
    let fence = lease.fence;
    let (epoch, node, total) = match lease.work {
        Work::Prepare => {
            let target = PreparedTarget {
                features: vec![vec![1.0; embed_dim()]],
                auto_scales: vec![1.0],
                ..PreparedTarget::default()
            };
            return FromWorker::Prepared {
                fence,
                prepared: Prepared { targets: vec![target] },
                warnings: Vec::new(),
            };
        }
        Work::Node { epoch, node, total } => (epoch, node, total),
    };
    let mut tree = MergeTree::below(node, total);
    for shard in node.shards(total) {
        let gradient = shard_gradient(canvas, lease.revision, epoch, shard);
        tree.insert(ShardIndex(shard), gradient).unwrap();
    }
    let loss = canvas.pixels().iter().map(|pixel| f64::from(*pixel)).sum();
    let sample = SampleReport { loss, ..SampleReport::default() };
    // Ten samples, in two shards.
    let reports = node.shards(total).map(|_| vec![sample.clone(); 10 / total as usize]).collect();
    FromWorker::Computed(Computed {
        fence,
        gradient: tree.into_sum().unwrap(),
        reports,
        seconds: 0.001,
        trace: None,
    })
}

/// Copies a folder. Was it the same all the time? A file that has gone in between is an error.
fn copy_folder(from: &Path, to: &Path) -> io::Result<bool> {
    let mut before = BTreeMap::new();
    list(from, &mut before)?;
    for (path, file) in &before {
        let target = to.join(path.strip_prefix(from).unwrap());
        if file.is_some() {
            std::fs::copy(path, target)?;
        } else {
            std::fs::create_dir_all(target)?;
        }
    }
    let mut after = BTreeMap::new();
    list(from, &mut after)?;
    Ok(before == after)
}

/// Folders, and files with their length and when they were written. Folders come before what is in them.
type Listing = BTreeMap<PathBuf, Option<(u64, SystemTime)>>;

fn list(folder: &Path, listing: &mut Listing) -> io::Result<()> {
    listing.insert(folder.to_owned(), None);
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let found = path.metadata()?;
        if found.is_dir() {
            list(&path, listing)?;
        } else {
            listing.insert(path, Some((found.len(), found.modified()?)));
        }
    }
    Ok(())
}

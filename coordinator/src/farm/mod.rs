//! The jobs of a farm and every change of their state.
//!
//! A change is first written to the store and then published, so an answer to a client means that it is on disk.
//! Everything here may block for a disk: call it from threads that may. Running jobs have a thread each ([`running`]);
//! one more thread ([`admission`]) starts waiting jobs when there is room.

mod admission;
mod changes;
mod checkpointing;
mod choosing;
mod deaths;
mod disk_retry;
mod error;
mod estimate;
mod event_log;
mod events;
mod failure;
pub(crate) mod health;
mod observer;
mod ordering;
mod pictures;
mod running;
mod snapshot_counts;
mod submission;
mod table;
#[cfg(test)]
mod tests;
mod transition;
mod usage;
mod vitals;
mod weights;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clipig_core::{CanvasFactory, DeviceClass, Epoch, JobId, ModelSettings, NumberType, Sha256};
use clipig_models as models;
use clipig_schedule::dispatcher::{Liveness, Note};
use clipig_schedule::job::JobChange;
use clipig_schedule::queue::{KindRequest, WaitReason};
use clipig_telemetry::TraceContext;
use tokio::sync::broadcast;

use self::changes::{Changes, LOOK_INTERVAL};
pub use self::error::{CommandError, OpenError};
pub use self::estimate::{MemoryTooSmall, TooManySamples};
pub use self::events::{JobEvent, JobEventKind, LogLevel, Progress};
pub use self::health::{HealthFault, Part};
use self::snapshot_counts::SnapshotCounts;
pub use self::submission::{InvalidRequest, TooManyRevisions};
pub use self::table::{ConstraintRow, FeatureRow, TargetRow, TargetTable};
use self::transition::TransitionFailure;
pub(crate) use self::usage::{OwnerUsage, Usage};
use self::vitals::Vitals;
pub(crate) use self::vitals::{Patience, watch as watch_vitals};
pub use self::weights::{ModelContent, ModelRefusal};
use crate::job_runner::{RunCommand, ToRunner};
use crate::metrics::Metrics;
use crate::pulse::Pulse;
use crate::quotas::Quotas;
use crate::store::{self, ArtifactName, JobRecord, JobState, Store, StoreError, Subject};
use crate::switchboard::Switchboard;

/// What an operator decides about a farm.
#[derive(Clone)]
pub struct FarmSettings {
    /// Jobs that may run side by side. Each holds its canvas and optimiser in memory.
    pub max_running_jobs: usize,
    /// Jobs that may wait.
    pub max_queued_jobs: usize,
    /// The most pixels that a canvas may have.
    pub job_pixels: u64,
    /// Bytes of memory that running jobs may take together, by estimate.
    pub job_memory: u64,
    /// The most samples of all targets that an epoch may have.
    pub epoch_samples: u64,
    /// Snapshots that are kept of a job.
    pub snapshots: u32,
    /// How often a job may be updated.
    pub revisions: u32,
    /// Bytes of all experiments of a job, as submitted and updated.
    pub revision_bytes: u64,
    /// The share of a job's time that checkpoints may take, such as 0.05.
    pub checkpoint_share: f64,
    /// The least time between two checkpoints of a job.
    pub checkpoint_interval: Duration,
    /// Epochs of each job that are traced in full.
    pub traced_epochs: u32,
    /// What owners may take.
    pub quotas: Quotas,
    /// Figures.
    pub metrics: Arc<Metrics>,
}

/// A new job, as a client asks for it.
#[derive(Clone, Debug)]
pub struct SubmitRequest {
    /// Chosen by the client, the same whenever it repeats the call.
    pub token: String,
    /// The experiment as one YAML document.
    pub yaml: String,
    /// What people call it; empty: the experiment's first text.
    pub name: String,
    /// Higher goes first.
    pub priority: i32,
    /// `None`: the experiment's seed, or a random one where it has none.
    pub seed: Option<u64>,
    /// CPUs or GPUs; `None`: as the experiment says, else whatever there is.
    pub class: Option<DeviceClass>,
    /// The number type of CLIP.
    pub number: NumberType,
    /// Threads within an operation.
    pub threads: Option<u32>,
    /// May workers of several kinds compute it?
    pub mix_kinds: bool,
    /// Uploaded images by the names that the experiment uses.
    pub assets: BTreeMap<String, Sha256>,
    /// The model's content; `None`: whatever the model's name means here.
    pub model_sha256: Option<Sha256>,
    /// How that content is to be read; weights do not tell. `None`: the client does not know either.
    pub model_settings: Option<ModelSettings>,
    /// The same of the experiment's other models, in their order; empty where the client says nothing of them.
    pub more_models: Vec<ModelContent>,
    /// Epochs between two snapshots; `None`: as the experiment says.
    pub snapshot_interval: Option<u32>,
    /// Who submits, as the client says.
    pub submitter: String,
    /// Whose the job is.
    pub owner: String,
    /// The span of the call, below which the job is traced.
    pub trace: Option<TraceContext>,
}

/// What became of a submission.
#[derive(Clone, Debug)]
pub struct SubmitAnswer {
    /// The job.
    pub job: JobView,
    /// Whether the same submission had made the job before.
    pub existed: bool,
    /// Warnings about the experiment.
    pub warnings: clipig_experiment::Diagnostics,
}

/// A job as people see it.
#[derive(Clone, Debug)]
pub struct JobView {
    /// What is kept of it.
    pub record: JobRecord,
    /// Why it waits, was paused, failed; empty where there is nothing to say.
    pub reason: String,
    /// Place in the queue from 1, of a waiting job.
    pub queue_place: Option<usize>,
    /// How far it is; `None` where it did not run since the coordinator started.
    pub progress: Option<Progress>,
    /// Files that it made.
    pub artifacts: u32,
    /// The newest of them.
    pub newest: Option<ArtifactName>,
    /// The epoch up to which a checkpoint is on disk.
    pub checkpoint: Option<Epoch>,
}

/// The farm; cheap to clone.
#[derive(Clone)]
pub struct Farm {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    models: models::Store,
    switchboard: Switchboard,
    canvases: Arc<dyn CanvasFactory>,
    settings: FarmSettings,
    state: Mutex<State>,
    /// Something changed that may let a job start.
    changed: Changes,
    events: broadcast::Sender<Arc<JobEvent>>,
    vitals: Vitals,
    snapshots: SnapshotCounts,
    /// Held from the count of the jobs that wait until another one is stored; or else several that come at the same time
    /// would take the same last place.
    queue: Mutex<()>,
}

#[derive(Default)]
struct State {
    running: BTreeMap<JobId, RunningJob>,
    /// Why jobs wait, as of the last look at the queue.
    waiting: HashMap<JobId, QueuePlace>,
    /// How many of them their owners' places do not hold.
    beyond_owners: usize,
    closing: bool,
    admission: Option<JoinHandle<()>>,
}

impl State {
    /// Asks the running jobs to stop; `timeout` is how long the epoch under way may take to finish.
    fn pause_all(&self, timeout: Duration) {
        for running in self.running.values() {
            // The error means that it has just ended.
            let _ = running.runner.send(ToRunner::Command(RunCommand::Pause(timeout)));
        }
    }
}

/// A job in the queue.
struct QueuePlace {
    /// From 1.
    place: usize,
    reason: Waits,
}

/// Why a job waits. Written out when somebody asks: thousands may wait.
enum Waits {
    /// As the queue decided.
    Queue(WaitReason),
    /// It could not be started.
    NotStarted(TransitionFailure),
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queue(reason) => reason.fmt(f),
            Self::NotStarted(error) => write!(f, "it could not be started: {error}"),
        }
    }
}

/// A job with a thread.
struct RunningJob {
    runner: Sender<ToRunner>,
    /// Whose it is; `None` where an older clipig took it in.
    owner: Option<String>,
    /// What workers it needs.
    request: KindRequest,
    /// Bytes of memory that it takes, by estimate.
    memory: u64,
    /// Is it not known yet whether the coordinator dies of it?
    is_suspect: bool,
    progress: Option<Progress>,
    /// The last table of its targets.
    table: Option<Arc<TargetTable>>,
    /// Why it does not go on for the moment.
    stalled: Option<String>,
    /// Whether its thread moves.
    pulse: Pulse,
    /// Set while no worker of the kind that it needs takes work.
    without_worker_since: Option<Instant>,
}

/// How long the epoch under way may take to finish after somebody asked for a pause.
const PAUSE_TIMEOUT: Duration = Duration::from_secs(30);

/// Events that a slow watcher may be behind before it has to read the store again.
const EVENT_BACKLOG: usize = 4_096;

impl Farm {
    /// Opens a farm: jobs that were running when the coordinator ended go on. `notes` comes from the switchboard.
    ///
    /// # Errors
    /// When the system has no more threads, or the store fails.
    pub fn open(
        store: Store,
        models: models::Store,
        switchboard: Switchboard,
        canvases: Arc<dyn CanvasFactory>,
        settings: FarmSettings,
        notes: Receiver<Note>,
    ) -> Result<Self, OpenError> {
        let (events, _) = broadcast::channel(EVENT_BACKLOG);
        let (state, changed) = (Mutex::default(), Changes::default());
        let (vitals, snapshots) = (Vitals::default(), SnapshotCounts::default());
        let queue = Mutex::default();
        let inner = Inner {
            store,
            models,
            switchboard,
            canvases,
            settings,
            state,
            changed,
            events,
            vitals,
            snapshots,
            queue,
        };
        let farm = Self { inner: Arc::new(inner) };
        farm.estimate_old_jobs()?;
        farm.count_deaths()?;
        farm.inner.interrupt()?;
        let admission = farm.clone();
        let thread = std::thread::Builder::new().name("admission".into()).spawn(move || admission.admit())?;
        farm.inner.state().admission = Some(thread);
        let event_log = farm.clone();
        // It ends with the switchboard, which ends with the last handle to it. Nobody joins it.
        std::thread::Builder::new().name("event-log".into()).spawn(move || event_log.keep_events(&notes))?;
        Ok(farm)
    }

    /// The store, for reading and for uploads.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The models that jobs may name.
    pub fn models(&self) -> &models::Store {
        &self.inner.models
    }

    /// The switchboard.
    pub fn switchboard(&self) -> &Switchboard {
        &self.inner.switchboard
    }

    /// What an operator has decided.
    pub fn settings(&self) -> &FarmSettings {
        &self.inner.settings
    }

    /// How many waiting jobs would not start if there were more workers, because as many jobs of their owners run as may.
    pub(crate) fn beyond_owners(&self) -> usize {
        self.inner.state().beyond_owners
    }

    /// What happens from now on.
    pub fn watch(&self) -> broadcast::Receiver<Arc<JobEvent>> {
        self.inner.events.subscribe()
    }

    /// A job.
    ///
    /// # Errors
    /// Where there is none; when the store fails.
    pub fn job(&self, job: JobId) -> Result<JobView, StoreError> {
        let record = self.inner.store.job(job)?;
        self.view(record)
    }

    /// Jobs, newest first, with numbers below `before`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn jobs(
        &self,
        status: &[JobState],
        before: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<JobView>, StoreError> {
        let filter = store::JobFilter { status: status.to_vec(), before, limit: u32::try_from(limit).ok() };
        let records = self.inner.store.jobs(&filter)?;
        records.into_iter().map(|record| self.view(record)).collect()
    }

    fn view(&self, record: JobRecord) -> Result<JobView, StoreError> {
        let id = record.id;
        let (artifacts, newest) = self.inner.store.artifacts(id).count_and_newest()?;
        let checkpoint = self.inner.store.checkpoints(id).newest()?;
        let state = self.inner.state();
        let running = state.running.get(&id);
        let progress = running.and_then(|running| running.progress.clone());
        let stalled = running.and_then(|running| running.stalled.clone());
        let waits = state.waiting.get(&id).filter(|_| record.status == JobState::Waiting);
        let reason = match waits {
            Some(waits) => waits.reason.to_string(),
            _ => stalled.filter(|_| record.status.is_active()).unwrap_or_else(|| record.reason.clone()),
        };
        Ok(JobView {
            reason,
            queue_place: waits.map(|waits| waits.place),
            progress,
            artifacts: artifacts as u32,
            newest,
            checkpoint,
            record,
        })
    }

    /// The last table of a job's targets; `None` where it does not run, or has not finished an epoch since it began to.
    pub fn table(&self, job: JobId) -> Option<Arc<TargetTable>> {
        self.inner.state().running.get(&job).and_then(|running| running.table.clone())
    }

    /// Stops a job until it is resumed. Paused already: no change.
    ///
    /// # Errors
    /// Where it has ended; when the store fails.
    pub fn pause(&self, job: JobId, reason: &str) -> Result<JobView, CommandError> {
        if self.inner.store.job(job)?.status != JobState::Paused {
            self.inner.transition(job, &JobChange::Pause(reason.to_owned()))?;
            self.inner.send_command(job, RunCommand::Pause(PAUSE_TIMEOUT));
        }
        Ok(self.job(job)?)
    }

    /// Puts a paused job back into the queue. In the queue already, or running: no change. No quota refuses it: a paused
    /// job counts among those that wait, and how many of an owner run is the queue's business.
    ///
    /// # Errors
    /// Where it has ended; when the store fails.
    pub fn resume(&self, job: JobId) -> Result<JobView, CommandError> {
        let state = self.inner.store.job(job)?.status;
        if state != JobState::Waiting && !state.is_active() {
            self.inner.transition(job, &JobChange::Resume)?;
        }
        Ok(self.job(job)?)
    }

    /// Ends a job that has not ended. Cancelled already: no change.
    ///
    /// # Errors
    /// Where it has completed or failed; when the store fails.
    pub fn cancel(&self, job: JobId, reason: &str) -> Result<JobView, CommandError> {
        if self.inner.store.job(job)?.status != JobState::Cancelled {
            self.inner.transition(job, &JobChange::Cancel(reason.to_owned()))?;
            self.inner.send_command(job, RunCommand::Cancel);
        }
        Ok(self.job(job)?)
    }

    /// Puts a failed or cancelled job back into the queue; it goes on from its last checkpoint.
    ///
    /// # Errors
    /// Where it has not failed and was not cancelled; where the queue is full, or its owner has as many waiting jobs as
    /// they may; when the store fails.
    pub fn retry(&self, job: JobId) -> Result<JobView, CommandError> {
        let queue = self.inner.queue();
        self.check_room_for_retry(job)?;
        self.inner.transition(job, &JobChange::Retry)?;
        drop(queue);
        Ok(self.job(job)?)
    }

    /// Changes a job's priority: its place in the queue, and its share of the workers.
    ///
    /// # Errors
    /// Where no job may have that priority; where there is no such job; when the store fails.
    pub fn set_priority(&self, job: JobId, priority: i32) -> Result<JobView, CommandError> {
        submission::check_priority(priority)?;
        self.inner.store.set_priority(job, priority)?;
        self.inner.switchboard.set_priority(job, priority);
        self.inner.changed.notify_all();
        Ok(self.job(job)?)
    }

    /// Changes the labels by which people find a job again.
    ///
    /// # Errors
    /// Where there is no such job; when the store fails.
    pub fn set_labels(&self, job: JobId, labels: &BTreeSet<String>) -> Result<JobView, CommandError> {
        self.inner.store.set_labels(job, labels)?;
        Ok(self.job(job)?)
    }

    /// Ends the farm: running jobs finish their epoch while a worker is connected that could do it, write a checkpoint
    /// and go on at the next start. Waits for them until `deadline`.
    pub fn close(&self, deadline: Instant) {
        let admission = {
            let mut state = self.inner.state();
            state.closing = true;
            state.pause_all(PAUSE_TIMEOUT);
            state.admission.take()
        };
        self.inner.changed.notify_all();
        let mut awaits_workers = true;
        loop {
            let seen = self.inner.changed.seen();
            if awaits_workers && !self.has_connected_worker() {
                tracing::info!("no worker is connected: jobs will repeat the epoch under way");
                self.inner.state().pause_all(Duration::ZERO);
                awaits_workers = false;
            }
            let jobs = self.inner.state().running.len();
            if jobs == 0 {
                break;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                tracing::warn!(jobs, "jobs were stopped in the middle of an epoch");
                break;
            }
            self.inner.changed.wait_beyond(seen, left.min(LOOK_INTERVAL));
        }
        if let Some(admission) = admission {
            // The error is a panic, which is in the log.
            let _ = admission.join();
        }
        if let Err(error) = self.inner.store.close() {
            tracing::warn!(%error, "the next start takes this end for a crash");
        }
    }

    /// Is a worker there that could finish an epoch? There is none once the switchboard has ended.
    fn has_connected_worker(&self) -> bool {
        let workers = self.inner.switchboard.workers_blocking().unwrap_or_default();
        workers.iter().any(|worker| matches!(worker.liveness, Liveness::Connected(_)))
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to put a job into the queue.
    fn queue(&self) -> MutexGuard<'_, ()> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps and publishes something that the job's owner should know.
    fn report(&self, job: JobId, level: LogLevel, kind: &store::EventKind, text: &str) {
        match self.store.add_event(&Subject::Job(job), kind, text) {
            Ok(number) => self.publish(job, Some(number), JobEventKind::Log { level, text: text.to_owned() }),
            Err(error) => {
                tracing::warn!(%job, %error, text, "an event was not kept");
                self.settings.metrics.store_errors.inc();
                self.publish(job, None, JobEventKind::Log { level, text: text.to_owned() });
            }
        }
    }

    fn publish(&self, job: JobId, number: Option<u64>, kind: JobEventKind) {
        // The error means that nobody watches.
        let _ = self.events.send(Arc::new(JobEvent { job, number, time: self.store.now(), kind }));
    }

    fn send_command(&self, job: JobId, command: RunCommand) {
        if let Some(running) = self.state().running.get(&job) {
            // The error means that it has just ended.
            let _ = running.runner.send(ToRunner::Command(command));
        }
    }
}

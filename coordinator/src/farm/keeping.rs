//! What is kept of a running job: history, snapshots, checkpoints, the picture; and what watchers see of it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clipig_picture::{Record, Run, encode_png};
use clipig_schedule::job::Job;
use clipig_schedule::{Epoch, JobId, JobRevision, Preparation};

use super::{Inner, JobNews, LogLevel, Progress, table};
use crate::epoch_loop::{EpochLoop, EpochReport};
use crate::job_runner::Observer;
use crate::snapshot::SnapshotClock;
use crate::store::{ArtifactName, Checkpoint, EpochHistory, EventKind, JobRecord, TargetHistory};

/// The longest that an epoch waits to be seen in the history.
const HISTORY_DELAY: Duration = Duration::from_secs(2);

/// Least time between two messages about progress, and between two tables.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);
const TABLE_EVERY: Duration = Duration::from_secs(1);

/// Epochs over which speed is measured.
const SPEED_OVER: usize = 20;

/// Keeps a job.
pub(super) struct Keeper {
    farm: Arc<Inner>,
    job: JobId,
    /// The revision that holds now.
    revision: JobRevision,
    snapshots: Option<SnapshotClock>,
    history: Vec<EpochHistory>,
    history_written: Instant,
    /// Time and samples of the last epochs.
    pace: VecDeque<(f64, usize)>,
    progress_told: Option<Instant>,
    table_told: Option<Instant>,
    checkpoints: Checkpointer,
}

impl Keeper {
    /// Keeps a job that goes on at `next`.
    pub(super) fn new(farm: Arc<Inner>, job: JobId, next: Epoch) -> Result<Self, String> {
        let revisions = farm.store.revisions(job).map_err(|error| error.to_string())?;
        let current = revisions.iter().rev().find(|revision| revision.from <= next);
        let revision = JobRevision { job, revision: current.map_or(0, |revision| revision.revision) };
        let checkpoints = Checkpointer::start(&farm, job)
            .map_err(|error| format!("the system has no more threads: {error}"))?;
        let now = Instant::now();
        Ok(Self {
            farm,
            job,
            revision,
            snapshots: None,
            history: Vec::new(),
            history_written: now,
            pace: VecDeque::new(),
            progress_told: None,
            table_told: None,
            checkpoints,
        })
    }

    /// A job that is done: its history and picture are on disk when this returns.
    pub(super) fn finish(&mut self, job: &EpochLoop) -> Result<(), String> {
        self.write_history(job.next_epoch().unwrap_or(Epoch(job.experiment().epochs)))?;
        self.checkpoints.end();
        self.write_picture(ArtifactName::Picture, job)?;
        // The picture is all that is wanted of a finished job; its canvas takes much room.
        if let Err(error) = self.farm.store.checkpoints(self.job).clear() {
            tracing::warn!(job = %self.job, %error, "checkpoints of a finished job were left");
        }
        self.tell_table(job);
        Ok(())
    }

    /// A job that stops between two epochs: as much as possible is kept, what fails is told.
    pub(super) fn stop(&mut self, job: &EpochLoop) {
        self.flush();
        self.checkpoints.end();
        if let Err(error) = self.checkpoints.write_now(self.revision, job) {
            self.tell_disk(&format!("no checkpoint could be written: {error}"));
        }
        let done = job.next_epoch().unwrap_or(Epoch(job.experiment().epochs));
        if let Err(error) = self.write_picture(ArtifactName::Snapshot(done), job) {
            self.tell_disk(&error);
        }
    }

    /// Writes down what was not yet.
    pub(super) fn flush(&mut self) {
        let Some(last) = self.history.last() else { return };
        let next = Epoch(last.epoch.0 + 1);
        if let Err(error) = self.write_history(next) {
            self.tell_disk(&error);
        }
    }

    fn write_history(&mut self, next: Epoch) -> Result<(), String> {
        let written = self.farm.store.add_history(self.job, &self.history, next);
        written.map_err(|error| format!("the history was not written: {error}"))?;
        self.history.clear();
        self.history_written = Instant::now();
        Ok(())
    }

    fn write_picture(&self, name: ArtifactName, job: &EpochLoop) -> Result<(), String> {
        let record = self.record(job)?;
        let png = encode_png(&job.canvas(), &record.chunks())
            .map_err(|error| format!("the picture cannot be encoded: {error}"))?;
        let store = &self.farm.store;
        store.artifacts(self.job).write(name, &png).map_err(|error| error.to_string())?;
        self.farm.publish(self.job, None, JobNews::Artifact(name.to_string()));
        Ok(())
    }

    /// What the picture says of its making: nothing that depends on the farm.
    fn record(&self, job: &EpochLoop) -> Result<Record, String> {
        let text = |error: crate::store::StoreError| error.to_string();
        let kept = self.farm.store.job(self.job).map_err(text)?;
        let revisions = self.farm.store.revisions(self.job).map_err(text)?;
        let revision = revisions.into_iter().find(|kept| kept.revision == self.revision.revision);
        let revision = revision.ok_or("its experiment is gone")?;
        let JobRecord { seed, model, number, computation, .. } = kept;
        let computation = computation.ok_or("nothing has computed it")?;
        let done = job.next_epoch().unwrap_or(Epoch(job.experiment().epochs)).0;
        let run = Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed,
            model: model.name,
            model_sha256: model.sha256.to_string(),
            kind: computation.kind.recorded(number, computation.threads),
            threads: computation.threads as usize,
            shard_size: computation.shard_size,
            epochs_done: done.saturating_sub(job.experiment().start_epoch),
        };
        let mut assets = clipig_schedule::Assets::default();
        for (name, sha256) in &revision.assets {
            assets.insert(name.as_str(), self.farm.store.blobs().read(sha256).map_err(text)?);
        }
        Ok(Record { experiment: revision.yaml, run, images: Record::images_of(&assets) })
    }

    fn tell_disk(&self, text: &str) {
        self.farm.tell(self.job, LogLevel::Error, &EventKind::Disk, text);
    }

    fn tell_progress(&mut self, report: &EpochReport, job: &EpochLoop) {
        let epochs = job.experiment().epochs;
        let done = report.epoch.0 + 1;
        let seconds: f64 = self.pace.iter().map(|(seconds, _)| seconds).sum();
        let samples: usize = self.pace.iter().map(|(_, samples)| samples).sum();
        let progress = Progress {
            epochs_done: done,
            epochs,
            loss: report.stepped.then_some(report.loss),
            learnrate: report.learnrate,
            resolution: report.resolution,
            samples_per_second: samples as f64 / seconds.max(1e-9),
            eta: Some(f64::from(epochs - done) * seconds / self.pace.len().max(1) as f64),
        };
        if let Some(running) = self.farm.state().running.get_mut(&self.job) {
            running.progress = Some(progress.clone());
        }
        if due(&mut self.progress_told, PROGRESS_EVERY) || done == epochs {
            self.farm.publish(self.job, None, JobNews::Progress(progress));
        }
    }

    fn tell_table(&self, job: &EpochLoop) {
        let targets = table::rows(job.experiment(), job.statistics(), &job.last_scope());
        let epochs_done = job.last_scope().epoch() + 1;
        self.farm.publish(self.job, None, JobNews::Table { epochs_done, targets });
    }
}

impl Observer for Keeper {
    fn ready(&mut self) {
        if let Err(error) = self.farm.change(self.job, Job::prepared) {
            // Somebody has paused or cancelled it meanwhile; the runner hears of that itself.
            tracing::info!(job = %self.job, %error, "not running");
        }
    }

    fn prepared(&mut self, revision: JobRevision, preparation: &Preparation) -> Result<(), String> {
        self.farm.store.set_prepared(revision, preparation).map_err(|error| error.to_string())?;
        for warning in &preparation.warnings {
            self.farm.publish(self.job, None, JobNews::Warning(warning.clone()));
        }
        Ok(())
    }

    fn revised(&mut self, revision: JobRevision, from: Epoch) -> Result<(), String> {
        self.farm.store.settle_revision(revision, from).map_err(|error| error.to_string())?;
        self.revision = revision;
        self.snapshots = None;
        let (revision, from) = (revision.revision, from.0);
        self.farm.publish(self.job, None, JobNews::Revised { revision, from });
        Ok(())
    }

    fn epoch(&mut self, report: &EpochReport, job: &EpochLoop, seconds: f64) -> Result<(), String> {
        let metrics = &self.farm.settings.metrics;
        metrics.epochs.inc();
        metrics.epoch_seconds.observe(seconds);
        metrics.merge_seconds.observe(report.merge_seconds);
        metrics.step_seconds.observe(report.step_seconds);
        tracing::debug!(job = %self.job, epoch = %report.epoch, loss = report.loss, seconds, "epoch done");
        self.pace.push_back((seconds, report.samples));
        if self.pace.len() > SPEED_OVER {
            self.pace.pop_front();
        }
        self.history.push(history(report, job.experiment().targets.len(), seconds));
        self.tell_progress(report, job);
        if due(&mut self.table_told, TABLE_EVERY) {
            self.tell_table(job);
        }
        let more = job.next_epoch().is_some();
        if more && self.history_written.elapsed() >= HISTORY_DELAY {
            // A full disk delays what people see; it does not stop the picture.
            self.flush();
        }
        if more {
            self.checkpoints.offer(self.revision, job);
        }
        let interval = job.experiment().snapshot_interval;
        let clock = self.snapshots.get_or_insert_with(|| SnapshotClock::new(interval));
        if more
            && clock.is_due(report.epoch, Instant::now())
            && let Err(error) = self.write_picture(ArtifactName::Snapshot(Epoch(report.epoch.0 + 1)), job)
        {
            self.tell_disk(&error);
        }
        Ok(())
    }
}

/// Has so much time passed since it was last done? If so, it counts as done now.
fn due(last: &mut Option<Instant>, every: Duration) -> bool {
    let due = last.is_none_or(|last| last.elapsed() >= every);
    if due {
        *last = Some(Instant::now());
    }
    due
}

fn history(report: &EpochReport, targets: usize, seconds: f64) -> EpochHistory {
    let target = |target: usize| {
        let shards = report.shards.iter().filter(|(index, _)| index.0 as usize == target);
        TargetHistory::of(shards.flat_map(|(_, samples)| samples))
    };
    EpochHistory {
        epoch: report.epoch,
        loss: report.loss,
        learnrate: report.learnrate,
        learnrate_scale: report.learnrate_scale,
        resolution: report.resolution,
        samples: report.samples as u32,
        stepped: report.stepped,
        seconds,
        targets: (0..targets).map(target).collect(),
    }
}

/// Writes checkpoints on a thread of its own, so that no epoch waits for a disk.
struct Checkpointer {
    farm: Arc<Inner>,
    job: JobId,
    queue: Option<SyncSender<Checkpoint>>,
    thread: Option<JoinHandle<()>>,
    taken: Instant,
    /// Least time until the next one: what the last one took, over the share that checkpoints may take.
    pause: Arc<std::sync::Mutex<Duration>>,
}

impl Checkpointer {
    fn start(farm: &Arc<Inner>, job: JobId) -> std::io::Result<Self> {
        let (queue, checkpoints) = sync_channel::<Checkpoint>(1);
        let pause = Arc::new(std::sync::Mutex::new(farm.settings.checkpoint_interval));
        let (own, own_pause) = (Arc::clone(farm), Arc::clone(&pause));
        let work = move || {
            for checkpoint in checkpoints {
                let start = Instant::now();
                let saved = own.store.checkpoints(job).save(&checkpoint);
                own.settings.metrics.checkpoint_seconds.observe(start.elapsed().as_secs_f64());
                if let Ok(bytes) = saved {
                    own.settings.metrics.checkpoint_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
                }
                if let Err(error) = saved {
                    own.settings.metrics.store_errors.inc();
                    let text = format!("no checkpoint of epoch {}: {error}", checkpoint.progress.next);
                    own.tell(job, LogLevel::Error, &EventKind::Disk, &text);
                }
                let rest = start.elapsed().div_f64(own.settings.checkpoint_share.max(1e-3));
                *own_pause.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
                    rest.max(own.settings.checkpoint_interval);
            }
        };
        let thread = std::thread::Builder::new().name(format!("checkpoint-{job}")).spawn(work)?;
        let (queue, thread, taken) = (Some(queue), Some(thread), Instant::now());
        Ok(Self { farm: Arc::clone(farm), job, queue, thread, taken, pause })
    }

    /// Takes a checkpoint where one is due.
    fn offer(&mut self, revision: JobRevision, job: &EpochLoop) {
        let pause = *self.pause.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(queue) = &self.queue else { return };
        if self.taken.elapsed() < pause {
            return;
        }
        match queue.try_send(Checkpoint { revision, progress: job.progress() }) {
            // The one before is still being written: later, then.
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
        self.taken = Instant::now();
    }

    /// Writes one before it returns.
    fn write_now(&self, revision: JobRevision, job: &EpochLoop) -> Result<(), crate::store::StoreError> {
        let checkpoint = Checkpoint { revision, progress: job.progress() };
        self.farm.store.checkpoints(self.job).save(&checkpoint).map(|_| ())
    }

    /// Finishes what is being written.
    fn end(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there was logged when it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.end();
    }
}

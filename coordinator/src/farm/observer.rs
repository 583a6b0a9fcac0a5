//! What a farm keeps of a running job (history, snapshots, checkpoints, the picture), and what watchers see of it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clipig_core::{Epoch, JobId, JobRevision, Preparation};
use clipig_schedule::job::JobChange;
use clipig_telemetry::{Kind, Span, TraceContext};

use super::checkpointing::Checkpointer;
use super::disk_retry::WriteStatus;
use super::pictures::{PictureError, PictureSource, SnapshotWriter};
use super::table::{self, TargetTable};
use super::transition::TransitionFailure;
use super::{Inner, JobEventKind, LogLevel, Progress};
use crate::epoch_loop::{EpochLoop, EpochReport};
use crate::job_runner::Observer;
use crate::snapshot::SnapshotClock;
use crate::store::{ArtifactName, EpochHistory, EventKind, JobRecord, StoreError, TargetHistory, Timestamp};

/// The longest that an epoch waits to be seen in the history.
const HISTORY_DELAY: Duration = Duration::from_secs(2);

/// The longest time between two attempts to write the history where it failed.
const HISTORY_RETRY: Duration = Duration::from_mins(1);

/// The most epochs that the history may lack; then the job waits for room on the disk.
const HISTORY_MOST: usize = 10_000;

/// Least time between two messages about progress, and between two tables.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);
const TABLE_EVERY: Duration = Duration::from_secs(1);

/// Epochs over which speed is measured.
const SPEED_OVER: usize = 20;

/// Why something of a running job could not be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeepError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The picture could not be written.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The system has no more threads.
    #[error("the system has no more threads: {0}")]
    Threads(std::io::Error),
}

/// Keeps one run of a job.
pub(super) struct FarmObserver {
    farm: Arc<Inner>,
    job: JobId,
    /// Whose it is; `None` where an older clipig took it in.
    owner: Option<String>,
    /// The first epoch of the job, from which snapshots count.
    first: Epoch,
    /// The revision that holds now.
    revision: JobRevision,
    snapshots: Option<SnapshotClock>,
    snapshot_writer: SnapshotWriter,
    /// Was it said that no more snapshots are kept?
    snapshots_ended: bool,
    /// Epochs that are not written yet.
    history: Vec<EpochHistory>,
    history_writes: WriteStatus,
    history_due: Instant,
    history_delay: Duration,
    /// Time and samples of the last epochs.
    pace: VecDeque<(f64, usize)>,
    progress_reported: Option<Instant>,
    table_reported: Option<Instant>,
    /// Did the coordinator die while the job ran, and has it not shown since that this was not its fault?
    may_be_deadly: bool,
    checkpoints: Checkpointer,
    /// The span below which the job is traced. That of the run has ended when the picture is written.
    trace: Option<TraceContext>,
}

/// What became of a job whose epochs are all done.
pub(super) enum Finish {
    /// It is completed.
    Completed,
    /// Somebody has paused or cancelled it, or the farm is closing.
    Stopped,
    /// Somebody has updated it: it goes on.
    Updated,
}

impl FarmObserver {
    /// Keeps a job that began at `first`, from wherever it goes on.
    pub(super) fn new(farm: Arc<Inner>, record: &JobRecord, first: Epoch) -> Result<Self, KeepError> {
        let job = record.id;
        let checkpoints = Checkpointer::start(&farm, job).map_err(KeepError::Threads)?;
        let snapshot_writer = SnapshotWriter::new(Arc::clone(&farm), job);
        Ok(Self {
            farm,
            job,
            owner: record.owner.clone(),
            first,
            revision: JobRevision { job, revision: 0 },
            snapshots: None,
            snapshot_writer,
            snapshots_ended: false,
            history: Vec::new(),
            history_writes: WriteStatus::new("the history is"),
            history_due: Instant::now() + HISTORY_DELAY,
            history_delay: HISTORY_DELAY,
            pace: VecDeque::new(),
            progress_reported: None,
            table_reported: None,
            may_be_deadly: record.deaths > 0,
            checkpoints,
            trace: record.trace,
        })
    }

    /// Ends a job whose epochs are done. The order matters: snapshots, history and picture are written first, then the
    /// completion, and only then are the checkpoints removed, so that a crash before the completion costs no epoch.
    pub(super) fn finish(&mut self, job: &EpochLoop) -> Result<Finish, KeepError> {
        self.snapshot_writer.wait();
        let farm = Arc::clone(&self.farm);
        let picture = PictureSource::of(job, self.revision);
        let span = Span::below("picture", Kind::Internal, self.trace);
        let written = farm.with_disk_retry(self.job, || {
            self.write_history()?;
            Ok::<_, KeepError>(picture.write(&farm, ArtifactName::Picture)?)
        });
        drop((picture, span));
        self.checkpoints.end();
        match written {
            Ok(Some(())) => self.complete(job),
            Ok(None) => {
                self.keep_checkpoint(job);
                Ok(Finish::Stopped)
            }
            Err(error) => {
                self.keep_checkpoint(job);
                Err(error)
            }
        }
    }

    fn complete(&self, job: &EpochLoop) -> Result<Finish, KeepError> {
        let farm = &self.farm;
        match farm.with_disk_retry(self.job, || farm.transition(self.job, &JobChange::Complete)) {
            Ok(Some(())) => {
                // Nobody needs the canvas of a finished job, and it takes much room. What a crash leaves here is
                // removed when old jobs are looked for.
                if let Err(error) = farm.store.checkpoints(self.job).clear() {
                    tracing::warn!(job = %self.job, %error, "checkpoints of a finished job were left");
                }
                self.report_table(job);
                Ok(Finish::Completed)
            }
            Err(TransitionFailure::Store(StoreError::OpenUpdate(_))) => Ok(Finish::Updated),
            Ok(None) | Err(TransitionFailure::Refused { .. }) => {
                self.keep_checkpoint(job);
                Ok(Finish::Stopped)
            }
            Err(TransitionFailure::Store(error)) => {
                self.keep_checkpoint(job);
                Err(error.into())
            }
        }
    }

    /// Keeps as much as possible of a job that stops between two epochs, and reports what fails.
    pub(super) fn stop(&mut self, job: &EpochLoop) {
        self.flush();
        self.checkpoints.end();
        self.keep_checkpoint(job);
        self.snapshot_writer.wait();
        if self.may_have_a_snapshot() {
            self.snapshot_writer.write_now(&PictureSource::of(job, self.revision));
        }
    }

    /// Whether the job may have one more snapshot; says once that it may not. None is being written.
    fn may_have_a_snapshot(&mut self) -> bool {
        let most = self.farm.settings.snapshots;
        // A folder that cannot be read does not take a snapshot either, and writing one tells why.
        let has_all = self.farm.store.artifacts(self.job).count().is_ok_and(|count| count >= most as usize);
        let refused = if has_all {
            format!(
                "it has {most} snapshots, which is as many as this farm keeps of a job (`limits.snapshots`)"
            )
        } else {
            match self.farm.take_room_for_snapshot(self.owner.as_deref()) {
                Ok(()) => return true,
                Err(over) => over.to_string(),
            }
        };
        if !std::mem::replace(&mut self.snapshots_ended, true) {
            let text = format!("{refused}; it goes on without more");
            self.farm.report(self.job, LogLevel::Warning, &EventKind::Warning, &text);
        }
        false
    }

    fn keep_checkpoint(&self, job: &EpochLoop) {
        if let Err(error) = self.checkpoints.write_now(self.revision, job) {
            let text = format!("no checkpoint could be written; it goes on from the one before: {error}");
            self.farm.report(self.job, LogLevel::Error, &EventKind::Disk, &text);
        }
    }

    /// Writes the history that is not written yet, and reports a failure. Returns whether all is written.
    pub(super) fn flush(&mut self) -> bool {
        let written = self.write_history();
        self.history_writes.record(&self.farm, self.job, &written)
    }

    /// [`flush`](Self::flush) for a job that goes on: after a failure the time between attempts doubles, so that a full
    /// disk does not slow the epochs down.
    fn flush_in_time(&mut self) -> bool {
        let failed_before = self.history_delay > HISTORY_DELAY;
        if failed_before && Instant::now() < self.history_due {
            return false;
        }
        let all = self.flush();
        self.history_delay = if all { HISTORY_DELAY } else { HISTORY_RETRY.min(2 * self.history_delay) };
        self.history_due = Instant::now() + self.history_delay;
        all
    }

    fn write_history(&mut self) -> Result<(), StoreError> {
        let Some(last) = self.history.last() else { return Ok(()) };
        self.farm.store.add_history(self.job, &self.history, Epoch(last.epoch.0 + 1))?;
        self.history.clear();
        Ok(())
    }

    fn report_progress(&mut self, report: &EpochReport, job: &EpochLoop) {
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
        if due(&mut self.progress_reported, PROGRESS_EVERY) || done == epochs {
            self.farm.publish(self.job, None, JobEventKind::Progress(progress));
        }
    }

    fn report_table(&self, job: &EpochLoop) {
        let targets = table::rows(job.experiment(), job.statistics(), &job.last_scope());
        let table = Arc::new(TargetTable { epochs_done: job.position().0, targets });
        // Whoever begins to watch need not wait for the next one: an epoch may take minutes.
        if let Some(running) = self.farm.state().running.get_mut(&self.job) {
            running.table = Some(Arc::clone(&table));
        }
        self.farm.publish(self.job, None, JobEventKind::Table(table));
    }
}

impl Observer for FarmObserver {
    type Error = KeepError;

    fn on_trace(&mut self, run: TraceContext) {
        self.checkpoints.trace_below(run);
    }

    fn on_revision(&mut self, revision: JobRevision) {
        self.revision = revision;
        self.snapshots = None;
    }

    fn on_ready(&mut self) -> Result<(), KeepError> {
        match self.farm.with_disk_retry(self.job, || self.farm.transition(self.job, &JobChange::Prepared)) {
            Ok(_) => Ok(()),
            // It was paused or cancelled meanwhile, and the runner's inbox has that command; or it runs already.
            Err(TransitionFailure::Refused { refused, .. }) => {
                tracing::debug!(job = %self.job, %refused, "not running");
                Ok(())
            }
            Err(TransitionFailure::Store(error)) => Err(error.into()),
        }
    }

    fn on_prepared(&mut self, revision: JobRevision, preparation: &Preparation) -> Result<(), KeepError> {
        let store = &self.farm.store;
        self.farm.with_disk_retry(self.job, || store.set_prepared(revision, preparation))?;
        for warning in &preparation.warnings {
            self.farm.publish(self.job, None, JobEventKind::Warning(warning.clone()));
        }
        Ok(())
    }

    fn on_update(&mut self, revision: JobRevision, from: Epoch) -> Result<(), KeepError> {
        let store = &self.farm.store;
        self.farm.with_disk_retry(self.job, || store.settle_revision(revision, from))?;
        let (revision, from) = (revision.revision, from.0);
        self.farm.publish(self.job, None, JobEventKind::Revised { revision, from });
        Ok(())
    }

    fn on_epoch(&mut self, report: &EpochReport, job: &EpochLoop, seconds: f64) -> Result<(), KeepError> {
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
        let time = self.farm.store.now();
        self.history.push(history(report, time, job.experiment().targets.len(), seconds));
        self.report_progress(report, job);
        if due(&mut self.table_reported, TABLE_EVERY) {
            self.report_table(job);
        }
        if job.next_epoch().is_none() {
            // `finish` does the rest.
            return Ok(());
        }
        let (first, interval) = (self.first, job.experiment().snapshot_interval);
        let clock = self.snapshots.get_or_insert_with(|| SnapshotClock::counting_from(first, interval));
        let snapshot_is_due = clock.is_due(report.epoch, Instant::now());
        if snapshot_is_due {
            // Only one at a time: epochs that are faster than snapshots wait for them.
            self.snapshot_writer.wait();
        } else {
            self.snapshot_writer.poll();
        }
        self.write_what_is_due(job)?;
        if snapshot_is_due && self.may_have_a_snapshot() {
            self.snapshot_writer.begin(PictureSource::of(job, self.revision));
        }
        Ok(())
    }
}

impl FarmObserver {
    /// Writes history and checkpoint where they are due. A full disk delays them and does not stop the job, unless too
    /// much history is missing.
    fn write_what_is_due(&mut self, job: &EpochLoop) -> Result<(), StoreError> {
        if self.may_be_deadly && self.flush() {
            self.clear_deaths(job);
        }
        let due = self.checkpoints.is_due();
        // The history goes first: after a restart the epochs before the checkpoint are not computed again. So does a
        // snapshot of one of them. Where the next one is due it has been waited for, so checkpoints are not put off for ever.
        let written = (due || Instant::now() >= self.history_due) && self.flush_in_time();
        if due && written && !self.snapshot_writer.is_busy() {
            self.checkpoints.take(self.revision, job);
        }
        if self.history.len() >= HISTORY_MOST {
            let farm = Arc::clone(&self.farm);
            farm.with_disk_retry(self.job, || self.write_history())?;
        }
        Ok(())
    }
}

impl FarmObserver {
    /// An epoch is finished. When a checkpoint of it is on disk, the job was not what the coordinator died of.
    fn clear_deaths(&mut self, job: &EpochLoop) {
        let farm = &self.farm;
        let written =
            self.checkpoints.write_now(self.revision, job).and_then(|()| farm.clear_deaths(self.job));
        match written {
            Ok(()) => self.may_be_deadly = false,
            // It is tried again after the next epoch.
            Err(error) => {
                tracing::warn!(job = %self.job, %error, "no checkpoint after the coordinator's death");
            }
        }
    }
}

/// Whether `every` has passed since the last time. If so, now becomes the last time.
fn due(last: &mut Option<Instant>, every: Duration) -> bool {
    let due = last.is_none_or(|last| last.elapsed() >= every);
    if due {
        *last = Some(Instant::now());
    }
    due
}

fn history(report: &EpochReport, time: Timestamp, targets: usize, seconds: f64) -> EpochHistory {
    let target = |target: usize| {
        let shards = report.shards.iter().filter(|(index, _)| index.0 as usize == target);
        TargetHistory::of(shards.flat_map(|(_, samples)| samples))
    };
    EpochHistory {
        epoch: report.epoch,
        time: Some(time),
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

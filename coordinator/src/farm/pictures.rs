//! Writes pictures of a running job. Encoding one takes longer than an epoch, so snapshots are written on threads of their
//! own, one at a time. The pixels are shared, not copied: the next step writes its result to other memory.

use std::sync::Arc;
use std::thread::JoinHandle;

use clipig_core::{Canvas, Epoch, JobId, JobRevision};
use clipig_picture::{EncodingError, Record, Run, RunModel, encode_png};

use super::disk_retry::{MaybeTemporary, WriteStatus};
use super::{Inner, JobEventKind};
use crate::epoch_loop::EpochLoop;
use crate::store::{ArtifactName, JobRecord, StoreError};

/// Why a picture could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum PictureError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be encoded.
    #[error("the picture cannot be encoded: {0}")]
    Encoding(#[from] EncodingError),
    /// What it says of its making is not in the store.
    #[error("the picture's record has no {0}")]
    Record(&'static str),
    /// The system has no more threads.
    #[error("the system has no more threads: {0}")]
    Threads(std::io::Error),
}

impl MaybeTemporary for PictureError {
    fn is_disk_full(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_disk_full())
    }

    fn is_temporary(&self) -> bool {
        match self {
            Self::Store(error) => error.is_temporary(),
            // The system gives threads again when others have ended.
            Self::Threads(_) => true,
            Self::Encoding(_) | Self::Record(_) => false,
        }
    }
}

/// A job's canvas between two epochs, with what its picture says of its making.
pub(super) struct PictureSource {
    /// The revision that holds.
    revision: JobRevision,
    /// The next epoch.
    position: Epoch,
    epochs_done: u32,
    canvas: Canvas,
}

impl PictureSource {
    pub(super) fn of(job: &EpochLoop, revision: JobRevision) -> Self {
        let position = job.position();
        let epochs_done = position.0.saturating_sub(job.experiment().start_epoch);
        Self { revision, position, epochs_done, canvas: job.canvas() }
    }

    /// Writes the picture durably, and tells watchers.
    pub(super) fn write(&self, farm: &Inner, name: ArtifactName) -> Result<(), PictureError> {
        let job = self.revision.job;
        let png = encode_png(&self.canvas, &self.record(farm)?.chunks())?;
        farm.store.artifacts(job).write(name, &png)?;
        farm.publish(job, None, JobEventKind::Artifact(name.to_string()));
        Ok(())
    }

    /// What the picture says of its making. Nothing in it depends on the farm, so that the file has the same bytes
    /// wherever it was made.
    fn record(&self, farm: &Inner) -> Result<Record, PictureError> {
        let JobRevision { job, revision } = self.revision;
        let kept = farm.store.job(job)?;
        let revisions = farm.store.revisions(job)?;
        let revision = revisions.into_iter().find(|kept| kept.revision == revision);
        let revision = revision.ok_or(PictureError::Record("experiment"))?;
        let JobRecord { seed, model, more_models, number, computation, .. } = kept;
        let computation = computation.ok_or(PictureError::Record("device"))?;
        let run = Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed,
            model: model.name,
            model_sha256: model.sha256.to_string(),
            model_settings: Some(model.settings),
            more_models: more_models.iter().map(RunModel::from).collect(),
            kind: computation.kind.recorded(number, computation.threads),
            threads: computation.threads as usize,
            shard_size: computation.shard_size,
            epochs_done: self.epochs_done,
        };
        let mut assets = clipig_core::Assets::default();
        for (name, sha256) in &revision.assets {
            assets.insert(name.as_str(), farm.store.blobs().read(sha256)?);
        }
        Ok(Record { experiment: revision.yaml, run, images: Record::images_of(&assets) })
    }
}

/// Writes the snapshots of one run of a job, each on a thread of its own, one after the other.
pub(super) struct SnapshotWriter {
    farm: Arc<Inner>,
    job: JobId,
    status: WriteStatus,
    /// Writes the last one that was begun.
    thread: Option<JoinHandle<Result<(), PictureError>>>,
}

impl SnapshotWriter {
    pub(super) fn new(farm: Arc<Inner>, job: JobId) -> Self {
        Self { farm, job, status: WriteStatus::new("snapshots are"), thread: None }
    }

    /// Is one being written?
    pub(super) fn is_busy(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Begins to write a snapshot, after the one before is written: two would hold two more canvases.
    pub(super) fn begin(&mut self, source: PictureSource) {
        self.wait();
        let (farm, name) = (Arc::clone(&self.farm), ArtifactName::Snapshot(source.position));
        let work = move || source.write(&farm, name);
        match std::thread::Builder::new().name(format!("snapshot-{}", self.job)).spawn(work) {
            Ok(thread) => self.thread = Some(thread),
            Err(error) => self.record(&Err(PictureError::Threads(error))),
        }
    }

    /// Writes a snapshot on the calling thread.
    pub(super) fn write_now(&mut self, source: &PictureSource) {
        self.wait();
        let written = source.write(&self.farm, ArtifactName::Snapshot(source.position));
        self.record(&written);
    }

    /// Takes note of the last one if it is written by now.
    pub(super) fn poll(&mut self) {
        if !self.is_busy() {
            self.wait();
        }
    }

    /// Waits until no snapshot is being written, and takes note of what became of the last.
    pub(super) fn wait(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        match thread.join() {
            Ok(written) => self.record(&written),
            // A fault of the program; it ends the job as any other panic of its runner does.
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    fn record(&mut self, written: &Result<(), PictureError>) {
        self.status.record(&self.farm, self.job, written);
    }
}

impl Drop for SnapshotWriter {
    /// The farm may be closed after its runs have ended, so none of them leaves a thread behind.
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic in there was logged when it happened.
            let _ = thread.join();
        }
    }
}

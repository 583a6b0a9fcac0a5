//! Writes a job's checkpoints on a thread of its own, so that no epoch waits for a disk.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clipig_core::{JobId, JobRevision};
use clipig_telemetry::{Kind, Span, TraceContext, keys};

use super::Inner;
use super::disk_retry::WriteStatus;
use crate::epoch_loop::EpochLoop;
use crate::store::{Checkpoint, StoreError};

/// Writes the checkpoints of one job.
pub(super) struct Checkpointer {
    farm: Arc<Inner>,
    job: JobId,
    queue: Option<SyncSender<(Checkpoint, Span)>>,
    thread: Option<JoinHandle<()>>,
    taken: Instant,
    pace: Arc<Mutex<Pace>>,
    /// The span of the run.
    trace: Option<TraceContext>,
}

struct Pace {
    /// Is one being written?
    busy: bool,
    /// Least time until the next checkpoint: the time that the last one took, divided by the share of time that
    /// checkpoints may take.
    pause: Duration,
}

impl Checkpointer {
    pub(super) fn start(farm: &Arc<Inner>, job: JobId) -> std::io::Result<Self> {
        let (queue, checkpoints) = sync_channel::<(Checkpoint, Span)>(1);
        let pause = farm.settings.checkpoint_interval;
        let pace = Arc::new(Mutex::new(Pace { busy: false, pause }));
        let (own, own_pace) = (Arc::clone(farm), Arc::clone(&pace));
        let work = move || {
            let mut writes = WriteStatus::new("checkpoints are");
            for (checkpoint, mut span) in checkpoints {
                let start = Instant::now();
                let saved = own.store.checkpoints(job).save(&checkpoint);
                let writing = start.elapsed();
                own.settings.metrics.checkpoint_seconds.observe(writing.as_secs_f64());
                match &saved {
                    Ok(bytes) => {
                        own.settings.metrics.checkpoint_bytes.set(i64::try_from(*bytes).unwrap_or(i64::MAX));
                        span.set(keys::BYTES, *bytes);
                    }
                    Err(error) => span.fail(error),
                }
                drop(span);
                writes.record(&own, job, &saved);
                // Dropped early: while the pixels are shared, the job's step cannot change them in place.
                drop(checkpoint);
                let rest = writing.div_f64(own.settings.checkpoint_share.max(1e-3));
                *lock(&own_pace) = Pace { busy: false, pause: rest.max(own.settings.checkpoint_interval) };
            }
        };
        let thread = std::thread::Builder::new().name(format!("checkpoint-{job}")).spawn(work)?;
        let (queue, thread, taken) = (Some(queue), Some(thread), Instant::now());
        Ok(Self { farm: Arc::clone(farm), job, queue, thread, taken, pace, trace: None })
    }

    /// Checkpoints are traced below a span.
    pub(super) fn trace_below(&mut self, run: TraceContext) {
        self.trace = Some(run);
    }

    fn span(&self, checkpoint: &Checkpoint) -> Span {
        let mut span = Span::below("checkpoint", Kind::Internal, self.trace);
        span.set(keys::JOB, self.job.0);
        span.set(keys::EPOCH, checkpoint.progress.next.0);
        span
    }

    /// Whether it is time for a checkpoint and the one before is written.
    pub(super) fn is_due(&self) -> bool {
        let pace = lock(&self.pace);
        self.queue.is_some() && !pace.busy && self.taken.elapsed() >= pace.pause
    }

    /// Takes a checkpoint and hands it to the thread. Pixels and averages are shared, not copied. The history must
    /// already hold the epochs before the checkpoint: a job that goes on from it does not compute them again.
    pub(super) fn take(&mut self, revision: JobRevision, job: &EpochLoop) {
        let Some(queue) = &self.queue else { return };
        self.taken = Instant::now();
        let checkpoint = Checkpoint { revision, progress: job.progress() };
        let span = self.span(&checkpoint);
        lock(&self.pace).busy = true;
        if queue.try_send((checkpoint, span)).is_err() {
            // Its thread has panicked, which is in the log. The job runs on without new checkpoints.
            self.queue = None;
        }
    }

    /// Writes a checkpoint on the calling thread.
    pub(super) fn write_now(&self, revision: JobRevision, job: &EpochLoop) -> Result<(), StoreError> {
        let checkpoint = Checkpoint { revision, progress: job.progress() };
        let mut span = self.span(&checkpoint);
        let saved = self.farm.store.checkpoints(self.job).save(&checkpoint);
        match saved {
            Ok(bytes) => {
                span.set(keys::BYTES, bytes);
                Ok(())
            }
            Err(error) => {
                span.fail(&error);
                Err(error)
            }
        }
    }

    /// Waits until the checkpoint that is being written is finished.
    pub(super) fn end(&mut self) {
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

fn lock(pace: &Mutex<Pace>) -> MutexGuard<'_, Pace> {
    pace.lock().unwrap_or_else(PoisonError::into_inner)
}

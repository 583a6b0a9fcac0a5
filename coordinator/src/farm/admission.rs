//! The thread that starts waiting jobs; [`queue`] decides which.

use std::time::{Duration, Instant};

use clipig_core::JobId;
use clipig_schedule::dispatcher::WorkerView;
use clipig_schedule::queue::{self, KindRequest, RunningPlace, ServingWorker, WaitingJob};

use super::{Farm, LogLevel, RunningJob, State};
use crate::job_runner::RunCommand;
use crate::store::{EventKind, JobFilter, JobRecord, JobState, StoreError};

/// The queue is looked at this often even when nothing has changed, which costs little and mends a missed change.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// How long a running job may have no worker before it gives its place to one that has: longer than a worker takes to
/// come back after its connection broke.
const WITHOUT_WORKER: Duration = Duration::from_secs(30);

impl Farm {
    /// Starts jobs until the farm closes.
    pub(super) fn admit(&self) {
        loop {
            let seen = self.inner.changed.seen();
            if self.inner.state().closing {
                return;
            }
            let workers = self.inner.switchboard.workers_blocking().unwrap_or_default();
            if let Err(error) = self.inner.interrupt() {
                tracing::warn!(%error, "a job without a thread was not put back into the queue");
            }
            if let Err(error) = self.look_at_queue(&workers) {
                tracing::warn!(%error, "the queue could not be read; looking again in a moment");
            }
            self.inner.changed.wait_beyond(seen, LOOK_INTERVAL);
        }
    }

    fn look_at_queue(&self, workers: &[WorkerView]) -> Result<(), StoreError> {
        let filter = JobFilter { status: vec![JobState::Waiting], ..JobFilter::default() };
        let mut records = self.inner.store.jobs(&filter)?;
        let serving: Vec<ServingWorker> = workers
            .iter()
            .filter(|worker| worker.takes_work())
            .map(|worker| ServingWorker {
                kind: worker.registration.kind.clone(),
                cores: worker.registration.cores,
            })
            .collect();
        let (waiting, running) = {
            let mut state = self.inner.state();
            // A job that was paused and resumed at once still has its thread, and starts again when that has ended.
            records.retain(|record| !state.running.contains_key(&record.id));
            (records.iter().map(waiting).collect::<Vec<_>>(), places(&mut state, &serving))
        };
        let most = self.inner.settings.max_running_jobs;
        let admission = queue::admit(&waiting, running.len(), most, &serving);
        let yielding = queue::yielding(&running, &admission, WITHOUT_WORKER);
        self.inner.state().waiting =
            admission.wait.into_iter().map(|(job, reason)| (job, reason.to_string())).collect();
        for (job, kind) in admission.start {
            if let Some(place) = records.iter().position(|record| record.id == job) {
                self.start(records.swap_remove(place), &kind);
            }
        }
        for job in yielding {
            let text = "no worker of its kind takes work; it gives its place to another job and waits";
            self.inner.report(job, LogLevel::Warning, &EventKind::Status, text);
            // Its thread ends and its state stays active, so the next look puts it back into the queue.
            self.inner.send_command(job, RunCommand::Pause(Duration::ZERO));
            if let Some(running) = self.inner.state().running.get_mut(&job) {
                // Its time begins anew, so that it is not paused twice.
                running.without_worker_since = None;
            }
        }
        Ok(())
    }
}

/// The running jobs, and for how long each has had no worker.
fn places(state: &mut State, serving: &[ServingWorker]) -> Vec<RunningPlace> {
    let now = Instant::now();
    let place = |(job, running): (&JobId, &mut RunningJob)| {
        let served = queue::choose_kind(&running.request, serving).is_some();
        running.without_worker_since = if served { None } else { running.without_worker_since.or(Some(now)) };
        RunningPlace { job: *job, alone: running.without_worker_since.map(|since| now.duration_since(since)) }
    };
    state.running.iter_mut().map(place).collect()
}

fn waiting(record: &JobRecord) -> WaitingJob {
    WaitingJob {
        job: record.id,
        priority: record.priority,
        interrupted: record.interrupted,
        request: request(record),
    }
}

/// What kind of worker a job asks for: the one that it has begun with, where it has.
fn request(job: &JobRecord) -> KindRequest {
    match (&job.computation, job.class) {
        (Some(begun), _) if job.mix_kinds => KindRequest::Mixed(begun.kind.clone()),
        (Some(begun), _) => KindRequest::Begun(begun.kind.clone()),
        (None, Some(class)) => KindRequest::Class(class),
        (None, None) => KindRequest::Auto,
    }
}

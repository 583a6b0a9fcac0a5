//! The thread that starts waiting jobs; [`queue`] decides which.

use std::time::{Duration, Instant};

use clipig_core::JobId;
use clipig_schedule::dispatcher::WorkerView;
use clipig_schedule::queue::{self, KindRequest, RunningPlace, ServingWorker, WaitingJob};

use super::{Farm, LogLevel, RunningJob, State};
use crate::job_runner::Wish;
use crate::store::{EventKind, JobFilter, JobRecord, JobState, StoreError};

/// How long the thread sleeps at most: a look at the queue that nobody asked for costs little and mends what was
/// forgotten.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a running job may have no worker before it gives its place to one that could be computed: longer than
/// a worker takes to come back.
const ALONE: Duration = Duration::from_secs(30);

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
            self.inner.changed.wait_beyond(seen, PATIENCE);
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
            // One that was paused and resumed at once has to come to rest before it starts again.
            records.retain(|record| !state.running.contains_key(&record.id));
            (records.iter().map(waiting).collect::<Vec<_>>(), places(&mut state, &serving))
        };
        let most = self.inner.settings.max_running_jobs;
        let admission = queue::admit(&waiting, running.len(), most, &serving);
        let yielding = queue::yielding(&running, &admission, ALONE);
        self.inner.state().waiting =
            admission.wait.into_iter().map(|(job, reason)| (job, reason.to_string())).collect();
        for (job, kind) in admission.start {
            if let Some(place) = records.iter().position(|record| record.id == job) {
                self.start(records.swap_remove(place), &kind);
            }
        }
        for job in yielding {
            let text = "no worker of its kind takes work; it gives its place to another job and waits";
            self.inner.tell(job, LogLevel::Warning, &EventKind::Status, text);
            // Its thread ends without a change of state, and the next look puts it back into the queue.
            self.inner.wish(job, Wish::Pause(Duration::ZERO));
            if let Some(running) = self.inner.state().running.get_mut(&job) {
                // Once is enough.
                running.alone = None;
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
        running.alone = if served { None } else { running.alone.or(Some(now)) };
        RunningPlace { job: *job, alone: running.alone.map(|since| now.duration_since(since)) }
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

//! The thread that starts waiting jobs; [`queue`] decides which.

use std::time::Duration;

use clipig_schedule::dispatcher::WorkerView;
use clipig_schedule::queue::{self, KindRequest, ServingWorker, WaitingJob};

use super::Farm;
use crate::store::{JobFilter, JobRecord, JobState, StoreError};

/// How long the thread sleeps at most: a look at the queue that nobody asked for costs little and mends what was
/// forgotten.
const PATIENCE: Duration = Duration::from_secs(5);

impl Farm {
    /// Starts jobs until the farm closes.
    pub(super) fn admit(&self) {
        loop {
            let seen = self.inner.changed.seen();
            let workers = self.inner.switchboard.workers_blocking().unwrap_or_default();
            if let Err(error) = self.look_at_queue(&workers) {
                tracing::warn!(%error, "the queue could not be read; looking again in a moment");
            }
            if self.inner.state().closing {
                return;
            }
            self.inner.changed.wait_beyond(seen, PATIENCE);
        }
    }

    fn look_at_queue(&self, workers: &[WorkerView]) -> Result<(), StoreError> {
        let filter = JobFilter { status: vec![JobState::Waiting], ..JobFilter::default() };
        let mut records = self.inner.store.jobs(&filter)?;
        let (waiting, running) = {
            let state = self.inner.state();
            // One that was paused and resumed at once has to come to rest before it starts again.
            records.retain(|record| !state.running.contains_key(&record.id));
            let waiting: Vec<WaitingJob> = records
                .iter()
                .map(|record| WaitingJob {
                    job: record.id,
                    priority: record.priority,
                    interrupted: state.interrupted.contains(&record.id),
                    request: request(record),
                })
                .collect();
            (waiting, state.running.len())
        };
        let serving: Vec<ServingWorker> = workers
            .iter()
            .filter(|worker| worker.takes_work())
            .map(|worker| ServingWorker {
                kind: worker.registration.kind.clone(),
                cores: worker.registration.cores,
            })
            .collect();
        let admission = queue::admit(&waiting, running, self.inner.settings.max_running_jobs, &serving);
        self.inner.state().waiting =
            admission.wait.into_iter().map(|(job, reason)| (job, reason.to_string())).collect();
        for (job, kind) in admission.start {
            let Some(place) = records.iter().position(|record| record.id == job) else { continue };
            self.inner.state().interrupted.remove(&job);
            self.start(records.swap_remove(place), &kind);
        }
        Ok(())
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

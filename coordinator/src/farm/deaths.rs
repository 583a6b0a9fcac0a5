//! Jobs that the coordinator may have died of. A job that runs when the coordinator dies is counted; it is cleared as soon
//! as it has finished an epoch and that epoch is in a checkpoint. From the second death on such jobs run one at a time,
//! and after the third one a job is *held*: it is paused, with the reason, and the others go on.

use clipig_core::JobId;
use clipig_schedule::job::JobChange;
use clipig_schedule::queue::HELD;

use super::transition::TransitionFailure;
use super::{Farm, Inner, LogLevel};
use crate::store::{EventKind, JobFilter, JobState, StoreError};

impl Farm {
    /// Counts the death of the last coordinator, if it died, for the jobs that were running.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn count_deaths(&self) -> Result<(), StoreError> {
        let store = &self.inner.store;
        if store.opening().closed {
            return Ok(());
        }
        let status = vec![JobState::Preparing, JobState::Running];
        for record in store.jobs(&JobFilter { status, ..JobFilter::default() })? {
            let (job, deaths) = (record.id, store.add_death(record.id)?);
            if deaths < HELD {
                continue;
            }
            let reason = format!(
                "held: the coordinator died {deaths} times in a row before this job had finished an epoch; see whether \
                 it takes too much memory (`resolution`), then `clipig resume {job}` tries it again"
            );
            self.inner.report(job, LogLevel::Error, &EventKind::Status, &reason);
            match self.inner.transition(job, &JobChange::Pause(reason)) {
                Err(TransitionFailure::Store(error)) => return Err(error),
                // Nobody else changes jobs before the farm is open.
                Ok(()) | Err(TransitionFailure::Refused { .. }) => {}
            }
        }
        Ok(())
    }
}

impl Inner {
    /// An epoch of a job is in a checkpoint.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub(super) fn clear_deaths(&self, job: JobId) -> Result<(), StoreError> {
        self.store.clear_deaths(job)?;
        if let Some(running) = self.state().running.get_mut(&job) {
            running.is_suspect = false;
        }
        // Another one may be tried now.
        self.changed.notify_all();
        Ok(())
    }
}

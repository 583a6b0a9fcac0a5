//! Every change of a job's state goes through [`Inner::transition`]: decide, persist, publish.

use clipig_core::JobId;
use clipig_schedule::job::{JobChange, JobState, TransitionError};

use super::{Inner, JobEventKind};
use crate::store::{JobFilter, StoreError, Transition};

/// Why a job's state has not changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransitionFailure {
    /// The job's state does not allow the change. If the farm itself wanted it, somebody has paused or cancelled the
    /// job in the meantime, and their command counts.
    #[error("job {job}: {refused}")]
    Refused {
        /// The job.
        job: JobId,
        /// What its state allows.
        refused: TransitionError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Inner {
    /// Changes a job's state. When another thread changes it first, the new state decides.
    ///
    /// # Errors
    /// When the job's state does not allow the change; when the store fails.
    pub(super) fn transition(&self, job: JobId, change: &JobChange) -> Result<(), TransitionFailure> {
        loop {
            let from = self.store.job(job)?.status;
            let to = from.after(change).map_err(|refused| TransitionFailure::Refused { job, refused })?;
            // Only an interruption can leave a job as it is.
            if from == to {
                return Ok(());
            }
            let reason = change.reason().to_owned();
            match self.store.transition(job, &Transition { from, to, reason: reason.clone() }) {
                Ok(number) => {
                    tracing::info!(%job, %from, %to, reason, "job");
                    self.publish(job, Some(number), JobEventKind::State { status: to, reason });
                    self.changed.notify_all();
                    return Ok(());
                }
                Err(StoreError::StatusChanged { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Puts jobs that are active in the store and have no thread back into the queue, before all others: the
    /// coordinator ended while they ran, or the store failed when they ended.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn interrupt(&self) -> Result<(), StoreError> {
        let filter =
            JobFilter { status: vec![JobState::Preparing, JobState::Running], ..JobFilter::default() };
        for record in self.store.jobs(&filter)? {
            // A job leaves `running` only after its end is written down.
            if !self.state().running.contains_key(&record.id) {
                match self.transition(record.id, &JobChange::Interrupt) {
                    Err(TransitionFailure::Store(error)) => return Err(error),
                    // No state refuses an interruption.
                    Ok(()) | Err(TransitionFailure::Refused { .. }) => {}
                }
            }
        }
        Ok(())
    }
}

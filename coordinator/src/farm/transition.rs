//! Every change of a job's state goes through [`Inner::transition`]: decide, persist, publish.

use std::time::Duration;

use clipig_core::JobId;
use clipig_schedule::job::{
    Cancelled, Completed, Failed, Job, JobState, Moment, Origin, Paused, Preparing, Running, TransitionError,
    Waiting,
};

use super::{Inner, JobEventKind};
use crate::store::{JobFilter, JobRecord, StoreError, Timestamp, Transition};

/// Why a job's state has not changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransitionFailure {
    /// Its state does not allow it. Where the farm itself wanted the change, somebody has paused or cancelled the job
    /// meanwhile, and that stands.
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
    /// Changes a job's state. `step` decides on what is kept of it; when another thread changes the job first, `step` is
    /// called again with the new state.
    ///
    /// # Errors
    /// When `step` refuses; when the store fails.
    pub(super) fn transition(
        &self,
        job: JobId,
        step: impl Fn(Job, Moment) -> Result<Job, TransitionError>,
    ) -> Result<(), TransitionFailure> {
        let refused = |refused| TransitionFailure::Refused { job, refused };
        self.try_transition(job, |life, now| step(life, now).map_err(refused))
    }

    fn try_transition<E: From<StoreError>>(
        &self,
        job: JobId,
        step: impl Fn(Job, Moment) -> Result<Job, E>,
    ) -> Result<(), E> {
        loop {
            let record = self.store.job(job)?;
            let next = step(kept(&record), moment(self.store.now()))?;
            let (from, to, reason) = (record.status, next.state(), next.reason().to_owned());
            if (from, &record.reason) == (to, &reason) {
                return Ok(());
            }
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
                self.try_transition(record.id, |job, now| Ok::<_, StoreError>(job.interrupt(now)))?;
            }
        }
        Ok(())
    }
}

/// A job as it is kept. The store does not keep since when it is in its state; nothing is decided by that.
fn kept(record: &JobRecord) -> Job {
    let since = moment(record.ended.or(record.started).unwrap_or(record.created));
    let reason = record.reason.clone();
    match record.status {
        JobState::Waiting => {
            let origin = if record.interrupted { Origin::Interrupted } else { Origin::Submitted };
            Job::Waiting(Waiting { since, origin })
        }
        JobState::Preparing => Job::Preparing(Preparing { since }),
        JobState::Running => Job::Running(Running { since }),
        JobState::Paused => Job::Paused(Paused { since, reason }),
        JobState::Completed => Job::Completed(Completed { since }),
        JobState::Failed => Job::Failed(Failed { since, error: reason }),
        JobState::Cancelled => Job::Cancelled(Cancelled { since, reason }),
    }
}

fn moment(time: Timestamp) -> Moment {
    Duration::from_millis(u64::try_from(time.0).unwrap_or(0))
}

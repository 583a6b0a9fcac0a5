//! The one door for every change of a job's state: decide, persist, publish.

use std::time::Duration;

use clipig_core::JobId;
use clipig_schedule::job::{
    Cancelled, Completed, Failed, Job, JobState, Moment, Origin, Paused, Preparing, Running, TransitionError,
    Waiting,
};

use super::{FarmError, Inner, JobNews};
use crate::store::{JobFilter, JobRecord, StoreError, Timestamp, Transition};

impl Inner {
    /// Changes a job's state. `step` decides on what is kept of it; where somebody else is quicker, it decides anew.
    ///
    /// # Errors
    /// What `step` refuses; when the store fails.
    pub(super) fn change(
        &self,
        job: JobId,
        step: impl Fn(Job, Moment) -> Result<Job, TransitionError>,
    ) -> Result<(), FarmError> {
        loop {
            let record = self.store.job(job)?;
            let next = step(kept(&record), moment(self.store.now()))
                .map_err(|refused| FarmError::State(format!("job {job}: {refused}")))?;
            let (from, to, reason) = (record.status, next.state(), next.reason().to_owned());
            if (from, &record.reason) == (to, &reason) {
                return Ok(());
            }
            match self.store.transition(job, &Transition { from, to, reason: reason.clone() }) {
                Ok(number) => {
                    tracing::info!(%job, %from, %to, reason, "job");
                    self.publish(job, Some(number), JobNews::State { status: to, reason });
                    self.changed.notify_all();
                    return Ok(());
                }
                Err(StoreError::StatusChanged { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Puts jobs that are computed according to the store, but by no thread, back into the queue, before all others:
    /// the coordinator ended while they ran, or the store failed when they ended.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn interrupt(&self) -> Result<(), FarmError> {
        let filter =
            JobFilter { status: vec![JobState::Preparing, JobState::Running], ..JobFilter::default() };
        for record in self.store.jobs(&filter)? {
            // A thread takes its job out of there last, when its end is written down.
            if !self.state().running.contains_key(&record.id) {
                self.change(record.id, |job, now| Ok(job.interrupt(now)))?;
            }
        }
        Ok(())
    }
}

/// A job as it is kept. Since when it is in its state is not: nothing is decided by that.
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

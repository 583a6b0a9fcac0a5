//! Which old jobs go, and their going.

use std::collections::HashSet;
use std::time::Duration;

use clipig_core::{JobId, Sha256};
use rusqlite::params;

use super::blobs::Collected;
use clipig_schedule::job::JobState;

use super::clock::{self, Timestamp};
use super::durable;
use super::error::StoreError;
use super::events::{self, EventKind, Subject};
use super::folder::Store;
use super::jobs::read_job;
use super::records::{JobFilter, JobRecord};

/// How many of the last events are kept that belong to no job, or to a removed one.
const KEPT_EVENTS: u32 = 100_000;

/// How long ended jobs are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// At most so many days after their end; `None`: for ever.
    pub days: Option<u32>,
    /// At most so many completed jobs, and as many that failed or were cancelled, the last ones; `None`: all.
    pub jobs: Option<u32>,
}

/// The most jobs that are removed in one go. A wrong clock or setting is noticed before all is gone, and other calls do
/// not wait for long.
const AT_ONCE: usize = 200;

/// An ended job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedJob {
    pub job: JobId,
    /// When it ended.
    pub ended: Timestamp,
    /// Has it completed? Others never push out those that have.
    pub completed: bool,
}

/// What a retention did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Jobs that were removed.
    pub removed: Vec<JobId>,
    /// How many are to go next time.
    pub left: usize,
}

/// The ended jobs that are to go at `now`, lowest number first.
pub fn expired(ended: &[EndedJob], policy: RetentionPolicy, now: Timestamp) -> Vec<JobId> {
    let mut newest_first = ended.to_vec();
    newest_first.sort_unstable_by_key(|job| std::cmp::Reverse((job.ended, job.job)));
    let kept = policy.jobs.map_or(usize::MAX, |jobs| jobs as usize);
    let age = policy.days.map(|days| Duration::from_hours(24) * days);
    let mut places = [0_usize; 2];
    let goes = |job: &EndedJob| {
        let place = &mut places[usize::from(job.completed)];
        *place += 1;
        *place > kept || age.is_some_and(|age| now.since(job.ended) > age)
    };
    let mut expired: Vec<JobId> = newest_first.into_iter().filter(goes).map(|job| job.job).collect();
    expired.sort_unstable();
    expired
}

impl Store {
    /// Removes old ended jobs with their files, each with an event, and the checkpoints of completed ones. No more than 200
    /// jobs are removed in one call.
    ///
    /// # Errors
    /// When something cannot be removed; what was removed before stays so.
    pub fn retain(&self, policy: RetentionPolicy) -> Result<Retained, StoreError> {
        let status = JobState::ALL.into_iter().filter(|status| status.is_ended()).collect();
        let jobs = self.jobs(&JobFilter { status, ..JobFilter::default() })?;
        let ended = |job: &JobRecord| {
            let completed = job.status == JobState::Completed;
            Some(EndedJob { job: job.id, ended: job.ended?, completed })
        };
        let ended: Vec<EndedJob> = jobs.iter().filter_map(ended).collect();
        let mut removed = expired(&ended, policy, self.now().before(self.clock_ahead()));
        let left = removed.len().saturating_sub(AT_ONCE);
        removed.truncate(AT_ONCE);
        for job in &removed {
            self.remove(*job, "old")?;
        }
        for job in jobs.iter().filter(|job| job.status == JobState::Completed) {
            self.checkpoints(job.id).clear()?;
        }
        self.database().write(|transaction| {
            transaction.execute(
                "DELETE FROM events WHERE number <= (SELECT max(number) FROM events) - ?1
                 AND (job IS NULL OR job NOT IN (SELECT id FROM jobs))",
                [KEPT_EVENTS],
            )?;
            Ok(())
        })?;
        Ok(Retained { removed, left })
    }

    /// Gives room in the database that removed jobs have left back to the disk. Returns the bytes.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shrink(&self) -> Result<u64, StoreError> {
        self.database().shrink()
    }

    /// Removes an ended job with all that belongs to it. Its last event stays and tells so.
    ///
    /// # Errors
    /// [`StoreError::StatusChanged`] where it has not ended; [`StoreError::NoSuchJob`]; when it cannot be removed.
    pub fn remove(&self, job: JobId, why: &str) -> Result<(), StoreError> {
        let now = self.now();
        self.database().write(|transaction| {
            let record = read_job(transaction, job)?;
            if !record.status.is_ended() {
                let found = record.status;
                return Err(StoreError::StatusChanged { job, expected: JobState::Completed, found }.into());
            }
            transaction.execute("DELETE FROM events WHERE job = ?1", params![job.0 as i64])?;
            transaction.execute("DELETE FROM jobs WHERE id = ?1", params![job.0 as i64])?;
            let text = format!("`{}` was {} and is removed: {why}", record.name, record.status);
            events::add(transaction, now, &Subject::Job(job), &EventKind::Removed, &text)?;
            Ok(())
        })?;
        // A crash here leaves files without a job: the next start removes them.
        durable::remove_folder(&self.layout().job(job))
    }

    /// Removes uploaded content that no job names and that nobody asked for within `grace`, which should be longer
    /// than an upload takes.
    ///
    /// # Errors
    /// When the database or the system fails.
    pub fn collect_blobs(&self, grace: Duration) -> Result<Collected, StoreError> {
        let named = || {
            self.database().read(|connection| {
                let sql = "SELECT sha256 FROM assets UNION SELECT model_sha256 FROM jobs
                           UNION SELECT sha256 FROM more_models";
                let mut statement = connection.prepare_cached(sql)?;
                let rows = statement.query_map((), |row| row.get(0).map(Sha256))?;
                Ok(rows.collect::<Result<HashSet<_>, _>>()?)
            })
        };
        let collected = self.blobs().collect(named, grace.saturating_add(self.clock_ahead()))?;
        // Also what was removed because it was damaged, or by hand.
        self.forget_uploads()?;
        Ok(collected)
    }

    /// How far the wall clock was set forward since the start. So much of an age is not believed: it is measured as if
    /// the clock had just gone on. Where the clock was set back, things look younger than they are, which does no harm.
    fn clock_ahead(&self) -> Duration {
        let step = clock::step_since(self.opened_at(), self.clock());
        Duration::from_millis(u64::try_from(step).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3600 * 1000;

    fn ended(days: &[i64]) -> Vec<EndedJob> {
        let job = |(number, day): (u64, &i64)| EndedJob {
            job: JobId(number),
            ended: Timestamp(day * DAY),
            completed: true,
        };
        (1..).zip(days).map(job).collect()
    }

    #[test]
    fn cancelled_jobs_never_push_out_completed_ones() {
        let mut jobs = ended(&[1; 1_002]);
        jobs[1..].iter_mut().for_each(|job| job.completed = false);
        let policy = RetentionPolicy { days: None, jobs: Some(1_000) };
        assert_eq!(expired(&jobs, policy, Timestamp(9 * DAY)), [JobId(2)]);
    }

    #[test]
    fn old_jobs_and_too_many_jobs_go() {
        let jobs = ended(&[5, 1, 9, 3]);
        let expired = |days, count, now: i64| {
            let policy = RetentionPolicy { days, jobs: count };
            expired(&jobs, policy, Timestamp(now * DAY)).into_iter().map(|job| job.0).collect::<Vec<_>>()
        };
        assert_eq!(expired(None, None, 1000), [0; 0]);
        assert_eq!(expired(Some(5), None, 9), [2, 4]);
        assert_eq!(expired(None, Some(2), 9), [2, 4]);
        assert_eq!(expired(None, Some(0), 9), [1, 2, 3, 4]);
        assert_eq!(expired(Some(2), Some(3), 9), [1, 2, 4]);
        // A clock that was set back makes nothing older.
        assert_eq!(expired(Some(0), None, 0), [0; 0]);
        assert_eq!(expired(Some(u32::MAX), None, 1000), [0; 0]);
    }
}

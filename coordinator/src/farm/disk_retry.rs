//! What a job does while the disk is full or fails, or files, memory or threads are short. Where it cannot go on without
//! a write it waits and says so; everything else it goes on without, and reports once what is missing.

use std::fmt::Display;
use std::time::{Duration, Instant};

use clipig_core::JobId;

use super::{Inner, LogLevel};
use crate::store::EventKind;
#[cfg(doc)]
use crate::store::StoreError;

/// Time until the second attempt; it doubles from one attempt to the next.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest time between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// An error that time and an administrator may mend.
pub(super) trait MaybeTemporary: Display {
    /// Is it a full disk?
    fn is_disk_full(&self) -> bool;

    /// Is it a full disk, or something else that passes: see [`StoreError::is_temporary`]?
    fn is_temporary(&self) -> bool;
}

impl Inner {
    /// Does something that an active job cannot go on without. While the disk is full, or something else is missing that
    /// may come back, the job waits, and says so. `None`: it was not done, because somebody has paused or cancelled the
    /// job meanwhile or the farm is closing.
    ///
    /// # Errors
    /// Every error that does not pass by itself.
    pub(super) fn with_disk_retry<T, E: MaybeTemporary>(
        &self,
        job: JobId,
        mut write: impl FnMut() -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let mut pause = FIRST_PAUSE;
        let mut waits = None;
        let written = loop {
            match write() {
                Err(error) if error.is_temporary() => {
                    if waits.is_none() {
                        let full = error.is_disk_full();
                        waits = Some(full);
                        self.settings.metrics.store_errors.inc();
                        let what =
                            if full { "it waits for room on the disk" } else { "it waits and tries again" };
                        let text = format!("{what}: {error}");
                        self.set_stalled(job, Some(text.clone()));
                        self.report(job, LogLevel::Error, &EventKind::Disk, &text);
                    }
                }
                outcome => break outcome.map(Some),
            }
            if !self.pause_while_wanted(job, pause) {
                break Ok(None);
            }
            pause = LONGEST_PAUSE.min(2 * pause);
        };
        if let Some(full) = waits {
            self.set_stalled(job, None);
            if matches!(written, Ok(Some(_))) {
                let what = if full { "there is room on the disk again" } else { "that has passed" };
                let text = &format!("{what}; it goes on");
                self.report(job, LogLevel::Info, &EventKind::Disk, text);
            }
        }
        written
    }

    fn set_stalled(&self, job: JobId, why: Option<String>) {
        if let Some(running) = self.state().running.get_mut(&job) {
            running.stalled = why;
        }
    }

    /// Waits for this time. Returns `false` as soon as nobody wants the job to go on.
    pub(super) fn pause_while_wanted(&self, job: JobId, most: Duration) -> bool {
        let deadline = Instant::now() + most;
        loop {
            // What it waits for may take any time.
            if let Some(running) = self.state().running.get(&job) {
                running.pulse.work();
            }
            let seen = self.changed.seen();
            // A store that cannot be read does not mean that the job was stopped.
            let wanted = self.store.job(job).map_or(true, |record| record.status.is_active());
            if !wanted || self.state().closing {
                return false;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            self.changed.wait_beyond(seen, left);
        }
    }
}

/// Writes of one kind that a job goes on without. Reports the first failure, and the first success after it.
pub(super) struct WriteStatus {
    /// What is written, with its verb: `snapshots are`.
    what: &'static str,
    failing: bool,
}

impl WriteStatus {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, failing: false }
    }

    /// Takes note of an attempt. Returns whether it succeeded.
    pub(super) fn record<T, E: Display>(&mut self, farm: &Inner, job: JobId, attempt: &Result<T, E>) -> bool {
        let what = self.what;
        match attempt {
            Ok(_) if self.failing => {
                let text = format!("{what} written again");
                farm.report(job, LogLevel::Info, &EventKind::Disk, &text);
            }
            Ok(_) => {}
            Err(error) => {
                farm.settings.metrics.store_errors.inc();
                tracing::warn!(%job, %error, "{what} not written");
                if !self.failing {
                    let text = format!("{what} not written: {error}");
                    farm.report(job, LogLevel::Error, &EventKind::Disk, &text);
                }
            }
        }
        self.failing = attempt.is_err();
        attempt.is_ok()
    }
}

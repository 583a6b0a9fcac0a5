//! What a job does while the disk takes nothing: it waits and says why, or goes on and tells once what is missing.

use std::fmt::Display;
use std::time::{Duration, Instant};

use clipig_core::JobId;

use super::{FarmError, Inner, LogLevel};
use crate::store::EventKind;

/// Time until the second attempt; it doubles from one to the next.
const FIRST: Duration = Duration::from_millis(250);

/// The longest time between two attempts.
const LONGEST: Duration = Duration::from_secs(10);

impl Inner {
    /// Writes what an active job cannot go on without. While there is no room for it, the job waits and says so.
    /// `None`: somebody has paused or cancelled it meanwhile, or the farm is closing: it was not written.
    ///
    /// # Errors
    /// All but a full disk.
    pub(super) fn patiently<T>(
        &self,
        job: JobId,
        mut write: impl FnMut() -> Result<T, FarmError>,
    ) -> Result<Option<T>, FarmError> {
        let mut pause = FIRST;
        let mut waits = false;
        let written = loop {
            match write() {
                Err(FarmError::Store(error)) if error.is_disk_full() => {
                    if !waits {
                        waits = true;
                        self.settings.metrics.store_errors.inc();
                        let text = format!("it waits for room on the disk: {error}");
                        self.set_stalled(job, Some(text.clone()));
                        self.tell(job, LogLevel::Error, &EventKind::Disk, &text);
                    }
                }
                outcome => break outcome.map(Some),
            }
            if !self.rests(job, pause) {
                break Ok(None);
            }
            pause = LONGEST.min(2 * pause);
        };
        if waits {
            self.set_stalled(job, None);
            if matches!(written, Ok(Some(_))) {
                self.tell(
                    job,
                    LogLevel::Info,
                    &EventKind::Disk,
                    "there is room on the disk again; it goes on",
                );
            }
        }
        written
    }

    fn set_stalled(&self, job: JobId, why: Option<String>) {
        if let Some(running) = self.state().running.get_mut(&job) {
            running.stalled = why;
        }
    }

    /// Waits so long. `false` as soon as nobody wants the job to go on.
    fn rests(&self, job: JobId, most: Duration) -> bool {
        let deadline = Instant::now() + most;
        loop {
            let seen = self.changed.seen();
            // A store that cannot be read says nothing about what people want.
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

/// Something that a job goes on without. Tells once that it cannot be written, and once that it is again.
pub(super) struct Trouble {
    /// What it is, with its verb: `snapshots are`.
    what: &'static str,
    told: bool,
}

impl Trouble {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, told: false }
    }

    /// Tells of an attempt. Returns whether it succeeded.
    pub(super) fn heard<T, E: Display>(&mut self, farm: &Inner, job: JobId, attempt: &Result<T, E>) -> bool {
        let what = self.what;
        match attempt {
            Ok(_) if self.told => {
                let text = format!("{what} written again");
                farm.tell(job, LogLevel::Info, &EventKind::Disk, &text);
            }
            Ok(_) => {}
            Err(error) => {
                farm.settings.metrics.store_errors.inc();
                tracing::warn!(%job, %error, "{what} not written");
                if !self.told {
                    let text = format!("{what} not written: {error}");
                    farm.tell(job, LogLevel::Error, &EventKind::Disk, &text);
                }
            }
        }
        self.told = attempt.is_err();
        attempt.is_ok()
    }
}

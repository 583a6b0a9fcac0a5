//! Whether the parts are alive without which no job starts or goes on.

use std::fmt;
use std::thread::JoinHandle;

use clipig_core::JobId;

use super::Farm;

/// Why a farm cannot go on. Only a restart of the process mends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HealthFault {
    /// The switchboard's task has ended.
    #[error("the switchboard has died: no message of a worker is read any more")]
    Switchboard,
    /// The thread that starts jobs has ended.
    #[error("the thread that starts jobs has died")]
    Admission,
    /// A part does not come to an end with what it is at.
    #[error("{part} has been at one thing for {seconds} s")]
    Stuck {
        part: Part,
        /// For how long.
        seconds: u64,
    },
}

/// A part that can hang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Switchboard,
    /// The database and its disk.
    Store,
    /// The thread that starts jobs.
    Admission,
    /// The thread of a job.
    Job(JobId),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switchboard => f.write_str("the switchboard"),
            Self::Store => f.write_str("the store"),
            Self::Admission => f.write_str("the thread that starts jobs"),
            Self::Job(job) => write!(f, "the thread of job {job}"),
        }
    }
}

impl Farm {
    /// Checks that the switchboard and the thread that starts jobs are alive.
    ///
    /// # Errors
    /// What has died.
    pub fn check_health(&self) -> Result<(), HealthFault> {
        if !self.inner.switchboard.is_alive() {
            return Err(HealthFault::Switchboard);
        }
        let state = self.inner.state();
        let ended = state.admission.as_ref().is_some_and(JoinHandle::is_finished);
        if ended && !state.closing {
            return Err(HealthFault::Admission);
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use clipig_core::{CanvasFactory, CanvasJob, CanvasOwner, CanvasState, StepError};
    use clipig_models as models;

    use super::*;
    use crate::farm::FarmSettings;
    use crate::metrics::Metrics;
    use crate::quotas::Quotas;
    use crate::store::{Store, SystemClock};
    use crate::switchboard::Switchboard;

    /// Makes no canvases.
    struct NoCanvases;

    impl CanvasFactory for NoCanvases {
        fn first(&self, _: &CanvasJob, _: [u32; 2]) -> Result<Box<dyn CanvasOwner>, StepError> {
            Err(StepError::Device("there is none".into()))
        }

        fn restore(&self, _: &CanvasJob, _: CanvasState) -> Result<Box<dyn CanvasOwner>, StepError> {
            Err(StepError::Device("there is none".into()))
        }

        fn kind(&self) -> String {
            "none".into()
        }
    }

    /// A farm without jobs, on this switchboard.
    pub(crate) fn farm(folder: &std::path::Path, switchboard: Switchboard) -> Farm {
        let store = Store::open(folder, Arc::new(SystemClock::default())).unwrap();
        farm_of(store, switchboard)
    }

    /// As [`farm`], with what is kept already.
    pub(crate) fn farm_of(store: Store, switchboard: Switchboard) -> Farm {
        let settings = FarmSettings {
            max_running_jobs: 1,
            max_queued_jobs: 1,
            job_pixels: 1,
            job_memory: 1 << 30,
            epoch_samples: 1_000,
            snapshots: 100,
            revisions: 100,
            revision_bytes: 1 << 20,
            checkpoint_share: 0.05,
            checkpoint_interval: Duration::from_secs(1),
            traced_epochs: 0,
            quotas: Quotas::default(),
            metrics: Arc::new(Metrics::default()),
        };
        let (_, notes) = std::sync::mpsc::channel();
        let models = models::Store::at(std::path::PathBuf::from("there are none"));
        Farm::open(store, models, switchboard, Arc::new(NoCanvases), settings, notes).unwrap()
    }

    #[test]
    fn a_farm_whose_switchboard_has_died_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let (switchboard, task) = Switchboard::without_task();
        let farm = farm(folder.path(), switchboard);
        assert_eq!(farm.check_health(), Ok(()));
        drop(task);
        assert_eq!(farm.check_health(), Err(HealthFault::Switchboard));
        farm.close(Instant::now());
    }

    #[test]
    fn a_farm_that_starts_no_jobs_any_more_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let (switchboard, task) = Switchboard::without_task();
        let farm = farm(folder.path(), switchboard);
        let admission = farm.inner.state().admission.replace(std::thread::spawn(|| {}));
        while farm.check_health().is_ok() {
            std::thread::yield_now();
        }
        assert_eq!(farm.check_health(), Err(HealthFault::Admission));
        farm.inner.state().admission = admission;
        // One that ends because the farm closes is not missed.
        drop(task);
        farm.close(Instant::now());
    }
}

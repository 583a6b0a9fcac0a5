//! Why a run of a job failed. Its text becomes the reason of the failed job; nobody else decides by it.

use clipig_experiment::Diagnostics;

use super::disk_retry::MaybeTemporary;
use super::observer::KeepError;
use super::transition::TransitionFailure;
use crate::job_runner::RunError;
use crate::store::StoreError;

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum RunFailure {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The experiment was accepted once, and cannot be read any more.
    #[error("the experiment cannot run:\n{}", .0.render(false))]
    Experiment(Box<Diagnostics>),
    /// Something could not be written when the run ended.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// The runner gave up.
    #[error(transparent)]
    Run(#[from] RunError<KeepError>),
    /// The system has no more threads.
    #[error("the system has no more threads: {0}")]
    Threads(std::io::Error),
    /// A thread of the farm panicked. The panic itself is in the log.
    #[error("internal error of clipig; the coordinator's log says more")]
    Panicked,
}

#[expect(clippy::match_same_arms, reason = "each has another type")]
impl MaybeTemporary for RunFailure {
    fn is_disk_full(&self) -> bool {
        match self {
            Self::Store(error) => error.is_disk_full(),
            Self::Keep(error) => error.is_disk_full(),
            Self::Run(RunError::Observer(error)) => error.is_disk_full(),
            Self::Experiment(_) | Self::Run(_) | Self::Threads(_) | Self::Panicked => false,
        }
    }

    fn is_temporary(&self) -> bool {
        match self {
            Self::Store(error) => error.is_temporary(),
            Self::Keep(error) => error.is_temporary(),
            Self::Run(RunError::Observer(error)) => error.is_temporary(),
            Self::Threads(_) => true,
            Self::Experiment(_) | Self::Run(_) | Self::Panicked => false,
        }
    }
}

impl MaybeTemporary for StoreError {
    fn is_disk_full(&self) -> bool {
        Self::is_disk_full(self)
    }

    fn is_temporary(&self) -> bool {
        Self::is_temporary(self)
    }
}

impl MaybeTemporary for TransitionFailure {
    fn is_disk_full(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_disk_full())
    }

    fn is_temporary(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_temporary())
    }
}

impl MaybeTemporary for KeepError {
    fn is_disk_full(&self) -> bool {
        match self {
            Self::Store(error) => error.is_disk_full(),
            Self::Picture(error) => error.is_disk_full(),
            Self::Threads(_) => false,
        }
    }

    fn is_temporary(&self) -> bool {
        match self {
            Self::Store(error) => error.is_temporary(),
            Self::Picture(error) => error.is_temporary(),
            // The system gives threads again when others have ended.
            Self::Threads(_) => true,
        }
    }
}

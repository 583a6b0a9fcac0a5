//! Where a job is in its life.
//!
//! ```text
//!              Start                Prepared               Complete
//!  Waiting ────────────▶ Preparing ────────────▶ Running ────────────▶ Completed
//!   ▲ ▲ ▲ │                │ │                     │ │
//!   │ │ │ └─────Pause────┐ │ └──────Pause──────┐   │ └───────Fail──────▶ Failed ─────┐
//!   │ │ │                ▼ ▼                   ▼   ▼                                 │
//!   │ │ └────Resume───── Paused ◀────────────Pause─┘                                 │
//!   │ │                    │                                                         │
//!   │ │    Cancel, from any of the four above ────────────────────────▶ Cancelled    │
//!   │ └───────────────────────────────Retry──────────────────────────────────┴───────┘
//!   └── Interrupt, from Preparing and Running
//! ```
//!
//! A job is interrupted when nobody computes it any more: the coordinator was restarted, the disk failed when the job
//! ended, or it gave its place to another one because it had no worker.
//!
//! A job that waits again goes on from its last checkpoint when it starts. Waiting and preparing jobs can fail, too:
//! their experiment may ask for something impossible.

use std::fmt;
use std::str::FromStr;

/// A job's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobState {
    /// In the queue.
    Waiting,
    /// Its canvas is made or read, texts and images are encoded.
    Preparing,
    /// Its epochs are computed.
    Running,
    /// Stopped by a person, or held because the coordinator died of it.
    Paused,
    /// All its epochs are done.
    Completed,
    /// Ended by an error.
    Failed,
    /// Ended by a person.
    Cancelled,
}

/// Something that happens to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobChange {
    /// The queue lets it go.
    Start,
    /// Canvas and features are there; epochs follow.
    Prepared,
    /// All epochs are done.
    Complete,
    /// It cannot go on; the error, for people.
    Fail(String),
    /// A person stops it for a while; by whom or why, which may be empty.
    Pause(String),
    /// A person lets it go on.
    Resume,
    /// A person ends it; by whom or why, which may be empty.
    Cancel(String),
    /// A person takes it up again, from its last checkpoint.
    Retry,
    /// Nobody computes it any more. If it was being computed, it waits again, before all others.
    Interrupt,
}

/// A change that a job's state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the job is {state}; only {allowed} can be {change}{remedy}")]
pub struct TransitionError {
    /// The job's state, which it keeps.
    pub state: JobState,
    change: &'static str,
    allowed: &'static str,
    remedy: &'static str,
}

impl JobState {
    /// The state after a change.
    ///
    /// # Errors
    /// When this state does not allow it. Every state allows [`JobChange::Interrupt`].
    pub fn after(self, change: &JobChange) -> Result<Self, TransitionError> {
        use JobChange as Change;
        match (self, change) {
            (Self::Waiting, Change::Start) => Ok(Self::Preparing),
            (Self::Preparing, Change::Prepared) => Ok(Self::Running),
            (Self::Running, Change::Complete) => Ok(Self::Completed),
            (Self::Waiting | Self::Preparing | Self::Running, Change::Fail(_)) => Ok(Self::Failed),
            (Self::Waiting | Self::Preparing | Self::Running, Change::Pause(_)) => Ok(Self::Paused),
            (Self::Waiting | Self::Preparing | Self::Running | Self::Paused, Change::Cancel(_)) => {
                Ok(Self::Cancelled)
            }
            (Self::Paused, Change::Resume)
            | (Self::Failed | Self::Cancelled, Change::Retry)
            | (Self::Preparing | Self::Running, Change::Interrupt) => Ok(Self::Waiting),
            (_, Change::Interrupt) => Ok(self),
            (_, change) => Err(change.refused_by(self)),
        }
    }
}

impl JobChange {
    /// Why the job is in the state that follows, for people; may be empty.
    pub fn reason(&self) -> &str {
        match self {
            Self::Fail(reason) | Self::Pause(reason) | Self::Cancel(reason) => reason,
            Self::Start | Self::Prepared | Self::Complete | Self::Resume | Self::Retry | Self::Interrupt => {
                ""
            }
        }
    }

    fn refused_by(&self, state: JobState) -> TransitionError {
        let (change, allowed) = match self {
            Self::Start => ("started", "a waiting one"),
            Self::Prepared => ("taken for prepared", "one that is being prepared"),
            Self::Complete => ("completed", "a running one"),
            Self::Fail(_) => ("failed", "one that waits, is being prepared or runs"),
            Self::Pause(_) => ("paused", "one that waits, is being prepared or runs"),
            Self::Resume => ("resumed", "a paused one"),
            Self::Cancel(_) => ("cancelled", "one that has not ended"),
            Self::Retry => ("tried again", "a failed or cancelled one"),
            Self::Interrupt => ("interrupted", "any"),
        };
        let remedy = match (self, state) {
            (Self::Resume, JobState::Failed | JobState::Cancelled) => {
                "; `clipig retry` takes this one up again"
            }
            (Self::Retry, JobState::Paused) => "; `clipig resume` lets this one go on",
            _ => "",
        };
        TransitionError { state, change, allowed, remedy }
    }
}

/// A text that names no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the state of a job; the states are waiting, preparing, running, paused, completed, failed and \
     cancelled"
)]
pub struct JobStateError(String);

impl JobState {
    /// All of them, in the order of a job's life.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Preparing,
        Self::Running,
        Self::Paused,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The state in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Preparing => "preparing",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Does nothing happen to the job any more, unless a person takes it up again?
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Does it take one of the places of running jobs?
    pub fn is_active(self) -> bool {
        matches!(self, Self::Preparing | Self::Running)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for JobState {
    type Err = JobStateError;

    fn from_str(text: &str) -> Result<Self, JobStateError> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| JobStateError(text.chars().take(100).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every change, with the states that it may come from and the one it leads to.
    fn changes() -> Vec<(JobChange, Vec<JobState>, JobState)> {
        use JobState::{Cancelled, Completed, Failed, Paused, Preparing, Running, Waiting};
        vec![
            (JobChange::Start, vec![Waiting], Preparing),
            (JobChange::Prepared, vec![Preparing], Running),
            (JobChange::Complete, vec![Running], Completed),
            (JobChange::Fail("e".into()), vec![Waiting, Preparing, Running], Failed),
            (JobChange::Pause(String::new()), vec![Waiting, Preparing, Running], Paused),
            (JobChange::Resume, vec![Paused], Waiting),
            (JobChange::Cancel(String::new()), vec![Waiting, Preparing, Running, Paused], Cancelled),
            (JobChange::Retry, vec![Failed, Cancelled], Waiting),
        ]
    }

    #[test]
    fn the_diagram_holds() {
        for (change, from, to) in changes() {
            for state in JobState::ALL {
                match state.after(&change) {
                    Ok(next) => {
                        assert!(from.contains(&state), "{change:?} of a {state} job");
                        assert_eq!(next, to);
                    }
                    Err(error) => {
                        assert!(!from.contains(&state), "{change:?} of a {state} job: {error}");
                        assert_eq!(error.state, state);
                    }
                }
            }
        }
    }

    #[test]
    fn refusals_name_state_and_remedy() {
        let errors = [
            JobState::Completed.after(&JobChange::Pause(String::new())),
            JobState::Failed.after(&JobChange::Resume),
            JobState::Paused.after(&JobChange::Retry),
        ];
        let said: Vec<String> = errors.into_iter().map(|error| error.unwrap_err().to_string()).collect();
        assert_eq!(
            said,
            [
                "the job is completed; only one that waits, is being prepared or runs can be paused",
                "the job is failed; only a paused one can be resumed; `clipig retry` takes this one up again",
                "the job is paused; only a failed or cancelled one can be tried again; `clipig resume` lets this one \
                 go on",
            ]
        );
    }

    #[test]
    fn an_interruption_puts_computed_jobs_back_and_leaves_the_others() {
        for state in JobState::ALL {
            let next = if state.is_active() { JobState::Waiting } else { state };
            assert_eq!(state.after(&JobChange::Interrupt), Ok(next));
        }
    }

    #[test]
    fn states_are_read_as_they_are_written() {
        for state in JobState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("Waiting".parse::<JobState>().is_err());
    }

    proptest! {
        #[test]
        fn from_anywhere_a_job_can_be_brought_to_an_end(steps in prop::collection::vec(0_usize..8, 0..30)) {
            let changes = changes();
            let mut state = JobState::Waiting;
            for step in steps {
                state = state.after(&changes[step].0).unwrap_or(state);
            }
            let ended = state.is_ended();
            prop_assert_eq!(state.after(&JobChange::Cancel(String::new())).is_ok(), !ended);
            // A completed picture is never undone.
            if state == JobState::Completed {
                prop_assert!(changes.iter().all(|(change, ..)| state.after(change).is_err()));
            }
        }
    }
}

//! Where a job is in its life.
//!
//! ```text
//!              start               prepared               complete
//!  Waiting ────────────▶ Preparing ────────────▶ Running ────────────▶ Completed
//!   ▲ ▲ ▲ │                │ │                     │ │
//!   │ │ │ └─────pause────┐ │ └──────pause──────┐   │ └───────fail──────▶ Failed ─────┐
//!   │ │ │                ▼ ▼                   ▼   ▼                                 │
//!   │ │ └────resume───── Paused ◀────────────pause─┘                                 │
//!   │ │                    │                                                         │
//!   │ │    cancel, of any of the four above ──────────────────────────▶ Cancelled    │
//!   │ └───────────────────────────────retry──────────────────────────────────┴───────┘
//!   └── interrupt, of Preparing and Running
//! ```
//!
//! A job is interrupted when nobody computes it any more: the coordinator was restarted, the disk failed when the job
//! ended, or it gave its place to another one because it had no worker.
//!
//! A job that waits again goes on from its last checkpoint when it starts. Waiting and preparing jobs can fail, too:
//! their experiment may ask for something impossible.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A moment, as time since 1970-01-01 UTC.
pub type Moment = Duration;

/// A job's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// In the queue.
    Waiting(Waiting),
    /// Its canvas is made or read, texts and images are encoded.
    Preparing(Preparing),
    /// Its epochs are computed.
    Running(Running),
    /// Stopped by a person.
    Paused(Paused),
    /// Finished.
    Completed(Completed),
    /// Ended by an error.
    Failed(Failed),
    /// Ended by a person.
    Cancelled(Cancelled),
}

/// In the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Since when.
    pub since: Moment,
    /// How it came here.
    pub origin: Origin,
}

/// How a job came into the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was submitted.
    Submitted,
    /// It was paused, and resumed.
    Resumed,
    /// It had failed or was cancelled, and is tried again.
    Retried,
    /// Nobody computed it any more, such as after a restart of the coordinator. It goes first.
    Interrupted,
}

/// Its canvas is made or read, texts and images are encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preparing {
    /// Since when.
    pub since: Moment,
}

/// Its epochs are computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Since when.
    pub since: Moment,
}

/// Stopped by a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    /// Since when.
    pub since: Moment,
    /// By whom or why; may be empty.
    pub reason: String,
}

/// Finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// Since when.
    pub since: Moment,
}

/// Ended by an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Since when.
    pub since: Moment,
    /// The error, for people.
    pub error: String,
}

/// Ended by a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancelled {
    /// Since when.
    pub since: Moment,
    /// By whom or why; may be empty.
    pub reason: String,
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

impl Job {
    /// A job that was just submitted.
    pub fn submitted(now: Moment) -> Self {
        Self::Waiting(Waiting { since: now, origin: Origin::Submitted })
    }

    /// The state without its details.
    pub fn state(&self) -> JobState {
        match self {
            Self::Waiting(_) => JobState::Waiting,
            Self::Preparing(_) => JobState::Preparing,
            Self::Running(_) => JobState::Running,
            Self::Paused(_) => JobState::Paused,
            Self::Completed(_) => JobState::Completed,
            Self::Failed(_) => JobState::Failed,
            Self::Cancelled(_) => JobState::Cancelled,
        }
    }

    /// Since when it is in its state.
    pub fn since(&self) -> Moment {
        match self {
            Self::Waiting(Waiting { since, .. })
            | Self::Preparing(Preparing { since })
            | Self::Running(Running { since })
            | Self::Paused(Paused { since, .. })
            | Self::Completed(Completed { since })
            | Self::Failed(Failed { since, .. })
            | Self::Cancelled(Cancelled { since, .. }) => *since,
        }
    }

    /// Why it is in its state, for people; may be empty.
    pub fn reason(&self) -> &str {
        match self {
            Self::Paused(Paused { reason, .. }) | Self::Cancelled(Cancelled { reason, .. }) => reason,
            Self::Failed(Failed { error, .. }) => error,
            Self::Waiting(_) | Self::Preparing(_) | Self::Running(_) | Self::Completed(_) => "",
        }
    }

    /// The queue lets it go.
    ///
    /// # Errors
    /// Unless it waits.
    pub fn start(self, now: Moment) -> Result<Self, TransitionError> {
        match self {
            Self::Waiting(waiting) => Ok(Self::Preparing(waiting.start(now))),
            other => Err(other.refuses("started", "a waiting one", "")),
        }
    }

    /// Everything is at hand; epochs follow.
    ///
    /// # Errors
    /// Unless it is being prepared.
    pub fn prepared(self, now: Moment) -> Result<Self, TransitionError> {
        match self {
            Self::Preparing(preparing) => Ok(Self::Running(preparing.prepared(now))),
            other => Err(other.refuses("taken for prepared", "one that is being prepared", "")),
        }
    }

    /// All epochs are done.
    ///
    /// # Errors
    /// Unless it runs.
    pub fn complete(self, now: Moment) -> Result<Self, TransitionError> {
        match self {
            Self::Running(running) => Ok(Self::Completed(running.complete(now))),
            other => Err(other.refuses("completed", "a running one", "")),
        }
    }

    /// It cannot go on.
    ///
    /// # Errors
    /// When it is paused or has ended.
    pub fn fail(self, error: String, now: Moment) -> Result<Self, TransitionError> {
        match self {
            Self::Waiting(_) | Self::Preparing(_) | Self::Running(_) => {
                Ok(Self::Failed(Failed { since: now, error }))
            }
            other => Err(other.refuses("failed", "one that waits, is being prepared or runs", "")),
        }
    }

    /// A person stops it for a while.
    ///
    /// # Errors
    /// When it is paused already, or has ended.
    pub fn pause(self, reason: String, now: Moment) -> Result<Self, TransitionError> {
        match self {
            Self::Waiting(_) | Self::Preparing(_) | Self::Running(_) => {
                Ok(Self::Paused(Paused { since: now, reason }))
            }
            other => Err(other.refuses("paused", "one that waits, is being prepared or runs", "")),
        }
    }

    /// A person lets it go on.
    ///
    /// # Errors
    /// Unless it is paused.
    pub fn resume(self, now: Moment) -> Result<Self, TransitionError> {
        match self {
            Self::Paused(paused) => Ok(Self::Waiting(paused.resume(now))),
            other @ (Self::Failed(_) | Self::Cancelled(_)) => {
                Err(other.refuses("resumed", "a paused one", "; `clipig retry` takes this one up again"))
            }
            other => Err(other.refuses("resumed", "a paused one", "")),
        }
    }

    /// A person ends it.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cancel(self, reason: String, now: Moment) -> Result<Self, TransitionError> {
        match self {
            Self::Waiting(_) | Self::Preparing(_) | Self::Running(_) | Self::Paused(_) => {
                Ok(Self::Cancelled(Cancelled { since: now, reason }))
            }
            other => Err(other.refuses("cancelled", "one that has not ended", "")),
        }
    }

    /// A person takes it up again, from its last checkpoint.
    ///
    /// # Errors
    /// Unless it has failed or was cancelled.
    pub fn retry(self, now: Moment) -> Result<Self, TransitionError> {
        match self {
            Self::Failed(failed) => Ok(Self::Waiting(failed.retry(now))),
            Self::Cancelled(cancelled) => Ok(Self::Waiting(cancelled.retry(now))),
            other @ Self::Paused(_) => {
                let remedy = "; `clipig resume` lets this one go on";
                Err(other.refuses("tried again", "a failed or cancelled one", remedy))
            }
            other => Err(other.refuses("tried again", "a failed or cancelled one", "")),
        }
    }

    /// Nobody computes it any more. Jobs that were being computed wait again, in front; others stay as they are.
    #[must_use]
    pub fn interrupt(self, now: Moment) -> Self {
        match self {
            Self::Preparing(_) | Self::Running(_) => {
                Self::Waiting(Waiting { since: now, origin: Origin::Interrupted })
            }
            other => other,
        }
    }

    fn refuses(&self, change: &'static str, allowed: &'static str, remedy: &'static str) -> TransitionError {
        TransitionError { state: self.state(), change, allowed, remedy }
    }
}

impl Waiting {
    /// The queue lets it go.
    #[must_use]
    pub fn start(self, now: Moment) -> Preparing {
        Preparing { since: now }
    }
}

impl Preparing {
    /// Everything is at hand.
    #[must_use]
    pub fn prepared(self, now: Moment) -> Running {
        Running { since: now }
    }
}

impl Running {
    /// All epochs are done.
    #[must_use]
    pub fn complete(self, now: Moment) -> Completed {
        Completed { since: now }
    }
}

impl Paused {
    /// It goes on.
    #[must_use]
    pub fn resume(self, now: Moment) -> Waiting {
        Waiting { since: now, origin: Origin::Resumed }
    }
}

impl Failed {
    /// It is taken up again.
    #[must_use]
    pub fn retry(self, now: Moment) -> Waiting {
        Waiting { since: now, origin: Origin::Retried }
    }
}

impl Cancelled {
    /// It is taken up again.
    #[must_use]
    pub fn retry(self, now: Moment) -> Waiting {
        Waiting { since: now, origin: Origin::Retried }
    }
}

/// A job's state without details: what stores and messages keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobState {
    /// In the queue.
    Waiting,
    /// Its canvas is made or read, texts and images are encoded.
    Preparing,
    /// Its epochs are computed.
    Running,
    /// Stopped by a person.
    Paused,
    /// Finished.
    Completed,
    /// Ended by an error.
    Failed,
    /// Ended by a person.
    Cancelled,
}

/// A text that names no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no state of a job; waiting, preparing, running, paused, completed, failed and cancelled are"
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

    const NOW: Moment = Moment::from_secs(7);

    /// A job in each state.
    fn everywhere() -> [Job; 7] {
        let waiting = Job::submitted(Moment::ZERO);
        let preparing = waiting.clone().start(NOW).unwrap();
        let running = preparing.clone().prepared(NOW).unwrap();
        let paused = running.clone().pause("lunch".into(), NOW).unwrap();
        let completed = running.clone().complete(NOW).unwrap();
        let failed = running.clone().fail("boom".into(), NOW).unwrap();
        let cancelled = paused.clone().cancel("enough".into(), NOW).unwrap();
        [waiting, preparing, running, paused, completed, failed, cancelled]
    }

    type Change = fn(Job) -> Result<Job, TransitionError>;

    /// Every change, with the states that it may come from and the one it leads to.
    fn changes() -> Vec<(Change, Vec<JobState>, JobState)> {
        use JobState::{Cancelled, Completed, Failed, Paused, Preparing, Running, Waiting};
        vec![
            (|job| job.start(NOW), vec![Waiting], Preparing),
            (|job| job.prepared(NOW), vec![Preparing], Running),
            (|job| job.complete(NOW), vec![Running], Completed),
            (|job| job.fail("e".into(), NOW), vec![Waiting, Preparing, Running], Failed),
            (|job| job.pause(String::new(), NOW), vec![Waiting, Preparing, Running], Paused),
            (|job| job.resume(NOW), vec![Paused], Waiting),
            (|job| job.cancel(String::new(), NOW), vec![Waiting, Preparing, Running, Paused], Cancelled),
            (|job| job.retry(NOW), vec![Failed, Cancelled], Waiting),
        ]
    }

    #[test]
    fn the_diagram_holds() {
        for (number, (change, from, to)) in changes().into_iter().enumerate() {
            for job in everywhere() {
                let state = job.state();
                match change(job) {
                    Ok(next) => {
                        assert!(from.contains(&state), "change {number} of a {state} job");
                        assert_eq!((next.state(), next.since()), (to, NOW));
                    }
                    Err(error) => {
                        assert!(!from.contains(&state), "change {number} of a {state} job: {error}");
                        assert_eq!(error.state, state);
                    }
                }
            }
        }
    }

    #[test]
    fn refusals_name_state_and_remedy() {
        let [.., paused, completed, failed, _] = everywhere();
        let errors = [completed.pause(String::new(), NOW), failed.resume(NOW), paused.retry(NOW)];
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
    fn a_restart_puts_computed_jobs_in_front() {
        for job in everywhere() {
            let state = job.state();
            let after = job.clone().interrupt(NOW);
            if state.is_active() {
                assert_eq!(after, Job::Waiting(Waiting { since: NOW, origin: Origin::Interrupted }));
            } else {
                assert_eq!(after, job);
            }
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
            let mut job = Job::submitted(NOW);
            for step in steps {
                job = (changes[step].0)(job.clone()).unwrap_or(job);
            }
            let ended = job.state().is_ended();
            prop_assert_eq!(job.clone().cancel(String::new(), NOW).is_ok(), !ended);
            // A completed picture is never undone.
            if job.state() == JobState::Completed {
                prop_assert!(changes.iter().all(|(change, ..)| change(job.clone()).is_err()));
            }
        }
    }
}

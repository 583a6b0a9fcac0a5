//! The order of rows.

use std::cmp::Ordering;

use super::pace::Paces;
use crate::farm::wire::{Job, JobState, Worker, WorkerState};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobOrder {
    /// Running ones first, then those that will run next.
    Urgency,
    Number,
    Name,
    /// The one that ends first.
    TimeLeft,
    Rate,
}

impl JobOrder {
    pub(super) fn next(self) -> Self {
        match self {
            Self::Urgency => Self::Number,
            Self::Number => Self::Name,
            Self::Name => Self::TimeLeft,
            Self::TimeLeft => Self::Rate,
            Self::Rate => Self::Urgency,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Urgency => "urgency",
            Self::Number => "number",
            Self::Name => "name",
            Self::TimeLeft => "time left",
            Self::Rate => "rate",
        }
    }

    /// Jobs that are alike stay in the order of their numbers, so that rows do not jump.
    pub(super) fn compare(self, a: &Job, b: &Job) -> Ordering {
        let by_number = a.number.cmp(&b.number);
        // What is not known comes last.
        let seconds = |job: &Job| job.eta_seconds.unwrap_or(f64::INFINITY);
        let rate = |job: &Job| job.samples_per_second.unwrap_or(0.0);
        match self {
            Self::Urgency => urgency(a).cmp(&urgency(b)),
            Self::Number => Ordering::Equal,
            Self::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
            Self::TimeLeft => seconds(a).total_cmp(&seconds(b)),
            Self::Rate => rate(b).total_cmp(&rate(a)),
        }
        .then(by_number)
    }
}

fn urgency(job: &Job) -> (u8, u32, i32) {
    let state = match job.state() {
        JobState::Running => 0,
        JobState::Preparing => 1,
        JobState::Waiting => 2,
        JobState::Paused => 3,
        JobState::Failed => 4,
        JobState::Completed | JobState::Cancelled | JobState::Unspecified => 5,
    };
    (state, job.queue_place.unwrap_or(0), -job.priority)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WorkerOrder {
    Name,
    /// Those that need somebody first.
    State,
    Rate,
    Failures,
}

impl WorkerOrder {
    pub(super) fn next(self) -> Self {
        match self {
            Self::Name => Self::State,
            Self::State => Self::Rate,
            Self::Rate => Self::Failures,
            Self::Failures => Self::Name,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::State => "state",
            Self::Rate => "rate",
            Self::Failures => "failures",
        }
    }

    pub(super) fn compare(self, a: &Worker, b: &Worker, paces: &Paces) -> Ordering {
        let rate = |worker: &Worker| paces.of(&worker.name).unwrap_or(0.0);
        match self {
            Self::Name => Ordering::Equal,
            Self::State => trouble(a).cmp(&trouble(b)),
            Self::Rate => rate(b).total_cmp(&rate(a)),
            Self::Failures => b.leases_failed.cmp(&a.leases_failed),
        }
        .then_with(|| a.name.cmp(&b.name))
    }
}

fn trouble(worker: &Worker) -> u8 {
    match worker.state() {
        WorkerState::Quarantined => 0,
        WorkerState::Lost => 1,
        WorkerState::Draining => 2,
        WorkerState::Paused => 3,
        WorkerState::Busy => 4,
        WorkerState::Idle | WorkerState::Unspecified => 5,
    }
}

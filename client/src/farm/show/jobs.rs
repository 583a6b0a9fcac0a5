//! The list of jobs.

use jiff::Timestamp;

use super::columns::{Align, plain, table};
use super::{colored_job_state, has_ended};
use crate::farm::time;
use crate::farm::wire::{Job, JobState};

/// Jobs, one per line.
pub(crate) fn text(jobs: &[Job], now: Timestamp) -> String {
    let heading = [
        ("job", Align::Right),
        ("state", Align::Left),
        ("epochs", Align::Right),
        ("priority", Align::Right),
        ("submitted", Align::Left),
        ("name", Align::Left),
        ("", Align::Left),
    ];
    let rows: Vec<[String; 7]> = jobs.iter().map(|job| row(job, now)).collect();
    table(heading, &rows)
}

fn row(job: &Job, now: Timestamp) -> [String; 7] {
    [
        job.number.to_string(),
        colored_job_state(job.state()).to_string(),
        format!("{}/{}", job.epochs_done, job.epochs_total),
        job.priority.to_string(),
        job.created.as_ref().map(|created| time::ago(now, created)).unwrap_or_default(),
        plain(&job.name, 40),
        summary(job, now),
    ]
}

/// The most important fact about the job.
pub(crate) fn summary(job: &Job, now: Timestamp) -> String {
    let state = job.state();
    if !job.reason.is_empty() {
        return plain(&job.reason, 200);
    }
    if has_ended(state) {
        return job.ended.as_ref().map(|ended| time::ago(now, ended)).unwrap_or_default();
    }
    if state != JobState::Running {
        return String::new();
    }
    let mut parts = Vec::new();
    if let Some(eta) = job.eta_seconds {
        parts.push(format!("{} left", time::duration(eta)));
    }
    parts.push(super::counted(u64::from(job.workers), "worker"));
    if let Some(loss) = job.loss {
        parts.push(format!("loss {loss:.3}"));
    }
    parts.join(", ")
}

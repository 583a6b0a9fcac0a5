//! Tables and pages about a farm, for the terminal.

pub(crate) mod audit;
pub(crate) mod columns;
pub(crate) mod farm;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod targets;
pub(crate) mod tokens;
pub(crate) mod workers;

#[cfg(test)]
mod tests;

use console::{Style, StyledObject};

use self::columns::plain;
use super::wire::{DeviceClass, JobState, NumberType, Role, WorkerState};

/// A job's state in a word, the same for people and programs.
pub(crate) fn job_state(state: JobState) -> &'static str {
    match state {
        JobState::Unspecified => "unknown",
        JobState::Waiting => "waiting",
        JobState::Preparing => "preparing",
        JobState::Running => "running",
        JobState::Paused => "paused",
        JobState::Completed => "completed",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled",
    }
}

/// The same in its colour, if standard output shows colours.
pub(crate) fn colored_job_state(state: JobState) -> StyledObject<&'static str> {
    let style = Style::new();
    let style = match state {
        JobState::Preparing | JobState::Running => style.cyan(),
        JobState::Completed => style.green(),
        JobState::Failed => style.red(),
        JobState::Paused => style.yellow(),
        JobState::Cancelled => style.dim(),
        JobState::Unspecified | JobState::Waiting => style,
    };
    style.apply_to(job_state(state))
}

/// Has the job ended, so that nothing more happens by itself?
pub(crate) fn has_ended(state: JobState) -> bool {
    matches!(state, JobState::Completed | JobState::Failed | JobState::Cancelled)
}

/// What a job is doing and why: `job 3 is waiting: all 8 places are taken`.
pub(crate) fn job_is(job: u64, state: JobState, reason: &str) -> String {
    let state = job_state(state);
    if reason.is_empty() {
        return format!("job {job} is {state}");
    }
    format!("job {job} is {state}: {}", plain(reason, 1000))
}

/// A worker's state in words, the same for people and programs.
pub(crate) fn worker_state(state: WorkerState) -> &'static str {
    match state {
        WorkerState::Unspecified => "unknown",
        WorkerState::Idle => "idle",
        WorkerState::Busy => "busy",
        WorkerState::Paused => "paused",
        WorkerState::Draining => "draining",
        WorkerState::Quarantined => "quarantined",
        WorkerState::Lost => "lost",
    }
}

/// The same with its colour.
fn colored_worker_state(state: WorkerState) -> StyledObject<&'static str> {
    let style = Style::new();
    let style = match state {
        WorkerState::Busy => style.cyan(),
        WorkerState::Quarantined | WorkerState::Lost => style.red(),
        WorkerState::Paused | WorkerState::Draining => style.yellow(),
        WorkerState::Unspecified | WorkerState::Idle => style,
    };
    style.apply_to(worker_state(state))
}

/// What somebody may do, in a word, the same for people and programs.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Unspecified => "unknown",
        Role::Viewer => "viewer",
        Role::Artist => "artist",
        Role::Operator => "operator",
        Role::Worker => "worker",
    }
}

/// CPU, GPU or `auto`.
pub(crate) fn device_class(class: DeviceClass) -> &'static str {
    match class {
        DeviceClass::Unspecified => "auto",
        DeviceClass::Cpu => "cpu",
        DeviceClass::Cuda => "cuda",
    }
}

/// The number type as the command line has it.
pub(crate) fn number_type(number: NumberType) -> &'static str {
    match number {
        NumberType::Unspecified | NumberType::Float32 => "float32",
        NumberType::Bfloat16 => "bfloat16",
        NumberType::Float16 => "float16",
    }
}

/// `1 worker`, `2 workers`.
pub fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

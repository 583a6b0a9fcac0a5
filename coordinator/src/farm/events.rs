//! Events of jobs, as watchers get them.

use std::sync::Arc;

use clipig_core::JobId;

use super::table::TargetTable;
use crate::store::{JobState, Timestamp};

/// Something that happened to a job.
#[derive(Clone, Debug)]
pub struct JobEvent {
    /// The job.
    pub job: JobId,
    /// The number of the event in the store; `None` for what is not kept.
    pub number: Option<u64>,
    /// When.
    pub time: Timestamp,
    /// What.
    pub kind: JobEventKind,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum JobEventKind {
    /// It is in another status.
    State {
        /// The status now.
        status: JobState,
        /// Why; may be empty.
        reason: String,
    },
    /// An epoch is done.
    Progress(Progress),
    /// The targets after an epoch.
    Table(Arc<TargetTable>),
    /// There is a new file of that name.
    Artifact(String),
    /// Something that the person who submitted should know.
    Warning(String),
    /// What the farm did.
    Log {
        /// How bad it is.
        level: LogLevel,
        /// One line.
        text: String,
    },
    /// The experiment was updated.
    Revised {
        /// How often by now.
        revision: u32,
        /// The first epoch of the new experiment.
        from: u32,
    },
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Good to know.
    Info,
    /// Odd.
    Warning,
    /// Something failed.
    Error,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Epochs done.
    pub epochs_done: u32,
    /// The epoch before which the job ends.
    pub epochs: u32,
    /// Loss of the last epoch; `None` where no sample had one.
    pub loss: Option<f64>,
    /// Learn rate of the last epoch.
    pub learnrate: f64,
    /// Width and height of the canvas.
    pub resolution: [u32; 2],
    /// Samples per second over the last epochs.
    pub samples_per_second: f64,
    /// Seconds until the end, estimated; `None` before that makes sense.
    pub eta: Option<f64>,
}

//! The farm as a whole.

use clipig_proto::v1;
use serde::Serialize;
use utoipa::ToSchema;

use super::job::JobState;
use super::moment;
use super::worker::WorkerState;

/// The farm as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Farm {
    /// Version of the coordinator.
    version: String,
    /// When the coordinator started.
    started: Option<String>,
    /// For how long it has run.
    uptime_seconds: f64,
    /// How often it was started on its data.
    incarnation: u64,
    /// Jobs per state; states without jobs are left out.
    jobs: Vec<JobCount>,
    /// Workers per state; states without workers are left out.
    workers: Vec<WorkerCount>,
    /// Samples per second of all jobs, over the last seconds.
    samples_per_second: f64,
    /// Free bytes where the data folder is.
    disk_free: u64,
    /// Bytes in the data folder.
    data_size: u64,
    /// Jobs that may run side by side.
    max_running_jobs: u32,
    /// Jobs that may wait.
    max_queued_jobs: u32,
    /// What a person should look after, such as a disk that is nearly full.
    warnings: Vec<String>,
    /// When the farm's certificate expires; `null` without TLS.
    certificate_expires: Option<String>,
}

/// Jobs in a state.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct JobCount {
    /// The state.
    state: JobState,
    /// How many.
    count: u32,
}

/// Workers in a state.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct WorkerCount {
    /// The state.
    state: WorkerState,
    /// How many.
    count: u32,
}

impl From<v1::Farm> for Farm {
    fn from(farm: v1::Farm) -> Self {
        let jobs =
            farm.jobs.iter().map(|one| JobCount { state: JobState::of(one.state()), count: one.count });
        let workers = farm
            .workers
            .iter()
            .map(|one| WorkerCount { state: WorkerState::of(one.state()), count: one.count });
        Self {
            jobs: jobs.collect(),
            workers: workers.collect(),
            version: farm.version,
            started: moment(farm.started),
            uptime_seconds: farm.uptime_seconds,
            incarnation: farm.incarnation,
            samples_per_second: farm.samples_per_second,
            disk_free: farm.disk_free,
            data_size: farm.data_size,
            max_running_jobs: farm.max_running_jobs,
            max_queued_jobs: farm.max_queued_jobs,
            warnings: farm.warnings,
            certificate_expires: moment(farm.certificate_expires),
        }
    }
}

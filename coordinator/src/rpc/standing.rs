//! How many jobs and workers are in which state.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clipig_core::JobId;
use clipig_schedule::dispatcher::{LeaseWait, Liveness, WorkerView};
use tokio::sync::Mutex;

use crate::farm::{CommandError, Farm};
use crate::store::{JobState, StoreError};

/// What a worker is about, for metrics.
const WORKER_STATES: [&str; 5] = ["ready", "paused", "draining", "quarantined", "lost"];

/// Counts of a moment.
pub(crate) struct Standing {
    jobs: BTreeMap<&'static str, usize>,
    workers: BTreeMap<&'static str, usize>,
}

impl Standing {
    /// Counts now.
    pub(crate) async fn of(farm: &Farm) -> Result<Self, CommandError> {
        let workers = farm.switchboard().workers().await.ok_or(CommandError::ShuttingDown)?;
        let counting = farm.clone();
        let jobs = tokio::task::spawn_blocking(move || jobs_by_status(&counting)).await;
        let jobs = jobs.map_err(|_| CommandError::ShuttingDown)??;
        let mut standing = Self {
            jobs: jobs.into_iter().map(|(status, count)| (status.as_str(), count)).collect(),
            workers: WORKER_STATES.map(|state| (state, 0)).into(),
        };
        for worker in &workers {
            *standing.workers.entry(state_name(worker)).or_default() += 1;
        }
        Ok(standing)
    }

    /// Jobs per state, all states.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = (&str, usize)> {
        self.jobs.iter().map(|(state, count)| (*state, *count))
    }

    /// Workers per state, all states.
    pub(crate) fn workers(&self) -> impl Iterator<Item = (&str, usize)> {
        self.workers.iter().map(|(state, count)| (*state, *count))
    }
}

fn state_name(worker: &WorkerView) -> &'static str {
    match worker {
        WorkerView { liveness: Liveness::Silent(_) | Liveness::Gone(_), .. } => "lost",
        WorkerView { quarantine: Some(_), .. } => "quarantined",
        WorkerView { paused: true, .. } => "paused",
        WorkerView { draining: true, .. } => "draining",
        _ => "ready",
    }
}

/// Jobs per status, all of them.
pub(super) fn jobs_by_status(farm: &Farm) -> Result<Vec<(JobState, usize)>, StoreError> {
    let count = |status| Ok((status, farm.store().count(status)?));
    JobState::ALL.into_iter().map(count).collect()
}

/// How many workers compute for each job, and why none where none does. Looked up at most once a second, however many
/// ask.
#[derive(Default)]
pub(crate) struct LeaseCounts {
    known: Mutex<Option<Known>>,
}

/// What was found, and when.
type Known = (Instant, Arc<Computing>);

/// Who computes for which job.
#[derive(Default)]
pub(crate) struct Computing {
    workers: HashMap<JobId, u32>,
    waits: HashMap<JobId, LeaseWait>,
}

impl Computing {
    /// Workers that compute for a job.
    pub(super) fn workers(&self, job: JobId) -> u32 {
        self.workers.get(&job).copied().unwrap_or(0)
    }

    /// Why none does, for a job that runs; `None` where there is nothing to say: some do, or there is nothing to do.
    pub(super) fn wait(&self, job: JobId) -> Option<String> {
        let wait = self.waits.get(&job).filter(|wait| !matches!(wait, LeaseWait::NothingToDo))?;
        Some(wait.to_string())
    }
}

impl LeaseCounts {
    const KEPT: Duration = Duration::from_secs(1);

    pub(super) async fn of(&self, farm: &Farm) -> Arc<Computing> {
        let mut known = self.known.lock().await;
        if let Some((when, computing)) = &*known
            && when.elapsed() < Self::KEPT
        {
            return Arc::clone(computing);
        }
        let waits = farm.switchboard().waits().await.unwrap_or_default();
        let mut workers = HashMap::new();
        for worker in farm.switchboard().workers().await.unwrap_or_default() {
            let jobs: BTreeSet<JobId> = worker.leases.iter().map(|lease| lease.revision.job).collect();
            for job in jobs {
                *workers.entry(job).or_default() += 1;
            }
        }
        let computing = Arc::new(Computing { workers, waits });
        *known = Some((Instant::now(), Arc::clone(&computing)));
        computing
    }
}

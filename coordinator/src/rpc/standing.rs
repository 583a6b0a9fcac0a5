//! How many jobs and workers are in which state.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clipig_core::JobId;
use clipig_schedule::dispatcher::{LeaseWait, Liveness, WorkerView};
use tokio::sync::Mutex;

use crate::farm::{CommandError, Farm};
use crate::metrics::WORKER_STATES;
use crate::store::{JobState, StoreError};

/// Counts of a moment.
pub(crate) struct Standing {
    jobs: BTreeMap<&'static str, usize>,
    workers: BTreeMap<&'static str, usize>,
    wanted_workers: u64,
}

impl Standing {
    /// Counts now.
    pub(crate) async fn of(farm: &Farm) -> Result<Self, CommandError> {
        let workers = farm.switchboard().workers().await.ok_or(CommandError::ShuttingDown)?;
        let counting = farm.clone();
        let jobs = tokio::task::spawn_blocking(move || jobs_by_status(&counting)).await;
        let jobs = jobs.map_err(|_| CommandError::ShuttingDown)??;
        let useful_cores = farm.switchboard().useful_cores().await.ok_or(CommandError::ShuttingDown)?;
        let count = |wanted: JobState| {
            jobs.iter().find(|(state, _)| *state == wanted).map_or(0, |(_, count)| *count as u64)
        };
        let demand = Demand {
            useful_cores,
            started: count(JobState::Preparing) + count(JobState::Running),
            waiting: count(JobState::Waiting).saturating_sub(farm.beyond_owners() as u64),
            places: farm.settings().max_running_jobs as u64,
            worker_cores: workers.iter().map(|worker| u64::from(worker.registration.cores)).collect(),
        };
        let mut standing = Self {
            wanted_workers: demand.wanted_workers(),
            jobs: jobs.into_iter().map(|(status, count)| (status.as_str(), count)).collect(),
            workers: WORKER_STATES.map(|state| (state, 0)).into(),
        };
        for worker in &workers {
            *standing.workers.entry(state_name(worker)).or_default() += 1;
        }
        Ok(standing)
    }

    /// How many workers the jobs could make use of now.
    pub(crate) fn wanted_workers(&self) -> u64 {
        self.wanted_workers
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

/// What decides how many workers are wanted.
#[derive(Debug)]
struct Demand {
    /// Cores that each job could occupy that has offered an epoch.
    useful_cores: Vec<u64>,
    /// Jobs that are being prepared or run; some of them may not have offered anything yet.
    started: u64,
    /// Jobs that wait, but for those that wait for other jobs of their owners.
    waiting: u64,
    /// How many jobs may run at once.
    places: u64,
    /// Of each worker that the farm knows, also of those that have gone.
    worker_cores: Vec<u64>,
}

impl Demand {
    /// As many workers as it takes to compute all shards of all running jobs' epochs at once. A job of which that is not
    /// known counts as one worker, and so does a waiting job, if there is a place for it.
    fn wanted_workers(&self) -> u64 {
        let waiting = self.waiting.min(self.places.saturating_sub(self.started));
        let unknown = self.started.saturating_sub(self.useful_cores.len() as u64);
        let known = if self.worker_cores.is_empty() {
            // How much a worker can do is known once there is one.
            self.useful_cores.len() as u64
        } else {
            let cores = self.worker_cores.iter().sum::<u64>().div_ceil(self.worker_cores.len() as u64);
            self.useful_cores.iter().sum::<u64>().div_ceil(cores.max(1))
        };
        known + unknown + waiting
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_workers_are_wanted_as_jobs_can_use() {
        let wanted = |useful_cores: &[u64], started, waiting, worker_cores: &[u64]| {
            let (useful_cores, worker_cores) = (useful_cores.to_vec(), worker_cores.to_vec());
            Demand { useful_cores, started, waiting, places: 3, worker_cores }.wanted_workers()
        };
        assert_eq!(wanted(&[], 0, 0, &[4]), 0, "nothing to do");
        assert_eq!(wanted(&[], 0, 1, &[]), 1, "from nothing");
        assert_eq!(wanted(&[], 0, 5, &[4]), 3, "the others have no place");
        assert_eq!(wanted(&[9], 1, 0, &[4]), 3, "nine cores are more than two workers");
        assert_eq!(wanted(&[1, 1, 1], 3, 2, &[4, 4]), 1, "small jobs share a worker");
        assert_eq!(wanted(&[9], 1, 0, &[2, 4]), 3, "workers are counted by their mean");
        assert_eq!(wanted(&[64], 1, 0, &[]), 1, "what a worker can do is not known yet");
        assert_eq!(wanted(&[8], 2, 1, &[8]), 3, "one runs, one is being prepared, one waits");
        assert_eq!(wanted(&[8], 1, 0, &[0]), 8, "a worker has a core");
    }
}

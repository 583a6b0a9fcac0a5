//! The thread that starts waiting jobs; [`queue`] decides which.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use clipig_access::Limit;
use clipig_core::JobId;
use clipig_schedule::dispatcher::WorkerView;
use clipig_schedule::queue::{
    self, Budget, KindRequest, OwnerNumber, RunningPlace, ServingWorker, WaitingJob,
};

use super::changes::LOOK_INTERVAL;
use super::{Farm, LogLevel, QueuePlace, RunningJob, State, Waits};
use crate::job_runner::RunCommand;
use crate::quotas::Quotas;
use crate::store::{EventKind, QueuedJob, StoreError};

/// How many times as long as a look at the queue takes, it is not looked at again: with thousands of waiting jobs, looks
/// must leave the database to those who submit and ask.
const REST_AFTER_LOOK: u32 = 4;

/// The longest such rest.
const LONGEST_REST: Duration = Duration::from_secs(1);

/// How long a running job may have no worker before it gives its place to one that has: longer than a worker takes to
/// come back after its connection broke.
const WITHOUT_WORKER: Duration = Duration::from_secs(30);

impl Farm {
    /// Starts jobs until the farm closes.
    pub(super) fn admit(&self) {
        loop {
            let seen = self.inner.changed.seen();
            if self.inner.state().closing {
                return;
            }
            let pulse = &self.inner.vitals.admission;
            pulse.work();
            let workers = self.inner.switchboard.workers_blocking().unwrap_or_default();
            if let Err(error) = self.inner.interrupt() {
                tracing::warn!(%error, "a job without a thread was not put back into the queue");
            }
            let took = self.look_at_queue(&workers).unwrap_or_else(|error| {
                tracing::warn!(%error, "the queue could not be read; looking again in a moment");
                Duration::ZERO
            });
            pulse.rest();
            std::thread::sleep(LONGEST_REST.min(REST_AFTER_LOOK * took));
            self.inner.changed.wait_beyond(seen, LOOK_INTERVAL);
        }
    }

    /// Starts what can start. Returns how long it took to decide that.
    fn look_at_queue(&self, workers: &[WorkerView]) -> Result<Duration, StoreError> {
        let start = Instant::now();
        let mut queued = self.inner.store.queue()?;
        let serving: Vec<ServingWorker> = workers
            .iter()
            .filter(|worker| worker.takes_work())
            .map(|worker| ServingWorker {
                kind: worker.registration.kind.clone(),
                cores: worker.registration.cores,
            })
            .collect();
        let mut owners = Owners { quotas: &self.inner.settings.quotas, known: HashMap::new() };
        let (waiting, running) = {
            let mut state = self.inner.state();
            // A job that was paused and resumed at once still has its thread, and starts again when that has ended.
            queued.retain(|job| !state.running.contains_key(&job.id));
            let waiting: Vec<_> = queued.into_iter().map(|job| waiting(job, &mut owners)).collect();
            (waiting, places(&mut state, &serving, &mut owners))
        };
        let settings = &self.inner.settings;
        let budget = Budget { jobs: settings.max_running_jobs, memory: settings.job_memory };
        let beyond_owners = queue::beyond_owners(&waiting, &running);
        let admission = queue::admit(&waiting, &running, budget, &serving);
        let yielding = queue::yielding(&running, &admission, WITHOUT_WORKER);
        let took = start.elapsed();
        let wait = (1..)
            .zip(admission.wait)
            .map(|(place, (job, reason))| (job, QueuePlace { place, reason: Waits::Queue(reason) }));
        {
            let mut state = self.inner.state();
            state.waiting = wait.collect();
            state.beyond_owners = beyond_owners;
        }
        for (job, kind) in admission.start {
            match self.inner.store.job(job) {
                Ok(record) => self.start(record, &kind),
                // It was removed meanwhile.
                Err(StoreError::NoSuchJob(_)) => {}
                Err(error) => return Err(error),
            }
        }
        for job in yielding {
            let text = "no worker of its kind takes work; it gives its place to another job and waits";
            self.inner.report(job, LogLevel::Warning, &EventKind::Status, text);
            // Its thread ends and its state stays active, so the next look puts it back into the queue.
            self.inner.send_command(job, RunCommand::Pause(Duration::ZERO));
            if let Some(running) = self.inner.state().running.get_mut(&job) {
                // Its time begins anew, so that it is not paused twice.
                running.without_worker_since = None;
            }
        }
        Ok(took)
    }
}

/// The owners of the jobs of one look at the queue: the number of each, and how many of their jobs may run.
struct Owners<'a> {
    quotas: &'a Quotas,
    known: HashMap<Option<String>, (OwnerNumber, usize)>,
}

impl Owners<'_> {
    /// Those from before jobs had owners count as one, which has no limit.
    fn of(&mut self, owner: Option<&String>) -> (OwnerNumber, usize) {
        // Thousands of jobs have a few owners.
        if let Some(known) = self.known.get(&owner.cloned()) {
            return *known;
        }
        let quota = owner.and_then(|owner| self.quotas.of(owner, Limit::JobsRunning));
        let places = quota.map_or(usize::MAX, |quota| usize::try_from(quota.most()).unwrap_or(usize::MAX));
        let new = (OwnerNumber(self.known.len()), places);
        self.known.insert(owner.cloned(), new);
        new
    }
}

/// The running jobs, and for how long each has had no worker.
fn places(state: &mut State, serving: &[ServingWorker], owners: &mut Owners<'_>) -> Vec<RunningPlace> {
    let now = Instant::now();
    let place = |(job, running): (&JobId, &mut RunningJob)| {
        let served = queue::choose_kind(&running.request, serving).is_some();
        running.without_worker_since = if served { None } else { running.without_worker_since.or(Some(now)) };
        let alone = running.without_worker_since.map(|since| now.duration_since(since));
        let (owner, _) = owners.of(running.owner.as_ref());
        RunningPlace { job: *job, alone, memory: running.memory, is_suspect: running.is_suspect, owner }
    };
    state.running.iter_mut().map(place).collect()
}

fn waiting(job: QueuedJob, owners: &mut Owners<'_>) -> WaitingJob {
    let (owner, owner_places) = owners.of(job.owner.as_ref());
    let request = match (job.begun_on, job.class) {
        (Some(begun), _) if job.mix_kinds => KindRequest::Mixed(begun),
        (Some(begun), _) => KindRequest::Begun(begun),
        (None, Some(class)) => KindRequest::Class(class),
        (None, None) => KindRequest::Auto,
    };
    WaitingJob {
        job: job.id,
        priority: job.priority,
        interrupted: job.interrupted,
        request,
        memory: job.memory,
        deaths: job.deaths,
        owner,
        owner_places,
    }
}

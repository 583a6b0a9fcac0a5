//! Which waiting jobs start, and why the others wait.

use std::sync::PoisonError;
use std::time::Duration;

use clipig_schedule::{DeviceClass, WorkerKind, dispatcher::WorkerView};

use super::Farm;
use crate::store::{JobFilter, JobRecord, JobStatus};

/// How long the thread sleeps at most: a look at the queue that nobody asked for costs little and mends what was
/// forgotten.
const PATIENCE: Duration = Duration::from_secs(5);

impl Farm {
    /// The thread that starts jobs, until the farm closes.
    pub(super) fn admit(&self) {
        loop {
            let workers = self.inner.switchboard.workers_blocking().unwrap_or_default();
            if let Err(error) = self.look_at_queue(&workers) {
                tracing::warn!(%error, "the queue could not be read; looking again in a moment");
            }
            let state = self.inner.state();
            if state.closing {
                return;
            }
            let waited = self.inner.changed.wait_timeout(state, PATIENCE);
            if waited.unwrap_or_else(PoisonError::into_inner).0.closing {
                return;
            }
        }
    }

    fn look_at_queue(&self, workers: &[WorkerView]) -> Result<(), crate::store::StoreError> {
        let filter =
            JobFilter { status: vec![JobStatus::Waiting, JobStatus::Running], ..JobFilter::default() };
        let mut jobs = self.inner.store.jobs(&filter)?;
        // Those that ran before the coordinator was restarted come first, then priority, then age.
        jobs.sort_by_key(|job| (job.status != JobStatus::Running, -job.priority, job.id));
        let mut waiting = Vec::new();
        for job in jobs {
            let running = {
                let state = self.inner.state();
                if state.closing {
                    return Ok(());
                }
                if state.running.contains_key(&job.id) {
                    continue;
                }
                state.running.len()
            };
            let most = self.inner.settings.max_running_jobs;
            let id = job.id;
            let reason = if running >= most {
                format!("{running} jobs run, which is as many as may (`max_running_jobs`)")
            } else {
                match choose_kind(&job, workers) {
                    Ok(kind) => {
                        self.start(job, &kind);
                        continue;
                    }
                    Err(reason) => reason,
                }
            };
            waiting.push((id, reason));
        }
        self.inner.state().waiting = waiting;
        Ok(())
    }
}

/// The kind of device that computes a job: the one that it has begun with, else the one of which most cores or GPUs
/// are connected; a GPU before any number of CPUs.
///
/// # Errors
/// What the job waits for.
fn choose_kind(job: &JobRecord, workers: &[WorkerView]) -> Result<WorkerKind, String> {
    let able = workers.iter().filter(|worker| worker.serves()).map(|worker| &worker.registration);
    if let Some(computation) = &job.computation {
        let kind = &computation.kind;
        if job.mix_kinds || able.clone().any(|worker| worker.kind == *kind) {
            return Ok(kind.clone());
        }
        return Err(format!("it was begun on {kind}, and no such worker is connected"));
    }
    let mut kinds: Vec<(WorkerKind, u32)> = Vec::new();
    for worker in able.filter(|worker| job.class.is_none_or(|class| class == worker.kind.class)) {
        match kinds.iter_mut().find(|(kind, _)| *kind == worker.kind) {
            Some((_, cores)) => *cores += worker.cores,
            None => kinds.push((worker.kind.clone(), worker.cores)),
        }
    }
    let best = kinds.into_iter().max_by_key(|(kind, cores)| {
        // The name decides between equals, so that two looks at the same workers agree.
        (kind.class == DeviceClass::Cuda, *cores, std::cmp::Reverse(kind.clone()))
    });
    best.map(|(kind, _)| kind).ok_or_else(|| match job.class {
        _ if workers.is_empty() => "no worker is connected; `clipig worker` starts one".to_owned(),
        Some(DeviceClass::Cuda) => "no worker with a GPU takes work; `clipig workers` shows them".to_owned(),
        Some(DeviceClass::Cpu) => "no worker with a CPU takes work; `clipig workers` shows them".to_owned(),
        None => "no worker takes work; `clipig workers` shows why".to_owned(),
    })
}

#[cfg(test)]
mod tests;

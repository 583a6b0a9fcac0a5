//! What a job asks of the coordinator: memory, and samples per epoch.

use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Overrides, Scope, Source, load};
use clipig_schedule::memory::{Bytes, JobMemory};
use clipig_schedule::samples_of_epoch;

use super::{CommandError, Farm, FarmSettings};
use crate::epoch_loop::resolution_at;
use crate::store::{JobFilter, JobState, StoreError};

/// Epochs whose canvases are looked at, evenly spread over the job.
const LOOKS: u32 = 1_000;

/// A job takes more memory than all jobs together may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a canvas of {}×{} with `{optimizer}` takes about {} of memory (canvas {}, optimiser {}, checkpoint {}, gradients \
     {}); the jobs of this farm may take {} together (`limits.job_memory`): lower `resolution`, or have the limit raised",
    .resolution[0], .resolution[1], Bytes(.memory.total()), Bytes(.memory.canvas), Bytes(.memory.optimizer),
    Bytes(.memory.checkpoint), Bytes(.memory.gradients), Bytes(*.budget)
)]
pub struct MemoryTooSmall {
    resolution: [u32; 2],
    optimizer: &'static str,
    memory: JobMemory,
    budget: u64,
}

/// An epoch has more samples than the farm takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an epoch of this experiment has {samples} samples; this farm takes {most} (`limits.epoch_samples`): lower \
     `batch_size`, or have the limit raised"
)]
pub struct TooManySamples {
    samples: u64,
    most: u64,
}

/// Compares a job with what the farm has, and returns the bytes of memory that it takes.
///
/// # Errors
/// Where it asks for more than there ever is.
pub(super) fn check(experiment: &Experiment, seed: u64, farm: &FarmSettings) -> Result<u64, CommandError> {
    let samples = samples_of_epoch(experiment);
    if samples > farm.epoch_samples {
        return Err(TooManySamples { samples, most: farm.epoch_samples }.into());
    }
    let (resolution, memory) = largest(experiment, seed);
    if memory.total() > farm.job_memory {
        let (optimizer, budget) = (experiment.optimizer.name(), farm.job_memory);
        return Err(MemoryTooSmall { resolution, optimizer, memory, budget }.into());
    }
    Ok(memory.total())
}

/// The largest canvas of a job and its memory. Epochs whose canvas cannot be evaluated fail the job when they begin.
fn largest(experiment: &Experiment, seed: u64) -> ([u32; 2], JobMemory) {
    let (first, last) = (experiment.start_epoch, experiment.epochs.saturating_sub(1));
    let span = u64::from(last.saturating_sub(first));
    let looks = u64::from(LOOKS).min(span + 1);
    let epoch = |look: u64| first + (span * look / (looks - 1).max(1)) as u32;
    let canvases = (0..looks).filter_map(|look| {
        let scope = Scope::new(Key::root(seed), epoch(look), experiment.epochs);
        resolution_at(experiment, &scope).ok()
    });
    let largest = canvases.max_by_key(|[width, height]| u64::from(*width) * u64::from(*height));
    let resolution = largest.unwrap_or([1, 1]);
    (resolution, JobMemory::of(resolution, experiment.optimizer))
}

impl Farm {
    /// Estimates jobs that were taken in before estimates were written down.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn estimate_old_jobs(&self) -> Result<(), StoreError> {
        let store = &self.inner.store;
        let status = JobState::ALL.into_iter().filter(|status| !status.is_ended()).collect();
        let jobs = store.jobs(&JobFilter { status, ..JobFilter::default() })?;
        for job in jobs.into_iter().filter(|job| job.memory.is_none()) {
            let mut most = 0;
            for revision in store.revisions(job.id)? {
                // One that cannot be read any more fails its job when it starts.
                let source = Source::new("experiment", revision.yaml.as_str());
                if let Ok(loaded) = load(&[source], &Overrides::default()) {
                    most = most.max(largest(&loaded.experiment, job.seed).1.total());
                }
            }
            store.set_memory(job.id, most)?;
        }
        Ok(())
    }
}

//! What decides a job's bits besides its experiment. It is chosen once, when the job first starts.

use clipig_core::{DeviceClass, Registration, WindowCost, WorkerKind};
use clipig_experiment::{Overrides, Source, load};
use clipig_schedule::dispatcher::{Fit, WorkerView};
use clipig_schedule::{CPU_SHARD, gpu_shard, threads_per_shard};

use super::failure::RunFailure;
use super::{Farm, JobEventKind};
use crate::store::{Computation, JobRecord};

impl Farm {
    /// Chooses and keeps what decides the bits of a job, unless that was done before.
    pub(super) fn choose(&self, job: &JobRecord, kind: &WorkerKind) -> Result<(), RunFailure> {
        let canvas_kind = self.inner.canvases.kind();
        if let Some(chosen) = &job.computation {
            if chosen.canvas_kind != canvas_kind {
                let text =
                    format!("the canvas was stepped on {}, now it is on {canvas_kind}", chosen.canvas_kind);
                self.inner.store.note_inexact(job.id, &text)?;
                self.inner.publish(job.id, None, JobEventKind::Warning(text));
            }
            return Ok(());
        }
        let shard_size = self.shard_size(job, kind);
        let threads = match (job.threads, kind.class) {
            (Some(threads), _) => threads,
            (None, DeviceClass::Cuda) => 1,
            (None, DeviceClass::Cpu) => {
                let cores = self.cores_of(kind);
                let yaml = &self.inner.store.revisions(job.id)?[0].yaml;
                let experiment = load(&[Source::new("experiment", yaml.as_str())], &Overrides::default())
                    .map_err(|problems| RunFailure::Experiment(Box::new(problems)))?
                    .experiment;
                threads_per_shard(&experiment, shard_size, cores as usize) as u32
            }
        };
        let computation = Computation { kind: kind.clone(), threads, shard_size, canvas_kind };
        self.inner.store.choose(job.id, &computation)?;
        if job.mix_kinds {
            self.inner.store.note_inexact(job.id, "workers of several kinds may compute it")?;
        } else if kind.class == DeviceClass::Cuda {
            let text = "not every operation on GPUs is deterministic; see docs/determinism.md";
            self.inner.store.note_inexact(job.id, text)?;
        }
        Ok(())
    }

    /// The greatest number of samples in a shard: as many as fit all workers that are there and may compute the job.
    fn shard_size(&self, job: &JobRecord, kind: &WorkerKind) -> u32 {
        let fit = fit(job, kind);
        if kind.class == DeviceClass::Cpu && matches!(fit, Fit::Kind(_)) {
            return CPU_SHARD;
        }
        let cost = self.window_cost(job).unwrap_or_else(|error| {
            tracing::warn!(job = %job.id, %error, "the weights cannot be read, so shards are small");
            None
        });
        // Workers may have weights that are not here any more. Small shards fit most devices.
        let Some(cost) = cost else { return CPU_SHARD };
        smallest_shard(kind, &fit, &cost, self.workers_there().iter().map(|worker| &worker.registration))
    }

    /// The smallest number of cores among the workers of a kind: all of them can run so many threads.
    fn cores_of(&self, kind: &WorkerKind) -> u32 {
        let workers = self.workers_there();
        let registrations = workers.iter().map(|worker| &worker.registration);
        registrations.filter(|worker| worker.kind == *kind).map(|worker| worker.cores).min().unwrap_or(1)
    }

    /// Those that take work now. The farm remembers workers that have left, too.
    fn workers_there(&self) -> Vec<WorkerView> {
        let mut workers = self.inner.switchboard.workers_blocking().unwrap_or_default();
        workers.retain(WorkerView::takes_work);
        workers
    }
}

/// Who may compute a job that `kind` was found for.
pub(super) fn fit(job: &JobRecord, kind: &WorkerKind) -> Fit {
    match (job.mix_kinds, job.class) {
        (false, _) => Fit::Kind(kind.clone()),
        (true, Some(class)) => Fit::Class(class),
        (true, None) => Fit::Any,
    }
}

/// The smallest of the shards that fit the workers who may compute a job; if none is known, that of a device of `kind` with
/// unknown memory.
fn smallest_shard<'a>(
    kind: &WorkerKind,
    fit: &Fit,
    cost: &WindowCost,
    workers: impl Iterator<Item = &'a Registration>,
) -> u32 {
    let size = |class, memory| match class {
        DeviceClass::Cpu => CPU_SHARD,
        DeviceClass::Cuda => gpu_shard(cost, memory),
    };
    let fitting = workers.filter(|worker| fit.admits(&worker.kind));
    let sizes = fitting.map(|worker| size(worker.kind.class, worker.memory));
    sizes.min().unwrap_or_else(|| size(kind.class, 0))
}

#[cfg(test)]
mod tests {
    use clipig_core::PROTOCOL;

    use super::*;

    /// About that of ViT-B/32.
    const COST: WindowCost =
        WindowCost { pixels: 224 * 224, flop: 17_600_000_000, bytes: 34_000_000, model: 604_000_000 };

    fn kind(class: DeviceClass, model: &str) -> WorkerKind {
        WorkerKind { class, model: model.into(), libtorch: "2.11.0".into(), capability: String::new() }
    }

    fn worker(kind: &WorkerKind, gigabytes: u64) -> Registration {
        Registration {
            protocol: PROTOCOL,
            version: "1".into(),
            name: "a".parse().unwrap(),
            instance: 1,
            kind: kind.clone(),
            cores: 2,
            memory: gigabytes << 30,
            device: "a device".into(),
        }
    }

    #[test]
    fn the_smallest_worker_that_may_compute_decides() {
        let [cpu, gpu, other] = [
            kind(DeviceClass::Cpu, "a processor"),
            kind(DeviceClass::Cuda, "a GPU"),
            kind(DeviceClass::Cuda, "another GPU"),
        ];
        let workers = [worker(&gpu, 80), worker(&cpu, 1), worker(&other, 8), worker(&gpu, 0)];
        let size = |fit: &Fit, count| smallest_shard(&gpu, fit, &COST, workers[..count].iter());
        let only = Fit::Kind(gpu.clone());
        assert_eq!(size(&only, 3), 128, "others do not count");
        assert_eq!(size(&only, 4), 64, "one of unknown memory may be small");
        assert_eq!(size(&only, 0), 64);
        assert_eq!([1, 3].map(|count| size(&Fit::Class(DeviceClass::Cuda), count)), [128, 64]);
        assert_eq!([1, 2].map(|count| size(&Fit::Any, count)), [128, CPU_SHARD]);
        assert_eq!(smallest_shard(&cpu, &Fit::Kind(cpu.clone()), &COST, workers.iter()), CPU_SHARD);
    }
}

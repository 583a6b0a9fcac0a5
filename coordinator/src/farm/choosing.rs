//! What decides a job's bits besides its experiment. It is chosen once, when the job first starts.

use clipig_core::{DeviceClass, WorkerKind};
use clipig_experiment::{Overrides, Source, load};
use clipig_schedule::{CPU_SHARD, GPU_SHARD, threads_per_shard};

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
        let shard_size = if kind.class == DeviceClass::Cpu { CPU_SHARD } else { GPU_SHARD };
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

    /// The smallest number of cores among the workers of a kind: all of them can run so many threads.
    fn cores_of(&self, kind: &WorkerKind) -> u32 {
        let workers = self.inner.switchboard.workers_blocking().unwrap_or_default();
        let registrations = workers.iter().map(|worker| &worker.registration);
        registrations.filter(|worker| worker.kind == *kind).map(|worker| worker.cores).min().unwrap_or(1)
    }
}

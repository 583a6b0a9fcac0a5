//! The engines that one thread keeps, for its last few jobs.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use clipig_core::{
    Canvas, ComputeFactory, ComputeJob, Preparation, ShardCompute, ShardError, ShardResult, ShardTask,
};
use clipig_telemetry::below_current;

use super::Forget;

/// Jobs that a thread keeps ready. Several jobs run at once and take turns; keeping more than a few would only take
/// memory.
const KEPT: usize = 4;

/// The engines of a thread's last few jobs.
#[derive(Default)]
pub(super) struct Engines {
    /// The least recently used first.
    kept: Vec<(Arc<ComputeJob>, Box<dyn ShardCompute>)>,
}

impl Engines {
    /// Computes a shard with the engine that is kept for the job, or with a new one from the factory.
    pub(super) fn compute(
        &mut self,
        factory: &dyn ComputeFactory,
        job: &Arc<ComputeJob>,
        task: &ShardTask,
    ) -> Result<ShardResult, ShardError> {
        let mut engine = if let Some(engine) = self.take(job) {
            engine
        } else {
            let _opening = below_current("open");
            open(factory, job)?
        };
        match catch_unwind(AssertUnwindSafe(|| engine.compute(task))) {
            Ok(result) => {
                self.kept.push((Arc::clone(job), engine));
                if self.kept.len() > KEPT {
                    drop_quietly(self.kept.remove(0).1);
                }
                result
            }
            Err(panic) => {
                // It may have stopped halfway through a change, so it is not used again.
                drop_quietly(engine);
                Err(ShardError::Device(message_of(panic.as_ref())))
            }
        }
    }

    /// Drops the engine of one job, or of all jobs but one.
    pub(super) fn forget(&mut self, what: &Forget) {
        let forgotten = |job: &Arc<ComputeJob>| match what {
            Forget::Job(closed) => Arc::as_ptr(job) == closed.as_ptr(),
            Forget::AllBut(needed) => Arc::as_ptr(job) != needed.as_ptr(),
        };
        for (_, engine) in self.kept.extract_if(.., |(job, _)| forgotten(job)) {
            drop_quietly(engine);
        }
    }

    /// Drops all engines.
    pub(super) fn clear(&mut self) {
        self.kept.drain(..).for_each(|(_, engine)| drop_quietly(engine));
    }

    fn take(&mut self, job: &Arc<ComputeJob>) -> Option<Box<dyn ShardCompute>> {
        // Compares pointers, not numbers: another farm, or a farm that lost its data, may use the same numbers.
        let at = self.kept.iter().position(|(kept, _)| Arc::ptr_eq(kept, job))?;
        Some(self.kept.remove(at).1)
    }
}

fn open(factory: &dyn ComputeFactory, job: &Arc<ComputeJob>) -> Result<Box<dyn ShardCompute>, ShardError> {
    let Some(prepared) = &job.brief.prepared else {
        return Err(ShardError::Device(format!("job {} is not prepared", job.brief.revision)));
    };
    let opened = catch_unwind(AssertUnwindSafe(|| factory.open(job, prepared)));
    opened.unwrap_or_else(|panic| Err(ShardError::Device(message_of(panic.as_ref()))))
}

/// Encodes a job's texts and images.
pub(super) fn prepare(
    factory: &dyn ComputeFactory,
    job: &ComputeJob,
    canvas: &Canvas,
) -> Result<Preparation, ShardError> {
    let prepared = catch_unwind(AssertUnwindSafe(|| factory.prepare(job, canvas)));
    prepared.unwrap_or_else(|panic| Err(ShardError::Device(message_of(panic.as_ref()))))
}

/// Frees the factory's caches.
pub(super) fn forget_unused(factory: &dyn ComputeFactory) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| factory.forget())) {
        tracing::warn!(reason = message_of(panic.as_ref()), "freeing caches failed");
    }
}

/// Drops an engine, which may panic, for example if its tensors are on a device that is gone.
fn drop_quietly(engine: Box<dyn ShardCompute>) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(engine))) {
        tracing::warn!(reason = message_of(panic.as_ref()), "closing a job's engine failed");
    }
}

/// The first line of a panic's message: libtorch appends a stack trace.
fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it panicked without a message");
    text.lines().next().unwrap_or_default().to_owned()
}

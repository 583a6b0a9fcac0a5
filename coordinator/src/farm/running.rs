//! The thread of a running job: from what is kept of it to its ending.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use clipig_experiment::{Overrides, Source, load};
use clipig_schedule::job::Job;
use clipig_schedule::{
    Assets, CPU_SHARD, DeviceClass, Epoch, GPU_SHARD, JobBrief, JobId, JobRevision, WorkerKind,
    dispatcher::Fit, threads_per_shard,
};

use super::keeping::Keeper;
use super::{Farm, FarmError, JobNews, LogLevel, RunningJob};
use crate::epoch_loop::JobProgress;
use crate::job_runner::{self, Ending, Inbox, JobOrder, Revision, RunError, inbox};
use crate::store::{Computation, EventKind, JobRecord};
use crate::switchboard::JobShare;

impl Farm {
    /// Starts a job's thread. What goes wrong from here on is the job's failure, not the queue's.
    pub(super) fn start(&self, job: JobRecord, kind: &WorkerKind) {
        let id = job.id;
        let (runner, inbox) = inbox();
        let running = RunningJob { runner: runner.clone(), thread: None, progress: None };
        self.inner.state().running.insert(id, running);
        if let Err(error) = self.inner.change(id, Job::start) {
            // Somebody was quicker, or the disk is full: the queue is looked at again.
            tracing::info!(job = %id, %error, "not started");
            self.inner.state().running.remove(&id);
            return;
        }
        if job.started.is_none() {
            let waited = self.inner.store.now().since(job.created);
            self.inner.settings.metrics.queue_seconds.observe(waited.as_secs_f64());
        }
        let (farm, kind) = (self.clone(), kind.clone());
        let work = move || {
            let outcome =
                std::panic::catch_unwind(AssertUnwindSafe(|| farm.run(&job, &kind, runner, &inbox)))
                    .unwrap_or_else(|_| Err("clipig met a fault of its own; its log says more".to_owned()));
            farm.inner.switchboard.remove_job(id);
            farm.inner.state().running.remove(&id);
            if let Err(reason) = outcome {
                farm.fail(id, &reason);
            }
            farm.inner.changed.notify_all();
        };
        match std::thread::Builder::new().name(format!("job-{id}")).spawn(work) {
            Ok(thread) => {
                if let Some(running) = self.inner.state().running.get_mut(&id) {
                    running.thread = Some(thread);
                }
            }
            Err(error) => {
                self.inner.state().running.remove(&id);
                self.fail(id, &format!("the system has no more threads: {error}"));
            }
        }
    }

    fn fail(&self, job: JobId, reason: &str) {
        // Where somebody has cancelled or paused it meanwhile, that stands.
        if let Err(error) = self.inner.change(job, |life, now| life.fail(reason.to_owned(), now)) {
            tracing::warn!(%job, reason, %error, "a failure was not written down");
        }
    }

    /// Runs a job on the calling thread.
    ///
    /// # Errors
    /// Why it failed.
    fn run(
        &self,
        job: &JobRecord,
        kind: &WorkerKind,
        runner: std::sync::mpsc::Sender<job_runner::ToRunner>,
        inbox: &Inbox,
    ) -> Result<(), String> {
        let text = |error: FarmError| error.to_string();
        let id = job.id;
        self.choose(job, kind).map_err(text)?;
        let resume = self.last_checkpoint(id).map_err(text)?;
        self.settle_updates(id, resume.as_ref()).map_err(text)?;
        let order = self.order(id, resume).map_err(text)?;
        let next = order.resume.as_ref().map_or(order.revisions[0].from, |progress| progress.next);
        self.inner.store.truncate_history(id, next).map_err(|error| error.to_string())?;
        let fit = match (job.mix_kinds, job.class) {
            (false, _) => Fit::Kind(kind.clone()),
            (true, Some(class)) => Fit::Class(class),
            (true, None) => Fit::Any,
        };
        let share = JobShare { priority: job.priority, fit };
        let port = self.inner.switchboard.add_job(id, share, runner);
        let mut keeper = Keeper::new(Arc::clone(&self.inner), id, next)?;
        match job_runner::run(order, &*self.inner.canvases, &port, inbox, &mut keeper) {
            Ok((Ending::Completed, done)) => {
                keeper.finish(&done)?;
                let changed = self.inner.change(id, Job::complete);
                changed.map_err(|error| error.to_string())
            }
            Ok((Ending::Paused { between_epochs: true } | Ending::Cancelled, stopped)) => {
                keeper.stop(&stopped);
                Ok(())
            }
            Ok((Ending::Paused { between_epochs: false }, _)) => {
                keeper.flush();
                let text = "paused in the middle of an epoch; it goes on from the last checkpoint";
                self.inner.tell(id, LogLevel::Info, &EventKind::Status, text);
                Ok(())
            }
            Err(RunError::ShuttingDown) => Ok(()),
            Err(error) => {
                keeper.flush();
                Err(error.to_string())
            }
        }
    }

    /// Writes down once what decides the bits of a job.
    fn choose(&self, job: &JobRecord, kind: &WorkerKind) -> Result<(), FarmError> {
        let canvas_kind = self.inner.canvases.kind();
        if let Some(chosen) = &job.computation {
            if chosen.canvas_kind != canvas_kind {
                let text =
                    format!("the canvas was stepped on {}, now it is on {canvas_kind}", chosen.canvas_kind);
                self.inner.store.note_inexact(job.id, &text)?;
                self.inner.publish(job.id, None, JobNews::Warning(text));
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
                    .map_err(|problems| FarmError::Experiment(Box::new(problems)))?
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

    /// An update whose runner ended before it took it holds from where the job goes on.
    fn settle_updates(&self, job: JobId, resume: Option<&JobProgress>) -> Result<(), FarmError> {
        let revisions = self.inner.store.revisions(job)?;
        let next = resume.map_or(revisions[0].from, |progress| progress.next);
        for open in revisions.iter().filter(|revision| revision.from == Epoch(u32::MAX)) {
            self.inner.store.settle_revision(JobRevision { job, revision: open.revision }, next)?;
        }
        Ok(())
    }

    /// The least cores that a worker of the kind has: what all of them can give to one operation.
    fn cores_of(&self, kind: &WorkerKind) -> u32 {
        let workers = self.inner.switchboard.workers_blocking().unwrap_or_default();
        let registrations = workers.iter().map(|worker| &worker.registration);
        registrations.filter(|worker| worker.kind == *kind).map(|worker| worker.cores).min().unwrap_or(1)
    }

    /// The newest checkpoint that can be read; what is wrong with newer ones is told.
    fn last_checkpoint(&self, job: JobId) -> Result<Option<JobProgress>, FarmError> {
        let latest = self.inner.store.checkpoints(job).latest()?;
        for skipped in &latest.skipped {
            let text = format!(
                "the checkpoint {} cannot be used ({}); going on from the one before",
                skipped.path.display(),
                skipped.fault
            );
            self.inner.tell(job, LogLevel::Warning, &EventKind::CheckpointDamaged, &text);
        }
        Ok(latest.checkpoint.map(|checkpoint| checkpoint.progress))
    }

    /// Everything that a runner needs, from the store.
    pub(super) fn order(&self, job: JobId, resume: Option<JobProgress>) -> Result<JobOrder, FarmError> {
        let store = &self.inner.store;
        let record = store.job(job)?;
        let (threads, shard_size) =
            record.computation.as_ref().map_or((1, CPU_SHARD), |chosen| (chosen.threads, chosen.shard_size));
        let mut revisions = Vec::new();
        for kept in store.revisions(job)? {
            let source = Source::new("experiment", kept.yaml.as_str());
            let experiment = load(&[source], &Overrides::default())
                .map_err(|problems| FarmError::Experiment(Box::new(problems)))?
                .experiment;
            let mut assets = Assets::default();
            for (name, sha256) in &kept.assets {
                assets.insert(name.as_str(), store.blobs().read(sha256)?);
            }
            let revision = JobRevision { job, revision: kept.revision };
            let brief = JobBrief {
                revision,
                yaml: kept.yaml,
                seed: record.seed,
                model: record.model.clone(),
                assets: kept.assets,
                number: record.number,
                threads,
                shard_size,
                prepared: store.prepared(revision)?.map(|preparation| Arc::new(preparation.prepared)),
            };
            let (brief, experiment) = (Arc::new(brief), Arc::new(experiment));
            revisions.push(Revision { brief, experiment, assets, from: kept.from });
        }
        Ok(JobOrder { revisions, resume })
    }
}

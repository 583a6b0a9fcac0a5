//! The thread of a running job: from what is kept of it to its ending.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use clipig_core::{JobId, WorkerKind};
use clipig_schedule::dispatcher::Fit;
use clipig_schedule::job::Job;
use clipig_schedule::queue::KindRequest;

use super::keeping::{Finish, Keeper};
use super::{Farm, FarmError, LogLevel, RunningJob};
use crate::epoch_loop::JobProgress;
use crate::job_runner::{self, Ending, Inbox, RunError, ToRunner, inbox};
use crate::store::{EventKind, JobRecord};
use crate::switchboard::JobShare;

/// What follows a run.
enum Rest {
    /// Nothing: its end is written down, or somebody else has decided what becomes of it.
    Ended,
    /// Another run from here: it was updated in its last epoch.
    Updated(JobProgress),
}

impl Farm {
    /// Starts a job's thread. What goes wrong from here on is the job's failure, not the queue's.
    pub(super) fn start(&self, job: JobRecord, kind: &WorkerKind) {
        let id = job.id;
        let (runner, inbox) = inbox();
        let begun = if job.mix_kinds { KindRequest::Mixed } else { KindRequest::Begun };
        let request = begun(kind.clone());
        let running =
            RunningJob { runner: runner.clone(), request, progress: None, stalled: None, alone: None };
        {
            let mut state = self.inner.state();
            if state.closing {
                return;
            }
            state.running.insert(id, running);
        }
        if let Err(error) = self.inner.change(id, Job::start) {
            // Somebody was quicker, or the disk is full: the queue is looked at again.
            tracing::info!(job = %id, %error, "not started");
            let mut state = self.inner.state();
            state.running.remove(&id);
            state.waiting.push((id, format!("it could not be started: {error}")));
            return;
        }
        if job.started.is_none() {
            let waited = self.inner.store.now().since(job.created);
            self.inner.settings.metrics.queue_seconds.observe(waited.as_secs_f64());
        }
        let (farm, kind) = (self.clone(), kind.clone());
        let work = move || {
            let outcome =
                std::panic::catch_unwind(AssertUnwindSafe(|| farm.run(&job, &kind, &runner, &inbox)));
            let fault = || FarmError::State("clipig met a fault of its own; its log says more".to_owned());
            farm.inner.switchboard.remove_job(id);
            if let Err(reason) = outcome.unwrap_or_else(|_| Err(fault())) {
                farm.fail(id, &reason.to_string());
            }
            // Last: until then nobody starts it again, or takes it for one that a crash has left.
            farm.inner.state().running.remove(&id);
            farm.inner.changed.notify_all();
        };
        if let Err(error) = std::thread::Builder::new().name(format!("job-{id}")).spawn(work) {
            self.fail(id, &format!("the system has no more threads: {error}"));
            self.inner.state().running.remove(&id);
        }
    }

    fn fail(&self, job: JobId, reason: &str) {
        let fail = || self.inner.change(job, |life, now| life.fail(reason.to_owned(), now));
        match self.inner.patiently(job, fail) {
            Ok(Some(())) => {}
            // Somebody has cancelled or paused it meanwhile, and that stands.
            Ok(None) | Err(FarmError::State(_)) => {
                tracing::info!(%job, reason, "a failure of a job that was stopped");
            }
            // The queue takes it up again, as after a crash.
            Err(error) => tracing::error!(%job, reason, %error, "a failure was not written down"),
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
        runner: &Sender<ToRunner>,
        inbox: &Inbox,
    ) -> Result<(), FarmError> {
        if self.inner.patiently(job.id, || self.choose(job, kind))?.is_none() {
            return Ok(());
        }
        let mut resume = self.last_checkpoint(job.id)?;
        while let Rest::Updated(progress) = self.run_from(resume, job, kind, (runner, inbox))? {
            resume = Some(progress);
        }
        Ok(())
    }

    fn run_from(
        &self,
        resume: Option<JobProgress>,
        job: &JobRecord,
        kind: &WorkerKind,
        (runner, inbox): (&Sender<ToRunner>, &Inbox),
    ) -> Result<Rest, FarmError> {
        let id = job.id;
        let next = resume.as_ref().map(|progress| progress.next);
        let read = self.inner.patiently(id, || {
            self.settle_updates(id, next)?;
            let order = self.order(id, None)?;
            self.inner.store.truncate_history(id, next.unwrap_or(order.revisions[0].from))?;
            Ok(order)
        });
        let Some(mut order) = read? else { return Ok(Rest::Ended) };
        order.resume = resume;
        let fit = match (job.mix_kinds, job.class) {
            (false, _) => Fit::Kind(kind.clone()),
            (true, Some(class)) => Fit::Class(class),
            (true, None) => Fit::Any,
        };
        let share = JobShare { priority: job.priority, fit };
        let port = self.inner.switchboard.add_job(id, share, runner.clone());
        // One that was set since the job was read came before the switchboard knew the job.
        let priority = self.inner.store.job(id)?.priority;
        if priority != job.priority {
            self.inner.switchboard.set_priority(id, priority);
        }
        let mut keeper = Keeper::new(Arc::clone(&self.inner), id, order.revisions[0].from)?;
        match job_runner::run(order, &*self.inner.canvases, &port, inbox, &mut keeper) {
            Ok((Ending::Completed, done)) => {
                if let Finish::Updated = keeper.finish(&done)? {
                    return Ok(Rest::Updated(done.progress()));
                }
            }
            Ok((Ending::Paused { between_epochs } | Ending::Cancelled { between_epochs }, stopped)) => {
                if between_epochs {
                    keeper.stop(&stopped);
                } else {
                    // The canvas is processed for an epoch that was not finished: nothing of it is kept.
                    keeper.flush();
                    let text = "stopped in the middle of an epoch; the last checkpoint counts";
                    self.inner.tell(id, LogLevel::Info, &EventKind::Status, text);
                }
            }
            Err(RunError::ShuttingDown) => {}
            Err(error) => {
                keeper.flush();
                return Err(FarmError::State(error.to_string()));
            }
        }
        Ok(Rest::Ended)
    }
}

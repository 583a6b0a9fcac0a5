//! The thread of a running job: it reads what is kept of the job, runs it, and writes down how it ended.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, SystemTime};

use clipig_core::{JobId, WorkerKind};
use clipig_schedule::job::JobChange;
use clipig_schedule::queue::{self, KindRequest};
use clipig_telemetry::{Span, keys};

use super::choosing::fit;
use super::disk_retry::MaybeTemporary as _;
use super::failure::RunFailure;
use super::observer::{FarmObserver, Finish};
use super::transition::TransitionFailure;
use super::{Farm, LogLevel, QueuePlace, RunningJob, Waits};
use crate::epoch_loop::JobProgress;
use crate::job_runner::{self, Ending, Inbox, RunError, ToRunner, inbox};
use crate::store::{EventKind, JobRecord};
use crate::switchboard::JobShare;

/// How long a job rests whose run ended because something was missing that may come back, such as room for open files.
const REST: Duration = Duration::from_secs(2);

/// What follows a run.
enum Next {
    /// Nothing: its end is written down, or somebody has paused or cancelled it.
    Nothing,
    /// Another run from here, because it was updated in its last epoch.
    Run(JobProgress),
}

impl Farm {
    /// Starts a job's thread. From here on an error fails the job and not the queue.
    pub(super) fn start(&self, job: JobRecord, kind: &WorkerKind) {
        let id = job.id;
        let (runner, inbox) = inbox();
        let pulse = inbox.pulse();
        pulse.work();
        let begun = if job.mix_kinds { KindRequest::Mixed } else { KindRequest::Begun };
        let request = begun(kind.clone());
        let running = RunningJob {
            runner: runner.clone(),
            owner: job.owner.clone(),
            request,
            memory: job.memory.unwrap_or(0),
            is_suspect: job.deaths >= queue::SUSPECT,
            progress: None,
            table: None,
            stalled: None,
            pulse,
            without_worker_since: None,
        };
        {
            let mut state = self.inner.state();
            if state.closing {
                return;
            }
            state.running.insert(id, running);
        }
        if let Err(error) = self.inner.transition(id, &JobChange::Start) {
            // Somebody has paused or cancelled it first, or the disk is full. The next look at the queue decides anew.
            tracing::info!(job = %id, %error, "not started");
            let mut state = self.inner.state();
            state.running.remove(&id);
            let place = state.waiting.len() + 1;
            state.waiting.insert(id, QueuePlace { place, reason: Waits::NotStarted(error) });
            return;
        }
        if job.started.is_none() {
            let waited = self.inner.store.now().since(job.created);
            self.inner.settings.metrics.queue_seconds.observe(waited.as_secs_f64());
            let now = SystemTime::now();
            let since = now.checked_sub(waited).unwrap_or(now);
            Span::since("queue", job.trace, since).set(keys::JOB, id.0);
        }
        let (farm, kind) = (self.clone(), kind.clone());
        let work = move || {
            let outcome =
                std::panic::catch_unwind(AssertUnwindSafe(|| farm.run(&job, &kind, &runner, &inbox)));
            farm.inner.switchboard.remove_job(id);
            match outcome.unwrap_or(Err(RunFailure::Panicked)) {
                Ok(()) => {}
                Err(failure) if failure.is_temporary() => farm.rest(id, &failure),
                Err(failure) => farm.fail(id, &failure),
            }
            // Last: while the job is here, nobody starts it again or takes it for one that a crash has left.
            farm.inner.state().running.remove(&id);
            farm.inner.changed.notify_all();
        };
        if let Err(error) = std::thread::Builder::new().name(format!("job-{id}")).spawn(work) {
            // No other job could start now either.
            self.rest(id, &RunFailure::Threads(error));
            self.inner.state().running.remove(&id);
        }
    }

    /// Lets some time pass after something was missing that may come back. The job stays active in the store, so it goes
    /// back into the queue, as after a crash, and goes on from its last checkpoint.
    fn rest(&self, job: JobId, failure: &RunFailure) {
        let text = format!("it waits and goes on from its last checkpoint: {failure}");
        self.inner.report(job, LogLevel::Error, &EventKind::Disk, &text);
        self.inner.pause_while_wanted(job, REST);
    }

    fn fail(&self, job: JobId, failure: &RunFailure) {
        let reason = failure.to_string();
        let fail = || self.inner.transition(job, &JobChange::Fail(reason.clone()));
        match self.inner.with_disk_retry(job, fail) {
            Ok(Some(())) => {}
            Ok(None) | Err(TransitionFailure::Refused { .. }) => {
                tracing::info!(%job, reason, "a job failed after it was paused or cancelled");
            }
            // It is still active in the store, so it goes back into the queue, as after a crash.
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
    ) -> Result<(), RunFailure> {
        if self.inner.with_disk_retry(job.id, || self.choose(job, kind))?.is_none() {
            return Ok(());
        }
        let Some(mut resume) = self.inner.with_disk_retry(job.id, || self.last_checkpoint(job.id))? else {
            return Ok(());
        };
        while let Next::Run(progress) = self.run_from(resume, job, kind, (runner, inbox))? {
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
    ) -> Result<Next, RunFailure> {
        let id = job.id;
        let next = resume.as_ref().map(|progress| progress.next);
        let read = self.inner.with_disk_retry(id, || {
            self.settle_updates(id, next)?;
            let order = self.order(id, next)?;
            self.inner.store.truncate_history(id, next.unwrap_or(order.first))?;
            Ok::<_, RunFailure>(order)
        });
        let Some(mut order) = read? else { return Ok(Next::Nothing) };
        order.resume = resume;
        let share = JobShare { priority: job.priority, fit: fit(job, kind) };
        let port = self.inner.switchboard.add_job(id, share, runner.clone());
        // A priority that was set after the job was read did not reach the switchboard, which did not know the job yet.
        let priority = self.inner.store.job(id)?.priority;
        if priority != job.priority {
            self.inner.switchboard.set_priority(id, priority);
        }
        let first = order.first;
        let begun = || FarmObserver::new(Arc::clone(&self.inner), job, first);
        let Some(mut observer) = self.inner.with_disk_retry(id, begun)? else { return Ok(Next::Nothing) };
        match job_runner::run(order, &*self.inner.canvases, &port, inbox, &mut observer) {
            Ok((Ending::Completed, done)) => {
                if let Finish::Updated = observer.finish(&done)? {
                    return Ok(Next::Run(done.progress()));
                }
            }
            Ok((Ending::Paused { between_epochs } | Ending::Cancelled { between_epochs }, stopped)) => {
                if between_epochs {
                    observer.stop(&stopped);
                } else {
                    // Post-processing has changed the canvas for an epoch that was not finished, so it is not kept.
                    observer.flush();
                    let text = "stopped in the middle of an epoch; the last checkpoint counts";
                    self.inner.report(id, LogLevel::Info, &EventKind::Status, text);
                }
            }
            Err(RunError::ShuttingDown) => {}
            Err(error) => {
                observer.flush();
                return Err(error.into());
            }
        }
        Ok(Next::Nothing)
    }
}

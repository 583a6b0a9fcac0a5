//! Jobs that have a place with the simulated coordinator: they start, go from epoch to epoch, and end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use clipig_core::{EpochCanvas, JobBrief, JobId, JobRevision, Prepared, Stage};
use clipig_schedule::dispatcher::{Accepted, Fit, JobFailure, JobTerms, Offer, OfferedWork};
use clipig_schedule::job::{Job, JobState};
use clipig_schedule::queue::{KindRequest, ServingWorker, WaitingJob, admit};

use crate::coordinator::Running;
use crate::disk::{Checkpoint, Write};
use crate::picture::first_values;
use crate::world::{Event, World};

impl World {
    pub(crate) fn step_soon(&mut self, job: JobId) {
        let Some(coordinator) = &mut self.coordinator else { return };
        let incarnation = coordinator.incarnation;
        if let Some(running) = coordinator.running.get_mut(&job) {
            if running.stepping {
                return;
            }
            running.stepping = true;
            let number = running.job.next_epoch().map_or(0, |epoch| epoch.0);
            let at = self.now + self.random.time(Duration::from_millis(1), Duration::from_millis(30));
            self.queue.push(at, Event::Stepped(incarnation, job, number));
        }
    }

    /// An epoch's step is done.
    pub(crate) fn stepped(&mut self, job: JobId, number: u32) {
        let every = self.scenario.checkpoint_every;
        let Some(running) = self.running_job_mut(job) else { return };
        if !running.stepping || running.job.next_epoch().is_none_or(|epoch| epoch.0 != number) {
            return; // the job was paused meanwhile
        }
        running.stepping = false;
        let Some(epoch) = running.epoch.take() else { return };
        let shards = epoch.plan().shards.len();
        let merged = running.merged.len();
        let finished = running.job.finish_epoch(epoch);
        let progress = running.job.progress();
        if merged != shards {
            self.violation(&format!("job {job}, epoch {number}: {merged} of {shards} shards were merged"));
        }
        match finished {
            Ok(_) => self.figures.epochs += 1,
            Err(error) => {
                self.violation(&format!("job {job}: {error}"));
                return;
            }
        }
        if (number + 1).is_multiple_of(every) {
            self.write(Write::Checkpoint(job, Box::new(progress)));
        }
        self.begin(job);
        self.settle();
    }

    /// Begins the next epoch of a job that is prepared.
    pub(crate) fn begin(&mut self, job: JobId) {
        let Some(running) = self.running_job_mut(job) else { return };
        let revision = running.revision;
        running.merged.clear();
        running.arrivals = None;
        match running.job.begin_epoch() {
            Ok(Some(epoch)) => {
                let shards = epoch.plan().shards.len() as u32;
                let (number, values) = (epoch.epoch(), epoch.values());
                running.canvas = Some(EpochCanvas {
                    revision,
                    stage: Stage::Epoch(number),
                    canvas: epoch.canvas().clone(),
                });
                running.epoch = Some(epoch);
                if shards == 0 {
                    self.step_soon(job);
                    return;
                }
                let offer = Offer { revision, work: OfferedWork::Epoch { epoch: number, shards }, values };
                if let Some(Err(error)) = self.dispatch(|dispatcher, now| dispatcher.handle_offer(offer, now))
                {
                    self.violation(&format!("an offer was refused: {error}"));
                }
            }
            Ok(None) => {
                let progress = Box::new(running.job.progress());
                self.write(Write::Finished(job, progress));
            }
            Err(error) => self.violation(&format!("job {job}: {error}")),
        }
    }

    pub(crate) fn prepared(&mut self, accepted: &Accepted, prepared: Prepared) {
        self.write(Write::Prepared(accepted.revision.job, Arc::new(prepared)));
    }

    pub(crate) fn write(&mut self, write: Write) {
        let Some(coordinator) = &mut self.coordinator else { return };
        coordinator.next_write += 1;
        let number = coordinator.next_write;
        coordinator.writes.insert(number, write);
        let incarnation = coordinator.incarnation;
        let at = self.now + self.random.time(Duration::from_millis(1), Duration::from_millis(400));
        self.queue.push(at, Event::Synced(incarnation, number));
    }

    /// Something is on the disk for good.
    pub(crate) fn synced(&mut self, number: u64) {
        let now = self.now;
        let Some(coordinator) = &mut self.coordinator else { return };
        match coordinator.writes.remove(&number) {
            Some(Write::Prepared(job, prepared)) => {
                let Some(running) = coordinator.running.get_mut(&job) else { return };
                running.brief =
                    Arc::new(JobBrief { prepared: Some(Arc::clone(&prepared)), ..(*running.brief).clone() });
                let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
                stored.prepared = Some(prepared);
                let Ok(state) = stored.state.clone().prepared(now) else { return };
                stored.state = state;
                self.open(job);
                self.begin(job);
            }
            Some(Write::Checkpoint(job, progress)) => {
                if let Some(stored) = self.disk.jobs.get_mut(&job) {
                    let older = stored.latest().is_some_and(|known| known.next > progress.next);
                    if !older {
                        stored.keep(Checkpoint::Good(progress));
                    }
                }
            }
            Some(Write::Finished(job, progress)) => {
                let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
                let Ok(state) = stored.state.clone().complete(now) else { return };
                stored.state = state;
                stored.finished = Some(*progress);
                self.trace(|| format!("job {job} is completed"));
                self.contest_ends(job);
                self.stop(job);
            }
            None => {}
        }
        self.settle();
    }

    /// Takes a job's place away.
    pub(crate) fn stop(&mut self, job: JobId) {
        let Some(coordinator) = &mut self.coordinator else { return };
        if let Some(running) = coordinator.running.remove(&job) {
            // What was on its way to the disk belongs to a run that is over.
            coordinator.writes.retain(|_, write| !matches!(write, Write::Prepared(other, _) | Write::Finished(other, _) if *other == job));
            self.dispatch(|dispatcher, now| dispatcher.handle_close(running.revision, now));
        }
    }

    pub(crate) fn job_failed(&mut self, failure: &JobFailure) {
        let job = failure.revision.job;
        self.trace(|| format!("job {job} fails: {failure}"));
        if !self.scenario.may_fail || self.is_quiet() {
            self.violation(&format!("job {job} fails, and no device is faulty: {failure}"));
        }
        self.figures.failures += 1;
        let now = self.now;
        if let Some(stored) = self.disk.jobs.get_mut(&job)
            && let Ok(state) = stored.state.clone().fail(failure.to_string(), now)
        {
            stored.state = state;
        }
        self.stop(job);
        let at = now + self.random.time(Duration::from_secs(1), Duration::from_secs(20));
        self.queue.push(at, Event::Retry(job));
    }

    /// A person takes a failed job up again.
    pub(crate) fn retry(&mut self, job: JobId) {
        let now = self.now;
        if let Some(stored) = self.disk.jobs.get_mut(&job)
            && let Ok(state) = stored.state.clone().retry(now)
        {
            stored.state = state;
        }
        self.settle();
    }

    /// Starts what the queue lets go.
    pub(crate) fn start_jobs(&mut self) {
        let Some(coordinator) = &self.coordinator else { return };
        let waiting: Vec<WaitingJob> = self
            .disk
            .jobs
            .iter()
            .filter_map(|(job, stored)| {
                let Job::Waiting(waiting) = &stored.state else { return None };
                let interrupted = waiting.origin == clipig_schedule::job::Origin::Interrupted;
                let request = stored.kind.clone().map_or(KindRequest::Auto, KindRequest::Begun);
                Some(WaitingJob { job: *job, priority: stored.priority, interrupted, request })
            })
            .collect();
        if waiting.is_empty() {
            return;
        }
        let workers: Vec<ServingWorker> = coordinator
            .dispatcher
            .serving()
            .into_iter()
            .map(|(kind, cores)| ServingWorker { kind, cores })
            .collect();
        let admission = admit(&waiting, coordinator.running.len(), self.scenario.max_running, &workers);
        for (job, kind) in admission.start {
            self.start_job(job, kind);
        }
    }

    pub(crate) fn start_job(&mut self, job: JobId, kind: clipig_core::WorkerKind) {
        let now = self.now;
        let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
        let Ok(state) = stored.state.clone().start(now) else { return };
        stored.state = state;
        stored.kind = Some(kind);
        let prepared = stored.prepared.clone();
        let resumed = stored.latest().cloned();
        if prepared.is_some()
            && let Ok(state) = stored.state.clone().prepared(now)
        {
            stored.state = state;
        }
        let plan = &self.scenario.jobs[job.0 as usize - 1];
        let (threads, picture) = (plan.threads, plan.picture.clone());
        let from = resumed.as_ref().map_or(0, |progress| progress.next.0);
        self.trace(|| format!("job {job} starts, from epoch {from}"));
        let epochs = match resumed {
            Some(progress) => picture.restore(progress),
            None => match picture.first() {
                Ok(first) => first,
                Err(error) => return self.violation(&error),
            },
        };
        let revision = JobRevision { job, revision: 0 };
        let brief = picture.brief(revision, threads, prepared.clone());
        let canvas = epochs.canvas();
        let values = first_values(&canvas);
        let canvas = Some(EpochCanvas { revision, stage: Stage::Prepare, canvas });
        let (epoch, merged, arrivals) = (None, BTreeSet::new(), None);
        let running =
            Running { revision, brief, job: epochs, epoch, canvas, merged, arrivals, stepping: false };
        if let Some(coordinator) = &mut self.coordinator {
            coordinator.running.insert(job, running);
        }
        self.open(job);
        if prepared.is_some() {
            self.begin(job);
        } else {
            let offer = Offer { revision, work: OfferedWork::Prepare, values };
            if let Some(Err(error)) = self.dispatch(|dispatcher, now| dispatcher.handle_offer(offer, now)) {
                self.violation(&format!("an offer was refused: {error}"));
            }
        }
    }

    pub(crate) fn open(&mut self, job: JobId) {
        let Some(stored) = self.disk.jobs.get(&job) else { return };
        let Some(kind) = stored.kind.clone() else { return };
        let threads = self.scenario.jobs[job.0 as usize - 1].threads;
        let revision = JobRevision { job, revision: 0 };
        let terms = JobTerms { revision, priority: stored.priority, fit: Fit::Kind(kind), threads };
        self.dispatch(|dispatcher, _| dispatcher.handle_open(terms));
    }

    /// A person pauses a job; the epoch under way is abandoned.
    pub(crate) fn pause_job(&mut self, job: JobId) {
        let now = self.now;
        let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
        let Ok(state) = stored.state.clone().pause("by a person".to_owned(), now) else { return };
        stored.state = state;
        self.stop(job);
        self.settle();
    }

    pub(crate) fn resume_job(&mut self, job: JobId) {
        let now = self.now;
        if let Some(stored) = self.disk.jobs.get_mut(&job)
            && let Ok(state) = stored.state.clone().resume(now)
        {
            stored.state = state;
        }
        self.settle();
    }

    pub(crate) fn set_priority(&mut self, job: JobId, priority: i32) {
        if let Some(stored) = self.disk.jobs.get_mut(&job) {
            stored.priority = priority;
        }
        let revision = JobRevision { job, revision: 0 };
        // A job that is not open takes its priority with it when it is.
        let _ = self.dispatch(|dispatcher, _| dispatcher.handle_priority(revision, priority));
        self.settle();
    }

    pub(crate) fn all_completed(&self) -> bool {
        self.disk.jobs.len() == self.scenario.jobs.len()
            && self.disk.jobs.values().all(|stored| stored.state.state() == JobState::Completed)
    }
}

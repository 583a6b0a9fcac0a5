//! What people want of jobs, and which of them start.

use clipig_coordinator::job_runner::Revision;
use clipig_coordinator::store::Update;
use clipig_core::JobId;
use clipig_schedule::job::{JobChange, JobState};
use clipig_schedule::queue::{
    Budget, KindRequest, OwnerNumber, RunningPlace, ServingWorker, WaitingJob, admit,
};
use clipig_schedule::switchboard::JobCommand;

use crate::coordinator::Queued;
use crate::disk::StoredRevision;
use crate::plant::Plant;
use crate::runner::{Command, Message};
use crate::world::World;

impl World {
    /// Starts what the queue lets go. A job whose last run is not over yet does not start again, nor one whose last run
    /// still writes a checkpoint: otherwise that checkpoint could replace those of the new run.
    pub(crate) fn start_jobs(&mut self) {
        let Some(coordinator) = &self.coordinator else { return };
        let waits = |job: &JobId| !coordinator.runners.contains_key(job) && !self.is_writing(*job);
        let waiting: Vec<WaitingJob> = self
            .disk
            .jobs
            .iter()
            .filter(|(job, stored)| stored.state == JobState::Waiting && waits(job))
            .map(|(job, stored)| WaitingJob {
                job: *job,
                priority: stored.priority,
                interrupted: stored.interrupted,
                request: stored.kind.clone().map_or(KindRequest::Auto, KindRequest::Begun),
                memory: 0,
                deaths: 0,
                owner: OwnerNumber::default(),
                owner_places: usize::MAX,
            })
            .collect();
        if waiting.is_empty() {
            return;
        }
        let serving = coordinator.core.dispatcher().serving().into_iter();
        let workers: Vec<ServingWorker> =
            serving.map(|(kind, cores)| ServingWorker { kind, cores }).collect();
        let owner = OwnerNumber::default();
        let place =
            |job: &JobId| RunningPlace { job: *job, alone: None, memory: 0, is_suspect: false, owner };
        let running: Vec<RunningPlace> = coordinator.runners.keys().map(place).collect();
        let admission = admit(&waiting, &running, Budget::jobs(self.scenario.max_running), &workers);
        for (job, kind) in admission.start {
            self.start_job(job, kind);
        }
    }

    /// A person pauses a job. It is paused from then on; its runner stops after the epoch under way.
    pub(crate) fn pause_job(&mut self, job: JobId) {
        if self.change_job(job, &JobChange::Pause("by a person".to_owned())) {
            if self.plant == Some(Plant::LosePause) && self.random.chance(0.3) {
                return;
            }
            self.tell_runner(job, Message::Command(Command::Pause));
        }
    }

    /// A person cancels a job, which stops at once.
    pub(crate) fn cancel_job(&mut self, job: JobId) {
        if self.change_job(job, &JobChange::Cancel("by a person".to_owned())) {
            self.tell_runner(job, Message::Command(Command::Cancel));
        }
    }

    pub(crate) fn resume_job(&mut self, job: JobId) {
        self.change_job(job, &JobChange::Resume);
        self.settle();
    }

    /// A person takes a failed or cancelled job up again.
    pub(crate) fn retry(&mut self, job: JobId) {
        self.change_job(job, &JobChange::Retry);
        self.settle();
    }

    fn change_job(&mut self, job: JobId, change: &JobChange) -> bool {
        let changed = self.disk.jobs.get_mut(&job).is_some_and(|stored| stored.change(change).is_ok());
        if changed {
            self.trace(|| format!("a person wants {change:?} of job {job}"));
        }
        changed
    }

    /// A person gives a job another experiment.
    pub(crate) fn update_job(&mut self, job: JobId) {
        let plan = &self.scenario.jobs[job.0 as usize - 1];
        let Some(stored) = self.disk.jobs.get_mut(&job) else { return };
        let Some(picture) = plan.updates.get(stored.revisions.len() - 1) else { return };
        if stored.state.is_ended() {
            return;
        }
        stored.revisions.push(StoredRevision::new(picture.clone(), Update::OPEN));
        let order = stored.order(job, plan.threads);
        self.trace(|| format!("a person updates job {job}"));
        let newest: Option<Revision> = order.revisions.into_iter().next_back();
        if let Some(revision) = newest {
            self.tell_runner(job, Message::Command(Command::Revise(Box::new(revision))));
        }
    }

    pub(crate) fn set_priority(&mut self, job: JobId, priority: i32) {
        if let Some(stored) = self.disk.jobs.get_mut(&job) {
            stored.priority = priority;
        }
        self.command(Queued::Job(JobCommand::Priority(job, priority)));
        self.settle();
    }

    pub(crate) fn all_completed(&self) -> bool {
        self.disk.jobs.len() == self.scenario.jobs.len()
            && self.disk.jobs.values().all(|stored| stored.state == JobState::Completed)
    }
}

//! What the switchboard holds of open jobs: briefs, the canvas of the last offer, the way to the runner.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use clipig_core::{Canvas, EpochCanvas, JobBrief, JobId, JobRevision, Stage};
use clipig_schedule::dispatcher::{Fit, JobTerms, Offer};

use crate::job_runner::ToRunner;

/// Under which terms a job has workers, whatever its revision.
#[derive(Clone, Debug)]
pub struct JobShare {
    /// −10 to 10; each step doubles the job's share.
    pub priority: i32,
    /// Who may compute it.
    pub fit: Fit,
}

#[derive(Default)]
pub(super) struct OpenJobs {
    jobs: HashMap<JobId, Job>,
    revisions: HashMap<JobRevision, Revision>,
}

struct Job {
    share: JobShare,
    runner: Sender<ToRunner>,
}

struct Revision {
    brief: Arc<JobBrief>,
    canvas: Option<EpochCanvas>,
}

impl OpenJobs {
    pub(super) fn add(&mut self, job: JobId, share: JobShare, runner: Sender<ToRunner>) {
        self.jobs.insert(job, Job { share, runner });
    }

    /// Forgets a job. Returns its open revisions.
    pub(super) fn remove(&mut self, job: JobId) -> Vec<JobRevision> {
        self.jobs.remove(&job);
        let open = self.open_revisions(job);
        self.revisions.retain(|revision, _| revision.job != job);
        open
    }

    /// Changes a job's priority. Returns its open revisions.
    pub(super) fn set_priority(&mut self, job: JobId, priority: i32) -> Vec<JobRevision> {
        let Some(known) = self.jobs.get_mut(&job) else { return Vec::new() };
        known.share.priority = priority;
        self.open_revisions(job)
    }

    fn open_revisions(&self, job: JobId) -> Vec<JobRevision> {
        self.revisions.keys().filter(|revision| revision.job == job).copied().collect()
    }

    /// Keeps a brief. `None` where its job is not there (any more).
    pub(super) fn open(&mut self, brief: Arc<JobBrief>) -> Option<JobTerms> {
        let revision = brief.revision;
        let JobShare { priority, fit } = self.jobs.get(&revision.job)?.share.clone();
        let terms = JobTerms { revision, priority, fit, threads: brief.threads };
        self.revisions.insert(revision, Revision { brief, canvas: None });
        Some(terms)
    }

    pub(super) fn close(&mut self, revision: JobRevision) {
        self.revisions.remove(&revision);
    }

    /// Keeps the canvas of an offer for the sessions that get leases of it.
    pub(super) fn offer(&mut self, offer: &Offer, canvas: Canvas) {
        let stage = offer.work.stage();
        if let Some(known) = self.revisions.get_mut(&offer.revision) {
            known.canvas = Some(EpochCanvas { revision: offer.revision, stage, canvas });
        }
    }

    pub(super) fn canvas(&self, revision: JobRevision, stage: Stage) -> Option<EpochCanvas> {
        let canvas = self.revisions.get(&revision)?.canvas.as_ref();
        canvas.filter(|canvas| canvas.stage == stage).cloned()
    }

    pub(super) fn brief(&self, revision: JobRevision) -> Option<Arc<JobBrief>> {
        self.revisions.get(&revision).map(|known| Arc::clone(&known.brief))
    }

    pub(super) fn tell(&self, revision: JobRevision, message: ToRunner) {
        if let Some(job) = self.jobs.get(&revision.job) {
            // A runner that has ended leaves an open job behind for a moment.
            let _ = job.runner.send(message);
        }
    }
}

//! What the switchboard keeps of jobs: shares, briefs, and the canvas of the last offer.

use std::collections::BTreeMap;
use std::sync::Arc;

use clipig_core::{Canvas, EpochCanvas, JobBrief, JobId, JobRevision, Stage};

use super::command::JobShare;
use crate::dispatcher::{JobTerms, Offer};

#[derive(Debug, Default)]
pub(super) struct OpenJobs {
    shares: BTreeMap<JobId, JobShare>,
    revisions: BTreeMap<JobRevision, Revision>,
}

#[derive(Debug)]
struct Revision {
    brief: Arc<JobBrief>,
    canvas: Option<EpochCanvas>,
}

impl OpenJobs {
    pub(super) fn add(&mut self, job: JobId, share: JobShare) {
        self.shares.insert(job, share);
    }

    /// Forgets a job. Returns its open revisions.
    pub(super) fn remove(&mut self, job: JobId) -> Vec<JobRevision> {
        self.shares.remove(&job);
        let open = self.open_revisions(job);
        self.revisions.retain(|revision, _| revision.job != job);
        open
    }

    /// Changes a job's priority. Returns its open revisions.
    pub(super) fn set_priority(&mut self, job: JobId, priority: i32) -> Vec<JobRevision> {
        let Some(share) = self.shares.get_mut(&job) else { return Vec::new() };
        share.priority = priority;
        self.open_revisions(job)
    }

    fn open_revisions(&self, job: JobId) -> Vec<JobRevision> {
        self.revisions.keys().filter(|revision| revision.job == job).copied().collect()
    }

    /// Keeps a brief. `None` where its job is not there (any more).
    pub(super) fn open(&mut self, brief: Arc<JobBrief>) -> Option<JobTerms> {
        let revision = brief.revision;
        let JobShare { priority, fit } = self.shares.get(&revision.job)?.clone();
        let terms = JobTerms { revision, priority, fit, threads: brief.threads };
        self.revisions.insert(revision, Revision { brief, canvas: None });
        Some(terms)
    }

    pub(super) fn close(&mut self, revision: JobRevision) {
        self.revisions.remove(&revision);
    }

    /// Keeps the canvas of an offer for the sessions that get leases of it. `false` where the job is not there (any
    /// more).
    pub(super) fn offer(&mut self, offer: &Offer, canvas: Canvas) -> bool {
        let (revision, stage) = (offer.revision, offer.work.stage());
        if let Some(known) = self.revisions.get_mut(&revision) {
            known.canvas = Some(EpochCanvas { revision, stage, canvas });
        }
        self.shares.contains_key(&revision.job)
    }

    pub(super) fn canvas(&self, revision: JobRevision, stage: Stage) -> Option<EpochCanvas> {
        let canvas = self.revisions.get(&revision)?.canvas.as_ref();
        canvas.filter(|canvas| canvas.stage == stage).cloned()
    }

    pub(super) fn brief(&self, revision: JobRevision) -> Option<Arc<JobBrief>> {
        self.revisions.get(&revision).map(|known| Arc::clone(&known.brief))
    }
}

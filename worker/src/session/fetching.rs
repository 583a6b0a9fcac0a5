//! What jobs need comes to hand: the experiment and the images of a job when the session is told of it, the weights of a
//! model when the first lease needs it. So a worker that computes the shards of one model does not wait for another one.
//!
//! The next lease comes before the one that runs has ended, so its model is fetched while threads compute.

use std::sync::Arc;

use clipig_core::{ComputeJob, Fence, FromWorker, JobRevision, ShardError, expected};

use super::held::HeldLease;
use super::open_job::Wanted;
use super::{Effect, FetchError, Request, Session};

impl Session {
    pub(super) fn fetch(&mut self, revision: JobRevision, effects: &mut Vec<Effect>) {
        self.counter += 1;
        let request = Request(self.counter);
        if let Some(job) = expected(self.jobs.get_mut(&revision), "only an open job is fetched") {
            effects.extend(job.begin_fetch(request).map(|brief| Effect::Fetch { request, brief }));
        }
    }

    pub(super) fn fetching(&mut self, request: Request) {
        let Some((revision, wanted)) = self.fetched_for(request) else { return };
        let waiting = |held: &&mut HeldLease| held.lease().revision == revision && held.waits_for(wanted);
        self.leases.iter_mut().filter(waiting).for_each(HeldLease::make_progress);
    }

    /// What a request is for, unless it is of a brief that was closed or replaced on the way.
    fn fetched_for(&self, request: Request) -> Option<(JobRevision, Wanted)> {
        self.jobs.iter().find_map(|(revision, job)| Some((*revision, job.wanted(request)?)))
    }

    pub(super) fn fetched(
        &mut self,
        request: Request,
        fetched: Result<Arc<ComputeJob>, FetchError>,
        effects: &mut Vec<Effect>,
    ) {
        // Of a brief that was closed or replaced on the way: not of interest, and freed.
        let Some((revision, wanted)) = self.fetched_for(request) else { return };
        self.fetching(request);
        let job = self.jobs.get_mut(&revision);
        let Some(job) = expected(job, "a download belongs to an open job") else { return };
        job.end_fetch(fetched);
        match job.fetch_error().cloned() {
            // The leases that wait are answered; a later one tries again.
            Some(error) => self.answer_unready(revision, wanted, &error, effects),
            None => {
                for fence in self.fences(|held| held.lease().revision == revision) {
                    self.fetch_models(fence, effects);
                }
            }
        }
    }

    /// Fetches the weights that a queued lease needs, unless they are at hand or on their way.
    pub(super) fn fetch_models(&mut self, fence: Fence, effects: &mut Vec<Effect>) {
        let held = self.leases.iter_mut().find(|held| held.lease().fence == fence);
        let Some(held) = expected(held, "the lease is held") else { return };
        let Some(job) = self.jobs.get_mut(&held.lease().revision) else { return };
        for place in held.note_models(job) {
            self.counter += 1;
            let request = Request(self.counter);
            let job = job.begin_model(place, request);
            effects.extend(job.map(|job| Effect::FetchModel { request, job, place }));
        }
    }

    pub(super) fn fetched_model(
        &mut self,
        request: Request,
        fetched: Result<(), FetchError>,
        effects: &mut Vec<Effect>,
    ) {
        // As in `fetched`.
        let Some((revision, wanted)) = self.fetched_for(request) else { return };
        self.fetching(request);
        let job = self.jobs.get_mut(&revision);
        if let (Some(job), Wanted::Model(place)) = (job, wanted) {
            job.end_model(place);
        }
        if let Err(error) = fetched {
            self.answer_unready(revision, wanted, &error, effects);
        }
    }

    /// Answers the leases of a job that wait for something that did not arrive.
    fn answer_unready(
        &mut self,
        revision: JobRevision,
        wanted: Wanted,
        error: &FetchError,
        effects: &mut Vec<Effect>,
    ) {
        let waiting = |held: &HeldLease| held.lease().revision == revision && held.waits_for(wanted);
        for fence in self.fences(waiting) {
            match error {
                FetchError::Refused(reason) => {
                    let error = ShardError::Experiment(reason.clone());
                    self.answer(fence, FromWorker::Failed { fence, error }, effects);
                }
                FetchError::Unavailable(reason) => self.hand_back(fence, reason.clone(), effects),
            }
        }
    }
}

//! All open jobs: what they offer, how fast their shards are computed, and who is served first.

mod by_model;
mod clocks;
mod history;
mod open_job;
mod pace;
mod round;

use std::collections::BTreeMap;

use clipig_core::{JobRevision, Stage, expected};

use super::terms::{Fit, JobTerms, Offer};
use clocks::Clocks;

pub(super) use history::History;
pub use open_job::MAX_PRIORITY;
pub(super) use open_job::OpenJob;
pub(super) use round::Round;

/// All jobs that are open.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    open: BTreeMap<JobRevision, OpenJob>,
    clocks: Clocks,
    /// The serial number of the last offer.
    offers: u64,
}

impl Jobs {
    /// Opens a job. Of one that is open already the new terms hold; was it?
    pub(super) fn open(&mut self, terms: JobTerms) -> bool {
        let revision = terms.revision;
        if let Some(job) = self.open.get_mut(&revision) {
            job.set_terms(terms);
            return true;
        }
        let sibling = self.open.iter().find(|(other, _)| other.job == revision.job);
        let pass = sibling.map_or(0.0, |(_, job)| job.pass()).max(self.clocks.now(&terms.fit));
        self.open.insert(revision, OpenJob::new(terms, pass));
        false
    }

    /// Closes a job that offers nothing any more; was it open?
    pub(super) fn close(&mut self, revision: JobRevision) -> bool {
        let closed = self.open.remove(&revision);
        debug_assert!(
            closed.as_ref().is_none_or(|job| job.round().is_none()),
            "job {revision} still offers work"
        );
        closed.is_some()
    }

    /// Changes a job's priority; is it open?
    pub(super) fn set_priority(&mut self, revision: JobRevision, priority: i32) -> bool {
        let job = self.open.get_mut(&revision);
        job.map(|job| job.set_priority(priority)).is_some()
    }

    /// Takes what an open job offers, cut into nodes of this level, when there are so many cores for it.
    pub(super) fn offer(&mut self, offer: Offer, level: u32, cores: u64) {
        let Some(job) = expected(self.open.get_mut(&offer.revision), "who offers is open") else { return };
        self.offers += 1;
        let clock = self.clocks.now(job.fit());
        job.offer(Round::new(offer, self.offers, level), clock, cores);
    }

    /// Drops what a job offers. Its leases must have ended.
    pub(super) fn withdraw(&mut self, revision: JobRevision) -> Option<Round> {
        self.open.get_mut(&revision)?.take_round()
    }

    /// Charges a job for a lease of so many shards, and says how much in core seconds.
    pub(super) fn serve(&mut self, revision: JobRevision, shards: u32) -> f64 {
        let Some(job) = expected(self.open.get_mut(&revision), "who is served is open") else { return 0.0 };
        self.clocks.serve(job.fit(), job.pass());
        job.charge(shards)
    }

    pub(super) fn get(&self, revision: JobRevision) -> Option<&OpenJob> {
        self.open.get(&revision)
    }

    pub(super) fn fit(&self, revision: JobRevision) -> Option<&Fit> {
        self.open.get(&revision).map(OpenJob::fit)
    }

    /// What an open job offers now.
    pub(super) fn round(&self, revision: JobRevision) -> Option<&Round> {
        self.open.get(&revision)?.round()
    }

    /// What a job offers now, if it is of this stage: an answer may come late.
    pub(super) fn round_at(&mut self, revision: JobRevision, stage: Stage) -> Option<&mut Round> {
        self.open.get_mut(&revision)?.round_mut().filter(|round| round.stage() == stage)
    }

    /// The job of a lease. While a lease is valid, its job is open and its round exists.
    pub(super) fn of_lease(&mut self, revision: JobRevision) -> Option<&mut OpenJob> {
        expected(self.open.get_mut(&revision), "a lease's job is open")
    }

    /// The round of a lease; see [`of_lease`](Self::of_lease).
    pub(super) fn round_of_lease(&mut self, revision: JobRevision) -> Option<&mut Round> {
        expected(self.of_lease(revision)?.round_mut(), "a lease's round exists")
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (JobRevision, &OpenJob)> {
        self.open.iter().map(|(revision, job)| (*revision, job))
    }

    /// Jobs whose round is wanted, those to be served first in front.
    pub(super) fn by_pass(&self, wanted: impl Fn(&Round) -> bool) -> Vec<JobRevision> {
        let wanted = self.iter().filter(|(_, job)| job.round().is_some_and(&wanted));
        let mut order: Vec<(f64, JobRevision)> =
            wanted.map(|(revision, job)| (job.pass(), revision)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        order.into_iter().map(|(_, revision)| revision).collect()
    }
}

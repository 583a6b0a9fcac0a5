//! What tests and the simulation of a farm look at, to hold it against the rules. A coordinator needs none of it.

use clipig_core::WorkerKind;
use clipig_core::{Epoch, JobRevision};

use super::Dispatcher;
use super::terms::Fit;
use super::view::LeaseView;

/// What a job offers, and how far that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundView {
    /// The epoch.
    pub epoch: Epoch,
    /// All shards.
    pub shards: u32,
    /// Shards that are done.
    pub done: u32,
    /// Nodes that nobody computes.
    pub pending: usize,
    /// What is being computed; a node may occur twice.
    pub leases: Vec<LeaseView>,
}

impl Dispatcher {
    /// Kinds and cores of the sessions that serve.
    pub fn serving(&self) -> Vec<(WorkerKind, u32)> {
        let sessions = self.roster.serving(&Fit::Any).filter_map(|session| self.connections.get(&session));
        let workers = sessions.filter_map(|connection| {
            Some((self.workers.get(&connection.worker)?.registration.kind.clone(), connection.cores))
        });
        workers.collect()
    }

    /// What a job offers; `None` when it is not open or offers nothing.
    pub fn round(&self, revision: JobRevision) -> Option<RoundView> {
        let round = self.jobs.get(&revision)?.round.as_ref()?;
        Some(RoundView {
            epoch: round.epoch,
            shards: round.total(),
            done: round.done(),
            pending: round.pending(),
            leases: round.leases().into_iter().filter_map(|fence| self.lease_view(fence)).collect(),
        })
    }

    /// Core seconds that were spent on a job's accepted results since it was opened.
    pub fn spent(&self, revision: JobRevision) -> Option<f64> {
        self.jobs.get(&revision).map(|job| job.spent)
    }
}

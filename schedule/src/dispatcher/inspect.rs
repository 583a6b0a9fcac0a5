//! What a switchboard, tests and the simulation of a farm look at, beside what people see.

use clipig_core::{Fence, JobRevision, Lease, SessionId, Work, WorkerKind};

use super::Dispatcher;
use super::jobs::OpenJob;
use super::leases::{Grant, Purpose};
use super::terms::Fit;
use super::timers::Time;
use super::views::RoundView;

impl Dispatcher {
    /// Kinds and cores of the sessions that serve.
    pub fn serving(&self) -> Vec<(WorkerKind, u32)> {
        let kind = |name| Some(self.workers.get(name)?.registration().kind.clone());
        let sessions = self.workers.serving(&Fit::Any);
        sessions.filter_map(|connection| Some((kind(connection.worker())?, connection.cores()))).collect()
    }

    /// What a job offers; `None` when it is not open or offers nothing.
    pub fn round(&self, revision: JobRevision) -> Option<RoundView> {
        let round = self.jobs.round(revision)?;
        Some(RoundView {
            stage: round.stage(),
            shards: round.total(),
            done: round.done(),
            pending: round.pending(),
            leases: round.leases().into_iter().filter_map(|fence| self.lease_view(fence)).collect(),
        })
    }

    /// For each open job that has offered something: how many cores its latest round could occupy at once.
    pub fn useful_cores(&self) -> Vec<(JobRevision, u64)> {
        self.jobs.iter().filter_map(|(revision, job)| Some((revision, job.useful_cores()?))).collect()
    }

    /// Core seconds that were spent on a job's accepted results since it was opened.
    pub fn spent(&self, revision: JobRevision) -> Option<f64> {
        self.jobs.get(revision).map(OpenJob::spent)
    }

    /// Who holds a lease and what it asks for, while it is valid.
    pub fn lease(&self, fence: Fence) -> Option<(SessionId, JobRevision, Work)> {
        let session = self.leases.get(fence)?.grant().session;
        self.as_granted(fence).map(|lease| (session, lease.revision, lease.work))
    }

    /// A lease as it was sent, while it is valid.
    pub(super) fn as_granted(&self, fence: Fence) -> Option<Lease> {
        let Grant { revision, node, purpose, .. } = *self.leases.get(fence)?.grant();
        let (work, values) = match purpose {
            Purpose::Work => {
                let round = self.jobs.round(revision)?;
                (round.work(node), round.values())
            }
            Purpose::Check => self.checks.asked(fence)?,
        };
        Some(Lease { fence, revision, work, values, trace: None })
    }

    /// Is this a valid lease whose result is only compared with another one?
    pub fn is_check(&self, fence: Fence) -> bool {
        self.leases.is_check(fence)
    }

    /// When a lease was granted, while it is valid, and how many shards it covers.
    pub fn granted(&self, fence: Fence) -> Option<(Time, u32)> {
        self.leases.get(fence).map(|lease| (lease.times().granted, lease.grant().shards))
    }
}

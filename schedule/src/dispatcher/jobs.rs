//! Jobs open and close, and offer work.

use clipig_core::Node;
use clipig_core::Work;
use clipig_core::{Fence, JobRevision, SessionId};

use super::action::Action;
use super::open_job::OpenJob;
use super::round::Round;
use super::terms::{DispatchError, Fit, JobTerms, Offer, OfferedWork};
use super::worker::Opened;
use super::{Dispatcher, Time};

impl Dispatcher {
    /// Opens a job. When it is open already, the new terms hold, and every worker gets the brief anew before its next
    /// lease: that is how a job goes on when it is prepared. O(workers).
    pub fn open_job(&mut self, terms: JobTerms, now: Time) {
        let revision = terms.revision;
        if let Some(job) = self.jobs.get_mut(&revision) {
            job.terms = terms;
            for connection in self.connections.values_mut() {
                if let Some(opened) = connection.open.get_mut(&revision) {
                    *opened = Opened::default();
                }
            }
        } else {
            let sibling = self.jobs.iter().find(|(other, _)| other.job == revision.job);
            let pass = sibling.map_or(0.0, |(_, job)| job.pass()).max(self.clocks.now(&terms.fit));
            self.jobs.insert(revision, OpenJob::new(terms, pass));
        }
        self.assign(now);
    }

    /// Closes a job; its leases are taken back. Does nothing when it is not open.
    pub fn close_job(&mut self, revision: JobRevision, now: Time) {
        self.drop_round(revision, now);
        if self.jobs.remove(&revision).is_none() {
            return;
        }
        for (session, connection) in &mut self.connections {
            connection.reluctance.remove(&revision);
            if connection.open.remove(&revision).is_some() {
                self.actions.push(Action::Close { session: *session, revision });
            }
        }
        self.assign(now);
    }

    /// Changes the priority of an open job.
    ///
    /// # Errors
    /// When it is not open.
    pub fn set_priority(&mut self, revision: JobRevision, priority: i32) -> Result<(), DispatchError> {
        let job = self.jobs.get_mut(&revision).ok_or(DispatchError::UnknownJob(revision))?;
        job.terms.priority = priority;
        Ok(())
    }

    /// Takes the work that a job has ready. It takes the place of what the job offered before.
    ///
    /// # Errors
    /// When the job is not open, or there are no shards; nothing changes then.
    pub fn offer(&mut self, offer: Offer, now: Time) -> Result<(), DispatchError> {
        let revision = offer.revision;
        if let OfferedWork::Epoch { shards: 0, .. } = offer.work {
            return Err(DispatchError::NoShards(revision));
        }
        if !self.jobs.contains_key(&revision) {
            return Err(DispatchError::UnknownJob(revision));
        }
        self.drop_round(revision, now);
        self.serials += 1;
        let serial = self.serials;
        let Some(job) = self.jobs.get(&revision) else { return Err(DispatchError::UnknownJob(revision)) };
        let level = match offer.work {
            OfferedWork::Prepare => 0,
            OfferedWork::Epoch { shards, .. } => self.level(&job.terms, shards),
        };
        if let Some(job) = self.jobs.get_mut(&revision) {
            job.lift(self.clocks.now(&job.terms.fit), self.roster.cores(&job.terms.fit));
            job.round = Some(Round::new(&offer, serial, level));
        }
        self.free_others(revision, now);
        self.assign(now);
        Ok(())
    }

    /// The level of nodes by which each slot gets about as many leases as the settings say.
    fn level(&self, terms: &JobTerms, shards: u32) -> u32 {
        let sessions = self.roster.serving(&terms.fit);
        let slots: u64 = sessions
            .filter_map(|session| self.connections.get(&session))
            .map(|connection| u64::from(connection.slots(terms.threads)))
            .sum();
        let leases = slots.max(1) * u64::from(self.settings.leases_per_slot.max(1));
        (u64::from(shards) / leases).checked_ilog2().unwrap_or(0)
    }

    pub(super) fn drop_round(&mut self, revision: JobRevision, now: Time) {
        let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.take()) else { return };
        for fence in round.leases() {
            self.take_back(fence, now);
        }
    }

    /// Ends a lease that is not needed any more, and tells its holder.
    pub(super) fn take_back(&mut self, fence: Fence, now: Time) {
        if let Some(granted) = self.end_lease(fence, now) {
            self.actions.push(Action::Revoke { session: granted.session, fence });
        }
    }

    /// What a lease asks for and who holds it, while it is valid: so that a result can be looked at before it is
    /// accepted.
    pub fn lease(&self, fence: Fence) -> Option<(SessionId, JobRevision, Work)> {
        let granted = self.leases.get(&fence)?;
        let round = self.jobs.get(&granted.revision)?.round.as_ref()?;
        Some((granted.session, granted.revision, round.work(granted.node)))
    }

    /// When a lease was granted, while it is valid, and how many shards it covers.
    pub fn granted(&self, fence: Fence) -> Option<(Time, u32)> {
        self.leases.get(&fence).map(|granted| (granted.times.granted, granted.shards))
    }

    pub(super) fn fit(&self, revision: JobRevision) -> Option<&Fit> {
        self.jobs.get(&revision).map(|job| &job.terms.fit)
    }

    /// Is some part of the node still to be computed in the job's offer?
    pub(super) fn is_open(&self, revision: JobRevision, node: Node) -> bool {
        self.jobs.get(&revision).and_then(|job| job.round.as_ref()).is_some_and(|round| round.is_open(node))
    }
}

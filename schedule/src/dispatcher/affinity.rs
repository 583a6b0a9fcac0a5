//! In a job of several models, who computes what, so that a worker seldom changes its model.
//!
//! A model that a worker lacks must be fetched and loaded, and a device may hold only one. So a worker goes on with the model
//! of its last lease as long as nodes of that are pending. When there are none, it takes the model that most lacks workers:
//! nobody is idle so that a model need not be changed. Neither fair share nor any bit depends on this, since it only chooses
//! among the nodes of the job whose turn it is.
//!
//! The first lease of a model on a worker shows how long it takes to load the model. It is none of the times by which others
//! are judged, and it may take long (`deadlines`). An idle worker that has the model computes the node, too, as for every
//! lease that takes long (`speculate`). So an epoch hardly waits for the model of a single worker.

use clipig_core::{Fence, JobRevision, Node, SessionId};

use super::Dispatcher;
use super::leases::CAPACITY;
use super::timers::Time;
use super::workers::{Connection, SeenModels};

/// How many of the sessions with the least load are considered in the place of the first one, and how many leases that wait
/// in workers' hands.
const CONSIDERED: usize = 64;

impl Dispatcher {
    /// The next node of a job whose nodes have one of several models each, and load and session of who gets it.
    pub(super) fn choose_by_model(
        &self,
        revision: JobRevision,
        now: Time,
    ) -> Option<(Node, (u64, SessionId))> {
        let job = self.jobs.get(revision)?;
        let (round, fit) = (job.round()?, job.fit());
        let own = |connection: &Connection| {
            let last = connection.models(revision).and_then(SeenModels::last);
            last.and_then(|model| round.first_of_model(model))
        };
        let own_of = |session| self.workers.connection(session).and_then(own);
        let willing = |connection: &Connection| !connection.declines(revision, now);
        let (load, session) = self.workers.roomiest(fit, willing)?;
        if let Some(node) = own_of(session) {
            return Some((node, (load, session)));
        }
        // Somebody who need not change the model, if nobody is idle because of that.
        let goes_on = |connection: &Connection| willing(connection) && own(connection).is_some();
        let other = self.workers.roomiest_of_first(fit, CONSIDERED, goes_on);
        let other = other.filter(|(other, _)| *other == load || load >= CAPACITY);
        if let Some((load, session)) = other
            && let Some(node) = own_of(session)
        {
            return Some((node, (load, session)));
        }
        Some((round.first_of_neediest()?, (load, session)))
    }

    /// Which of the leases that wait in workers' hands goes to an idle worker. Rather one whose model an idle worker has than
    /// another one. As long as nothing is known of how long shards take, none is taken from somebody who has the model by
    /// somebody who has not: nobody would compute it a second time, however long the model takes to load.
    pub(super) fn choose_queued(
        &self,
        revision: JobRevision,
        queued: impl Iterator<Item = Fence>,
        now: Time,
    ) -> Option<Fence> {
        let job = self.jobs.get(revision)?;
        let is_known = job.expected_shard().is_some();
        let mut other = None;
        for fence in queued.take(CONSIDERED) {
            let Some(grant) = self.leases.get(fence).map(|lease| *lease.grant()) else { continue };
            let anybody = |_: SessionId, _: &Connection| true;
            let (_, has_model) = self.idle_with_model(revision, grant.model, anybody, now)?;
            if has_model {
                return Some(fence);
            }
            if is_known || grant.warms_up || !self.workers.is_connected(grant.session) {
                other = other.or(Some(fence));
            }
        }
        other
    }

    /// An idle session that is able to compute something, and whether it has the model that this needs: one that has it, if
    /// there is any among the first. Every session has the model of a job with only one.
    pub(super) fn idle_with_model(
        &self,
        revision: JobRevision,
        model: Option<usize>,
        able: impl Fn(SessionId, &Connection) -> bool,
        now: Time,
    ) -> Option<(SessionId, bool)> {
        let mut idle =
            self.idle_for(revision, now).filter(|(session, connection)| able(*session, connection));
        let (first, connection) = idle.next()?;
        let Some(model) = model else { return Some((first, true)) };
        let has =
            |connection: &Connection| connection.models(revision).is_some_and(|models| models.has(model));
        if has(connection) {
            return Some((first, true));
        }
        let other = idle.take(CONSIDERED).find(|(_, connection)| has(connection));
        Some(other.map_or((first, false), |(session, _)| (session, true)))
    }
}

//! What leases change for the worker that holds them.

use std::time::Duration;

use clipig_core::{JobRevision, SessionId, WorkerName, expected};

use super::{Timer, Workers};
use crate::dispatcher::timers::Time;

impl Workers {
    pub(in crate::dispatcher) fn set_load(&mut self, session: SessionId, load: u64) {
        if let Some(connection) = self.connections.get_mut(&session) {
            connection.set_load(load);
            let (place, load) = connection.place_mut();
            let serves = place.is_serving();
            self.pool.update(session, place, serves, load);
        }
    }

    pub(in crate::dispatcher) fn forget_sent(&mut self, session: SessionId, revision: JobRevision) {
        if let Some(connection) = self.connections.get_mut(&session) {
            connection.forget_sent(revision);
        }
    }

    /// All sessions must be sent a job's brief and canvas again.
    pub(in crate::dispatcher) fn forget_sent_to_all(&mut self, revision: JobRevision) {
        self.connections.values_mut().for_each(|connection| connection.forget_sent(revision));
    }

    /// A job is closed. Returns the sessions that were told of it.
    pub(in crate::dispatcher) fn close(&mut self, revision: JobRevision) -> Vec<SessionId> {
        let told = self.connections.iter_mut().filter_map(|(session, connection)| {
            let told = connection.close(revision);
            told.then_some(*session)
        });
        told.collect()
    }

    /// A lease of this job was handed back. Returns how often in a row.
    pub(in crate::dispatcher) fn hand_back(
        &mut self,
        session: SessionId,
        revision: JobRevision,
        now: Time,
    ) -> u32 {
        let Some(connection) = self.connections.get_mut(&session) else { return 0 };
        let (times, again) = connection.hand_back(revision, now);
        self.timers.set(again, Timer::Retry(session));
        times
    }

    /// A result was accepted, which was computed with this model: `computing` over all slots, for so many shards. Returns
    /// the worker's name.
    pub(in crate::dispatcher) fn succeed(
        &mut self,
        session: SessionId,
        (revision, model): (JobRevision, Option<usize>),
        shards: u32,
        computing: Duration,
    ) -> Option<WorkerName> {
        let connection = self.holder_mut(session)?;
        connection.succeed(revision, model);
        let name = connection.worker().clone();
        let worker = expected(self.known.get_mut(&name), "a connection has a worker")?;
        worker.succeed(revision.job);
        let counts = worker.counts_mut();
        counts.nodes += 1;
        counts.shards += u64::from(shards);
        counts.computing += computing;
        Some(name)
    }

    pub(in crate::dispatcher) fn count_failure(&mut self, name: &WorkerName) {
        if let Some(worker) = self.known.get_mut(name) {
            worker.counts_mut().failures += 1;
        }
    }

    pub(in crate::dispatcher) fn count_lost(&mut self, name: &WorkerName) {
        if let Some(worker) = self.known.get_mut(name) {
            worker.counts_mut().lost += 1;
        }
    }
}

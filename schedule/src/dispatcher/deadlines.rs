//! How long a lease may make no progress.
//!
//! Progress is a whole shard at worst, and how long one takes depends on model and device. So the time is a multiple of
//! what the job's shards are seen to take, and generous before that is known. An idle worker need not wait for it: it
//! computes the same a second time much sooner (`granting`).

use std::time::Duration;

use clipig_core::Fence;
use clipig_core::ShardError;

use super::action::Action;
use super::terms::PREPARATION;
use super::timers::Timer;
use super::worker::Granted;
use super::{Dispatcher, Time};

/// How many times the median a shard may take.
const SLOWEST: u32 = 10;

/// How many times the lease timeout a shard may take while no time of its job is known.
const UNKNOWN: u32 = 5;

impl Dispatcher {
    /// The median time of a lease's work, once it is known; that of encoding texts and images never is.
    pub(super) fn expected(&self, granted: &Granted, shards: u32) -> Option<Duration> {
        let job = self.jobs.get(&granted.revision).filter(|_| granted.epoch != PREPARATION)?;
        job.pace.expected(shards)
    }

    /// How long a lease that somebody works on may make no progress.
    fn patience(&self, granted: &Granted) -> Duration {
        let least = self.settings.lease_timeout;
        match self.expected(granted, 1) {
            Some(shard) => least.max(shard.saturating_mul(SLOWEST)),
            None => least.saturating_mul(UNKNOWN),
        }
    }

    pub(super) fn check_deadline(&mut self, fence: Fence, now: Time) {
        let Some(granted) = self.leases.get(&fence) else { return };
        let Some(connection) = self.connections.get(&granted.session) else { return };
        let (session, revision, node) = (granted.session, granted.revision, granted.node);
        let (listed, timeout) = (granted.listed, self.settings.lease_timeout);
        let (since, patience) = match granted.times.begun {
            // The worker does not know of it, or does not say so.
            _ if !listed => (granted.times.granted, timeout),
            Some(begun) => (begun.max(granted.progressed), self.patience(granted)),
            // It waits for those before it, which have deadlines of their own.
            None => (now, timeout),
        };
        let due = since.saturating_add(patience);
        if due > now {
            if let Some(granted) = self.leases.get_mut(&fence) {
                granted.timer = due;
            }
            self.timers.set(due, Timer::Deadline(fence));
            return;
        }
        if listed {
            let error = ShardError::Device(format!("no progress for {} s", patience.as_secs()));
            self.fail_attempt(fence, error, now);
        } else {
            let worker = connection.worker.clone();
            if let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut()) {
                round.history_mut(node).returned.push(worker);
            }
            self.forget_open(session, revision);
            self.lose(fence, now);
        }
        self.actions.push(Action::Revoke { session, fence });
    }
}

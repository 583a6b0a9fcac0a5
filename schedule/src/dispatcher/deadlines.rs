//! How long a lease may make no progress.
//!
//! Progress is a whole shard at worst, and how long one takes depends on model and device. So the time is a multiple of
//! what the job's shards are seen to take, and generous before that is known, or if the worker must load a model first. An idle worker need not wait for it: it
//! computes the same speculatively, much sooner (`speculate`).

use std::time::Duration;

use clipig_core::{Fence, ShardError, expected};

use super::Dispatcher;
use super::action::Action;
use super::leases::{Grant, Purpose};
use super::timers::Time;

/// How many times the median a shard may take.
const SLOWEST: u32 = 10;

/// How many times the lease timeout a shard may take while no time of its job is known, or a model is loaded first.
const UNKNOWN: u32 = 5;

impl Dispatcher {
    /// How long a lease that somebody works on may make no progress.
    fn progress_timeout(&self, grant: &Grant) -> Duration {
        let least = self.settings.lease_timeout;
        let shard = self.jobs.get(grant.revision).and_then(|job| job.expected(grant.stage, 1));
        match shard.filter(|_| !grant.warms_up) {
            Some(shard) => least.max(shard.saturating_mul(SLOWEST)),
            None => least.saturating_mul(UNKNOWN),
        }
    }

    /// The time of a lease may be over.
    pub(super) fn deadline_passed(&mut self, fence: Fence, now: Time) {
        let Some(lease) = expected(self.leases.get(fence), "a lease with a deadline is valid") else {
            return;
        };
        let (grant, times, listed) = (*lease.grant(), lease.times(), lease.is_listed());
        let (since, timeout) = match times.begun {
            // The worker does not know of it, or does not say so.
            _ if !listed => (times.granted, self.settings.lease_timeout),
            Some(begun) => (begun.max(lease.progressed()), self.progress_timeout(&grant)),
            // It waits for those before it, which have deadlines of their own.
            None => (now, self.settings.lease_timeout),
        };
        let due = since.saturating_add(timeout);
        if due > now {
            self.leases.put_off(fence, due);
            return;
        }
        if listed {
            let error = ShardError::Device(format!("no progress for {} s", timeout.as_secs()));
            self.fail_attempt(fence, error, now);
        } else {
            self.never_heard_of(fence, &grant, now);
        }
        self.actions.push(Action::Revoke { session: grant.session, fence });
    }

    /// The worker has not said in all the time that it holds the lease: it was lost on the way, and perhaps the brief or
    /// canvas before it.
    fn never_heard_of(&mut self, fence: Fence, grant: &Grant, now: Time) {
        if grant.purpose == Purpose::Work
            && let Some(holder) = self.workers.holder(grant.session)
            && let Some(round) = self.jobs.round_of_lease(grant.revision)
        {
            round.advise_against(grant.node, holder.worker());
        }
        self.workers.forget_sent(grant.session, grant.revision);
        self.lose(fence, now);
    }
}

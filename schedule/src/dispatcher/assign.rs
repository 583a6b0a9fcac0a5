//! Nodes go into workers' hands.

use clipig_core::{Fence, JobRevision, Lease, Node, SessionId, Stage, Work, expected};

use super::Dispatcher;
use super::action::Action;
use super::jobs::{History, Round};
use super::leases::{CAPACITY, Grant, Granted, Purpose};
use super::spot_checks::OfferedNode;
use super::timers::Time;
use super::workers::Connection;

/// A lease that was issued.
pub(super) struct Issued {
    pub(super) fence: Fence,
    /// Has the worker come to it at once?
    pub(super) is_begun: bool,
    /// The node, where all who may compute it give the same bits. That of a check is none.
    pub(super) exact: Option<OfferedNode>,
}

impl Dispatcher {
    /// Gives out whatever can be given out.
    pub(super) fn assign(&mut self, now: Time) {
        self.decide(now);
        loop {
            while self.workers.has_room() && self.grant_next(now) {}
            if !self.free_queued(now) && !self.free_checks(now) {
                break;
            }
        }
        self.speculate(now);
        self.check(now);
        // All that has changed is considered by now.
        self.is_stale = false;
    }

    fn grant_next(&mut self, now: Time) -> bool {
        for revision in self.jobs.by_pass(|round| round.pending() > 0) {
            let bytes = self.next_gradient(revision);
            if self.budget.admits(revision, bytes)
                && let Some((node, session)) = self.choose(revision, now)
            {
                self.grant(revision, node, session, now);
                return true;
            }
        }
        false
    }

    /// Bytes that the gradient of a job's next lease takes; none where texts and images are encoded.
    pub(super) fn next_gradient(&self, revision: JobRevision) -> u64 {
        let round = self.jobs.round(revision).filter(|round| round.stage() != Stage::Prepare);
        round.map_or(0, |round| self.budget.expected(revision, round.values()))
    }

    /// The next node of a job, and who gets it. Nodes that failed go first, to workers that have not failed with them
    /// where there are any.
    fn choose(&mut self, revision: JobRevision, now: Time) -> Option<(Node, SessionId)> {
        let job = self.jobs.get(revision)?;
        let (round, fit) = (job.round()?, job.fit());
        let willing = |connection: &Connection| !connection.declines(revision, now);
        for (node, history) in round.failed() {
            let untried = |connection: &Connection| !history.advises_against(connection.worker());
            let choice = match self.workers.roomiest(fit, |c| willing(c) && untried(c)) {
                Some(choice) => Some(choice),
                // Somebody else has no room now, but will.
                None if self.workers.serving(fit).any(untried) => None,
                None => self.workers.roomiest(fit, willing),
            };
            if let Some((_, session)) = choice {
                return Some((node, session));
            }
        }
        let (node, (load, session)) = if round.tells_models_apart() {
            self.choose_by_model(revision, now)?
        } else {
            (round.first_fresh()?, self.workers.roomiest(fit, willing)?)
        };
        let node = self.shorten(revision, node);
        if load < CAPACITY && node.level > 0 {
            return Some((self.split(revision, node), session));
        }
        Some((node, session))
    }

    /// Splits a node as long as it is expected to take longer than a lease may. That was not known when the job offered it.
    fn shorten(&mut self, revision: JobRevision, mut node: Node) -> Node {
        while node.level > 0 {
            let Some(job) = self.jobs.of_lease(revision) else { break };
            let expected = |round: &Round| job.expected(round.stage(), round.shards(node));
            let takes = job.round().and_then(expected);
            if takes.is_none_or(|takes| takes <= self.settings.lease_time) {
                break;
            }
            let Some(round) = job.round_mut() else { break };
            node = round.split(node);
        }
        node
    }

    /// Splits a node as long as more slots are idle than nodes are pending.
    fn split(&mut self, revision: JobRevision, mut node: Node) -> Node {
        while node.level > 0 && self.has_idle_slots(revision) {
            let Some(round) = self.jobs.round_of_lease(revision) else { break };
            node = round.split(node);
        }
        node
    }

    /// Are more slots idle than nodes pending? Looks at no more sessions than there are nodes pending.
    fn has_idle_slots(&self, revision: JobRevision) -> bool {
        let Some(job) = self.jobs.get(revision) else { return false };
        let pending = job.round().map_or(0, Round::pending) as u64;
        if pending >= self.workers.cores(job.fit()) {
            return false;
        }
        let mut idle = 0;
        for (load, _, connection) in self.workers.idle(job.fit()) {
            idle += (CAPACITY - load).div_ceil(connection.share(job.threads()));
            if idle > pending {
                return true;
            }
        }
        false
    }

    fn grant(&mut self, revision: JobRevision, node: Node, session: SessionId, now: Time) {
        let issued = self.issue(revision, node, session, None, now);
        let Some(Issued { fence, is_begun, exact }) = issued else { return };
        if let Some(round) = self.jobs.round_of_lease(revision) {
            round.grant(node, fence, is_begun.then_some(now));
        }
        if let Some(exact) = exact {
            self.perhaps_check(exact);
        }
    }

    /// Issues a lease of a node, as work or for a check, and sends what the worker needs for it.
    pub(super) fn issue(
        &mut self,
        revision: JobRevision,
        node: Node,
        session: SessionId,
        check: Option<OfferedNode>,
        now: Time,
    ) -> Option<Issued> {
        let job = self.jobs.of_lease(revision)?;
        let (work, values, offer, purpose) = if let Some(checked) = check {
            let (work, values) = expected(self.checks.work(checked), "what is checked was chosen")?;
            (work, values, checked.offer, Purpose::Check)
        } else {
            let round = expected(job.round(), "what is leased is offered")?;
            (round.work(node), round.values(), round.serial(), Purpose::Work)
        };
        // Of a check whose offer is over, it is not known any more.
        let model = job.round().filter(|round| round.serial() == offer).and_then(|round| round.model(node));
        let (stage, shards) = match work {
            Work::Prepare => (Stage::Prepare, 1),
            Work::Node { total, .. } => (work.stage(), node.shards(total).len() as u32),
        };
        let reserved = match stage {
            Stage::Prepare => 0,
            Stage::Epoch(_) => self.budget.expected(revision, values),
        };
        // Known here without a look-up, so jobs that are never checked cost nothing more.
        let is_exact = purpose == Purpose::Work && stage != Stage::Prepare && job.fit().is_exact();
        let threads = job.threads();
        let holder = self.workers.holder_mut(session)?;
        let (share, slots, cores) =
            (holder.share(threads), holder.slots(threads), holder.cores_per_shard(threads));
        let missing = holder.send(revision, offer, model);
        let charged = self.jobs.serve(revision, shards);
        let warms_up = missing.model;
        let grant = Grant {
            session,
            purpose,
            revision,
            stage,
            node,
            shards,
            share,
            slots,
            cores,
            charged,
            reserved,
            model,
            warms_up,
        };
        match purpose {
            Purpose::Work => self.budget.reserve(revision, reserved),
            Purpose::Check => self.budget.reserve_spare(reserved),
        }
        let deadline = now + self.settings.lease_timeout;
        let Granted { fence, is_begun, load } = self.leases.grant(grant, now, deadline);
        self.workers.set_load(session, load);
        if missing.brief {
            self.actions.push(Action::Open { session, revision });
        }
        if missing.canvas {
            self.actions.push(Action::Canvas { session, revision, stage });
        }
        let lease = Lease { fence, revision, work, values, trace: None };
        self.actions.push(Action::Lease { session, lease });
        let exact = is_exact.then_some(OfferedNode { revision, offer, node });
        Some(Issued { fence, is_begun, exact })
    }

    /// Takes a lease back that waits in the hands of a busy worker, for one that is idle.
    fn free_queued(&mut self, now: Time) -> bool {
        for revision in self.jobs.by_pass(|round| round.pending() == 0) {
            let Some(fence) = self.queued_for_idle(revision, now) else { continue };
            self.take_back(fence, now);
            return true;
        }
        false
    }

    /// A lease of a job that waits in the hands of a busy worker while another one is idle.
    fn queued_for_idle(&self, revision: JobRevision, now: Time) -> Option<Fence> {
        self.idle_for(revision, now).next()?;
        let round = self.jobs.round(revision)?;
        let untouched = |fence: &Fence| {
            self.leases.get(*fence).is_some_and(|lease| !round.is_eventful(lease.grant().node))
        };
        let mut queued = round.last_queued().filter(untouched);
        if round.tells_models_apart() { self.choose_queued(revision, queued, now) } else { queued.next() }
    }

    /// Takes leases back that wait in workers' hands for jobs that are ahead of this one, no more than this one has
    /// nodes. Or else a job would begin each of its epochs behind what others have got while it had nothing to offer.
    pub(super) fn free_others(&mut self, revision: JobRevision, now: Time) {
        let Some(job) = self.jobs.get(revision) else { return };
        let (pass, fit) = (job.pass(), job.fit());
        let pending = job.round().map_or(0, Round::pending);
        let ahead = self.jobs.iter().filter(|(_, other)| other.pass() > pass && other.fit().overlaps(fit));
        let waiting = ahead.filter_map(|(_, other)| other.round()).flat_map(Round::last_queued);
        let useful = |fence: &Fence| {
            let lease = expected(self.leases.get(*fence), "what a round has leased is valid");
            let holder = lease.and_then(|lease| self.workers.holder(lease.grant().session));
            holder.is_some_and(|holder| holder.is_serving() && self.workers.admits(holder, fit))
        };
        let freed: Vec<Fence> = waiting.filter(useful).take(pending).collect();
        for fence in freed {
            self.take_back(fence, now);
        }
    }

    /// Sessions with a free slot that may compute the job and do not decline it.
    pub(super) fn idle_for(
        &self,
        revision: JobRevision,
        now: Time,
    ) -> impl Iterator<Item = (SessionId, &Connection)> {
        let idle = self.jobs.fit(revision).into_iter().flat_map(|fit| self.workers.idle(fit));
        let willing = idle.filter(move |(_, _, connection)| !connection.declines(revision, now));
        willing.map(|(_, session, connection)| (session, connection))
    }

    /// Should somebody other than this worker try the node first?
    pub(super) fn advises_against(history: Option<&History>, connection: &Connection) -> bool {
        history.is_some_and(|history| history.advises_against(connection.worker()))
    }
}

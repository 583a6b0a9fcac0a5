//! Nodes go into workers' hands, and back.

use std::time::Duration;

use clipig_core::Lease;
use clipig_core::Node;
use clipig_core::{Fence, JobRevision, SessionId};

use super::action::{Action, Note};
use super::open_job::by_pass;
use super::round::{History, LeaseTimes, Round};
use super::terms::PREPARATION;
use super::timers::Timer;
use super::worker::{CAPACITY, Granted, WorkerCounts};
use super::{Dispatcher, Time};

/// A second copy is computed when a node takes this many times as long as the median says.
const SLOW: u32 = 2;

/// How many of the longest leases are looked at for a second copy.
const LONGEST: usize = 8;

impl Dispatcher {
    /// Gives out whatever can be given out. Called at the end of every change.
    pub(super) fn assign(&mut self, now: Time) {
        loop {
            while self.roster.has_room() && self.grant_next(now) {}
            if !self.free_queued(now) {
                break;
            }
        }
        self.second_copies(now);
    }

    fn grant_next(&mut self, now: Time) -> bool {
        for revision in by_pass(self.jobs.iter(), |round| round.pending() > 0) {
            if let Some((node, session)) = self.choose(revision, now) {
                self.grant(revision, node, session, now);
                return true;
            }
        }
        false
    }

    /// The next node of a job, and who gets it. Nodes that failed go first, to workers that have not failed with them
    /// where there are any.
    fn choose(&mut self, revision: JobRevision, now: Time) -> Option<(Node, SessionId)> {
        let job = self.jobs.get(&revision)?;
        let round = job.round.as_ref()?;
        let fit = &job.terms.fit;
        let willing = |session| self.connections.get(&session).is_some_and(|c| !c.declines(revision, now));
        for (node, history) in round.failed() {
            let untried = |session| !self.is_advised_against(session, history);
            let choice = match self.roster.roomiest(fit, |session| willing(session) && untried(session)) {
                Some(choice) => Some(choice),
                // Somebody else has no room now, but will.
                None if self.roster.serving(fit).any(untried) => None,
                None => self.roster.roomiest(fit, willing),
            };
            if let Some((_, session)) = choice {
                return Some((node, session));
            }
        }
        let node = round.first_fresh()?;
        let (load, session) = self.roster.roomiest(fit, willing)?;
        if load < CAPACITY && node.level > 0 {
            return Some((self.split(revision, node), session));
        }
        Some((node, session))
    }

    fn is_advised_against(&self, session: SessionId, history: &History) -> bool {
        self.connections.get(&session).is_some_and(|connection| history.advises_against(&connection.worker))
    }

    /// Splits a node as long as more slots are idle than nodes are pending.
    fn split(&mut self, revision: JobRevision, mut node: Node) -> Node {
        while node.level > 0 && self.has_idle_slots(revision) {
            let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut()) else { break };
            node = round.split(node);
        }
        node
    }

    /// Are more slots idle than nodes pending? Looks at no more sessions than there are nodes pending.
    fn has_idle_slots(&self, revision: JobRevision) -> bool {
        let Some(job) = self.jobs.get(&revision) else { return false };
        let pending = job.round.as_ref().map_or(0, Round::pending) as u64;
        if pending >= self.roster.cores(&job.terms.fit) {
            return false;
        }
        let mut idle = 0;
        for (load, session) in self.roster.idle(&job.terms.fit) {
            let share = self.connections.get(&session).map_or(CAPACITY, |c| c.share(job.terms.threads));
            idle += (CAPACITY - load).div_ceil(share);
            if idle > pending {
                return true;
            }
        }
        false
    }

    fn grant(&mut self, revision: JobRevision, node: Node, session: SessionId, now: Time) {
        let Some(fence) = self.issue(revision, node, session, now) else { return };
        if let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut()) {
            round.grant(node, fence, now);
        }
        self.begin_leases(session, now);
    }

    /// Issues a lease of a node and sends what the worker needs for it.
    fn issue(&mut self, revision: JobRevision, node: Node, session: SessionId, now: Time) -> Option<Fence> {
        let job = self.jobs.get_mut(&revision)?;
        let connection = self.connections.get_mut(&session)?;
        let round = job.round.as_ref()?;
        let (epoch, serial, values, work) = (round.epoch, round.serial, round.values, round.work(node));
        let shards = round.shards(node);
        self.fences += 1;
        let fence = Fence { incarnation: self.settings.incarnation, number: self.fences };
        let opened = connection.open.entry(revision).or_default();
        if !std::mem::replace(&mut opened.brief, true) {
            self.actions.push(Action::Open { session, revision });
        }
        if opened.canvas.replace(serial) != Some(serial) {
            self.actions.push(Action::Canvas { session, revision, epoch });
        }
        let lease = Lease { fence, revision, epoch, work, values };
        self.actions.push(Action::Lease { session, lease });
        self.clocks.serve(&job.terms.fit, job.pass());
        let charged = job.charge(shards);
        let share = connection.share(job.terms.threads);
        let timer = now + self.settings.lease_timeout;
        let granted = Granted {
            session,
            revision,
            epoch,
            node,
            shards,
            times: LeaseTimes { granted: now, begun: None },
            share,
            charged,
            progress: 0,
            progressed: now,
            listed: false,
            missed: 0,
            timer,
        };
        self.timers.set(timer, Timer::Deadline(fence));
        connection.leases.push_back(fence);
        connection.load += share;
        self.leases.insert(fence, granted);
        self.refresh(session);
        Some(fence)
    }

    /// Notes which leases of a session its slots have come to.
    fn begin_leases(&mut self, session: SessionId, now: Time) {
        let Some(connection) = self.connections.get(&session) else { return };
        let mut ahead = 0;
        for fence in &connection.leases {
            if ahead >= CAPACITY {
                break;
            }
            let Some(granted) = self.leases.get_mut(fence) else { continue };
            ahead += granted.share;
            if granted.times.begun.is_none() {
                granted.times.begun = Some(now);
                if let Some(round) = self.jobs.get_mut(&granted.revision).and_then(|job| job.round.as_mut()) {
                    round.begin(*fence, granted.times.granted, now);
                }
            }
        }
    }

    /// Ends a lease on the side of its holder. The node is not touched.
    pub(super) fn end_lease(&mut self, fence: Fence, now: Time) -> Option<Granted> {
        let granted = self.leases.remove(&fence)?;
        self.timers.unset(granted.timer, Timer::Deadline(fence));
        if let Some(connection) = self.connections.get_mut(&granted.session) {
            connection.leases.retain(|held| *held != fence);
            connection.load -= granted.share;
        }
        self.refresh(granted.session);
        self.begin_leases(granted.session, now);
        Some(granted)
    }

    /// Ends a lease without a result: its node goes to somebody else.
    pub(super) fn lose(&mut self, fence: Fence, now: Time) {
        let Some(Granted { session, revision, epoch, node, .. }) = self.release(fence, now) else { return };
        let Some(connection) = self.connections.get(&session) else { return };
        let name = connection.worker.clone();
        if let Some(worker) = self.workers.get_mut(&name) {
            worker.counts.lost += 1;
        }
        self.note(Note::LeaseLost { worker: name, revision, epoch, node });
    }

    /// Ends a lease without a result, whosever fault it was.
    pub(super) fn release(&mut self, fence: Fence, now: Time) -> Option<Granted> {
        let granted = self.end_lease(fence, now)?;
        let job = self.jobs.get_mut(&granted.revision)?;
        if granted.times.begun.is_none() {
            job.refund(granted.charged);
        }
        let round = job.round.as_mut()?;
        round.release(granted.node, fence, granted.times);
        if let Some(copy) = round.only_copy(granted.node)
            && let Some(other) = self.leases.get(&copy)
        {
            round.alone(copy, other.times);
        }
        Some(granted)
    }

    pub(super) fn counts(&mut self, session: SessionId) -> Option<&mut WorkerCounts> {
        let connection = self.connections.get(&session)?;
        self.workers.get_mut(&connection.worker).map(|worker| &mut worker.counts)
    }

    /// Takes a lease back that waits in the hands of a busy worker, for one that is idle.
    fn free_queued(&mut self, now: Time) -> bool {
        for revision in by_pass(self.jobs.iter(), |round| round.pending() == 0) {
            if self.idle_for(revision, now).next().is_none() {
                continue;
            }
            let Some(round) = self.jobs.get(&revision).and_then(|job| job.round.as_ref()) else { continue };
            let untouched = |fence: &Fence| {
                self.leases
                    .get(fence)
                    .is_some_and(|granted| !round.history(granted.node).is_some_and(History::is_eventful))
            };
            let Some(fence) = round.last_queued().find(untouched) else { continue };
            if let Some(granted) = self.release(fence, now) {
                self.actions.push(Action::Revoke { session: granted.session, fence });
                return true;
            }
        }
        false
    }

    /// Takes leases back that wait in workers' hands for jobs that are ahead of this one, no more than this one has
    /// nodes. Or else a job would begin each of its epochs behind what others have got while it had nothing to offer.
    pub(super) fn free_others(&mut self, revision: JobRevision, now: Time) {
        let Some(job) = self.jobs.get(&revision) else { return };
        let (pass, fit) = (job.pass(), &job.terms.fit);
        let pending = job.round.as_ref().map_or(0, Round::pending);
        let ahead = self.jobs.values().filter(|other| other.pass() > pass && other.terms.fit.overlaps(fit));
        let waiting = ahead.filter_map(|other| other.round.as_ref()).flat_map(Round::last_queued);
        let useful = |fence: &Fence| {
            let holder = self.leases.get(fence).and_then(|granted| self.connections.get(&granted.session));
            holder.is_some_and(|connection| connection.serving && self.roster.fits(connection.pool, fit))
        };
        let freed: Vec<Fence> = waiting.filter(useful).take(pending).collect();
        for fence in freed {
            if let Some(granted) = self.release(fence, now) {
                self.actions.push(Action::Revoke { session: granted.session, fence });
            }
        }
    }

    /// Sessions with a free slot that may compute the job and do not decline it.
    fn idle_for(&self, revision: JobRevision, now: Time) -> impl Iterator<Item = SessionId> {
        let idle = self.fit(revision).into_iter().flat_map(|fit| self.roster.idle(fit));
        let willing = move |session: &SessionId| {
            self.connections.get(session).is_some_and(|connection| !connection.declines(revision, now))
        };
        idle.map(|(_, session)| session).filter(willing)
    }

    /// Has idle workers compute nodes that take long.
    fn second_copies(&mut self, now: Time) {
        self.second_copy = None;
        for revision in
            by_pass(self.jobs.iter(), |round| round.pending() == 0 && round.longest().next().is_some())
        {
            while let Some((node, first, session)) = self.choose_second(revision, now) {
                self.grant_second(revision, node, first, session, now);
            }
        }
    }

    /// A node that takes long, its lease, and who could compute it too. Notes when there may be one.
    fn choose_second(
        &mut self,
        revision: JobRevision,
        now: Time,
    ) -> Option<(Node, (Time, Fence), SessionId)> {
        self.idle_for(revision, now).next()?;
        let job = self.jobs.get(&revision)?;
        let round = job.round.as_ref()?;
        let mut soonest: Option<Time> = None;
        let mut choice = None;
        for (begun, fence) in round.longest().take(LONGEST) {
            let Some(granted) = self.leases.get(&fence) else { continue };
            let history = round.history(granted.node);
            let able = |session: &SessionId| {
                *session != granted.session && !history.is_some_and(|h| self.is_advised_against(*session, h))
            };
            let Some(session) = self.idle_for(revision, now).find(able) else { continue };
            // While nothing is known, whatever its holder says of its progress: as long as it may make none.
            let late = match self.expected(granted, granted.shards) {
                Some(expected) => expected.saturating_mul(SLOW).max(self.settings.second_copy_after),
                None => self.settings.lease_timeout,
            };
            let due = begun.saturating_add(late);
            if due <= now {
                choice = Some((granted.node, (begun, fence), session));
                break;
            }
            soonest = Some(soonest.map_or(due, |known| known.min(due)));
        }
        if choice.is_none() {
            self.second_copy = self.second_copy.into_iter().chain(soonest).min();
        }
        choice
    }

    fn grant_second(
        &mut self,
        revision: JobRevision,
        node: Node,
        first: (Duration, Fence),
        session: SessionId,
        now: Time,
    ) {
        let Some(fence) = self.issue(revision, node, session, now) else { return };
        if let Some(round) = self.jobs.get_mut(&revision).and_then(|job| job.round.as_mut()) {
            round.grant_second(node, fence, first);
        }
        self.begin_leases(session, now);
        let name = |session| self.connections.get(&session).map(|connection| connection.worker.clone());
        let slow = self.leases.get(&first.1).and_then(|granted| name(granted.session));
        if let (Some(slow), Some(second)) = (slow, name(session)) {
            let epoch = self.leases.get(&fence).map_or(PREPARATION, |granted| granted.epoch);
            self.note(Note::SecondCopy { revision, epoch, node, slow, second });
        }
    }
}

//! All leases: their fences, who holds them, how far their holders are, and when each must have made progress.
//!
//! A lease lives here from [`grant`](Leases::grant) to [`end`](Leases::end), and nowhere else. Both say what changed for
//! the session that holds it: its load, and which of its leases it has come to.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clipig_core::{Fence, Held, JobRevision, Node, SessionId, Stage, expected};

use super::timers::{Time, Timers};

/// The whole capacity of a worker; a lease takes its share of it. Divisible by all small numbers of slots.
pub(super) const CAPACITY: u64 = 720_720_000;

/// How many heartbeats in a row must leave out a lease that they named before, until it counts as lost.
const MISSED: u32 = 2;

/// All leases that are valid.
#[derive(Debug)]
pub(super) struct Leases {
    incarnation: u64,
    /// The number of the last fence.
    last: u64,
    valid: BTreeMap<Fence, GrantedLease>,
    holders: BTreeMap<SessionId, Holding>,
    deadlines: Timers<Fence>,
}

/// What becomes of a lease's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It goes to the job.
    Work,
    /// It is compared with that of another worker. The lease is none of its round's, and may outlive the round.
    Check,
}

/// What a lease is about; nothing of it changes while the lease is valid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grant {
    pub(super) session: SessionId,
    pub(super) purpose: Purpose,
    pub(super) revision: JobRevision,
    pub(super) stage: Stage,
    pub(super) node: Node,
    pub(super) shards: u32,
    /// Its share of the worker's [`CAPACITY`].
    pub(super) share: u64,
    /// Shards like these that the worker computes side by side.
    pub(super) slots: u32,
    /// Cores that one of them occupies.
    pub(super) cores: u32,
    /// What the job was charged, in core seconds.
    pub(super) charged: f64,
    /// Bytes that are reserved for its gradient.
    pub(super) reserved: u64,
    /// The model that it is computed with, in a job of several.
    pub(super) model: Option<usize>,
    /// Its holder must fetch and load the model first: how long it takes says nothing about the holder or the job.
    pub(super) warms_up: bool,
}

/// When a lease was granted, and when its holder came to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeaseTimes {
    pub(super) granted: Time,
    pub(super) begun: Option<Time>,
}

/// A valid lease.
#[derive(Debug)]
pub(super) struct GrantedLease {
    grant: Grant,
    times: LeaseTimes,
    /// As the last heartbeat said.
    progress: u32,
    progressed: Time,
    /// A heartbeat has named it.
    listed: bool,
    /// Heartbeats in a row that have not named it since.
    missed: u32,
    /// When its timer goes off.
    timer: Time,
}

/// What a session holds.
#[derive(Debug, Default)]
struct Holding {
    /// In the order of granting, which is the order in which the worker computes them.
    fences: VecDeque<Fence>,
    /// The shares of these leases, added up.
    load: u64,
    /// How many of the first of them the slots have come to.
    begun: usize,
    /// The shares of those, added up.
    begun_load: u64,
}

/// A lease that was granted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Granted {
    pub(super) fence: Fence,
    /// Has its holder come to it at once?
    pub(super) is_begun: bool,
    /// The shares of all leases of its holder, added up.
    pub(super) load: u64,
}

/// What the end of a lease changes for the session that holds it.
#[derive(Debug)]
pub(super) struct HoldingChange {
    pub(super) session: SessionId,
    /// The shares of all its leases, added up.
    pub(super) load: u64,
    /// Leases that its slots have come to by now, except for those of checks, which no round waits for.
    pub(super) begun: Vec<Begun>,
}

/// A lease that its holder has come to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    pub(super) fence: Fence,
    pub(super) revision: JobRevision,
}

/// A lease that is over.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) grant: Grant,
    pub(super) times: LeaseTimes,
    pub(super) change: HoldingChange,
}

/// What a heartbeat says of leases.
#[derive(Debug, Default)]
pub(super) struct HeartbeatReport {
    /// Named, but not valid: they were taken back, and the worker has not heard of it.
    pub(super) unknown: Vec<Fence>,
    /// Not named any more; their holder has lost them.
    pub(super) lost: Vec<Fence>,
}

impl GrantedLease {
    pub(super) fn grant(&self) -> &Grant {
        &self.grant
    }

    pub(super) fn times(&self) -> LeaseTimes {
        self.times
    }

    /// When anything was last done under it, as far as heartbeats say.
    pub(super) fn progressed(&self) -> Time {
        self.progressed
    }

    /// Has its holder ever named it in a heartbeat?
    pub(super) fn is_listed(&self) -> bool {
        self.listed
    }
}

impl Holding {
    /// The next lease that the slots come to, if less than all of them is taken.
    fn next(&self) -> Option<Fence> {
        self.fences.get(self.begun).copied().filter(|_| self.begun_load < CAPACITY)
    }

    /// The slots have come to the [next](Self::next) lease.
    fn begin(&mut self, share: u64) {
        self.begun += 1;
        self.begun_load += share;
    }

    /// A lease is over.
    fn remove(&mut self, fence: Fence, share: u64) {
        // Mostly one of the first.
        let Some(place) = self.fences.iter().position(|held| *held == fence) else { return };
        self.fences.remove(place);
        self.load -= share;
        if place < self.begun {
            self.begun -= 1;
            self.begun_load -= share;
        }
    }
}

/// Notes which leases a session's slots have come to. Those that were begun stay in front, so nothing is looked at twice.
fn come_to(
    holding: &mut Holding,
    valid: &mut BTreeMap<Fence, GrantedLease>,
    now: Time,
    change: &mut HoldingChange,
) {
    change.load = holding.load;
    while let Some(fence) = holding.next()
        && let Some(lease) = expected(valid.get_mut(&fence), "what a session holds is valid")
    {
        lease.times.begun = Some(now);
        holding.begin(lease.grant.share);
        if lease.grant.purpose == Purpose::Work {
            change.begun.push(Begun { fence, revision: lease.grant.revision });
        }
    }
}

impl Leases {
    /// No leases. The incarnation is the first half of every fence.
    pub(super) fn new(incarnation: u64) -> Self {
        Self {
            incarnation,
            last: 0,
            valid: BTreeMap::new(),
            holders: BTreeMap::new(),
            deadlines: Timers::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.valid.len()
    }

    pub(super) fn get(&self, fence: Fence) -> Option<&GrantedLease> {
        self.valid.get(&fence)
    }

    /// Is this a valid lease of a check?
    pub(super) fn is_check(&self, fence: Fence) -> bool {
        self.get(fence).is_some_and(|lease| lease.grant.purpose == Purpose::Check)
    }

    /// The lease, if it is valid and in this session's hands.
    pub(super) fn held_by(&self, session: SessionId, fence: Fence) -> Option<&GrantedLease> {
        self.valid.get(&fence).filter(|lease| lease.grant.session == session)
    }

    /// What a session holds, in the order of granting.
    pub(super) fn of(&self, session: SessionId) -> impl Iterator<Item = Fence> {
        self.holders.get(&session).into_iter().flat_map(|holding| holding.fences.iter().copied())
    }

    /// The first lease of a session that it has come to.
    pub(super) fn first_begun(&self, session: SessionId) -> Option<&Grant> {
        let mut leases = self.of(session).filter_map(|fence| self.valid.get(&fence));
        leases.find(|lease| lease.times.begun.is_some()).map(|lease| &lease.grant)
    }

    /// Gives a lease under a new fence, which must have made progress by `deadline`.
    pub(super) fn grant(&mut self, grant: Grant, now: Time, deadline: Time) -> Granted {
        self.last += 1;
        let fence = Fence { incarnation: self.incarnation, number: self.last };
        let holding = self.holders.entry(grant.session).or_default();
        holding.fences.push_back(fence);
        holding.load += grant.share;
        // All before it that the slots can have come to, they have.
        let is_begun = holding.next().is_some_and(|next| next == fence);
        if is_begun {
            holding.begin(grant.share);
        }
        let granted = Granted { fence, is_begun, load: holding.load };
        let lease = GrantedLease {
            grant,
            times: LeaseTimes { granted: now, begun: is_begun.then_some(now) },
            progress: 0,
            progressed: now,
            listed: false,
            missed: 0,
            timer: deadline,
        };
        self.valid.insert(fence, lease);
        self.deadlines.set(deadline, fence);
        granted
    }

    /// Ends a lease, whatever for. Nothing is left of it.
    pub(super) fn end(&mut self, fence: Fence, now: Time) -> Option<Ended> {
        let GrantedLease { grant, times, timer, .. } = self.valid.remove(&fence)?;
        self.deadlines.unset(timer, fence);
        let mut change = HoldingChange { session: grant.session, load: 0, begun: Vec::new() };
        if let Entry::Occupied(mut holder) = self.holders.entry(grant.session) {
            let holding = holder.get_mut();
            holding.remove(fence, grant.share);
            come_to(holding, &mut self.valid, now, &mut change);
            if holding.fences.is_empty() {
                holder.remove();
            }
        }
        Some(Ended { grant, times, change })
    }

    /// The leases of a session go on under another one of the same process. It must name them in its heartbeats.
    pub(super) fn hand_over(&mut self, from: SessionId, to: SessionId, now: Time) -> HoldingChange {
        let mut change = HoldingChange { session: to, load: 0, begun: Vec::new() };
        if let Some(mut holding) = self.holders.remove(&from) {
            for fence in &holding.fences {
                let lease = expected(self.valid.get_mut(fence), "what a session holds is valid");
                let Some(lease) = lease else { continue };
                (lease.grant.session, lease.listed, lease.missed) = (to, true, 0);
            }
            come_to(&mut holding, &mut self.valid, now, &mut change);
            self.holders.insert(to, holding);
        }
        change
    }

    /// Takes what a session says that it holds.
    pub(super) fn handle_heartbeat(
        &mut self,
        session: SessionId,
        held: &[Held],
        now: Time,
    ) -> HeartbeatReport {
        let mut report = HeartbeatReport::default();
        for Held { fence, progress } in held {
            match self.valid.get_mut(fence).filter(|lease| lease.grant.session == session) {
                Some(lease) => {
                    (lease.listed, lease.missed) = (true, 0);
                    if *progress > lease.progress {
                        (lease.progress, lease.progressed) = (*progress, now);
                    }
                }
                None => report.unknown.push(*fence),
            }
        }
        let named: BTreeSet<Fence> = held.iter().map(|held| held.fence).collect();
        let Some(holding) = self.holders.get(&session) else { return report };
        for fence in holding.fences.iter().filter(|fence| !named.contains(fence)) {
            // A lease that was never named may still be on its way.
            if let Some(lease) = self.valid.get_mut(fence).filter(|lease| lease.listed) {
                lease.missed += 1;
                if lease.missed >= MISSED {
                    report.lost.push(*fence);
                }
            }
        }
        report
    }

    pub(super) fn next_deadline(&self) -> Option<Time> {
        self.deadlines.next()
    }

    /// A lease whose deadline may be over. Whoever takes it ends the lease or [puts it off](Self::put_off).
    pub(super) fn poll_deadline(&mut self, now: Time) -> Option<Fence> {
        self.deadlines.pop(now)
    }

    pub(super) fn put_off(&mut self, fence: Fence, deadline: Time) {
        if let Some(lease) = self.valid.get_mut(&fence) {
            lease.timer = deadline;
            self.deadlines.set(deadline, fence);
        }
    }
}

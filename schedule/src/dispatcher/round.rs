//! The nodes of one offer.
//!
//! ```text
//!                 granted                          result
//!   Pending ───────────────────▶ Leased ─────────────────────────▶ Done
//!      ▲ │                       │    ▲ │                            │
//!      │ └─split into children   │    └─┘ second copy                │
//!      └─────lost, failed────────┘                                   │
//!      └─────────────────refused by the job──────────────────────────┘
//! ```
//!
//! Every shard lies below exactly one node that is pending, leased or done. A node that failed remembers who
//! tried, so that others try next.

use std::collections::{BTreeMap, BTreeSet};

use clipig_core::Node;
use clipig_core::{Epoch, Fence, WorkerName};
use clipig_core::{EpochValues, Work};

use super::Time;
use super::action::Attempt;
use super::terms::{Offer, OfferedWork, PREPARATION};

/// The nodes of one offer and where they stand.
#[derive(Debug)]
pub(super) struct Round {
    /// Tells offers of the same epoch apart.
    pub(super) serial: u64,
    pub(super) epoch: Epoch,
    pub(super) values: EpochValues,
    total: u32,
    /// Nodes that nobody computes, by their first shard. Those that failed are kept apart.
    fresh: BTreeSet<(u32, Node)>,
    failed: BTreeSet<(u32, Node)>,
    leased: BTreeMap<Node, Leased>,
    /// Leases of nodes with one copy: those that run, by when they began, and those that wait in a worker's hands,
    /// by when they were granted.
    begun: BTreeSet<(Time, Fence)>,
    queued: BTreeSet<(Time, Fence)>,
    /// Nodes to which something happened.
    histories: BTreeMap<Node, History>,
    /// Who handed back a lease last, and why.
    pub(super) last_return: Option<(WorkerName, String)>,
    /// Shards that are done.
    done: u32,
}

/// A node in somebody's hands.
#[derive(Debug)]
struct Leased {
    first: Fence,
    second: Option<Fence>,
}

/// What happened to a node so far.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    pub(super) attempts: Vec<Attempt>,
    /// Workers that disappeared with it, each once.
    pub(super) disappeared: Vec<WorkerName>,
    /// How often that happened, and when last. What cuts many connections at once counts once.
    pub(super) disappearances: (u32, Option<Time>),
    /// Workers that handed it back though they had what they need.
    pub(super) returned: Vec<WorkerName>,
    /// How often it was handed back, and when first.
    pub(super) returns: (u32, Option<Time>),
}

impl History {
    /// Should somebody else try before this worker does again?
    pub(super) fn advises_against(&self, worker: &WorkerName) -> bool {
        self.tried_by().chain(&self.returned).any(|other| other == worker)
    }

    /// Workers that failed with it, one way or another.
    pub(super) fn tried_by(&self) -> impl Iterator<Item = &WorkerName> {
        self.attempts.iter().map(|attempt| &attempt.worker).chain(&self.disappeared)
    }

    /// Is there anybody whom it advises against?
    pub(super) fn is_eventful(&self) -> bool {
        self.tried_by().chain(&self.returned).next().is_some()
    }
}

impl Round {
    /// Cuts an offer into nodes of one level.
    pub(super) fn new(offer: &Offer, serial: u64, level: u32) -> Self {
        let (epoch, total, level) = match offer.work {
            OfferedWork::Prepare => (PREPARATION, 1, 0),
            OfferedWork::Epoch { epoch, shards } => (epoch, shards, level),
        };
        let fresh = Node::level(level, total).map(|node| (node.shards(total).start, node)).collect();
        Self {
            serial,
            epoch,
            values: offer.values,
            total,
            fresh,
            failed: BTreeSet::new(),
            leased: BTreeMap::new(),
            begun: BTreeSet::new(),
            queued: BTreeSet::new(),
            histories: BTreeMap::new(),
            last_return: None,
            done: 0,
        }
    }

    /// What a lease of the node asks for.
    pub(super) fn work(&self, node: Node) -> Work {
        if self.epoch == PREPARATION { Work::Prepare } else { Work::Node { node, total: self.total } }
    }

    /// Shards below a node.
    pub(super) fn shards(&self, node: Node) -> u32 {
        node.shards(self.total).len() as u32
    }

    pub(super) fn total(&self) -> u32 {
        self.total
    }

    pub(super) fn done(&self) -> u32 {
        self.done
    }

    pub(super) fn pending(&self) -> usize {
        self.fresh.len() + self.failed.len()
    }

    /// Nodes in somebody's hands.
    pub(super) fn leased(&self) -> impl Iterator<Item = (Node, Fence, Option<Fence>)> {
        self.leased.iter().map(|(node, leased)| (*node, leased.first, leased.second))
    }

    pub(super) fn leases(&self) -> Vec<Fence> {
        self.leased.values().flat_map(|leased| std::iter::once(leased.first).chain(leased.second)).collect()
    }

    /// The next node that nothing happened to.
    pub(super) fn first_fresh(&self) -> Option<Node> {
        self.fresh.first().map(|(_, node)| *node)
    }

    /// Nodes that failed before.
    pub(super) fn failed(&self) -> impl Iterator<Item = (Node, &History)> {
        self.failed.iter().filter_map(|(_, node)| Some((*node, self.histories.get(node)?)))
    }

    pub(super) fn history(&self, node: Node) -> Option<&History> {
        self.histories.get(&node)
    }

    pub(super) fn history_mut(&mut self, node: Node) -> &mut History {
        self.histories.entry(node).or_default()
    }

    /// Replaces a pending node that nothing happened to by its children, and says which of them comes first. A
    /// leaf stays.
    pub(super) fn split(&mut self, node: Node) -> Node {
        let total = self.total;
        let place = |node: Node| (node.shards(total).start, node);
        if node.level == 0 || !self.fresh.remove(&place(node)) {
            return node;
        }
        self.fresh.extend(node.children(total).map(place));
        self.first_fresh().unwrap_or(node)
    }

    /// A pending node goes into somebody's hands; `at` is when.
    pub(super) fn grant(&mut self, node: Node, fence: Fence, at: Time) {
        let place = (node.shards(self.total).start, node);
        let _ = self.fresh.remove(&place) || self.failed.remove(&place);
        self.leased.insert(node, Leased { first: fence, second: None });
        self.queued.insert((at, fence));
    }

    /// A leased node goes into a second pair of hands.
    pub(super) fn grant_second(&mut self, node: Node, fence: Fence, first: (Time, Fence)) {
        if let Some(leased) = self.leased.get_mut(&node) {
            leased.second = Some(fence);
            self.begun.remove(&first);
        }
    }

    /// The holder has come to a lease.
    pub(super) fn begin(&mut self, fence: Fence, granted: Time, now: Time) {
        if self.queued.remove(&(granted, fence)) {
            self.begun.insert((now, fence));
        }
    }

    /// The lease that runs for the longest time, of those with one copy.
    pub(super) fn longest(&self) -> impl Iterator<Item = (Time, Fence)> {
        self.begun.iter().copied()
    }

    /// The lease that will be begun last, of those that wait in a worker's hands.
    pub(super) fn last_queued(&self) -> impl Iterator<Item = Fence> {
        self.queued.iter().rev().map(|(_, fence)| *fence)
    }

    /// A lease is over without a result. The node is pending again, unless another copy is under way.
    pub(super) fn release(&mut self, node: Node, fence: Fence, times: LeaseTimes) {
        self.forget_times(fence, times);
        let Some(leased) = self.leased.get_mut(&node) else { return };
        match (leased.first == fence, leased.second) {
            (true, Some(second)) => *leased = Leased { first: second, second: None },
            (true, None) => {
                self.leased.remove(&node);
                self.requeue(node);
            }
            (false, Some(second)) if second == fence => leased.second = None,
            (false, _) => {}
        }
    }

    /// A copy that was left alone is a candidate for another second copy.
    pub(super) fn alone(&mut self, fence: Fence, times: LeaseTimes) {
        match times.begun {
            Some(begun) => self.begun.insert((begun, fence)),
            None => self.queued.insert((times.granted, fence)),
        };
    }

    /// The fence of the only copy of a node.
    pub(super) fn only_copy(&self, node: Node) -> Option<Fence> {
        self.leased.get(&node).filter(|leased| leased.second.is_none()).map(|leased| leased.first)
    }

    /// A result has come. Returns the fence of the other copy, if there is one.
    pub(super) fn finish(&mut self, node: Node, fence: Fence, times: LeaseTimes) -> Option<Fence> {
        self.forget_times(fence, times);
        let leased = self.leased.remove(&node)?;
        self.done += self.shards(node);
        std::iter::once(leased.first).chain(leased.second).find(|other| *other != fence)
    }

    /// The job did not take a result: the node is pending again.
    pub(super) fn reopen(&mut self, node: Node) {
        self.done -= self.shards(node).min(self.done);
        self.requeue(node);
    }

    /// Is the node leased under this fence?
    pub(super) fn holds(&self, node: Node, fence: Fence) -> bool {
        self.leased.get(&node).is_some_and(|leased| leased.first == fence || leased.second == Some(fence))
    }

    /// Is any part of the node pending or leased?
    pub(super) fn is_open(&self, node: Node) -> bool {
        let overlaps = |(_, other): &(u32, Node)| other.overlaps(node);
        self.leased.keys().any(|other| other.overlaps(node))
            || self.fresh.iter().any(overlaps)
            || self.failed.iter().any(overlaps)
    }

    fn requeue(&mut self, node: Node) {
        let place = (node.shards(self.total).start, node);
        if self.history(node).is_some_and(History::is_eventful) {
            self.failed.insert(place)
        } else {
            self.fresh.insert(place)
        };
    }

    fn forget_times(&mut self, fence: Fence, times: LeaseTimes) {
        self.queued.remove(&(times.granted, fence));
        if let Some(begun) = times.begun {
            self.begun.remove(&(begun, fence));
        }
    }

    /// All shards below nodes that are pending or leased, for the laws.
    #[cfg(test)]
    pub(super) fn open_shards(&self) -> Vec<u32> {
        let pending = self.fresh.iter().chain(&self.failed).map(|(_, node)| *node);
        let mut shards: Vec<u32> =
            pending.chain(self.leased.keys().copied()).flat_map(|node| node.shards(self.total)).collect();
        shards.sort_unstable();
        shards
    }
}

/// When a lease was granted, and when its holder came to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeaseTimes {
    pub(super) granted: Time,
    pub(super) begun: Option<Time>,
}

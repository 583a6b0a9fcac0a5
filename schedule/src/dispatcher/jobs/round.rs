//! The nodes of one offer.
//!
//! ```text
//!                 granted                          result
//!   Pending ───────────────────▶ Leased ─────────────────────────▶ Done
//!      ▲ │                       │    ▲ │                            │
//!      │ └─split into children   │    └─┘ computed speculatively     │
//!      └─────lost, failed────────┘                                   │
//!      └─────────────────refused by the job──────────────────────────┘
//! ```
//!
//! Every shard lies below exactly one node that is pending, leased or done. A node that failed remembers who
//! tried, so that others try next.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clipig_core::{EpochValues, Fence, Node, Stage, Work, WorkerName};

use super::by_model::ByModel;
use super::history::History;
use crate::dispatcher::action::Attempt;
use crate::dispatcher::leases::LeaseTimes;
use crate::dispatcher::terms::{Offer, OfferedWork};
use crate::dispatcher::timers::Time;

/// The nodes of one offer and where they stand.
#[derive(Debug)]
pub(in crate::dispatcher) struct Round {
    /// Tells offers of the same epoch apart.
    serial: u64,
    stage: Stage,
    values: EpochValues,
    total: u32,
    /// Nodes that nobody computes, in the order of their first shards, which stand before them. They are taken from the
    /// front, and what comes back stood near it. Those that failed are kept apart.
    fresh: VecDeque<(u32, Node)>,
    failed: BTreeSet<(u32, Node)>,
    leased: BTreeMap<Node, Leased>,
    /// Leases of nodes with one copy: those that run, by when they began, and those that wait in a worker's hands. Fences
    /// are in the order of granting.
    begun: BTreeSet<(Time, Fence)>,
    queued: BTreeSet<Fence>,
    /// Nodes to which something happened.
    histories: BTreeMap<Node, History>,
    /// Who handed back a lease last, and why.
    last_return: Option<(WorkerName, String)>,
    /// Shards that are done.
    done: u32,
    /// What is left for each model, if the job has several.
    by_model: Option<Box<ByModel>>,
}

/// A node in somebody's hands.
#[derive(Debug)]
struct Leased {
    first: Fence,
    second: Option<Fence>,
}

impl Round {
    /// Cuts an offer into nodes of one level.
    pub(in crate::dispatcher) fn new(offer: Offer, serial: u64, level: u32) -> Self {
        let Offer { work, values, models, .. } = offer;
        let (total, level) = match work {
            OfferedWork::Prepare => (1, 0),
            OfferedWork::Epoch { shards, .. } => (shards, level),
        };
        let mut fresh = Node::level(level, total).map(|node| (node.shards(total).start, node)).collect();
        let by_model = ByModel::divide(models, &mut fresh, total).map(Box::new);
        Self {
            serial,
            stage: work.stage(),
            values,
            total,
            fresh,
            failed: BTreeSet::new(),
            leased: BTreeMap::new(),
            begun: BTreeSet::new(),
            queued: BTreeSet::new(),
            histories: BTreeMap::new(),
            last_return: None,
            done: 0,
            by_model,
        }
    }

    /// What a lease of the node asks for.
    pub(in crate::dispatcher) fn work(&self, node: Node) -> Work {
        match self.stage {
            Stage::Prepare => Work::Prepare,
            Stage::Epoch(epoch) => Work::Node { epoch, node, total: self.total },
        }
    }

    pub(in crate::dispatcher) fn serial(&self) -> u64 {
        self.serial
    }

    pub(in crate::dispatcher) fn stage(&self) -> Stage {
        self.stage
    }

    pub(in crate::dispatcher) fn values(&self) -> EpochValues {
        self.values
    }

    /// Shards below a node.
    pub(in crate::dispatcher) fn shards(&self, node: Node) -> u32 {
        node.shards(self.total).len() as u32
    }

    pub(in crate::dispatcher) fn total(&self) -> u32 {
        self.total
    }

    pub(in crate::dispatcher) fn done(&self) -> u32 {
        self.done
    }

    pub(in crate::dispatcher) fn pending(&self) -> usize {
        self.fresh.len() + self.failed.len()
    }

    /// Is anything of it in somebody's hands?
    pub(in crate::dispatcher) fn is_leased(&self) -> bool {
        !self.leased.is_empty()
    }

    pub(in crate::dispatcher) fn leases(&self) -> Vec<Fence> {
        self.leased.values().flat_map(|leased| std::iter::once(leased.first).chain(leased.second)).collect()
    }

    /// The leases of a node.
    pub(in crate::dispatcher) fn copies(&self, node: Node) -> impl Iterator<Item = Fence> {
        let leased = self.leased.get(&node).into_iter();
        leased.flat_map(|leased| std::iter::once(leased.first).chain(leased.second))
    }

    /// The model that a node's shards are computed with. `None` in a job of one model, and where several are not told apart.
    pub(in crate::dispatcher) fn model(&self, node: Node) -> Option<usize> {
        self.by_model.as_ref()?.of(&node.shards(self.total))
    }

    /// Is each node computed with one of several models?
    pub(in crate::dispatcher) fn tells_models_apart(&self) -> bool {
        self.by_model.is_some()
    }

    /// The next node that nothing happened to and that is computed with this model.
    pub(in crate::dispatcher) fn first_of_model(&self, model: usize) -> Option<Node> {
        self.by_model.as_ref()?.first(model)
    }

    /// The next node that nothing happened to, of the model that most lacks workers.
    pub(in crate::dispatcher) fn first_of_neediest(&self) -> Option<Node> {
        let by_model = self.by_model.as_ref()?;
        by_model.first(by_model.neediest()?)
    }

    /// The next node that nothing happened to.
    pub(in crate::dispatcher) fn first_fresh(&self) -> Option<Node> {
        self.fresh.front().map(|(_, node)| *node)
    }

    /// Nodes that failed before.
    pub(in crate::dispatcher) fn failed(&self) -> impl Iterator<Item = (Node, &History)> {
        self.failed.iter().filter_map(|(_, node)| Some((*node, self.histories.get(node)?)))
    }

    pub(in crate::dispatcher) fn history(&self, node: Node) -> Option<&History> {
        self.histories.get(&node)
    }

    /// Has anything happened to a node for which somebody else should rather try it?
    pub(in crate::dispatcher) fn is_eventful(&self, node: Node) -> bool {
        self.history(node).is_some_and(History::is_eventful)
    }

    /// An attempt of a node has failed.
    pub(in crate::dispatcher) fn add_attempt(&mut self, node: Node, attempt: Attempt) {
        self.history_mut(node).add_attempt(attempt);
    }

    /// A worker was gone with a node in hand; does that count? See [`History`].
    pub(in crate::dispatcher) fn add_disappearance(
        &mut self,
        node: Node,
        worker: &WorkerName,
        now: Time,
    ) -> bool {
        let is_alone = self.only_copy(node).is_some();
        self.history_mut(node).add_disappearance(worker, is_alone, now)
    }

    /// Somebody else should try a node before this worker does again.
    pub(in crate::dispatcher) fn advise_against(&mut self, node: Node, worker: &WorkerName) {
        self.history_mut(node).advise_against(worker);
    }

    /// A node was handed back undone: by whom, and why.
    pub(in crate::dispatcher) fn add_return(&mut self, node: Node, said: (WorkerName, String), now: Time) {
        self.last_return = Some(said);
        self.history_mut(node).add_return(now);
    }

    /// Who handed back a lease last, and why.
    pub(in crate::dispatcher) fn last_return(&self) -> Option<&(WorkerName, String)> {
        self.last_return.as_ref()
    }

    fn history_mut(&mut self, node: Node) -> &mut History {
        self.histories.entry(node).or_default()
    }

    /// Replaces a pending node that nothing happened to by its children, and says which of them comes first. A
    /// leaf stays.
    pub(in crate::dispatcher) fn split(&mut self, node: Node) -> Node {
        if node.level == 0 || !self.take_fresh(node) {
            return node;
        }
        for child in node.children(self.total) {
            self.add_fresh(child);
        }
        node.children(self.total).next().unwrap_or(node)
    }

    /// A pending node goes into somebody's hands, who may have come to it at once.
    pub(in crate::dispatcher) fn grant(&mut self, node: Node, fence: Fence, begun: Option<Time>) {
        let _ = self.take_fresh(node) || self.failed.remove(&self.place(node));
        self.leased.insert(node, Leased { first: fence, second: None });
        if let Some(by_model) = &mut self.by_model {
            by_model.add_leased(&node.shards(self.total));
        }
        self.add_times(fence, begun);
    }

    /// A leased node is computed speculatively, by a second worker.
    pub(in crate::dispatcher) fn grant_second(&mut self, node: Node, fence: Fence, first: (Time, Fence)) {
        if let Some(leased) = self.leased.get_mut(&node) {
            leased.second = Some(fence);
            self.begun.remove(&first);
        }
    }

    /// The holder has come to a lease.
    pub(in crate::dispatcher) fn begin(&mut self, fence: Fence, now: Time) {
        if self.queued.remove(&fence) {
            self.begun.insert((now, fence));
        }
    }

    /// The lease that runs for the longest time, of those with one copy.
    pub(in crate::dispatcher) fn longest(&self) -> impl Iterator<Item = (Time, Fence)> {
        self.begun.iter().copied()
    }

    /// The lease that will be begun last, of those that wait in a worker's hands.
    pub(in crate::dispatcher) fn last_queued(&self) -> impl Iterator<Item = Fence> {
        self.queued.iter().rev().copied()
    }

    /// A lease is over without a result. The node is pending again, unless another copy is under way.
    pub(in crate::dispatcher) fn release(&mut self, node: Node, fence: Fence, times: LeaseTimes) {
        self.forget_times(fence, times);
        let Some(leased) = self.leased.get_mut(&node) else { return };
        match (leased.first == fence, leased.second) {
            (true, Some(second)) => *leased = Leased { first: second, second: None },
            (true, None) => {
                self.take_leased(node);
                self.requeue(node);
            }
            (false, Some(second)) if second == fence => leased.second = None,
            (false, _) => {}
        }
    }

    /// A copy that was left alone may be computed a second time again.
    pub(in crate::dispatcher) fn alone(&mut self, fence: Fence, times: LeaseTimes) {
        self.add_times(fence, times.begun);
    }

    /// The fence of the only copy of a node.
    pub(in crate::dispatcher) fn only_copy(&self, node: Node) -> Option<Fence> {
        self.leased.get(&node).filter(|leased| leased.second.is_none()).map(|leased| leased.first)
    }

    /// A result has come. Returns the fence of the other copy, if there is one.
    pub(in crate::dispatcher) fn finish(
        &mut self,
        node: Node,
        fence: Fence,
        times: LeaseTimes,
    ) -> Option<Fence> {
        self.forget_times(fence, times);
        let leased = self.take_leased(node)?;
        self.done += self.shards(node);
        std::iter::once(leased.first).chain(leased.second).find(|other| *other != fence)
    }

    /// The job did not take a result: the node is pending again.
    pub(in crate::dispatcher) fn reopen(&mut self, node: Node) {
        self.done -= self.shards(node).min(self.done);
        self.requeue(node);
    }

    /// Is the node leased under this fence?
    pub(in crate::dispatcher) fn holds(&self, node: Node, fence: Fence) -> bool {
        self.leased.get(&node).is_some_and(|leased| leased.first == fence || leased.second == Some(fence))
    }

    /// Is any part of the node pending or leased?
    pub(in crate::dispatcher) fn is_open(&self, node: Node) -> bool {
        let overlaps = |(_, other): &(u32, Node)| other.overlaps(node);
        self.leased.keys().any(|other| other.overlaps(node))
            || self.fresh.iter().any(overlaps)
            || self.failed.iter().any(overlaps)
    }

    fn requeue(&mut self, node: Node) {
        if self.is_eventful(node) {
            self.failed.insert(self.place(node));
        } else {
            self.add_fresh(node);
        }
    }

    /// The first shard of a node and the node: pending nodes are in the order of these.
    fn place(&self, node: Node) -> (u32, Node) {
        (node.shards(self.total).start, node)
    }

    fn add_fresh(&mut self, node: Node) {
        let place = self.place(node);
        if let Err(at) = self.fresh.binary_search(&place) {
            self.fresh.insert(at, place);
        }
        if let Some(by_model) = &mut self.by_model {
            by_model.add_pending(node, &node.shards(self.total));
        }
    }

    /// Takes a node out of those to which nothing happened; was it among them?
    fn take_fresh(&mut self, node: Node) -> bool {
        if let Some(by_model) = &mut self.by_model {
            by_model.remove_pending(node, &node.shards(self.total));
        }
        // Mostly it is the first.
        if self.first_fresh() == Some(node) {
            return self.fresh.pop_front().is_some();
        }
        let at = self.fresh.binary_search(&self.place(node));
        at.is_ok_and(|at| self.fresh.remove(at).is_some())
    }

    fn take_leased(&mut self, node: Node) -> Option<Leased> {
        let leased = self.leased.remove(&node)?;
        if let Some(by_model) = &mut self.by_model {
            by_model.remove_leased(&node.shards(self.total));
        }
        Some(leased)
    }

    fn add_times(&mut self, fence: Fence, begun: Option<Time>) {
        match begun {
            Some(begun) => self.begun.insert((begun, fence)),
            None => self.queued.insert(fence),
        };
    }

    fn forget_times(&mut self, fence: Fence, times: LeaseTimes) {
        match times.begun {
            Some(begun) => self.begun.remove(&(begun, fence)),
            None => self.queued.remove(&fence),
        };
    }

    /// Does the account of each model agree with the nodes? For the laws.
    #[cfg(test)]
    pub(in crate::dispatcher) fn is_account_right(&self) -> bool {
        let fresh: BTreeSet<(u32, Node)> = self.fresh.iter().copied().collect();
        let leased: u64 = self.leased.keys().map(|node| u64::from(self.shards(*node))).sum();
        self.by_model.as_ref().is_none_or(|by_model| by_model.account() == (fresh, leased))
    }

    /// All shards below nodes that are pending or leased, for the laws.
    #[cfg(test)]
    pub(in crate::dispatcher) fn open_shards(&self) -> Vec<u32> {
        let pending = self.fresh.iter().chain(&self.failed).map(|(_, node)| *node);
        let mut shards: Vec<u32> =
            pending.chain(self.leased.keys().copied()).flat_map(|node| node.shards(self.total)).collect();
        shards.sort_unstable();
        shards
    }
}

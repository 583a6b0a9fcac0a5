//! Nodes that a second worker computes, too, to see whether both give the same bits.
//!
//! ```text
//!             granted                       both digests known, the same
//!   Waiting ───────────▶ Open ──────────────────────────────────────────▶ over
//!      ▲                  │ ▲ │
//!      │                  │ │ └──not the same──▶ Disputed ──nobody else can compute it──▶ over: all are at fault
//!      │                  │ │                       │
//!      │                  │ └────granted to a third─┘
//!      │                  └──three digests known──▶ over: the one that differs is at fault, or all
//!      └── the same worker computed the node itself
//! ```
//!
//! A check ends without an outcome when a lease of it is lost, or the node goes out again. What is kept of a result is its
//! digest.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use clipig_core::{EpochValues, Fence, JobRevision, Node, Sha256, Work, WorkerName};

use super::spot_checks::{OfferedNode, SpotChecks};

/// So many workers are asked about one node at most, in case that leases are lost.
const MOST_ASKED: usize = 8;

/// All nodes that were chosen for a check.
#[derive(Debug)]
pub(super) struct Checks {
    /// Which nodes are chosen.
    lottery: SpotChecks,
    open: BTreeMap<OfferedNode, Check>,
    /// The nodes of the results, by the leases that they come or came under.
    fences: BTreeMap<Fence, OfferedNode>,
    /// Nodes that nobody checks yet.
    waiting: BTreeSet<OfferedNode>,
    /// Nodes of which two results differ, and that nobody else computes yet.
    disputed: BTreeSet<OfferedNode>,
    /// Of each job: what it offered before, while checks of that are open.
    kept: BTreeMap<JobRevision, KeptOffer>,
}

/// An offer that is over and whose canvas is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptOffer {
    pub(super) offer: u64,
    /// Bytes that are reserved for the canvas.
    pub(super) bytes: u64,
}

/// A node that was chosen.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) work: Work,
    values: EpochValues,
    pub(super) results: Vec<CheckedResult>,
    /// All who were asked, except for the one whose result was merged and those who have lost the lease.
    asked: Vec<WorkerName>,
    /// How many offers have ended since the node was leased, its own among them.
    outlived: u32,
}

/// A result that is compared.
#[derive(Clone, Debug)]
pub(super) struct CheckedResult {
    pub(super) fence: Fence,
    pub(super) worker: WorkerName,
    /// Is it the one that went to the job?
    pub(super) merged: bool,
    /// `None` until it is there and hashed.
    pub(super) digest: Option<Sha256>,
}

/// What the results of a check say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// Not all are known.
    Open,
    /// All are the same.
    Same,
    /// Two differ: a third is wanted.
    Disputed,
    /// They differ, and three are enough.
    Different,
}

impl Check {
    /// Was anybody asked to check the node?
    pub(super) fn is_granted(&self) -> bool {
        !self.asked.is_empty()
    }

    fn compare(&self) -> Comparison {
        let digests: Option<Vec<Sha256>> = self.results.iter().map(|result| result.digest).collect();
        let is_merged = self.results.iter().any(|result| result.merged);
        let Some(digests) = digests.filter(|digests| is_merged && digests.len() > 1) else {
            return Comparison::Open;
        };
        match digests.len() {
            _ if digests.iter().all(|digest| *digest == digests[0]) => Comparison::Same,
            2 => Comparison::Disputed,
            _ => Comparison::Different,
        }
    }
}

impl Checks {
    pub(super) fn new(spot_checks: SpotChecks) -> Self {
        Self {
            lottery: spot_checks,
            open: BTreeMap::new(),
            fences: BTreeMap::new(),
            waiting: BTreeSet::new(),
            disputed: BTreeSet::new(),
            kept: BTreeMap::new(),
        }
    }

    /// Is this node to be checked, if somebody is idle?
    pub(super) fn choose(&self, checked: OfferedNode) -> bool {
        self.lottery.choose(checked)
    }

    /// A node that is to be checked was leased.
    pub(super) fn add(&mut self, checked: OfferedNode, work: Work, values: EpochValues) {
        if let Entry::Vacant(free) = self.open.entry(checked) {
            free.insert(Check { work, values, results: Vec::new(), asked: Vec::new(), outlived: 0 });
            self.waiting.insert(checked);
        }
    }

    /// The node's result that counts has come. Says whether it is compared. What the same worker has to say as a checker
    /// is of no interest any more: the fence is returned of a lease under which it may still compute it.
    pub(super) fn merge(
        &mut self,
        checked: OfferedNode,
        fence: Fence,
        worker: &WorkerName,
    ) -> (bool, Option<Fence>) {
        let Some(check) = self.open.get_mut(&checked) else { return (false, None) };
        let own = check.results.iter().position(|result| result.worker == *worker);
        let own = own.map(|place| check.results.remove(place).fence);
        check.results.push(CheckedResult { fence, worker: worker.clone(), merged: true, digest: None });
        if let Some(own) = own {
            check.asked.clear();
            self.fences.remove(&own);
            self.waiting.insert(checked);
        }
        self.fences.insert(fence, checked);
        (true, own)
    }

    /// Somebody is to compute the node for the check.
    pub(super) fn grant(&mut self, checked: OfferedNode, fence: Fence, worker: WorkerName) {
        let Some(check) = self.open.get_mut(&checked) else { return };
        check.asked.push(worker.clone());
        check.results.push(CheckedResult { fence, worker, merged: false, digest: None });
        self.fences.insert(fence, checked);
        self.waiting.remove(&checked);
        self.disputed.remove(&checked);
    }

    /// What the lease of a node asks for.
    pub(super) fn work(&self, checked: OfferedNode) -> Option<(Work, EpochValues)> {
        self.open.get(&checked).map(|check| (check.work, check.values))
    }

    /// What a lease of a check asks for.
    pub(super) fn asked(&self, fence: Fence) -> Option<(Work, EpochValues)> {
        self.work(*self.fences.get(&fence)?)
    }

    /// The digest of a result is known. Returns its node, unless nobody is interested any more.
    pub(super) fn set_digest(&mut self, fence: Fence, digest: Sha256) -> Option<OfferedNode> {
        let checked = *self.fences.get(&fence)?;
        let results = &mut self.open.get_mut(&checked)?.results;
        results.iter_mut().find(|result| result.fence == fence)?.digest = Some(digest);
        Some(checked)
    }

    /// What the results of a node say.
    pub(super) fn compare(&self, checked: OfferedNode) -> Comparison {
        self.open.get(&checked).map_or(Comparison::Open, Check::compare)
    }

    /// Two results of a node differ: somebody else is to compute it.
    pub(super) fn dispute(&mut self, checked: OfferedNode) {
        self.disputed.insert(checked);
    }

    /// The holder of a lease has not said that it cannot compute the node: it may be asked again.
    pub(super) fn excuse(&mut self, fence: Fence) {
        let check = self.fences.get(&fence).and_then(|checked| self.open.get_mut(checked));
        let Some(Check { results, asked, .. }) = check else { return };
        if let Some(result) = results.iter().find(|result| result.fence == fence) {
            asked.retain(|worker| *worker != result.worker);
        }
    }

    /// A lease of a check has ended without a result. Returns its node.
    pub(super) fn lose(&mut self, fence: Fence) -> Option<OfferedNode> {
        let checked = self.fences.remove(&fence)?;
        if let Some(check) = self.open.get_mut(&checked) {
            check.results.retain(|result| result.fence != fence);
        }
        Some(checked)
    }

    /// Ends a check.
    pub(super) fn remove(&mut self, checked: OfferedNode) -> Option<Check> {
        let check = self.open.remove(&checked)?;
        for result in &check.results {
            self.fences.remove(&result.fence);
        }
        self.waiting.remove(&checked);
        self.disputed.remove(&checked);
        Some(check)
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Nodes of an offer that nobody checks yet.
    pub(super) fn waiting(&self, revision: JobRevision, offer: u64) -> impl Iterator<Item = OfferedNode> {
        let first = OfferedNode { revision, offer, node: Node { level: 0, index: 0 } };
        let of_offer = move |checked: &&OfferedNode| (checked.revision, checked.offer) == (revision, offer);
        self.waiting.range(first..).take_while(of_offer).copied()
    }

    pub(super) fn disputed(&self) -> impl Iterator<Item = OfferedNode> {
        self.disputed.iter().copied()
    }

    /// An offer of the node's job has ended. Returns how many have since the node was leased.
    pub(super) fn outlive(&mut self, checked: OfferedNode) -> u32 {
        let Some(check) = self.open.get_mut(&checked) else { return 0 };
        check.outlived += 1;
        check.outlived
    }

    /// The leases that the results of a node come or came under.
    pub(super) fn fences(&self, checked: OfferedNode) -> Vec<Fence> {
        let results = self.open.get(&checked).map_or(&[][..], |check| &check.results[..]);
        results.iter().map(|result| result.fence).collect()
    }

    /// All nodes of a job that were chosen.
    pub(super) fn of(&self, revision: JobRevision) -> Vec<OfferedNode> {
        let first = OfferedNode { revision, offer: 0, node: Node { level: 0, index: 0 } };
        let nodes = self.open.range(first..).map(|(checked, _)| *checked);
        nodes.take_while(|checked| checked.revision == revision).collect()
    }

    /// Did the result of the node go to its job that is compared with that of this lease?
    pub(super) fn is_merged(&self, fence: Fence) -> bool {
        let check = self.fences.get(&fence).and_then(|checked| self.open.get(checked));
        check.is_some_and(|check| check.results.iter().any(|result| result.merged))
    }

    /// Do results of a node that are known differ?
    pub(super) fn differs(&self, checked: OfferedNode) -> bool {
        let results = self.open.get(&checked).map_or(&[][..], |check| &check.results[..]);
        let mut digests = results.iter().filter_map(|result| result.digest);
        digests.next().is_some_and(|first| digests.any(|other| other != first))
    }

    /// Can the check of a node still have an outcome when nothing more of its offer is leased?
    pub(super) fn can_outlive_offer(&self, checked: OfferedNode) -> bool {
        self.open
            .get(&checked)
            .is_some_and(|check| check.results.len() > 1 && check.results.iter().any(|result| result.merged))
    }

    /// Does this worker take part in the check of a node, or has it?
    pub(super) fn knows(&self, checked: OfferedNode, worker: &WorkerName) -> bool {
        self.open.get(&checked).is_some_and(|check| {
            check.asked.contains(worker) || check.results.iter().any(|result| result.worker == *worker)
        })
    }

    /// May another worker be asked about a node?
    pub(super) fn may_ask(&self, checked: OfferedNode) -> bool {
        self.open.get(&checked).is_some_and(|check| check.asked.len() < MOST_ASKED)
    }

    /// Were nodes of this offer chosen that are not over?
    pub(super) fn is_open(&self, revision: JobRevision, offer: u64) -> bool {
        let first = OfferedNode { revision, offer, node: Node { level: 0, index: 0 } };
        let next = self.open.range(first..).next();
        next.is_some_and(|(checked, _)| (checked.revision, checked.offer) == (revision, offer))
    }

    pub(super) fn keep(&mut self, revision: JobRevision, kept: KeptOffer) {
        self.kept.insert(revision, kept);
    }

    pub(super) fn release(&mut self, revision: JobRevision) -> Option<KeptOffer> {
        self.kept.remove(&revision)
    }

    /// What is kept of what a job offered before.
    pub(super) fn kept(&self, revision: JobRevision) -> Option<KeptOffer> {
        self.kept.get(&revision).copied()
    }

    /// Jobs of which something is kept for checks that are over.
    pub(super) fn unneeded(&self) -> Vec<JobRevision> {
        let unneeded = self.kept.iter().filter(|(revision, kept)| !self.is_open(**revision, kept.offer));
        unneeded.map(|(revision, _)| *revision).collect()
    }

    /// Leases of first checks, whose worker has perhaps answered already. Those that decide between two are not among
    /// them.
    pub(super) fn first_checks(&self) -> impl Iterator<Item = Fence> {
        let first =
            |check: &Check| check.results.iter().find(|result| !result.merged).map(|result| result.fence);
        let open = self.open.values().filter(|check| check.results.len() < 3);
        open.filter_map(first)
    }

    /// How many nodes were chosen and are not over, and how many leases their results come or came under.
    #[cfg(test)]
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.open.len(), self.fences.len())
    }

    /// Is anything expected under this lease?
    #[cfg(test)]
    pub(super) fn expects(&self, fence: Fence) -> bool {
        self.fences.contains_key(&fence)
    }
}

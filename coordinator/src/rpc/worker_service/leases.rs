//! What a session was given, as far as that bounds what it may answer.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clipig_core::{Fence, JobRevision, Lease, Node, Work};
use clipig_proto::incoming::ExpectedGradient;
use clipig_schedule::switchboard::KeptLease;

/// Leases of one session. Its two halves share them.
#[derive(Default)]
pub(super) struct Leases {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// The greatest number of samples in a shard, of each job that was opened.
    shard_sizes: BTreeMap<JobRevision, u32>,
    held: HashMap<Fence, (JobRevision, Option<ExpectedGradient>)>,
    /// Taken back since somebody looked.
    revoked: Vec<Fence>,
}

impl Leases {
    pub(super) fn opened(&self, revision: JobRevision, shard_size: u32) {
        self.lock().shard_sizes.insert(revision, shard_size);
    }

    pub(super) fn closed(&self, revision: JobRevision) {
        let mut inner = self.lock();
        inner.shard_sizes.remove(&revision);
        let dropped: Vec<Fence> =
            inner.held.iter().filter(|(_, (job, _))| *job == revision).map(|(fence, _)| *fence).collect();
        for fence in dropped {
            inner.held.remove(&fence);
            inner.revoked.push(fence);
        }
    }

    pub(super) fn given(&self, lease: &Lease) {
        let mut inner = self.lock();
        let shard_size = inner.shard_sizes.get(&lease.revision).copied().unwrap_or(0);
        let expected = match lease.work {
            Work::Prepare => None,
            Work::Node { node, total, .. } => Some(expected(lease, node, total, shard_size)),
        };
        inner.held.insert(lease.fence, (lease.revision, expected));
    }

    /// The worker goes on with a lease of its last connection.
    pub(super) fn kept(&self, KeptLease { lease, shard_size }: &KeptLease) {
        self.opened(lease.revision, *shard_size);
        self.given(lease);
    }

    pub(super) fn revoked(&self, fence: Fence) {
        let mut inner = self.lock();
        if inner.held.remove(&fence).is_some() {
            inner.revoked.push(fence);
        }
    }

    /// An answer came: no other is expected.
    pub(super) fn answered(&self, fence: Fence) {
        self.lock().held.remove(&fence);
    }

    /// What a gradient under this fence must be like; `None` where none is expected.
    pub(super) fn expected(&self, fence: Fence) -> Option<ExpectedGradient> {
        self.lock().held.get(&fence).and_then(|(_, expected)| *expected)
    }

    /// Is it the fence of a preparation?
    pub(super) fn prepares(&self, fence: Fence) -> bool {
        matches!(self.lock().held.get(&fence), Some((_, None)))
    }

    /// Leases taken back since the last call.
    pub(super) fn take_revoked(&self) -> Vec<Fence> {
        std::mem::take(&mut self.lock().revoked)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn expected(lease: &Lease, node: Node, total: u32, shard_size: u32) -> ExpectedGradient {
    let [width, height] = lease.values.resolution;
    ExpectedGradient { width, height, shards: node.shards(total).len() as u32, shard_size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clipig_core::{Epoch, EpochValues, JobId};

    #[test]
    fn bounds_are_those_of_the_lease() {
        let revision = JobRevision { job: JobId(1), revision: 0 };
        let fence = |number| Fence { incarnation: 1, number };
        let values = EpochValues { resolution: [30, 20], learnrate: 0.0, learnrate_scale: 0.0 };
        let lease = |number, work| Lease { fence: fence(number), revision, work, values, trace: None };
        // The last node of its level has fewer shards than others.
        let node = Work::Node { epoch: Epoch(0), node: Node { level: 2, index: 1 }, total: 7 };
        let leases = Leases::default();
        leases.opened(revision, 8);
        leases.given(&lease(1, node));
        leases.given(&lease(2, Work::Prepare));
        leases.given(&lease(3, node));
        leases.given(&lease(4, node));
        let expected = ExpectedGradient { width: 30, height: 20, shards: 3, shard_size: 8 };
        assert_eq!(leases.expected(fence(1)), Some(expected));
        assert_eq!(leases.expected(fence(2)), None);
        assert_eq!(leases.expected(fence(9)), None);
        assert_eq!([1, 2, 9].map(|number| leases.prepares(fence(number))), [false, true, false]);
        leases.answered(fence(1));
        assert_eq!(leases.expected(fence(1)), None);
        leases.revoked(fence(3));
        leases.revoked(fence(9));
        assert_eq!(leases.take_revoked(), [fence(3)]);
        leases.closed(revision);
        let mut revoked = leases.take_revoked();
        revoked.sort_unstable();
        assert_eq!(revoked, [fence(2), fence(4)]);
    }
}

//! Which nodes are checked.

use std::fmt;

use clipig_core::{JobRevision, Node};
use sha2::Digest as _;

/// Which nodes a second worker computes, too. They are chosen by a secret, so that no worker can tell when nobody looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SpotChecks {
    /// The greatest draw that chooses a node; 0: none is chosen.
    most: u64,
    key: u128,
}

/// A node of one offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OfferedNode {
    pub(super) revision: JobRevision,
    /// The serial number of the offer.
    pub(super) offer: u64,
    pub(super) node: Node,
}

impl SpotChecks {
    /// The share of nodes that is chosen where nothing is set.
    pub const SHARE: f64 = 0.01;

    /// No node is checked.
    pub const OFF: Self = Self { most: 0, key: 0 };

    /// Chooses this share of all nodes, from 0 to 1. The key should be drawn anew for each start of a coordinator.
    pub fn new(share: f64, key: u128) -> Self {
        // The conversion saturates.
        Self { most: (share.clamp(0.0, 1.0) * u64::MAX as f64) as u64, key }
    }

    /// Is this node to be checked, if somebody is idle?
    pub(super) fn choose(self, checked: OfferedNode) -> bool {
        self.most > 0 && self.draw(checked) <= self.most
    }

    /// A number that looks random to everybody who does not know the key.
    fn draw(self, checked: OfferedNode) -> u64 {
        let OfferedNode { revision, offer, node } = checked;
        let hash = sha2::Sha256::new()
            .chain_update(self.key.to_le_bytes())
            .chain_update(revision.job.0.to_le_bytes())
            .chain_update(revision.revision.to_le_bytes())
            .chain_update(offer.to_le_bytes())
            .chain_update(node.level.to_le_bytes())
            .chain_update(node.index.to_le_bytes())
            .finalize();
        hash[..8].iter().fold(0, |draw, byte| draw << 8 | u64::from(*byte))
    }
}

impl fmt::Debug for SpotChecks {
    /// Without the key, which must not get into a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpotChecks({:.6})", self.most as f64 / u64::MAX as f64)
    }
}

#[cfg(test)]
mod tests {
    use clipig_core::JobId;

    use super::*;

    fn nodes(count: u32) -> impl Iterator<Item = OfferedNode> {
        let revision = JobRevision { job: JobId(3), revision: 1 };
        let node = |index| Node { level: index % 4, index };
        (0..count).map(move |index| OfferedNode { revision, offer: u64::from(index / 8), node: node(index) })
    }

    #[test]
    fn the_share_is_chosen_and_another_key_chooses_others() {
        let chosen = |checks: SpotChecks| -> Vec<OfferedNode> {
            nodes(50_000).filter(|node| checks.choose(*node)).collect()
        };
        let (first, second) = (chosen(SpotChecks::new(0.01, 1)), chosen(SpotChecks::new(0.01, 2)));
        // 500 are expected, with a standard deviation of 22.
        for found in [&first, &second] {
            assert!((390..610).contains(&found.len()), "{}", found.len());
        }
        assert_eq!(chosen(SpotChecks::new(0.01, 1)), first);
        let both = first.iter().filter(|node| second.contains(node)).count();
        assert!(both < 30, "{both}");
    }

    #[test]
    fn all_and_none_are_exact() {
        assert!(nodes(2_000).all(|node| SpotChecks::new(1.0, 7).choose(node)));
        for none in [SpotChecks::OFF, SpotChecks::new(0.0, 7), SpotChecks::new(f64::NAN, 7)] {
            assert!(!nodes(2_000).any(|node| none.choose(node)));
        }
        assert_eq!(format!("{:?}", SpotChecks::new(0.25, 77)), "SpotChecks(0.250000)");
    }
}

//! Nodes of the merge tree: the unit in which shards are leased and their sums travel.

use std::fmt;
use std::ops::Range;

use crate::ids::ShardIndex;

/// A node of the merge tree: at level `l` the node `i` covers the shards `i·2ˡ .. (i+1)·2ˡ`, as far as they
/// exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// Height above the shards.
    pub level: u32,
    /// Place in its level.
    pub index: u32,
}

/// Levels of a tree with `u32` leaves.
const LEVELS: u32 = 32;

impl Node {
    /// The leaf of one shard.
    pub fn leaf(shard: ShardIndex) -> Self {
        Self { level: 0, index: shard.0 }
    }

    /// The root of a tree with `total` shards.
    pub fn root(total: u32) -> Self {
        Self { level: total.max(1).next_power_of_two().trailing_zeros(), index: 0 }
    }

    /// The shards below, in a tree with `total` shards. Empty if the tree has no such node.
    pub fn shards(self, total: u32) -> Range<u32> {
        let bound = |index: u64| {
            let leaf = if self.level >= LEVELS { index.min(1) << LEVELS } else { index << self.level };
            leaf.min(u64::from(total)) as u32
        };
        bound(u64::from(self.index))..bound(u64::from(self.index) + 1)
    }

    /// Does a tree with `total` shards have this node?
    pub fn exists(self, total: u32) -> bool {
        self.level <= Self::root(total).level && !self.shards(total).is_empty()
    }

    /// The node above.
    #[must_use]
    pub fn parent(self) -> Self {
        Self { level: self.level + 1, index: self.index >> 1 }
    }

    /// The other child of the parent; it may not exist.
    #[must_use]
    pub fn sibling(self) -> Self {
        Self { level: self.level, index: self.index ^ 1 }
    }

    /// The nodes below that exist in a tree with `total` shards: none for a leaf.
    pub fn children(self, total: u32) -> impl Iterator<Item = Self> {
        let level = self.level.checked_sub(1);
        level.into_iter().flat_map(move |level| {
            [0, 1]
                .map(|side| Self { level, index: self.index * 2 + side })
                .into_iter()
                .filter(move |node| node.exists(total))
        })
    }

    /// Is one of both above the other, or are they the same?
    pub fn overlaps(self, other: Self) -> bool {
        let (low, high) = if self.level <= other.level { (self, other) } else { (other, self) };
        let up = high.level - low.level;
        (if up >= LEVELS { 0 } else { low.index >> up }) == high.index
    }

    /// The nodes of one level, which cover all shards.
    pub fn level(level: u32, total: u32) -> impl Iterator<Item = Self> {
        let level = level.min(Self::root(total).level);
        let count = u64::from(total).div_ceil(1 << level) as u32;
        (0..count).map(move |index| Self { level, index })
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level, self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn children_cover_their_parent(total in 1_u32..500, level in 0_u32..10, place: prop::sample::Index) {
            let level = level.min(Node::root(total).level);
            let nodes: Vec<Node> = Node::level(level, total).collect();
            let node = *place.get(&nodes);
            prop_assert!(node.exists(total));
            let below: Vec<u32> = node.children(total).flat_map(|child| child.shards(total)).collect();
            if level > 0 {
                prop_assert_eq!(below, node.shards(total).collect::<Vec<_>>());
            }
            prop_assert!(node.children(total).all(|child| child.parent() == node && child.overlaps(node)));
            prop_assert!(!node.overlaps(node.sibling()));
        }

        #[test]
        fn a_level_covers_every_shard_once(total in 0_u32..500, level in 0_u32..12) {
            let shards: Vec<u32> = Node::level(level, total).flat_map(|node| node.shards(total)).collect();
            prop_assert_eq!(shards, (0..total).collect::<Vec<_>>());
        }
    }

    #[test]
    fn strange_nodes_do_not_exist() {
        for node in
            [Node { level: 40, index: 0 }, Node { level: 0, index: u32::MAX }, Node { level: 32, index: 9 }]
        {
            assert!(!node.exists(7), "{node}");
        }
        assert!(Node::root(7).exists(7) && Node::root(1).exists(1));
        assert!(!Node::root(0).exists(0));
    }
}

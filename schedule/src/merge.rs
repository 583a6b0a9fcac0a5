//! The order of the merge: a fixed binary tree on the shard index.
//!
//! ```text
//! shards     0   1   2   3   4
//! level 1    └─+─┘   └─+─┘   │
//! level 2      └───+───┘     │
//! level 3          └────+────┘
//! ```
//!
//! A [`Node`] that has one child only is that child. The shape depends on nothing but the number of shards,
//! so the same bits come out whoever computed which shard and in whatever order the results arrived, and a
//! worker that holds a whole subtree adds it up itself.

use std::collections::BTreeMap;

use clipig_core::{GradientSum, Node, ShardIndex};

/// Sums the gradients of a subtree's shards in the order of the tree, as they arrive.
#[derive(Debug)]
pub struct MergeTree {
    /// Shards of the whole epoch.
    total: u32,
    root: Node,
    merged: u32,
    /// Sums of complete nodes whose sibling is still missing.
    waiting: BTreeMap<Node, GradientSum>,
}

/// Why a gradient was not merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The epoch has no such node.
    #[error("node {0} does not belong to this epoch")]
    Unknown(Node),
    /// All or a part of the node was merged already.
    #[error("node {0} was merged already")]
    Twice(Node),
}

impl MergeTree {
    /// A tree for the shards `0..total`.
    pub fn new(total: u32) -> Self {
        Self::below(Node::root(total), total)
    }

    /// The part of the tree of `total` shards that lies below `root`.
    pub fn below(root: Node, total: u32) -> Self {
        Self { total, root, merged: 0, waiting: BTreeMap::new() }
    }

    /// Adds one shard's gradient.
    ///
    /// # Errors
    /// As [`insert_node`](Self::insert_node).
    pub fn insert(&mut self, shard: ShardIndex, gradient: GradientSum) -> Result<(), MergeError> {
        self.insert_node(Node::leaf(shard), gradient)
    }

    /// Adds the sum of a node.
    ///
    /// # Errors
    /// When the node is unknown or a part of it was merged before; nothing changes then.
    ///
    /// # Panics
    /// When gradients belong to canvases of different sizes.
    pub fn insert_node(&mut self, node: Node, gradient: GradientSum) -> Result<(), MergeError> {
        let known = node.exists(self.total) && node.level <= self.root.level && node.overlaps(self.root);
        if !known {
            return Err(MergeError::Unknown(node));
        }
        if self.waiting.keys().any(|held| held.overlaps(node)) {
            return Err(MergeError::Twice(node));
        }
        self.merged += node.shards(self.total).len() as u32;
        let (mut node, mut sum) = (node, gradient);
        while node.level < self.root.level {
            let sibling = node.sibling();
            if sibling.exists(self.total) {
                let Some(other) = self.waiting.remove(&sibling) else { break };
                // Left plus right, whichever came first.
                sum = if node.index < sibling.index { sum.merge(other) } else { other.merge(sum) };
            }
            node = node.parent();
        }
        self.waiting.insert(node, sum);
        Ok(())
    }

    /// Are all shards merged?
    pub fn is_complete(&self) -> bool {
        self.merged as usize == self.root.shards(self.total).len()
    }

    /// The sum of all shards, once complete; `None` before, and for an epoch without shards.
    pub fn into_sum(self) -> Option<GradientSum> {
        if !self.is_complete() {
            return None;
        }
        self.waiting.into_values().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaf(value: f32) -> GradientSum {
        let mut sum = GradientSum::new(1, 1);
        sum.add_at(&[Some(0)], &[value, value * 1.1, value * 0.3]);
        sum
    }

    /// The sum by its definition, from the top.
    fn by_definition(values: &[f32], node: Node) -> GradientSum {
        if node.level == 0 {
            return leaf(values[node.index as usize]);
        }
        let sums = node.children(values.len() as u32).map(|child| by_definition(values, child));
        sums.reduce(GradientSum::merge).unwrap()
    }

    proptest! {
        #[test]
        fn the_sum_is_the_trees_whatever_the_order(
            values in prop::collection::vec(-1e6_f32..1e6, 1..40),
            order in any::<prop::sample::Index>(),
            stride in any::<prop::sample::Index>(),
        ) {
            let n = values.len();
            let mut tree = MergeTree::new(n as u32);
            // A permutation: start anywhere, step by something coprime to n.
            let step = (1..=n).filter(|s| gcd(*s, n) == 1).collect::<Vec<_>>();
            let (start, step) = (order.index(n), step[stride.index(step.len())]);
            for i in 0..n {
                let shard = ShardIndex(((start + i * step) % n) as u32);
                prop_assert!(!tree.is_complete());
                prop_assert_eq!(tree.insert(shard, leaf(values[shard.0 as usize])), Ok(()));
                let again = tree.insert(shard, leaf(1.0));
                prop_assert_eq!(again, Err(MergeError::Twice(Node::leaf(shard))));
            }
            let expected = by_definition(&values, Node::root(n as u32));
            prop_assert_eq!(tree.into_sum(), Some(expected));
        }

        #[test]
        fn subtrees_added_elsewhere_change_no_bit(
            values in prop::collection::vec(-1e6_f32..1e6, 1..40),
            level in 0_u32..6,
            backwards: bool,
        ) {
            let total = values.len() as u32;
            let mut nodes: Vec<Node> = Node::level(level, total).collect();
            if backwards {
                nodes.reverse();
            }
            let mut tree = MergeTree::new(total);
            for node in nodes {
                let mut part = MergeTree::below(node, total);
                for shard in node.shards(total).rev() {
                    part.insert(ShardIndex(shard), leaf(values[shard as usize])).unwrap();
                }
                prop_assert!(tree.insert_node(node, part.into_sum().unwrap()).is_ok());
                prop_assert_eq!(tree.insert_node(node, leaf(0.0)), Err(MergeError::Twice(node)));
            }
            prop_assert_eq!(tree.into_sum(), Some(by_definition(&values, Node::root(total))));
        }
    }

    fn gcd(a: usize, b: usize) -> usize {
        if b == 0 { a } else { gcd(b, a % b) }
    }

    #[test]
    fn strangers_are_refused() {
        let mut tree = MergeTree::new(2);
        let stranger = Node::leaf(ShardIndex(2));
        assert_eq!(tree.insert_node(stranger, leaf(1.0)), Err(MergeError::Unknown(stranger)));
        let mut part = MergeTree::below(Node { level: 1, index: 1 }, 4);
        let outside = Node::leaf(ShardIndex(1));
        assert_eq!(part.insert_node(outside, leaf(1.0)), Err(MergeError::Unknown(outside)));
        assert!(MergeTree::new(3).into_sum().is_none());
        assert!(MergeTree::new(0).is_complete());
    }
}

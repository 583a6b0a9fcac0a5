//! The order of the merge: a fixed binary tree on the shard index.
//!
//! ```text
//! shards     0   1   2   3   4
//! level 1    └─+─┘   └─+─┘   │
//! level 2      └───+───┘     │
//! level 3          └────+────┘
//! ```
//!
//! A node at level `l` covers the shards `i·2ˡ .. (i+1)·2ˡ`; a child that does not exist is left out. The
//! shape depends on nothing but the number of shards, so the same bits come out whoever computed which
//! shard and in whatever order the results arrived, and a worker that holds a whole subtree may add it up
//! itself.

use std::collections::BTreeMap;

use crate::gradient::GradientSum;
use crate::ids::ShardIndex;

/// Sums the gradients of an epoch's shards in the order of the tree, as they arrive.
#[derive(Debug)]
pub struct MergeTree {
    shards: u32,
    merged: u32,
    /// Sums of complete nodes whose sibling is still missing, by (level, index).
    waiting: BTreeMap<(u32, u32), GradientSum>,
}

/// Why a gradient was not merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The epoch has no such shard.
    #[error("shard {0} does not belong to this epoch")]
    Unknown(ShardIndex),
    /// The shard was merged already.
    #[error("shard {0} was merged already")]
    Twice(ShardIndex),
}

impl MergeTree {
    /// A tree for the shards `0..shards`.
    pub fn new(shards: u32) -> Self {
        Self { shards, merged: 0, waiting: BTreeMap::new() }
    }

    /// Adds one shard's gradient.
    ///
    /// # Errors
    /// When the shard is unknown or was merged before; nothing changes then.
    pub fn insert(&mut self, shard: ShardIndex, gradient: GradientSum) -> Result<(), MergeError> {
        if shard.0 >= self.shards {
            return Err(MergeError::Unknown(shard));
        }
        if self.contains(shard) {
            return Err(MergeError::Twice(shard));
        }
        let (mut level, mut index, mut sum) = (0, shard.0, gradient);
        while level < self.height() {
            let sibling = index ^ 1;
            if self.exists(level, sibling) {
                let Some(other) = self.waiting.remove(&(level, sibling)) else { break };
                // Left plus right, whichever came first.
                sum = if index < sibling { sum.merge(other) } else { other.merge(sum) };
            }
            level += 1;
            index >>= 1;
        }
        self.waiting.insert((level, index), sum);
        self.merged += 1;
        Ok(())
    }

    /// Are all shards merged?
    pub fn is_complete(&self) -> bool {
        self.merged == self.shards
    }

    /// The sum of all shards, once complete; `None` before, and for an epoch without shards.
    pub fn into_sum(self) -> Option<GradientSum> {
        if !self.is_complete() {
            return None;
        }
        self.waiting.into_values().next()
    }

    fn contains(&self, shard: ShardIndex) -> bool {
        (0..=self.height()).any(|level| self.waiting.contains_key(&(level, shard.0 >> level)))
    }

    /// The level of the root.
    fn height(&self) -> u32 {
        self.shards.max(1).next_power_of_two().trailing_zeros()
    }

    /// Does the tree have a node `index` at `level`?
    fn exists(&self, level: u32, index: u32) -> bool {
        (u64::from(index) << level) < u64::from(self.shards)
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
    fn by_definition(values: &[f32], from: usize, size: usize) -> GradientSum {
        if size == 1 {
            return leaf(values[from]);
        }
        let half = size / 2;
        let left = by_definition(values, from, half);
        if from + half >= values.len() { left } else { left.merge(by_definition(values, from + half, half)) }
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
                let shard = (start + i * step) % n;
                prop_assert!(!tree.is_complete());
                prop_assert_eq!(tree.insert(ShardIndex(shard as u32), leaf(values[shard])), Ok(()));
                let again = tree.insert(ShardIndex(shard as u32), leaf(1.0));
                prop_assert_eq!(again, Err(MergeError::Twice(ShardIndex(shard as u32))));
            }
            let expected = by_definition(&values, 0, n.next_power_of_two());
            prop_assert_eq!(tree.into_sum(), Some(expected));
        }
    }

    fn gcd(a: usize, b: usize) -> usize {
        if b == 0 { a } else { gcd(b, a % b) }
    }

    #[test]
    fn strangers_are_refused() {
        let mut tree = MergeTree::new(2);
        assert_eq!(tree.insert(ShardIndex(2), leaf(1.0)), Err(MergeError::Unknown(ShardIndex(2))));
        assert!(MergeTree::new(3).into_sum().is_none());
        assert!(MergeTree::new(0).is_complete());
    }
}

//! What is left to do in a round for each of a job's models.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use clipig_core::{Node, ShardModels};

/// How many times as many nodes there may be because each has shards of one model only. More nodes are more leases and more
/// gradients on the wire.
const MOST_NODES: usize = 2;

/// A round whose nodes have shards of one model each.
#[derive(Debug)]
pub(super) struct ByModel {
    models: ShardModels,
    /// By model.
    left: Vec<Left>,
}

/// What is left to do with one model.
#[derive(Clone, Debug, Default)]
struct Left {
    /// The nodes that nobody computes and to which nothing happened, behind their first shards.
    pending: BTreeSet<(u32, Node)>,
    /// How many shards these have.
    pending_shards: u64,
    /// How many shards are in somebody's hands.
    leased_shards: u64,
}

impl Left {
    /// Is it needier than another model? It is if it has more pending shards for those that are leased:
    /// pending / (1 + leased), without the division.
    fn is_needier(&self, other: &Self) -> bool {
        self.pending_shards * (1 + other.leased_shards) > other.pending_shards * (1 + self.leased_shards)
    }
}

impl ByModel {
    /// Cuts the nodes of a round until each has shards of one model only, and keeps account of them. `None` if they cannot be
    /// told apart, or would become too many: the round is then computed as one of a job of one model. The nodes stay as they
    /// are.
    pub(super) fn divide(models: ShardModels, nodes: &mut VecDeque<(u32, Node)>, total: u32) -> Option<Self> {
        if !models.are_several() {
            return None;
        }
        let most = MOST_NODES * nodes.len();
        let mut divided = VecDeque::new();
        for (_, node) in nodes.iter() {
            push_divided(*node, total, &models, &mut divided);
            if divided.len() > most {
                return None;
            }
        }
        let count = models.runs().map(|(_, model)| model + 1).max()?;
        *nodes = divided;
        let mut by_model = Self { models, left: vec![Left::default(); count] };
        for (_, node) in nodes.iter() {
            by_model.add_pending(*node, &node.shards(total));
        }
        Some(by_model)
    }

    /// The model of a node's shards.
    pub(super) fn of(&self, shards: &Range<u32>) -> Option<usize> {
        self.models.of(shards)
    }

    /// The first of the pending nodes of a model, without those that failed.
    pub(super) fn first(&self, model: usize) -> Option<Node> {
        self.left.get(model)?.pending.first().map(|(_, node)| *node)
    }

    /// The model that most lacks workers, by d'Hondt's method: each gets as large a part of them as it has of the work. `None`
    /// if nothing is pending.
    pub(super) fn neediest(&self) -> Option<usize> {
        let needy = self.left.iter().enumerate().filter(|(_, left)| left.pending_shards > 0);
        // The first one of equals stays.
        let neediest = needy.reduce(|most, next| if next.1.is_needier(most.1) { next } else { most });
        neediest.map(|(model, _)| model)
    }

    /// A node is pending from now on.
    pub(super) fn add_pending(&mut self, node: Node, shards: &Range<u32>) {
        if let Some(left) = self.left_of(shards)
            && left.pending.insert((shards.start, node))
        {
            left.pending_shards += shards.len() as u64;
        }
    }

    /// A node is not pending any more.
    pub(super) fn remove_pending(&mut self, node: Node, shards: &Range<u32>) {
        if let Some(left) = self.left_of(shards)
            && left.pending.remove(&(shards.start, node))
        {
            left.pending_shards -= shards.len() as u64;
        }
    }

    /// Shards go into somebody's hands.
    pub(super) fn add_leased(&mut self, shards: &Range<u32>) {
        if let Some(left) = self.left_of(shards) {
            left.leased_shards += shards.len() as u64;
        }
    }

    /// Shards are in nobody's hands any more.
    pub(super) fn remove_leased(&mut self, shards: &Range<u32>) {
        if let Some(left) = self.left_of(shards) {
            left.leased_shards -= shards.len() as u64;
        }
    }

    fn left_of(&mut self, shards: &Range<u32>) -> Option<&mut Left> {
        let model = self.models.of(shards)?;
        self.left.get_mut(model)
    }

    /// Pending nodes and leased shards of all models, for the laws.
    #[cfg(test)]
    pub(super) fn account(&self) -> (BTreeSet<(u32, Node)>, u64) {
        let pending = self.left.iter().flat_map(|left| left.pending.iter().copied());
        (pending.collect(), self.left.iter().map(|left| left.leased_shards).sum())
    }
}

/// Adds the greatest nodes below a node that have shards of one model only. A leaf is one shard, so it has one.
fn push_divided(node: Node, total: u32, models: &ShardModels, nodes: &mut VecDeque<(u32, Node)>) {
    let shards = node.shards(total);
    if node.level == 0 || models.of(&shards).is_some() {
        nodes.push_back((shards.start, node));
        return;
    }
    for child in node.children(total) {
        push_divided(child, total, models, nodes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nodes(level: u32, total: u32) -> VecDeque<(u32, Node)> {
        Node::level(level, total).map(|node| (node.shards(total).start, node)).collect()
    }

    /// Runs of so many shards, with the models in turn.
    fn in_turn(runs: &[u32], models: usize) -> ShardModels {
        let shards =
            runs.iter().enumerate().flat_map(|(run, shards)| (0..*shards).map(move |_| run % models));
        ShardModels::of_several(shards)
    }

    proptest! {
        #[test]
        fn divided_nodes_cover_every_shard_once_in_order_and_have_one_model(
            runs in prop::collection::vec(1_u32..30, 1..8), models in 1_usize..4, level in 0_u32..5
        ) {
            let total = runs.iter().sum();
            let models = in_turn(&runs, models);
            let before = nodes(level, total);
            let mut divided = before.clone();
            let Some(by_model) = ByModel::divide(models, &mut divided, total) else {
                prop_assert_eq!(divided, before, "what is not divided stays");
                return Ok(());
            };
            prop_assert!(divided.len() <= MOST_NODES * before.len());
            let covered: Vec<u32> = divided.iter().flat_map(|(_, node)| node.shards(total)).collect();
            prop_assert_eq!(covered, (0..total).collect::<Vec<_>>());
            for (start, node) in &divided {
                let shards = node.shards(total);
                prop_assert_eq!(*start, shards.start);
                prop_assert!(by_model.of(&shards).is_some(), "{} has several models", node);
            }
            let pending: BTreeSet<(u32, Node)> = divided.iter().copied().collect();
            prop_assert_eq!(by_model.account(), (pending, 0));
            for model in 0..4 {
                let of_model = |(_, node): &&(u32, Node)| by_model.of(&node.shards(total)) == Some(model);
                let first = divided.iter().find(of_model).map(|(_, node)| *node);
                prop_assert_eq!(by_model.first(model), first);
            }
        }
    }

    #[test]
    fn models_that_alternate_from_shard_to_shard_are_not_told_apart() {
        let models = in_turn(&[1; 64], 2);
        assert!(ByModel::divide(models.clone(), &mut nodes(3, 64), 64).is_none());
        assert!(
            ByModel::divide(models, &mut nodes(0, 64), 64).is_some(),
            "single shards need not be divided"
        );
        assert!(ByModel::divide(ShardModels::default(), &mut nodes(0, 64), 64).is_none());
    }

    #[test]
    fn the_neediest_model_has_the_most_pending_shards_for_those_that_are_leased() {
        let models = in_turn(&[24, 8], 2);
        let mut by_model = ByModel::divide(models, &mut nodes(1, 32), 32).expect("few runs");
        let mut order = Vec::new();
        for _ in 0..4 {
            let model = by_model.neediest().expect("something is pending");
            order.push(model);
            let node = by_model.first(model).expect("something is pending");
            by_model.remove_pending(node, &node.shards(32));
            by_model.add_leased(&node.shards(32));
        }
        assert_eq!(order, [0, 1, 0, 0], "three quarters of the work, three quarters of the workers");
    }
}

//! How the epoch loop reaches those who compute shards.

use crate::compute::{ShardError, ShardResult, ShardTask};
use crate::ids::ShardIndex;

/// Computes shards somewhere: in threads of this process, or on a farm.
pub trait Dispatch {
    /// Computes all tasks, in any order, and calls `done` once for each as soon as it is finished. Returns
    /// when all are, or when `done` answers `false`: what is still under way is then of no interest.
    fn dispatch(
        &mut self,
        tasks: Vec<ShardTask>,
        done: &mut dyn FnMut(ShardIndex, Result<ShardResult, ShardError>) -> bool,
    );
}

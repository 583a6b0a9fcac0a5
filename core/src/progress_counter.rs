//! A sign of life from the middle of a computation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Counts the steps done for a job, so that others can see it make progress. Clones share one count.
#[derive(Clone, Debug, Default)]
pub struct ProgressCounter(Arc<AtomicU32>);

impl ProgressCounter {
    /// Counts one more step.
    pub fn advance(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The steps so far. It wraps around after 2³² steps, so compare counts by `wrapping_sub`.
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

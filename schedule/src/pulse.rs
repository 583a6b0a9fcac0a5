//! A sign of life from the middle of a computation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Counts the steps of whoever computes a job, for whoever has to know that it gets on. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<AtomicU32>);

impl Pulse {
    /// A step is done.
    pub fn beat(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The steps so far; after four thousand million it begins anew.
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

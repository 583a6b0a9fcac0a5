//! How many snapshots the jobs of an owner have, where that is limited.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clipig_access::Limit;

use super::Inner;
use crate::quotas::OverLimit;
use crate::store::StoreError;

/// How long a count holds. Old jobs that are deleted make room meanwhile.
const RECOUNT: Duration = Duration::from_mins(1);

/// What was counted of each owner, and what was written since.
#[derive(Debug, Default)]
pub(super) struct SnapshotCounts(Mutex<HashMap<String, Count>>);

#[derive(Clone, Copy, Debug)]
struct Count {
    snapshots: u64,
    counted: Instant,
}

impl Inner {
    /// Takes room for one more snapshot of an owner's jobs.
    ///
    /// # Errors
    /// Where they have as many as they may.
    pub(super) fn take_room_for_snapshot(&self, owner: &str) -> Result<(), OverLimit> {
        let quotas = &self.settings.quotas;
        if quotas.of(owner, Limit::Snapshots).is_none() {
            return Ok(());
        }
        let known = self.snapshot_counts().get(owner).copied();
        let is_recent = |count: &Count| count.counted.elapsed() < RECOUNT;
        let count = match known.filter(is_recent) {
            Some(count) => count,
            // Folders are read without the lock, which all jobs take.
            None => match self.count_snapshots(owner) {
                Ok(snapshots) => Count { snapshots, counted: Instant::now() },
                // A folder that cannot be read does not take a snapshot either, and writing one tells why.
                Err(_) => return Ok(()),
            },
        };
        let checked = quotas.check_count(owner, Limit::Snapshots, count.snapshots);
        let taken = Count { snapshots: count.snapshots + u64::from(checked.is_ok()), ..count };
        self.snapshot_counts().insert(owner.to_owned(), taken);
        checked
    }

    fn count_snapshots(&self, owner: &str) -> Result<u64, StoreError> {
        let jobs = self.store.jobs_of(owner)?;
        let counts = jobs.into_iter().map(|job| self.store.artifacts(job).count_snapshots());
        counts.sum::<Result<usize, _>>().map(|count| count as u64)
    }

    fn snapshot_counts(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        self.snapshots.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

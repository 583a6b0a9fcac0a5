//! How many snapshots the jobs of an owner have, and all jobs together, where that is limited.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clipig_access::Limit;

use super::Inner;
use crate::quotas::OverLimit;
use crate::store::StoreError;

/// How long a count holds. Old jobs that are deleted make room meanwhile.
const RECOUNT: Duration = Duration::from_mins(1);

/// What was counted, and what was written since.
#[derive(Debug, Default)]
pub(super) struct SnapshotCounts(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    owners: HashMap<String, Count>,
    /// Of all jobs together.
    all: Option<Count>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    snapshots: u64,
    counted: Instant,
}

impl Counts {
    /// The count of an owner's jobs, or of all.
    fn of(&mut self, owner: Option<&str>) -> Option<&mut Count> {
        match owner {
            Some(owner) => self.owners.get_mut(owner),
            None => self.all.as_mut(),
        }
    }

    /// Was this counted a short time ago?
    fn is_recent(&mut self, owner: Option<&str>) -> bool {
        self.of(owner).is_some_and(|count| count.counted.elapsed() < RECOUNT)
    }

    fn set(&mut self, owner: Option<&str>, count: Option<Count>) {
        match (owner, count) {
            (None, count) => self.all = count,
            (Some(owner), Some(count)) => {
                self.owners.insert(owner.to_owned(), count);
            }
            (Some(owner), None) => {
                self.owners.remove(owner);
            }
        }
    }
}

impl Inner {
    /// Takes room for one more snapshot of a job of this owner.
    ///
    /// # Errors
    /// Where they, or all owners together, have as many as they may.
    pub(super) fn take_room_for_snapshot(&self, owner: Option<&str>) -> Result<(), OverLimit> {
        let quotas = &self.settings.quotas;
        let owner = owner.filter(|owner| quotas.of(owner, Limit::Snapshots).is_some());
        // `None` among these stands for all jobs.
        let mut limited: Vec<Option<&str>> = owner.into_iter().map(Some).collect();
        if quotas.limit_all_snapshots() {
            limited.push(None);
        }
        for whose in &limited {
            self.recount_snapshots(*whose);
        }
        let mut counts = self.snapshot_counts();
        // A snapshot that one limit refuses takes nothing of the other. What could not be counted limits nothing: a folder
        // that cannot be read does not take a snapshot either, and writing one tells why.
        for whose in &limited {
            if let Some(count) = counts.of(*whose) {
                match whose {
                    Some(owner) => quotas.check_count(owner, Limit::Snapshots, count.snapshots)?,
                    None => quotas.check_all_snapshots(count.snapshots)?,
                }
            }
        }
        for whose in &limited {
            if let Some(count) = counts.of(*whose) {
                count.snapshots += 1;
            }
        }
        Ok(())
    }

    /// How many snapshots the jobs of an owner have; `None` where they cannot be counted.
    pub(super) fn snapshots_of(&self, owner: &str) -> Option<u64> {
        self.recount_snapshots(Some(owner));
        self.snapshot_counts().of(Some(owner)).map(|count| count.snapshots)
    }

    /// Counts again where the count is old.
    fn recount_snapshots(&self, owner: Option<&str>) {
        let is_recent = self.snapshot_counts().is_recent(owner);
        if !is_recent {
            // Folders are read without the lock, which all jobs take.
            let count = self.count_snapshots(owner).ok();
            let count = count.map(|snapshots| Count { snapshots, counted: Instant::now() });
            let mut counts = self.snapshot_counts();
            // Somebody else may have counted meanwhile, and taken room by that count.
            if !counts.is_recent(owner) {
                counts.set(owner, count);
            }
        }
    }

    fn count_snapshots(&self, owner: Option<&str>) -> Result<u64, StoreError> {
        let jobs = self.store.jobs_of(owner)?;
        let counts = jobs.into_iter().map(|job| self.store.artifacts(job).count_snapshots());
        counts.sum::<Result<usize, _>>().map(|count| count as u64)
    }

    fn snapshot_counts(&self) -> MutexGuard<'_, Counts> {
        self.snapshots.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

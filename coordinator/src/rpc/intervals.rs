//! How often jobs write snapshots: a part of their experiments, which are read once per revision.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use clipig_core::JobRevision;
use clipig_experiment::{Interval, Overrides, Source, load};

use crate::store::{JobRecord, Store, StoreError};

/// Intervals that are kept; then all are read anew.
const KEPT: usize = 100_000;

/// Epochs from one snapshot to the next, by revision.
#[derive(Default)]
pub(crate) struct Intervals {
    known: Mutex<HashMap<JobRevision, u32>>,
}

impl Intervals {
    /// Epochs from one snapshot to the next of a job's last revision; 0 for none, and where the experiment counts in
    /// seconds. May block for a disk.
    pub(super) fn of(&self, store: &Store, job: &JobRecord) -> Result<u32, StoreError> {
        let revision = JobRevision { job: job.id, revision: job.revision };
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&revision) {
            return Ok(*known);
        }
        let revisions = store.revisions(job.id)?;
        let yaml = revisions.last().map_or("", |revision| revision.yaml.as_str());
        let loaded = load(&[Source::new("experiment", yaml)], &Overrides::default());
        let interval = match loaded.map(|loaded| loaded.experiment.snapshot_interval) {
            Ok(Interval::Epochs(epochs)) => epochs,
            // An experiment that an older clipig accepted may not load; its job is shown all the same.
            Ok(Interval::Seconds(_)) | Err(_) => 0,
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(revision, interval);
        Ok(interval)
    }
}

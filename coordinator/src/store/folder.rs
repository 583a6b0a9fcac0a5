//! The open data folder: what all parts of the store share.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, RwLock, RwLockReadGuard};
use std::time::Duration;

use clipig_core::{JobId, Sha256};

use super::artifacts::Artifacts;
use super::blobs::{self, Blobs};
use super::checkpoint::Checkpoints;
use super::clock::{Clock, ClockWatch, Timestamp};
use super::database::Database;
use super::durable::Incoming;
use super::error::StoreError;
use super::layout::Layout;

/// The data folder of a farm. Cloning shares it; all threads may use it.
#[derive(Clone)]
pub struct Store {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) layout: Layout,
    pub(super) database: Database,
    pub(super) incoming: Incoming,
    pub(super) gate: RwLock<()>,
    /// Bytes of uploaded content.
    pub(super) stored: AtomicU64,
    pub(super) clock: Arc<dyn Clock>,
    /// Wall and steady clock at the start.
    pub(super) opened_at: (Timestamp, Duration),
    pub(super) opening: Opening,
    /// Does a copy of the store exist, for a backup?
    pub(super) copying: AtomicBool,
    /// Keeps other processes out; the system unlocks it when the process ends, however it ends.
    pub(super) _lock: File,
}

/// What was found when the store was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// How often the folder was opened, this time included: the first half of every fence.
    pub incarnation: u64,
    /// Did the last coordinator close the farm? Otherwise it died.
    pub closed: bool,
    /// How long no coordinator ran, by the wall clock; or that clock is wrong.
    pub away: Duration,
    /// Unfinished files that a crash had left, removed now.
    pub unfinished: usize,
    /// Jobs whose removal a crash had interrupted, finished now.
    pub orphans: Vec<JobId>,
    /// Folders of jobs that the database does not know, left alone: it is new, or an older one was restored.
    pub strangers: Vec<JobId>,
    /// Set where the wall clock shows an earlier time than when the store was opened before: by how much.
    pub clock_back: Option<Duration>,
}

impl Store {
    /// What was found when the store was opened.
    pub fn opening(&self) -> &Opening {
        &self.inner.opening
    }

    /// Uploaded content.
    pub fn blobs(&self) -> Blobs<'_> {
        let Inner { layout, incoming, gate, stored, .. } = &*self.inner;
        Blobs { layout, incoming, gate, stored }
    }

    /// A job's checkpoints.
    pub fn checkpoints(&self, job: JobId) -> Checkpoints<'_> {
        Checkpoints::new(job, &self.inner.layout.job(job), &self.inner.incoming)
    }

    /// A job's pictures.
    pub fn artifacts(&self, job: JobId) -> Artifacts<'_> {
        Artifacts::new(job, self.inner.layout.job(job), &self.inner.incoming)
    }

    /// Writes down that the farm is closed on purpose, so that the next start does not count a death.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn close(&self) -> Result<(), StoreError> {
        let now = self.now();
        self.database().write(|transaction| {
            transaction.execute("UPDATE farm SET closed = 1, seen = ?1", [now.0])?;
            Ok(())
        })
    }

    /// Writes down that a coordinator runs.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn mark_seen(&self) -> Result<(), StoreError> {
        let now = self.now();
        self.database().write(|transaction| {
            transaction.execute("UPDATE farm SET seen = ?1", [now.0])?;
            Ok(())
        })
    }

    /// Reads one row, to see whether the database answers.
    ///
    /// # Errors
    /// When the database fails.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.database().read(|connection| Ok(connection.query_row("SELECT 1 FROM farm", (), |_| Ok(()))?))
    }

    /// Measures from now on how long calls wait for the database.
    pub(crate) fn measure_waits(&self, waits: prometheus_client::metrics::histogram::Histogram) {
        self.database().measure_waits(waits);
    }

    /// Free bytes of the disk that the data folder is on; `None` where the system does not say.
    pub(crate) fn disk_free(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.layout().root).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// As a disk that does not answer: nobody else gets at the database until this returns.
    #[cfg(test)]
    pub(crate) fn hang_until(&self, released: impl FnOnce()) {
        let hang = |_: &rusqlite::Connection| {
            released();
            Ok(())
        };
        self.database().read(hang).unwrap();
    }

    /// From now on no write finds room, or all do again.
    #[cfg(test)]
    pub(crate) fn pretend_full(&self, full: bool) {
        self.pretend_fault(full.then_some(rustix::io::Errno::NOSPC));
    }

    /// From now on the system refuses all writes with this, or none.
    #[cfg(test)]
    pub(crate) fn pretend_fault(&self, fault: Option<rustix::io::Errno>) {
        self.inner.incoming.room().set_fault(fault);
        self.inner.database.room().set_fault(fault);
    }

    /// From now on the disk takes no new file, or goes on with those that wait.
    #[cfg(test)]
    pub(crate) fn hold_files(&self, hold: bool) {
        self.inner.incoming.room().hold(hold);
    }

    /// Does a file wait for the disk?
    #[cfg(test)]
    pub(crate) fn holds_a_file(&self) -> bool {
        self.inner.incoming.room().is_holding()
    }

    pub(super) fn database(&self) -> &Database {
        &self.inner.database
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.inner.layout
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// Compares the store's clocks from now on.
    pub fn clock_watch(&self) -> ClockWatch {
        ClockWatch::new(Arc::clone(&self.inner.clock))
    }

    /// The wall clock, as the store writes it down.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub(super) fn opened_at(&self) -> (Timestamp, Duration) {
        self.inner.opened_at
    }

    /// No blob is removed while this is held.
    pub(super) fn hold_blobs(&self) -> RwLockReadGuard<'_, ()> {
        blobs::hold(&self.inner.gate)
    }

    /// Makes sure that files were uploaded.
    pub(super) fn require_blobs(&self, assets: &BTreeMap<String, Sha256>) -> Result<(), StoreError> {
        let blobs = self.blobs();
        let missing: Vec<_> = assets
            .iter()
            .filter(|(_, sha256)| blobs.len(sha256).is_none())
            .map(|(name, sha256)| (name.clone(), *sha256))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(StoreError::MissingBlobs(missing)) }
    }
}

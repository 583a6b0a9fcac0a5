//! What a farm keeps on disk: jobs, events and history in `SQLite`; checkpoints, pictures and uploaded content as
//! files.
//!
//! The rule is: what a function has returned survives `kill -9` and a power cut. A full disk is an error like
//! any other ([`StoreError::DiskFull`]): nothing changes, and the same call works once there is room. Everything
//! here blocks; call it from threads that may.
//!
//! | file | what it holds |
//! |---|---|
//! | `layout` | where things lie; the lock of the folder |
//! | `durable` | files that are there as a whole or not at all |
//! | `database`, `schema` | the connection; tables and their versions |
//! | `records`, `jobs`, `events`, `history`, `workers` | typed rows and their changes |
//! | `checkpoint`, `blobs`, `artifacts` | files |
//! | `features`, `binary` | encoded texts and images as bytes |
//! | `retention` | what goes when |

mod artifacts;
mod binary;
mod blobs;
mod checkpoint;
mod clock;
mod database;
mod durable;
mod error;
mod events;
mod features;
mod history;
mod jobs;
mod layout;
mod records;
mod retention;
mod schema;
mod workers;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, RwLock, RwLockReadGuard};
use std::time::Duration;

use clipig_core::{JobId, Sha256};
use rusqlite::params;

use self::database::Database;
use self::durable::Incoming;
use self::layout::Layout;

pub use self::artifacts::{Artifact, ArtifactName, ArtifactNameError, Artifacts};
pub use self::blobs::{Blob, BlobWriter, Blobs, Collected};
pub use self::checkpoint::{Checkpoint, CheckpointFault, Checkpoints, Latest, SkippedCheckpoint};
pub use self::clock::{Clock, ClockStep, ClockWatch, ManualClock, SystemClock, Timestamp};
pub use self::error::StoreError;
pub use self::events::{Event, EventFilter, EventKind, Subject};
pub use self::history::{EpochHistory, FeatureHistory, TargetHistory};
pub use clipig_schedule::job::{JobState, JobStateError};

pub use self::records::{
    Computation, JobFilter, JobRecord, Revision, Submission, Submitted, Transition, Update,
};
pub use self::retention::{EndedJob, Retained, RetentionPolicy, expired};
pub use self::workers::{Mark, MarkedWorker};

/// The data folder of a farm. Cloning shares it; all threads may use it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    layout: Layout,
    database: Database,
    incoming: Incoming,
    gate: RwLock<()>,
    clock: Arc<dyn Clock>,
    /// Wall and steady clock at the start.
    opened_at: (Timestamp, Duration),
    opening: Opening,
    /// Keeps other processes out; the system unlocks it when the process ends, however it ends.
    _lock: File,
}

/// What was found when the store was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// How often the folder was opened, this time included: the first half of every fence.
    pub incarnation: u64,
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
    /// Opens a data folder, or makes it, for this process alone. The incarnation is durable when this returns.
    ///
    /// # Errors
    /// [`StoreError::InUse`] where another process has it; [`StoreError::NewerVersion`],
    /// [`StoreError::DatabaseDamaged`]; when the system refuses.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let layout = Layout::new(folder);
        durable::make_folder(folder)?;
        let lock = layout.lock()?;
        let (incoming, unfinished) = Incoming::open(layout.incoming())?;
        let database = Database::open(&layout.database())?;
        durable::sync_folder(folder)?;
        let opened_at = (clock.now(), clock.steady());
        let (incarnation, before) = begin(&database, opened_at.0)?;
        let (orphans, strangers) = sort_out_folders(&database, &layout)?;
        let clock_back = Some(before.since(opened_at.0)).filter(|back| !back.is_zero());
        let opening = Opening { incarnation, unfinished, orphans, strangers, clock_back };
        let inner = Inner {
            layout,
            database,
            incoming,
            gate: RwLock::new(()),
            clock,
            opened_at,
            opening,
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What was found when the store was opened.
    pub fn opening(&self) -> &Opening {
        &self.inner.opening
    }

    /// Uploaded content.
    pub fn blobs(&self) -> Blobs<'_> {
        let Inner { layout, incoming, gate, .. } = &*self.inner;
        Blobs { layout, incoming, gate }
    }

    /// A job's checkpoints.
    pub fn checkpoints(&self, job: JobId) -> Checkpoints<'_> {
        Checkpoints::new(job, &self.inner.layout.job(job), &self.inner.incoming)
    }

    /// A job's pictures.
    pub fn artifacts(&self, job: JobId) -> Artifacts<'_> {
        Artifacts::new(job, self.inner.layout.job(job), &self.inner.incoming)
    }

    /// Reads one row, to see whether the database answers.
    ///
    /// # Errors
    /// When the database fails.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.database().read(|connection| Ok(connection.query_row("SELECT 1 FROM farm", (), |_| Ok(()))?))
    }

    /// From now on no write finds room, or all do again.
    #[cfg(test)]
    pub(crate) fn pretend_full(&self, full: bool) {
        self.inner.incoming.room().set_none(full);
        self.inner.database.room().set_none(full);
    }

    fn database(&self) -> &Database {
        &self.inner.database
    }

    fn layout(&self) -> &Layout {
        &self.inner.layout
    }

    fn clock(&self) -> &dyn Clock {
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

    fn opened_at(&self) -> (Timestamp, Duration) {
        self.inner.opened_at
    }

    /// No blob is removed while this is held.
    fn hold_blobs(&self) -> RwLockReadGuard<'_, ()> {
        blobs::hold(&self.inner.gate)
    }

    /// Makes sure that files were uploaded.
    fn require_blobs(&self, assets: &BTreeMap<String, Sha256>) -> Result<(), StoreError> {
        let blobs = self.blobs();
        let missing: Vec<_> = assets
            .iter()
            .filter(|(_, sha256)| blobs.len(sha256).is_none())
            .map(|(name, sha256)| (name.clone(), *sha256))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(StoreError::MissingBlobs(missing)) }
    }
}

/// Counts the start. Returns the incarnation and when the store was opened before.
fn begin(database: &Database, now: Timestamp) -> Result<(u64, Timestamp), StoreError> {
    database.write(|transaction| {
        let before: i64 = transaction.query_row("SELECT opened FROM farm", (), |row| row.get(0))?;
        let sql = "UPDATE farm SET incarnation = incarnation + 1, opened = ?1 RETURNING incarnation";
        let incarnation: i64 = transaction.query_row(sql, [now.0], |row| row.get(0))?;
        Ok((incarnation as u64, Timestamp(before)))
    })
}

/// Looks at the folders of jobs that the database does not know. Those whose removal was written down are removed:
/// `.0`. Others are left alone, because the database may be a new or restored one; their numbers, `.1`, are not
/// given out again.
fn sort_out_folders(database: &Database, layout: &Layout) -> Result<(Vec<JobId>, Vec<JobId>), StoreError> {
    let (mut removed, mut strangers) = (Vec::new(), Vec::new());
    for job in layout.jobs()? {
        let key = params![job.0 as i64, EventKind::Removed.as_str()];
        let (known, was_removed) = database.read(|connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM jobs WHERE id = ?1),
                       EXISTS (SELECT 1 FROM events WHERE job = ?1 AND kind = ?2)";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?)))?)
        })?;
        match (known, was_removed) {
            (true, _) => {}
            (false, true) => {
                durable::remove_folder(&layout.job(job))?;
                removed.push(job);
            }
            (false, false) => strangers.push(job),
        }
    }
    if let Some(highest) = strangers.iter().max() {
        database.write(|transaction| jobs::skip_numbers(transaction, *highest).map_err(Into::into))?;
    }
    removed.sort_unstable();
    strangers.sort_unstable();
    Ok((removed, strangers))
}

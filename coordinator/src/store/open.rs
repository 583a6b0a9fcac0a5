//! Opening a data folder: locks it, removes what a crash has left, counts the start.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, RwLock};

use clipig_core::JobId;
use rusqlite::params;

use super::blobs;
use super::clock::{Clock, Timestamp};
use super::database::Database;
use super::durable::{self, Incoming};
use super::error::StoreError;
use super::events::EventKind;
use super::folder::{Inner, Opening, Store};
use super::jobs;
use super::layout::Layout;

impl Store {
    /// Opens a data folder, or makes it, for this process alone. The incarnation is durable when this returns.
    ///
    /// # Errors
    /// [`StoreError::InUse`] where another process has it; [`StoreError::HalfRestored`]; [`StoreError::NewerVersion`],
    /// [`StoreError::DatabaseDamaged`]; when the system refuses.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let layout = Layout::new(folder);
        durable::make_private_folder(folder)?;
        let lock = layout.lock()?;
        if layout.restoring().exists() {
            return Err(StoreError::HalfRestored { folder: folder.to_path_buf() });
        }
        durable::remove_folder(&layout.copy())?;
        let (incoming, unfinished) = Incoming::open(layout.incoming())?;
        let database = Database::open(&layout.database())?;
        durable::sync_folder(folder)?;
        let opened_at = (clock.now(), clock.steady());
        let Before { incarnation, opened, seen, closed } = begin(&database, opened_at.0)?;
        let (orphans, strangers) = sort_out_folders(&database, &layout)?;
        let clock_back = Some(opened.since(opened_at.0)).filter(|back| !back.is_zero());
        let away = opened_at.0.since(seen.max(opened));
        let opening = Opening { incarnation, closed, away, unfinished, orphans, strangers, clock_back };
        let stored = AtomicU64::new(blobs::count(&layout)?);
        let inner = Inner {
            layout,
            database,
            incoming,
            gate: RwLock::new(()),
            stored,
            clock,
            opened_at,
            opening,
            copying: AtomicBool::new(false),
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }
}

/// What the store says of the coordinators before.
struct Before {
    /// That of this start.
    incarnation: u64,
    /// When the store was opened before; on the first start that is now.
    opened: Timestamp,
    /// When a coordinator was last known to run.
    seen: Timestamp,
    /// Was the farm closed since?
    closed: bool,
}

/// Counts the start.
fn begin(database: &Database, now: Timestamp) -> Result<Before, StoreError> {
    database.write(|transaction| {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?));
        let (opened, seen, closed) =
            transaction.query_row("SELECT opened, seen, closed FROM farm", (), read)?;
        let sql = "UPDATE farm SET incarnation = incarnation + 1, opened = ?1, seen = ?1, closed = 0
                   RETURNING incarnation";
        let incarnation: i64 = transaction.query_row(sql, [now.0], |row| row.get(0))?;
        let opened = if opened == 0 { now } else { Timestamp(opened) };
        Ok(Before { incarnation: incarnation as u64, opened, seen: Timestamp(seen), closed })
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

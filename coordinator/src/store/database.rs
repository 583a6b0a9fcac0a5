//! The connection to `SQLite`.
//!
//! One connection behind a mutex: the coordinator is one process, and its writes are few and small. The
//! connection locks the database for itself, so no shared memory is needed and a network volume will do.

use std::fs::File;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::metrics::histogram::Histogram;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior};

use super::durable::FILE_MODE;
#[cfg(test)]
use super::durable::Room;
use super::error::StoreError;
use super::schema;

/// Pages that a copy takes at once: a megabyte, some milliseconds.
const COPIED_AT_ONCE: i32 = 256;

/// What a transaction can end with.
pub(super) enum Fault {
    /// The database failed.
    Database(rusqlite::Error),
    /// What was asked for cannot be.
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The database of a farm.
pub(super) struct Database {
    connection: Mutex<Connection>,
    path: PathBuf,
    /// How long calls wait for their turn; set once somebody wants to know.
    waits: OnceLock<Histogram>,
    #[cfg(test)]
    room: Room,
}

impl Database {
    /// Opens a database, or makes it, and brings it to the newest version.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::database(path, error);
        make_private(path).map_err(|error| StoreError::io("open", path, error))?;
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
        // Before the first access, so that the write-ahead log needs no shared memory.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(failed)?;
        // One of a newer program is not touched.
        if schema::version(&connection, path)? == 0 {
            // Before there is any table. Older databases take it with `make_shrinkable`.
            connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").map_err(failed)?;
        }
        for (name, value) in [
            ("journal_mode", "WAL"),
            // A commit is on disk when it returns.
            ("synchronous", "FULL"),
            ("foreign_keys", "ON"),
            // Shrinks the write-ahead log again after it has grown.
            ("journal_size_limit", "67108864"),
        ] {
            connection.pragma_update(None, name, value).map_err(failed)?;
        }
        schema::migrate(&mut connection, path)?;
        make_shrinkable(&connection, path).map_err(failed)?;
        let (connection, path) = (Mutex::new(connection), path.to_path_buf());
        Ok(Self {
            connection,
            path,
            waits: OnceLock::new(),
            #[cfg(test)]
            room: Room::default(),
        })
    }

    /// Its room on the disk.
    #[cfg(test)]
    pub(super) fn room(&self) -> &Room {
        &self.room
    }

    /// A transaction: durable when this returns `Ok`, without a trace otherwise.
    pub(super) fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        #[cfg(test)]
        self.room.check(&self.path, None)?;
        let mut connection = self.lock();
        let run = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = change(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(|fault| self.error(fault))
    }

    pub(super) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        query(&self.lock()).map_err(|fault| self.error(fault))
    }

    /// Gives pages that nothing uses any more back to the disk, some at a time, so that other calls have their turn. A
    /// tenth is left: it will be used again soon. Returns the bytes that were given back.
    pub(super) fn shrink(&self) -> Result<u64, StoreError> {
        let mut given = 0;
        loop {
            let freed = self.read(|connection| {
                let (free, all) = (number(connection, "freelist_count")?, number(connection, "page_count")?);
                let surplus = free.saturating_sub(all / 10).min(COPIED_AT_ONCE.unsigned_abs().into());
                if surplus == 0 || number(connection, "auto_vacuum")? != INCREMENTAL {
                    return Ok(0);
                }
                // Each row is a page that was given back.
                let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({surplus})"))?;
                let mut pages = statement.query(())?;
                while pages.next()?.is_some() {}
                Ok(surplus * number(connection, "page_size")?)
            })?;
            if freed == 0 {
                break;
            }
            given += freed;
            std::thread::sleep(Duration::from_millis(1));
        }
        if given > 0 {
            // Only then is the file itself shorter.
            self.read(|connection| {
                Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?)
            })?;
        }
        Ok(given)
    }

    /// Copies the database to a new file, some pages at a time, so that other calls have their turn. `with` is called
    /// once the copy is whole; until it returns, nobody changes the database.
    pub(super) fn copy<T>(
        &self,
        target: &Path,
        with: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let written = |error| StoreError::database(target, error);
        let mut copy = Connection::open(target).map_err(written)?;
        // It is read again at once, and made durable where it is kept.
        copy.pragma_update(None, "synchronous", "OFF").map_err(written)?;
        let value = self.copy_pages(&mut copy, target, with)?;
        // A plain file: it has no log beside it and can be read where nothing can be written.
        copy.pragma_update(None, "journal_mode", "DELETE").map_err(written)?;
        Ok(value)
    }

    fn copy_pages<T>(
        &self,
        copy: &mut Connection,
        target: &Path,
        with: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let backup = {
            let connection = self.lock();
            // SAFETY: the reference outlives the guard. `Backup` uses the connection when it is made, in `step`, and when
            // it is dropped, which all happen in this function, under the mutex; `self` keeps the connection open as long.
            #[allow(unsafe_code)]
            let source: &Connection = unsafe { &*std::ptr::from_ref(&*connection) };
            Backup::new(source, copy).map_err(|error| StoreError::database(target, error))?
        };
        loop {
            let connection = self.lock();
            let step = backup.step(COPIED_AT_ONCE).map_err(|error| StoreError::database(target, error));
            match step {
                Ok(StepResult::Done) => {
                    drop(backup);
                    return with(&connection).map_err(|fault| self.error(fault));
                }
                // There is more. Nothing else uses the connection while the mutex is held, so it is never locked for long.
                Ok(_) => {}
                Err(error) => {
                    drop(backup);
                    return Err(error);
                }
            }
            drop(connection);
            // Mutexes are not fair: without a pause, others that wait would not get it.
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn error(&self, fault: Fault) -> StoreError {
        match fault {
            Fault::Database(error) => StoreError::database(&self.path, error),
            Fault::Store(error) => error,
        }
    }

    /// A panic poisons the mutex and has rolled its transaction back, so the connection can be used.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        let asked = Instant::now();
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waits) = self.waits.get() {
            waits.observe(asked.elapsed().as_secs_f64());
        }
        connection
    }

    /// Measures from now on how long calls wait for their turn. The first histogram stays.
    pub(super) fn measure_waits(&self, waits: Histogram) {
        let _ = self.waits.set(waits);
    }
}

/// Makes the file where it is missing, for its owner only. What `SQLite` puts beside it gets the same permissions.
fn make_private(path: &Path) -> std::io::Result<()> {
    let file = File::options().append(true).create(true).mode(FILE_MODE).open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        // The error means that the file belongs to somebody else, who decides.
        let _ = file.set_permissions(std::fs::Permissions::from_mode(FILE_MODE));
    }
    Ok(())
}

/// What `PRAGMA auto_vacuum` says of a database that can shrink by parts.
const INCREMENTAL: u64 = 2;

/// The largest database that is written anew to make it shrinkable: a few seconds.
const REWRITTEN: u64 = 1 << 30;

/// Lets a database shrink that an older clipig has made. It is written anew for that, once, where it is not too large and
/// the disk has room.
fn make_shrinkable(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    if number(connection, "auto_vacuum")? == INCREMENTAL {
        return Ok(());
    }
    let size = number(connection, "page_count")? * number(connection, "page_size")?;
    let room = rustix::fs::statvfs(path).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    if size > REWRITTEN || room / 4 < size {
        tracing::info!(
            size,
            room,
            "the database keeps the room of what is deleted: it is too large to be written anew"
        );
        return Ok(());
    }
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.execute_batch("VACUUM")
}

/// A number that a pragma tells.
fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<u64> {
    connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

/// A column whose text or bytes mean something else.
pub(super) fn decoded<T, S, E>(
    row: &Row<'_>,
    column: &str,
    decode: impl FnOnce(S) -> Result<T, E>,
) -> rusqlite::Result<T>
where
    S: rusqlite::types::FromSql,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let stored: S = row.get(column)?;
    decode(stored).map_err(|error| {
        let index = row.as_ref().column_index(column).unwrap_or(0);
        let kind = row.get_ref(index).map_or(rusqlite::types::Type::Null, |value| value.data_type());
        rusqlite::Error::FromSqlConversionFailure(index, kind, error.into())
    })
}

/// A text in a column that stands for nothing this program knows.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not {what}")]
pub(super) struct UnknownText {
    pub(super) text: String,
    /// What it should be, with its article.
    pub(super) what: &'static str,
}

//! The connection to `SQLite`.
//!
//! One connection behind a mutex: the coordinator is one process, and its writes are few and small. The
//! connection locks the database for itself, so no shared memory is needed and a network volume will do.

use std::fs::File;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Row, Transaction, TransactionBehavior};

use super::durable::FILE_MODE;
#[cfg(test)]
use super::durable::Room;
use super::error::StoreError;
use super::schema;

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
        for (name, value) in [
            // Before the first access, so that the write-ahead log needs no shared memory.
            ("locking_mode", "EXCLUSIVE"),
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
        let (connection, path) = (Mutex::new(connection), path.to_path_buf());
        Ok(Self {
            connection,
            path,
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

    fn error(&self, fault: Fault) -> StoreError {
        match fault {
            Fault::Database(error) => StoreError::database(&self.path, error),
            Fault::Store(error) => error,
        }
    }

    /// A panic poisons the mutex and has rolled its transaction back, so the connection can be used.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
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

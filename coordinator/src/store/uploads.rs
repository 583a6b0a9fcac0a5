//! Whose uploaded content is.

use clipig_core::Sha256;
use rusqlite::params;

use super::error::StoreError;
use super::folder::Store;

impl Store {
    /// Writes down who brought content. Where somebody brought the same before, it stays theirs.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_upload(&self, sha256: &Sha256, owner: &str, bytes: u64) -> Result<(), StoreError> {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.database().write(|transaction| {
            let sql = "INSERT OR IGNORE INTO uploads (sha256, owner, bytes) VALUES (?1, ?2, ?3)";
            transaction.execute(sql, params![sha256.0, owner, bytes])?;
            Ok(())
        })
    }

    /// Bytes of the content that an owner brought and that is still here.
    ///
    /// # Errors
    /// When the database fails.
    pub fn uploaded_by(&self, owner: &str) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(sum(bytes), 0) FROM uploads WHERE owner = ?1";
        self.database().read(|connection| {
            let bytes: i64 = connection.prepare_cached(sql)?.query_row([owner], |row| row.get(0))?;
            Ok(bytes.unsigned_abs())
        })
    }

    /// Forgets whose content was that is not here any more.
    pub(super) fn forget_uploads(&self) -> Result<(), StoreError> {
        let uploads = self.database().read(|connection| {
            let mut statement = connection.prepare_cached("SELECT sha256 FROM uploads")?;
            let rows = statement.query_map((), |row| row.get(0).map(Sha256))?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })?;
        let blobs = self.blobs();
        let gone: Vec<Sha256> = uploads.into_iter().filter(|sha256| blobs.len(sha256).is_none()).collect();
        if gone.is_empty() {
            return Ok(());
        }
        self.database().write(|transaction| {
            let mut statement = transaction.prepare_cached("DELETE FROM uploads WHERE sha256 = ?1")?;
            for sha256 in &gone {
                statement.execute([sha256.0])?;
            }
            Ok(())
        })
    }
}

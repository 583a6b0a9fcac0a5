//! A copy of the store at one moment, while it is used.
//!
//! The database is copied in small steps, between which others may write: SQLite takes their changes over into the copy.
//! With the last step nobody can change the database, and the files are linked into the copy's folder. So the copy is what
//! would be on disk had the process been killed at this moment, and the store survives that. Files are never changed in
//! their place, so that a link keeps them as they are. While the copy exists, files that are removed keep their room on the
//! disk.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use clipig_core::JobId;
use clipig_core::backup::check_name;

use super::clock::Timestamp;
use super::durable;
use super::error::StoreError;
use super::folder::Store;
use super::layout::{DATABASE, Layout};

/// A copy of the store, in a folder of its own within the data folder. The folder is removed when this is dropped.
#[derive(Debug)]
pub struct Frozen {
    store: StoreOfCopy,
    files: Vec<FrozenFile>,
    taken: Timestamp,
}

/// A file of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenFile {
    /// Its name within the data folder, with `/` between folders.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// The folder of a copy. There is one at a time.
struct StoreOfCopy {
    folder: PathBuf,
    store: Store,
}

impl std::fmt::Debug for StoreOfCopy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.folder.fmt(f)
    }
}

impl Drop for StoreOfCopy {
    fn drop(&mut self) {
        if let Err(error) = durable::remove_folder(&self.folder) {
            tracing::warn!(%error, "the copy that a backup was made of is still there; the next start removes it");
        }
        self.store.inner.copying.store(false, Ordering::Release);
    }
}

impl Frozen {
    /// The files, the database first.
    pub fn files(&self) -> &[FrozenFile] {
        &self.files
    }

    /// The moment that the copy shows.
    pub fn taken(&self) -> Timestamp {
        self.taken
    }

    /// Opens a file of the copy.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn open(&self, file: &FrozenFile) -> Result<File, StoreError> {
        let path = self.store.folder.join(&file.name);
        File::open(&path).map_err(|error| StoreError::io("open", &path, error))
    }
}

impl Store {
    /// Copies the store as it is at one moment. This takes as long as reading the database; other calls go on meanwhile.
    ///
    /// # Errors
    /// [`StoreError::BackupUnderWay`] where another copy exists; when the copy cannot be written.
    pub fn freeze(&self) -> Result<Frozen, StoreError> {
        claim(&self.inner.copying)?;
        let folder = self.layout().copy();
        let copy = StoreOfCopy { folder, store: self.clone() };
        durable::remove_folder(&copy.folder)?;
        durable::make_folder(&copy.folder)?;
        let database = copy.folder.join(DATABASE);
        // Nothing is collected until it is linked.
        let _held = self.hold_blobs();
        let (taken, mut files) = self.database().copy(&database, |connection| {
            let mut statement = connection.prepare("SELECT id FROM jobs ORDER BY id")?;
            let jobs = statement.query_map((), |row| row.get::<_, i64>(0).map(|id| JobId(id as u64)))?;
            let jobs = jobs.collect::<Result<Vec<_>, _>>()?;
            Ok((self.now(), self.link_files(&jobs, &copy.folder)?))
        })?;
        let size = fs::metadata(&database).map_err(|error| StoreError::io("read", &database, error))?.len();
        files.insert(0, FrozenFile { name: DATABASE.to_owned(), size });
        Ok(Frozen { store: copy, files, taken })
    }

    /// Links everything but the database: uploaded content, what belongs to these jobs, and other files beside them.
    fn link_files(&self, jobs: &[JobId], copy: &Path) -> Result<Vec<FrozenFile>, StoreError> {
        let layout = self.layout();
        let mut links = Links { layout, copy, files: Vec::new() };
        for path in layout.other_files()? {
            links.add(&path)?;
        }
        links.folder(&layout.blobs())?;
        for job in jobs {
            links.folder(&layout.job(*job))?;
        }
        Ok(links.files)
    }
}

#[cfg(test)]
mod tests;

fn claim(copying: &AtomicBool) -> Result<(), StoreError> {
    let claimed = copying.compare_exchange(false, true, Ordering::AcqRel, Ordering::Relaxed);
    claimed.map(drop).map_err(|_| StoreError::BackupUnderWay)
}

struct Links<'a> {
    layout: &'a Layout,
    copy: &'a Path,
    files: Vec<FrozenFile>,
}

impl Links<'_> {
    /// Everything in a folder. What vanishes meanwhile was not needed any more: a checkpoint goes when two newer ones are
    /// there, and no more than one can be written while the database cannot.
    fn folder(&mut self, folder: &Path) -> Result<(), StoreError> {
        let mut entries = durable::entries(folder)?;
        entries.sort_unstable();
        for path in entries {
            let kind = match fs::symlink_metadata(&path) {
                Ok(metadata) => metadata.file_type(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(StoreError::io("read", &path, error)),
            };
            if kind.is_dir() {
                self.folder(&path)?;
            } else if kind.is_file() {
                self.add(&path)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &Path) -> Result<(), StoreError> {
        let Some(name) = self.layout.name_of(path).filter(|name| check_name(name).is_ok()) else {
            tracing::warn!(path = %path.display(), "the store has not made this file; it is left out of the backup");
            return Ok(());
        };
        let place = self.copy.join(&name);
        durable::make_unsynced_folder(clipig_core::durable::folder_of(&place))?;
        // Some file systems have no links.
        let linked = fs::hard_link(path, &place).or_else(|_| fs::copy(path, &place).map(drop));
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(StoreError::write("write", &place, None, error)),
        }
        let size = fs::metadata(&place).map_err(|error| StoreError::io("read", &place, error))?.len();
        self.files.push(FrozenFile { name, size });
        Ok(())
    }
}

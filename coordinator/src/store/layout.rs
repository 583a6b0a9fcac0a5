//! The data folder: what lies where, and who may use it.
//!
//! ```text
//! farm.lock                 held while a coordinator runs
//! farm.sqlite               jobs, events, history, who did what
//! session.key               what sessions of browsers are signed with
//! incoming/                 files that are being written
//! backup/                   what a backup under way copies
//! farm.restoring            there while a backup is being restored
//! blobs/ab/abcdef…          uploaded content by SHA-256
//! jobs/17/checkpoints/00000120.ckpt
//! jobs/17/snapshots/00000120.png
//! jobs/17/picture.png
//! ```

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clipig_core::{Epoch, JobId, Sha256};

use super::durable;
use super::error::StoreError;

/// The database.
pub(super) const DATABASE: &str = "farm.sqlite";

/// What sessions of browsers are signed with.
pub(crate) const SESSION_KEY: &str = "session.key";

/// Says that a backup is being restored: what else is in the folder is not whole.
pub(super) const RESTORING: &str = "farm.restoring";

const LOCK: &str = "farm.lock";

/// Names in a data folder.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) root: PathBuf,
}

impl Layout {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    pub(super) fn database(&self) -> PathBuf {
        self.root.join(DATABASE)
    }

    pub(super) fn incoming(&self) -> PathBuf {
        self.root.join("incoming")
    }

    /// Where a copy of the store lies while a backup is made of it.
    pub(super) fn copy(&self) -> PathBuf {
        self.root.join("backup")
    }

    /// Held while a coordinator runs.
    pub(super) fn lock_file(&self) -> PathBuf {
        self.root.join(LOCK)
    }

    /// There while a backup is being restored.
    pub(super) fn restoring(&self) -> PathBuf {
        self.root.join(RESTORING)
    }

    /// Files beside the database that nothing here knows by name. They are kept in backups; the key of sessions is not,
    /// because whoever reads a backup could make sessions with it.
    pub(super) fn other_files(&self) -> Result<Vec<PathBuf>, StoreError> {
        let known = |path: &Path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // The database has a log and other companions.
            name.starts_with('.')
                || name.starts_with(DATABASE)
                || [LOCK, RESTORING, SESSION_KEY].contains(&name)
        };
        let mut files = durable::entries(&self.root)?;
        files.retain(|path| path.is_file() && !known(path));
        files.sort_unstable();
        Ok(files)
    }

    /// The name of a file within the folder, with `/` between folders; `None` where it is not UTF-8.
    pub(super) fn name_of(&self, path: &Path) -> Option<String> {
        path.strip_prefix(&self.root).ok()?.to_str().map(str::to_owned)
    }

    pub(super) fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    pub(super) fn blob(&self, sha256: &Sha256) -> PathBuf {
        let digits = sha256.to_string();
        self.blobs().join(&digits[..2]).join(digits)
    }

    pub(super) fn job(&self, job: JobId) -> PathBuf {
        self.root.join("jobs").join(job.to_string())
    }

    /// The jobs that have a folder.
    pub(super) fn jobs(&self) -> Result<Vec<JobId>, StoreError> {
        let number = |path: PathBuf| path.file_name()?.to_str()?.parse().ok().map(JobId);
        Ok(durable::entries(&self.root.join("jobs"))?.into_iter().filter_map(number).collect())
    }

    /// Locks the folder for this process; the lock ends with the file, also after kill -9.
    pub(super) fn lock(&self) -> Result<File, StoreError> {
        let path = self.lock_file();
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false).mode(durable::FILE_MODE);
        let open = options.open(&path);
        let mut file = open.map_err(|error| StoreError::io("open", &path, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let process = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
                return Err(StoreError::InUse { folder: self.root.clone(), process });
            }
            Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", &path, error)),
        }
        // The number is for people; on a full disk the lock is good without it.
        let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(file)
    }
}

/// The name of a file that belongs to an epoch: eight digits, so that names sort.
pub(super) fn epoch_file(epoch: Epoch, extension: &str) -> String {
    format!("{:08}.{extension}", epoch.0)
}

/// The epoch that a file belongs to.
pub(super) fn epoch_of(path: &Path, extension: &str) -> Option<Epoch> {
    let stem = path.file_name()?.to_str()?.strip_suffix(extension)?.strip_suffix('.')?;
    let digits = stem.len() >= 8 && stem.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| stem.parse().ok().map(Epoch)).flatten()
}

//! What can go wrong on disk, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use clipig_core::{JobId, Sha256};
use clipig_schedule::job::JobState;
use rustix::io::Errno;

use super::checkpoint::fault::CheckpointFault;

/// Why the store could not do what it was asked. Nothing that was acknowledged before is lost.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room for a file.
    #[error("no room to write {}{}; free space there, or lower `retention` in the settings: the farm goes on \
             then", .path.display(), needed_text(*.needed))]
    DiskFull {
        /// What was to be written.
        path: PathBuf,
        /// Bytes that the whole of it takes, where that is known.
        needed: Option<u64>,
    },
    /// The system refused something.
    #[error("cannot {action} {}: {source}{}", .path.display(), open_files_remedy(.source))]
    Io {
        /// What was tried.
        action: &'static str,
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process uses the folder.
    #[error("{} is used by another coordinator{}; stop it, or give this one another `data` folder",
            .folder.display(), process_text(*.process))]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// Number of that process, where it is known.
        process: Option<u32>,
    },
    /// There is no store.
    #[error("{} holds no farm: it has no farm.sqlite; name the coordinator's `data` folder, or a backup", .folder.display())]
    NoStore { folder: PathBuf },
    /// A backup is being made already.
    #[error("a backup of this farm is being made already; wait until it is done")]
    BackupUnderWay,
    /// A backup was not restored to its end.
    #[error("{} holds a part of a backup: `clipig farm restore` was interrupted there; run it again", .folder.display())]
    HalfRestored {
        /// The data folder.
        folder: PathBuf,
    },
    /// The database was written by a newer clipig.
    #[error("{} has version {found}, but this clipig knows versions up to {known}; use the newer clipig again",
            .path.display())]
    NewerVersion {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database file is damaged, or is something else.
    #[error("{} is damaged or no clipig database ({cause}); move the data folder away and restore a backup \
             (`clipig farm restore`); checkpoints and pictures lie in `jobs` beside it", .path.display())]
    DatabaseDamaged {
        /// The database.
        path: PathBuf,
        /// What was found.
        cause: String,
    },
    /// The database refused something.
    #[error("the database {} failed: {source}", .path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What it said.
        #[source]
        source: rusqlite::Error,
    },
    /// There is no such job, or not any more.
    #[error("there is no job {0}; `clipig jobs` lists those that are kept")]
    NoSuchJob(JobId),
    /// The token of a submission was used for other content.
    #[error(
        "the client token `{token}` was used for job {job} with other content; use a new token for a new job"
    )]
    TokenReused {
        token: String,
        /// The job that it belongs to.
        job: JobId,
    },
    /// A job was not in the status that a change was decided upon.
    #[error("job {job} is {found}, not {expected}; look at it again and repeat the command")]
    StatusChanged {
        job: JobId,
        /// What the change started from.
        expected: JobState,
        /// What it is.
        found: JobState,
    },
    /// A job cannot be completed: its last update waits for an epoch.
    #[error("job {0} was updated in its last epoch; it goes on under the update")]
    OpenUpdate(JobId),
    /// A job was updated by somebody else meanwhile.
    #[error(
        "job {job} has revision {found}, but the update was made for revision {expected}; look at it again and \
             repeat the update"
    )]
    RevisionChanged {
        job: JobId,
        /// The revision that the update was made for.
        expected: u32,
        /// The revision that it has.
        found: u32,
    },
    /// Files that a job names were not uploaded.
    #[error("{} of the experiment's files were not uploaded, the first is `{}`; upload them and submit again",
            .0.len(), .0.first().map_or("", |(name, _)| name.as_str()))]
    MissingBlobs(Vec<(String, Sha256)>),
    /// There is no such content.
    #[error("there is no content {0} on this farm; upload it first")]
    NoSuchBlob(Sha256),
    /// The bytes of an upload are not what was announced.
    #[error("the uploaded bytes have the SHA-256 {found}, not {expected}; upload them again")]
    BlobMismatch {
        /// Announced.
        expected: Sha256,
        /// Computed.
        found: Sha256,
    },
    /// An upload is larger than the farm allows.
    #[error("the upload is larger than {limit} bytes, which is `limits.blob_bytes` of this farm")]
    BlobTooLarge {
        /// The greatest size in bytes.
        limit: u64,
    },
    /// Content changed on disk.
    #[error("the content {0} was damaged on disk and has been removed; upload it again")]
    BlobDamaged(Sha256),
    /// There is no such artifact.
    #[error("job {job} has no `{name}` yet; `clipig fetch` lists what there is")]
    NoSuchArtifact { job: JobId, name: String },
    /// A checkpoint cannot be used.
    #[error("the checkpoint {} cannot be used: {fault}", .path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: CheckpointFault,
    },
}

fn needed_text(needed: Option<u64>) -> String {
    needed.map(|bytes| format!(" ({bytes} bytes)")).unwrap_or_default()
}

fn process_text(process: Option<u32>) -> String {
    process.map(|process| format!(" (process {process})")).unwrap_or_default()
}

fn open_files_remedy(source: &io::Error) -> &'static str {
    match source.raw_os_error() {
        Some(code) if code == Errno::MFILE.raw_os_error() => {
            "; this process has as many files open as it may: raise the limit (`LimitNOFILE=` for systemd, `ulimit -n` \
             in a shell)"
        }
        _ => "",
    }
}

/// Does the machine lack something for the moment that has nothing to do with the file? Too many open files, no memory,
/// no thread.
pub(super) fn is_shortage(error: &io::Error) -> bool {
    [Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::AGAIN]
        .iter()
        .any(|code| error.raw_os_error() == Some(code.raw_os_error()))
}

impl StoreError {
    /// Is it a full disk, a quota or a limit on file sizes?
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::DiskFull { .. })
    }

    /// Can the same call succeed later, when time has passed or an administrator has acted? A full disk, a disk that
    /// fails, too many open files, too little memory.
    pub fn is_temporary(&self) -> bool {
        use rusqlite::ErrorCode;
        match self {
            Self::DiskFull { .. } => true,
            Self::Io { source, .. } => {
                is_shortage(source) || source.raw_os_error() == Some(Errno::IO.raw_os_error())
            }
            Self::Database { source, .. } => matches!(
                source.sqlite_error_code(),
                Some(
                    ErrorCode::CannotOpen
                        | ErrorCode::SystemIoFailure
                        | ErrorCode::OutOfMemory
                        | ErrorCode::DatabaseBusy
                )
            ),
            _ => false,
        }
    }

    /// An error of the system while doing `action` with `path`.
    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::write(action, path, None, source)
    }

    /// An error while writing a file of `needed` bytes.
    pub(super) fn write(action: &'static str, path: &Path, needed: Option<u64>, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::DiskFull { path, needed }
            }
            _ => Self::Io { action, path, source },
        }
    }

    pub(super) fn database(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { path, needed: None },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::DatabaseDamaged { path, cause: source.to_string() }
            }
            _ => Self::Database { path, source },
        }
    }
}

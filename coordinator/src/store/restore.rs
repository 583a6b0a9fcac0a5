//! A backup becomes a data folder again.
//!
//! Files are compared with the manifest while they are copied. A marker in the data folder keeps coordinators away until
//! everything is there; what an interrupted attempt has left is removed by the next one.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clipig_core::backup::{self, BackupFile, BackupNameError, Manifest};
use sha2::Digest;

use super::clock::Timestamp;
use super::database::{Database, Fault};
use super::durable::{self, Incoming};
use super::error::StoreError;
use super::events::{self, EventKind, Subject};
use super::layout::{DATABASE, Layout};

/// So many numbers are left out before the next job. Jobs that were submitted after the backup are lost, and their numbers
/// should not become those of others, whose pictures people would then fetch.
const NUMBERS_LEFT_OUT: i64 = 1_000;

/// By so much the incarnation rises. It is the first half of every fence; a worker may still hold leases that were given
/// out after the backup, and no new fence may be the same as one of theirs.
const INCARNATIONS_LEFT_OUT: i64 = 1_000_000;

/// Bytes that are copied at once.
const PIECE: usize = 256 << 10;

/// Why a backup was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// There is no manifest.
    #[error(
        "{} is no backup of a farm: it has no {}; name a folder that `clipig farm backup` has made. A copy of a data \
         folder needs no restoring: start the coordinator on it", .0.display(), backup::MANIFEST
    )]
    NoBackup(PathBuf),
    /// The manifest cannot be read.
    #[error("{} cannot be read as the list of a backup's files: {cause}; take another backup", .path.display())]
    Manifest { path: PathBuf, cause: String },
    /// A newer program wrote it.
    #[error(
        "the backup has form {found}, but this clipig knows forms up to {}; restore it with the newer clipig",
        backup::FORMAT
    )]
    NewerForm { found: u32 },
    #[error("{0}; take another backup")]
    Name(#[from] BackupNameError),
    /// The data folder holds something.
    #[error("{} is not empty; name another folder, or move it away", .0.display())]
    NotEmpty(PathBuf),
    /// A file is not what the manifest says.
    #[error("{} is damaged: {what}; take another backup", .path.display())]
    Damaged { path: PathBuf, what: &'static str },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The moment that the farm is at again.
    pub taken: Timestamp,
    pub files: usize,
    /// Their sizes together.
    pub bytes: u64,
}

/// Makes a data folder from a backup. Where this fails the folder cannot be used by a coordinator.
///
/// # Errors
/// See [`RestoreError`].
pub fn restore(backup: &Path, data: &Path, now: Timestamp) -> Result<Restored, RestoreError> {
    let manifest = read_manifest(backup)?;
    durable::make_folder(data)?;
    let layout = Layout::new(data);
    let _lock = layout.lock()?;
    clear(&layout, data)?;
    let marker = layout.restoring();
    clipig_core::durable::write(&marker, b"")
        .map_err(|error| StoreError::write("write", &marker, None, error))?;
    let (incoming, _) = Incoming::open(layout.incoming())?;
    for file in &manifest.files {
        copy(file, backup, data, &incoming)?;
    }
    begin_again(&data.join(DATABASE), &manifest, now)?;
    durable::remove_file(&marker)?;
    durable::sync_folder(data)?;
    let bytes = manifest.files.iter().map(|file| file.size).sum();
    Ok(Restored { taken: Timestamp(manifest.taken), files: manifest.files.len(), bytes })
}

/// The files of a backup, with names that stay within its folder.
pub(super) fn read_manifest(backup: &Path) -> Result<Manifest, RestoreError> {
    let path = backup.join(backup::MANIFEST);
    let text = match fs::read(&path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Err(RestoreError::NoBackup(backup.to_path_buf()));
        }
        text => text.map_err(|error| StoreError::io("read", &path, error))?,
    };
    let failed = |cause: String| RestoreError::Manifest { path: path.clone(), cause };
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?;
    if manifest.format > backup::FORMAT {
        return Err(RestoreError::NewerForm { found: manifest.format });
    }
    let mut names = HashSet::new();
    for file in &manifest.files {
        backup::check_name(&file.name)?;
        if !names.insert(&file.name) {
            return Err(failed(format!("it lists {} twice", file.name)));
        }
    }
    if !names.contains(&DATABASE.to_owned()) {
        return Err(failed(format!("it does not list {DATABASE}")));
    }
    Ok(manifest)
}

/// Makes sure that nothing of value is in the data folder, and removes what an interrupted attempt has left.
fn clear(layout: &Layout, data: &Path) -> Result<(), RestoreError> {
    let interrupted = layout.restoring().exists();
    for path in durable::entries(data)? {
        let name = path.file_name().unwrap_or_default();
        // The lock is ours. Models were not in the backup, and may be here. File systems have a folder of their own at the
        // top of a volume.
        if path == layout.lock_file()
            || path == layout.restoring()
            || ["lost+found", "models"].iter().any(|kept| name == *kept)
        {
            continue;
        }
        if !interrupted {
            return Err(RestoreError::NotEmpty(data.to_path_buf()));
        }
        if path.is_dir() {
            durable::remove_folder(&path)?;
        } else {
            durable::remove_file(&path)?;
        }
    }
    Ok(())
}

fn copy(file: &BackupFile, backup: &Path, data: &Path, incoming: &Incoming) -> Result<(), RestoreError> {
    let from = backup.join(&file.name);
    let failed = |error| RestoreError::from(StoreError::io("read", &from, error));
    let damaged = |what| RestoreError::Damaged { path: from.clone(), what };
    let mut source = match File::open(&from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(damaged("it is missing")),
        source => source.map_err(failed)?,
    };
    let mut target = incoming.begin(Some(file.size))?;
    let (mut digest, mut size) = (sha2::Sha256::new(), 0);
    let mut piece = vec![0; PIECE];
    loop {
        let read = source.read(&mut piece).map_err(failed)?;
        if read == 0 {
            break;
        }
        size += read as u64;
        if size > file.size {
            return Err(damaged("it is longer than it was"));
        }
        digest.update(&piece[..read]);
        target.write(&piece[..read])?;
    }
    if size < file.size {
        return Err(damaged("its end is missing"));
    }
    if base16ct::lower::encode_string(&digest.finalize()) != file.sha256 {
        return Err(damaged("its bytes are not those that were written"));
    }
    Ok(target.finish(&data.join(&file.name))?)
}

/// A time in the largest unit that leaves something in front of the point.
fn age(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// The farm goes on from the backup; what was after it never happened here, but others may remember it.
fn begin_again(database: &Path, manifest: &Manifest, now: Timestamp) -> Result<(), RestoreError> {
    let opened = Database::open(database)?;
    let text = format!("a backup was restored that is {} old", age(now.since(Timestamp(manifest.taken))));
    opened.write(|transaction| {
        // Nobody has died: the coordinator was alive when the backup was made.
        let sql = "UPDATE farm SET incarnation = incarnation + ?1, closed = 1";
        transaction.execute(sql, [INCARNATIONS_LEFT_OUT])?;
        let sql = "UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name = 'jobs'";
        if transaction.execute(sql, [NUMBERS_LEFT_OUT])? == 0 {
            let sql = "INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', ?1)";
            transaction.execute(sql, [NUMBERS_LEFT_OUT])?;
        }
        events::add(transaction, now, &Subject::Farm, &EventKind::Restored, &text)?;
        Ok::<_, Fault>(())
    })?;
    Ok(())
}

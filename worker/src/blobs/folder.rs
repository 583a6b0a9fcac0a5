//! The folder: opening, verifying, making room.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clipig_core::Sha256;
use rustix::fs::FallocateFlags;
use rustix::io::Errno;
use sha2::Digest as _;

use super::{Blob, BlobError};

/// The ending of files that are not complete.
const PART: &str = ".part";

/// What the system counts a file's blocks in.
const BLOCK_UNIT: u64 = 512;

/// The usual size of a file system's blocks.
const BLOCK: u64 = 4_096;

/// A folder of files that are named by their content.
#[derive(Clone)]
pub(super) struct Folder {
    path: PathBuf,
    limit: u64,
}

/// A file that could be deleted.
struct Entry {
    path: PathBuf,
    size: u64,
    used: SystemTime,
}

impl Folder {
    pub(super) fn new(path: PathBuf, limit: u64) -> Self {
        Self { path, limit }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self, hash: Sha256) -> PathBuf {
        self.path.join(hash.to_string())
    }

    pub(super) fn part(&self, hash: Sha256) -> PathBuf {
        self.path.join(format!("{hash}{PART}"))
    }

    /// Opens a complete file and says that it was used now. A damaged one is deleted; `None` where there is none.
    pub(super) fn open(&self, hash: Sha256, verified: bool) -> Result<Option<Blob>, BlobError> {
        let path = self.file(hash);
        let failed = |error: &io::Error| BlobError::disk(&path, error);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        // Waits for whoever is deleting or finishing it, which takes no time.
        file.lock_shared().map_err(|error| failed(&error))?;
        if file.metadata().map_err(|error| failed(&error))?.nlink() == 0 {
            return Ok(None);
        }
        if !verified {
            let found = hash_of(&mut file).map_err(|error| failed(&error))?;
            if found != hash {
                tracing::warn!(path = %path.display(), %found, "a cached file is damaged; it is fetched again");
                fs::remove_file(&path).map_err(|error| failed(&error))?;
                return Ok(None);
            }
        }
        // Only the order in which files go depends on it; a folder that is not ours may refuse.
        let _ = file.set_modified(SystemTime::now());
        Ok(Some(Blob { path, _lock: Some(file) }))
    }

    /// Deletes files that were not used for longest until the `size` bytes of `part`, the content `hash`, fit in. Then
    /// reserves the room, so that later downloads, also in other processes, count the bytes that are still to arrive.
    pub(super) fn make_room(&self, hash: Sha256, size: u64, part: &File) -> Result<(), BlobError> {
        let failed = |error: io::Error| BlobError::disk(&self.path, &error);
        // One process at a time counts and reserves. The lock ends when the file is closed.
        let alone = File::open(&self.path).map_err(failed)?;
        alone.lock().map_err(failed)?;
        self.delete_until_fits(hash, size)?;
        reserve(part, size).map_err(|error| BlobError::disk(&self.part(hash), &error))
    }

    fn delete_until_fits(&self, hash: Sha256, size: u64) -> Result<(), BlobError> {
        let mut entries = self.entries().map_err(|error| BlobError::disk(&self.path, &error))?;
        let own = self.part(hash);
        entries.retain(|entry| entry.path != own);
        let mut used = entries.iter().map(|entry| entry.size).sum::<u64>();
        entries.sort_by_key(|entry| entry.used);
        for entry in entries {
            if used.saturating_add(size) <= self.limit {
                return Ok(());
            }
            if delete_unused(&entry.path) {
                tracing::debug!(path = %entry.path.display(), bytes = entry.size, "made room in the cache");
                used = used.saturating_sub(entry.size);
            }
        }
        if used.saturating_add(size) <= self.limit {
            return Ok(());
        }
        let folder = self.path.display().to_string();
        Err(BlobError::NoRoom { hash, size, used, limit: self.limit, folder })
    }

    /// The files that belong to the cache; others in the folder are left alone.
    fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if name.strip_suffix(PART).unwrap_or(name).parse::<Sha256>().is_err() {
                continue;
            }
            // Another worker may have deleted it since.
            let Ok(metadata) = entry.metadata() else { continue };
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            // What is reserved, without the rest of its last block.
            let reserved = (metadata.blocks() * BLOCK_UNIT).saturating_sub(BLOCK - 1);
            let is_part = name.ends_with(PART);
            let size = if is_part { metadata.len().max(reserved) } else { metadata.len() };
            entries.push(Entry { path: entry.path(), size, used });
        }
        Ok(entries)
    }
}

/// Reserves room for a file of `size` bytes. Its length does not change, because a download goes on at its length.
fn reserve(file: &File, size: u64) -> io::Result<()> {
    if size == 0 {
        return Ok(());
    }
    match rustix::fs::fallocate(file, FallocateFlags::KEEP_SIZE, 0, size) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT)) => Err(error.into()),
        // A file system that reserves nothing: then only what has arrived counts.
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Deletes a file that nobody has locked; says whether it did.
fn delete_unused(path: &Path) -> bool {
    let Ok(file) = File::options().read(true).write(true).open(path) else { return false };
    match file.try_lock() {
        Ok(()) => fs::remove_file(path).is_ok(),
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(error)) => {
            tracing::warn!(path = %path.display(), %error, "cannot lock a file of the cache");
            false
        }
    }
}

/// The SHA-256 of a file from its current place to its end.
fn hash_of(file: &mut File) -> io::Result<Sha256> {
    let mut digest = sha2::Sha256::new();
    hash_rest(file, &mut digest)?;
    Ok(Sha256(digest.finalize().into()))
}

/// Adds the rest of a file to a digest; how many bytes that were.
pub(super) fn hash_rest(file: &mut File, digest: &mut sha2::Sha256) -> io::Result<u64> {
    let mut buffer = vec![0; 256 * 1024];
    let mut total = 0;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(total);
        }
        digest.update(&buffer[..n]);
        total += n as u64;
    }
}

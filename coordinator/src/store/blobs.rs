//! Uploaded content by its SHA-256.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{RwLock, RwLockReadGuard};
use std::time::{Duration, SystemTime};

use clipig_core::Sha256;
use sha2::Digest;

use super::durable::{self, Incoming, UnfinishedFile};
use super::error::StoreError;
use super::layout::Layout;

/// All content that was uploaded to a farm.
#[derive(Debug)]
pub struct Blobs<'a> {
    pub(super) layout: &'a Layout,
    pub(super) incoming: &'a Incoming,
    /// Held for reading by whoever relies on blobs being there, for writing while some are removed.
    pub(super) gate: &'a RwLock<()>,
    /// Bytes of all content.
    pub(super) stored: &'a AtomicU64,
}

/// Content that can be read.
#[derive(Debug)]
pub struct Blob {
    /// The bytes. They stay readable when the blob is removed.
    pub file: File,
    /// How many they are.
    pub len: u64,
}

/// What a collection removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// How many blobs.
    pub blobs: usize,
    /// How many bytes.
    pub bytes: u64,
}

impl Blobs<'_> {
    /// Begins an upload of at most `limit` bytes.
    ///
    /// # Errors
    /// When no file can be made.
    pub fn begin(&self, limit: u64) -> Result<BlobWriter, StoreError> {
        let file = self.incoming.begin(None)?;
        Ok(BlobWriter { file, hash: sha2::Sha256::new(), len: 0, limit })
    }

    /// Ends an upload. The content survives a crash when this returns its hash.
    ///
    /// # Errors
    /// [`StoreError::BlobMismatch`] where the hash is not the `expected` one; when it cannot be written.
    pub fn finish(&self, writer: BlobWriter, expected: Option<&Sha256>) -> Result<Sha256, StoreError> {
        let BlobWriter { file, hash, len, .. } = writer;
        let found = Sha256(hash.finalize().into());
        if let Some(expected) = expected.filter(|expected| **expected != found) {
            return Err(StoreError::BlobMismatch { expected: *expected, found });
        }
        // Where the same content is there already, with the same length, it is kept and its time renewed.
        let before = self.len(&found);
        if before != Some(len) || !self.has(&found) {
            file.finish(&self.layout.blob(&found))?;
            self.stored.fetch_add(len, Ordering::Relaxed);
            self.forget(before.unwrap_or(0));
        }
        Ok(found)
    }

    /// Bytes of all content that is here.
    pub fn stored(&self) -> u64 {
        self.stored.load(Ordering::Relaxed)
    }

    /// So many bytes are not here any more. Two that remove the same content at once may count it twice.
    fn forget(&self, bytes: u64) {
        let less = |stored: u64| Some(stored.saturating_sub(bytes));
        // It never fails: the function always gives a value.
        let _ = self.stored.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Stores bytes that are in memory.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn insert(&self, bytes: &[u8]) -> Result<Sha256, StoreError> {
        let mut writer = self.begin(u64::MAX)?;
        writer.write(bytes)?;
        self.finish(writer, None)
    }

    /// Is there such content? If so it is kept for a while, also when no job names it yet.
    pub fn has(&self, sha256: &Sha256) -> bool {
        let _held = self.hold();
        let touch = |file: File| file.set_modified(SystemTime::now());
        File::options().append(true).open(self.layout.blob(sha256)).and_then(touch).is_ok()
    }

    /// Where it lies; `None` where there is none. Whoever reads it checks the hash.
    pub fn path(&self, sha256: &Sha256) -> Option<PathBuf> {
        Some(self.layout.blob(sha256)).filter(|path| path.is_file())
    }

    /// Its size in bytes; `None` where there is none.
    pub fn len(&self, sha256: &Sha256) -> Option<u64> {
        fs::metadata(self.layout.blob(sha256)).ok().map(|metadata| metadata.len())
    }

    /// Opens content for reading. Whoever reads it checks the hash.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBlob`]; when the system refuses.
    pub fn open(&self, sha256: &Sha256) -> Result<Blob, StoreError> {
        let path = self.layout.blob(sha256);
        let open = || {
            let file = File::open(&path)?;
            let len = file.metadata()?.len();
            Ok(Blob { file, len })
        };
        open().map_err(|error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::NoSuchBlob(*sha256),
            _ => StoreError::io("open", &path, error),
        })
    }

    /// Reads content whole and checks it. Damaged content is removed, so that it can be uploaded again.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBlob`], [`StoreError::BlobDamaged`]; when the system refuses.
    pub fn read(&self, sha256: &Sha256) -> Result<Vec<u8>, StoreError> {
        let Blob { mut file, len } = self.open(sha256)?;
        let path = self.layout.blob(sha256);
        let mut bytes = Vec::with_capacity(len as usize);
        file.read_to_end(&mut bytes).map_err(|error| StoreError::io("read", &path, error))?;
        if sha2::Sha256::digest(&bytes)[..] != sha256.0 {
            if durable::remove_file(&path)? {
                self.forget(len);
            }
            return Err(StoreError::BlobDamaged(*sha256));
        }
        Ok(bytes)
    }

    /// Removes what is not in `named` and was not asked for within `grace`.
    pub(super) fn collect(
        &self,
        named: impl FnOnce() -> Result<HashSet<Sha256>, StoreError>,
        grace: Duration,
    ) -> Result<Collected, StoreError> {
        let _alone = self.gate.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let named = named()?;
        let mut collected = Collected::default();
        for (sha256, path) in files(self.layout)? {
            let Ok(metadata) = fs::metadata(&path) else { continue };
            let age = metadata.modified().ok().and_then(|time| time.elapsed().ok()).unwrap_or_default();
            if !named.contains(&sha256) && age >= grace && durable::remove_file(&path)? {
                collected.blobs += 1;
                collected.bytes += metadata.len();
            }
        }
        self.forget(collected.bytes);
        Ok(collected)
    }

    /// Nothing is removed while this is held.
    pub(super) fn hold(&self) -> RwLockReadGuard<'_, ()> {
        hold(self.gate)
    }
}

/// Bytes of all content that lies in a folder.
pub(super) fn count(layout: &Layout) -> Result<u64, StoreError> {
    let size = |(_, path): (Sha256, PathBuf)| fs::metadata(path).map_or(0, |metadata| metadata.len());
    Ok(files(layout)?.into_iter().map(size).sum())
}

/// All content that lies in a folder, whether it is whole or not.
pub(super) fn files(layout: &Layout) -> Result<Vec<(Sha256, PathBuf)>, StoreError> {
    let mut files = Vec::new();
    for folder in durable::entries(&layout.blobs())?.iter().filter(|folder| folder.is_dir()) {
        let hash = |path: &PathBuf| Sha256::from_str(path.file_name()?.to_str()?).ok();
        files.extend(durable::entries(folder)?.into_iter().filter_map(|path| Some((hash(&path)?, path))));
    }
    Ok(files)
}

pub(super) fn hold(gate: &RwLock<()>) -> RwLockReadGuard<'_, ()> {
    gate.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// An upload under way. It leaves nothing behind when it is dropped unfinished.
#[derive(Debug)]
pub struct BlobWriter {
    file: UnfinishedFile,
    hash: sha2::Sha256,
    len: u64,
    limit: u64,
}

impl BlobWriter {
    /// Appends bytes.
    ///
    /// # Errors
    /// [`StoreError::BlobTooLarge`]; when they cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let len = self.len.saturating_add(bytes.len() as u64);
        if len > self.limit {
            return Err(StoreError::BlobTooLarge { limit: self.limit });
        }
        self.file.write(bytes)?;
        self.hash.update(bytes);
        self.len = len;
        Ok(())
    }

    /// Bytes so far.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Has nothing been written yet?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

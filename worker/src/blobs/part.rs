//! A file on its way.

use std::fs::{self, File, TryLockError};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clipig_core::{Sha256, durable};
use sha2::Digest as _;
use tokio::sync::mpsc;

use super::BlobError;
use super::folder::{Folder, hash_rest};

/// The beginning of a file, locked for us alone.
pub(super) struct Part {
    hash: Sha256,
    path: PathBuf,
    file: File,
    len: u64,
    digest: sha2::Sha256,
}

/// Who downloads.
pub(super) enum Claim {
    Ours(Part),
    /// Another process, which has so many bytes.
    ByAnother(u64),
    /// Nobody: another process has just finished the download.
    Finished,
}

impl Part {
    /// Takes up the download of a file where an earlier one stopped, unless another process is at it.
    pub(super) fn claim(folder: &Folder, hash: Sha256) -> Result<Claim, BlobError> {
        let path = folder.part(hash);
        fs::create_dir_all(folder.path()).map_err(|error| BlobError::disk(folder.path(), &error))?;
        let claim = Self::try_claim(path.clone(), hash).map_err(|error| BlobError::disk(&path, &error))?;
        // Another process may have finished between the caller's look for the file and this claim. It held the part's
        // lock until the file had its name, so from here on nobody else can finish it.
        if let Claim::Ours(part) = claim {
            if !folder.file(hash).exists() {
                return Ok(Claim::Ours(part));
            }
            part.discard();
            return Ok(Claim::Finished);
        }
        Ok(claim)
    }

    fn try_claim(path: PathBuf, hash: Sha256) -> io::Result<Claim> {
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Claim::ByAnother(file.metadata()?.len())),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Between opening and locking, another process may have finished or deleted it: then this is not the part.
        if !is_at(&file, &path)? {
            return Ok(Claim::ByAnother(file.metadata()?.len()));
        }
        let mut digest = sha2::Sha256::new();
        let len = hash_rest(&mut file, &mut digest)?;
        Ok(Claim::Ours(Self { hash, path, file, len, digest }))
    }

    /// Bytes that are there.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Deletes it.
    pub(super) fn discard(self) {
        // Where that fails, the next process that makes room deletes it.
        let _ = fs::remove_file(&self.path);
    }

    /// Writes what arrives, and gives the file its name when it is complete and verified. A part that is not
    /// complete stays for the next attempt.
    pub(super) fn receive(
        mut self,
        folder: &Folder,
        size: u64,
        mut bytes: mpsc::Receiver<Bytes>,
    ) -> Result<(), BlobError> {
        folder.make_room(self.hash, size, &self.file)?;
        while let Some(piece) = bytes.blocking_recv() {
            self.len += piece.len() as u64;
            if self.len > size {
                let reason = format!("more than the {size} bytes that were announced arrived");
                let hash = self.hash;
                self.discard();
                return Err(BlobError::Broken { hash, reason });
            }
            self.digest.update(&piece);
            if let Err(error) = self.file.write_all(&piece) {
                let error = BlobError::disk(&self.path, &error);
                // A full disk is not left full.
                self.discard();
                return Err(error);
            }
        }
        if self.len < size {
            let reason = format!("{} of {size} bytes arrived", self.len);
            return Err(BlobError::Broken { hash: self.hash, reason });
        }
        let found = Sha256(std::mem::take(&mut self.digest).finalize().into());
        if found != self.hash {
            let wanted = self.hash;
            self.discard();
            return Err(BlobError::Damaged { wanted, found });
        }
        self.finish(folder).map_err(|error| BlobError::disk(&self.path, &error))
    }

    fn finish(&mut self, folder: &Folder) -> io::Result<()> {
        self.file.flush()?;
        self.file.rewind()?;
        durable::rename(&self.path, &folder.file(self.hash))
    }
}

/// Is the file at that path this one?
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match fs::metadata(path) {
        Ok(theirs) => Ok(ours.ino() == theirs.ino() && ours.dev() == theirs.dev()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

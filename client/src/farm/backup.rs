//! Writes a backup of a farm into a new folder, which appears when the backup is complete.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clipig_core::backup::{self, BackupFile, Manifest};
use clipig_core::durable;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::connection::Connection;
use super::failure::FarmFailure;
use super::wire::backup_response::Piece;
use super::wire::{BackupRequest, BackupStart};

/// A complete backup.
#[derive(Debug)]
pub(crate) struct Backup {
    pub(crate) folder: PathBuf,
    /// The moment that it shows.
    pub(crate) taken: prost_types::Timestamp,
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

/// Asks the farm for everything and writes it. A folder of this name may be there if it is empty.
///
/// # Errors
/// When the connection breaks or something cannot be written; nothing is left then.
pub(crate) async fn fetch(connection: &Connection, folder: &Path) -> Result<Backup, FarmFailure> {
    let mut receiving = Receiving::begin(folder)?;
    let call = connection.client().backup(BackupRequest {}).await;
    let mut pieces = call.map_err(|status| connection.failure(&status))?.into_inner();
    while let Some(message) = pieces.message().await.map_err(|status| connection.failure(&status))? {
        if let Some(piece) = message.piece {
            receiving.take(piece)?;
        }
    }
    receiving.finish()
}

/// A backup that is still arriving.
struct Receiving {
    place: PathBuf,
    folder: TempDir,
    start: Option<BackupStart>,
    files: Vec<BackupFile>,
    open: Option<OpenFile>,
}

/// A file that is still arriving.
struct OpenFile {
    name: String,
    size: u64,
    path: PathBuf,
    file: File,
    hash: Sha256,
    done: u64,
}

impl Receiving {
    fn begin(place: &Path) -> Result<Self, FarmFailure> {
        let failed = |error| FarmFailure::file("write", place, error);
        let taken = match std::fs::read_dir(place) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(failed(error)),
        };
        if taken {
            return Err(FarmFailure::FolderTaken(place.to_path_buf()));
        }
        let parent = durable::folder_of(place);
        std::fs::create_dir_all(parent).map_err(failed)?;
        // Beside its place, so that it can be renamed. Only the owner may look into it: it holds everybody's pictures.
        let folder = tempfile::Builder::new().prefix(".clipig-").tempdir_in(parent).map_err(failed)?;
        Ok(Self { place: place.to_path_buf(), folder, start: None, files: Vec::new(), open: None })
    }

    fn take(&mut self, piece: Piece) -> Result<(), FarmFailure> {
        match (piece, self.open.take()) {
            (Piece::Start(start), None) if self.start.is_none() => self.start = Some(start),
            (Piece::File(file), None) if self.start.is_some() => {
                self.open = Some(OpenFile::create(self.folder.path(), file.name, file.size)?);
            }
            (Piece::Data(data), Some(mut open)) => {
                open.write(&data)?;
                self.open = Some(open);
            }
            (Piece::Sha256(sha256), Some(open)) => self.files.push(open.finish(&sha256)?),
            _ => return Err(FarmFailure::Content("the backup came in the wrong order".to_owned())),
        }
        Ok(())
    }

    fn finish(self) -> Result<Backup, FarmFailure> {
        let Self { place, folder, start, files, open } = self;
        let whole = open.is_none() && start.as_ref().is_some_and(|start| start.files == files.len() as u64);
        let (Some(start), true) = (start, whole) else {
            return Err(FarmFailure::Content("the backup ended early; take it again".to_owned()));
        };
        let taken = start.taken.unwrap_or_default();
        let bytes = files.iter().map(|file| file.size).sum();
        let count = files.len();
        let manifest = Manifest {
            format: backup::FORMAT,
            coordinator: start.version,
            taken: taken.seconds.saturating_mul(1_000).saturating_add(i64::from(taken.nanos) / 1_000_000),
            files,
        };
        let failed = |error| FarmFailure::file("write", &place, error);
        let text = serde_json::to_vec_pretty(&manifest).map_err(|error| failed(error.into()))?;
        sync_folders(folder.path()).map_err(failed)?;
        durable::write(&folder.path().join(backup::MANIFEST), &text).map_err(failed)?;
        std::fs::rename(folder.path(), &place).map_err(failed)?;
        // It has been renamed, so it must not be deleted as a temporary folder.
        let _ = folder.keep();
        durable::sync_folder(durable::folder_of(&place)).map_err(failed)?;
        Ok(Backup { folder: place, taken, files: count, bytes })
    }
}

impl OpenFile {
    fn create(folder: &Path, name: String, size: u64) -> Result<Self, FarmFailure> {
        backup::check_name(&name).map_err(|error| FarmFailure::Content(error.to_string()))?;
        let path = folder.join(&name);
        let failed = |error| FarmFailure::file("write", &path, error);
        std::fs::create_dir_all(durable::folder_of(&path)).map_err(failed)?;
        let file = File::create_new(&path).map_err(failed)?;
        Ok(Self { name, size, file, hash: Sha256::new(), done: 0, path })
    }

    fn write(&mut self, data: &Bytes) -> Result<(), FarmFailure> {
        self.done += data.len() as u64;
        if self.done > self.size {
            return Err(FarmFailure::Content(format!("{} is longer than announced", self.name)));
        }
        self.hash.update(data);
        self.file.write_all(data).map_err(|error| FarmFailure::file("write", &self.path, error))
    }

    fn finish(self, sha256: &Bytes) -> Result<BackupFile, FarmFailure> {
        let Self { name, size, path, file, hash, done } = self;
        let found = hash.finalize();
        if done != size || found[..] != sha256[..] {
            return Err(FarmFailure::Content(format!("{name} arrived damaged; take the backup again")));
        }
        file.sync_all().map_err(|error| FarmFailure::file("write", &path, error))?;
        Ok(BackupFile { name, size, sha256: base16ct::lower::encode_string(&found) })
    }
}

/// Makes the names of all files survive a crash.
fn sync_folders(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    durable::sync_folder(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::farm::wire;

    fn file(name: &str, data: &[u8]) -> [Piece; 3] {
        let size = data.len() as u64;
        [
            Piece::File(wire::BackupFile { name: name.to_owned(), size }),
            Piece::Data(Bytes::copy_from_slice(data)),
            Piece::Sha256(Bytes::copy_from_slice(&Sha256::digest(data))),
        ]
    }

    fn start(files: u64) -> Piece {
        Piece::Start(BackupStart { files, version: "1.2.3".to_owned(), ..BackupStart::default() })
    }

    fn received(place: &Path, pieces: impl IntoIterator<Item = Piece>) -> Result<Backup, FarmFailure> {
        let mut receiving = Receiving::begin(place)?;
        pieces.into_iter().try_for_each(|piece| receiving.take(piece))?;
        receiving.finish()
    }

    fn names(folder: &Path) -> Vec<PathBuf> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    #[test]
    fn a_backup_is_whole_or_not_there() {
        let parent = tempfile::tempdir().unwrap();
        let place = parent.path().join("new/backup");
        let [begin, data, end] = file("blobs/ab/abcd", b"pixels");
        let other = file("farm.sqlite", b"rows");
        let wrong = Piece::Sha256(Bytes::from_static(&[7; 32]));
        for pieces in [
            vec![],
            vec![start(1)],
            vec![start(2), begin.clone(), data.clone(), end.clone()],
            vec![start(1), begin.clone(), data.clone()],
            vec![start(1), begin.clone(), end.clone()],
            vec![start(1), begin.clone(), data.clone(), data.clone(), end.clone()],
            vec![start(1), begin.clone(), data.clone(), wrong],
            vec![begin.clone(), data.clone(), end.clone()],
            [vec![start(2)], file("../x", b"").to_vec(), other.to_vec()].concat(),
            [vec![start(2)], other.to_vec(), other.to_vec()].concat(),
        ] {
            let shown = format!("{pieces:?}");
            assert!(received(&place, pieces).is_err(), "{shown}");
            assert!(names(&parent.path().join("new")).is_empty(), "{shown}");
        }
        let pieces = [vec![start(2), begin, data, end], other.to_vec()].concat();
        let backup = received(&place, pieces).unwrap();
        assert_eq!((backup.files, backup.bytes), (2, 10));
        assert_eq!(std::fs::read(place.join("blobs/ab/abcd")).unwrap(), b"pixels");
        let manifest: Manifest =
            serde_json::from_slice(&std::fs::read(place.join(backup::MANIFEST)).unwrap()).unwrap();
        assert_eq!((manifest.coordinator.as_str(), manifest.files.len()), ("1.2.3", 2));
        let error = received(&place, [start(0)]).unwrap_err();
        assert!(error.to_string().contains("is not empty"), "{error}");
    }
}

//! What a job made: its picture and the snapshots on the way.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use clipig_core::{Epoch, JobId};

use super::clock::Timestamp;
use super::durable::{self, Incoming};
use super::error::StoreError;
use super::layout::{epoch_file, epoch_of};

const EXTENSION: &str = "png";
const PICTURE: &str = "picture.png";
const SNAPSHOTS: &str = "snapshots";

/// The name of an artifact. No path comes from outside: a name is one of these or an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArtifactName {
    /// The canvas of an epoch.
    Snapshot(Epoch),
    /// The finished picture.
    Picture,
}

impl fmt::Display for ArtifactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snapshot(epoch) => write!(f, "{SNAPSHOTS}/{}", epoch_file(*epoch, EXTENSION)),
            Self::Picture => f.write_str(PICTURE),
        }
    }
}

/// A text that names no artifact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the name of an artifact; names are `picture.png` and, for example, `snapshots/00000120.png`"
)]
pub struct ArtifactNameError(String);

impl FromStr for ArtifactName {
    type Err = ArtifactNameError;

    fn from_str(text: &str) -> Result<Self, ArtifactNameError> {
        let snapshot = || {
            let file = text.strip_prefix(SNAPSHOTS)?.strip_prefix('/')?;
            epoch_of(Path::new(file), EXTENSION).map(Self::Snapshot)
        };
        let known = if text == PICTURE { Some(Self::Picture) } else { snapshot() };
        // Only as it is written: `snapshots/a/../00000001.png` names nothing.
        known
            .filter(|name| name.to_string() == text)
            .ok_or_else(|| ArtifactNameError(text.chars().take(100).collect()))
    }
}

/// An artifact as it lies on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Artifact {
    pub name: ArtifactName,
    /// Its size in bytes.
    pub len: u64,
    /// When it was written.
    pub modified: Timestamp,
}

/// The artifacts of one job.
#[derive(Debug)]
pub struct Artifacts<'a> {
    job: JobId,
    folder: PathBuf,
    incoming: &'a Incoming,
}

impl<'a> Artifacts<'a> {
    pub(super) fn new(job: JobId, job_folder: PathBuf, incoming: &'a Incoming) -> Self {
        Self { job, folder: job_folder, incoming }
    }

    /// Writes an artifact, in the place of what was there. It survives a crash when this returns.
    ///
    /// # Errors
    /// When it cannot be written; what was there is untouched then.
    pub fn write(&self, name: ArtifactName, bytes: &[u8]) -> Result<(), StoreError> {
        self.incoming.write(&self.path(name), bytes)
    }

    /// Opens an artifact for reading.
    ///
    /// # Errors
    /// [`StoreError::NoSuchArtifact`]; when the system refuses.
    pub fn open(&self, name: ArtifactName) -> Result<(File, Artifact), StoreError> {
        let path = self.path(name);
        let open = || {
            let file = File::open(&path)?;
            let artifact = artifact(name, &file.metadata()?);
            Ok((file, artifact))
        };
        open().map_err(|error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::NoSuchArtifact { job: self.job, name: name.to_string() },
            _ => StoreError::io("open", &path, error),
        })
    }

    /// All artifacts: snapshots by epoch, then the picture.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn list(&self) -> Result<Vec<Artifact>, StoreError> {
        Ok(self.names()?.into_iter().filter_map(|name| self.find(name)).collect())
    }

    /// The names of all artifacts, in the same order, without a look at each.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn names(&self) -> Result<Vec<ArtifactName>, StoreError> {
        let snapshots = durable::entries(&self.folder.join(SNAPSHOTS))?;
        let mut names: Vec<ArtifactName> = snapshots
            .iter()
            .filter_map(|path| epoch_of(path, EXTENSION).map(ArtifactName::Snapshot))
            .chain(self.path(ArtifactName::Picture).exists().then_some(ArtifactName::Picture))
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    /// An artifact as it lies on disk; `None` where there is none.
    pub fn find(&self, name: ArtifactName) -> Option<Artifact> {
        fs::metadata(self.path(name)).ok().map(|metadata| artifact(name, &metadata))
    }

    /// How many there are, without a look at each.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn count(&self) -> Result<usize, StoreError> {
        Ok(self.count_snapshots()? + usize::from(self.path(ArtifactName::Picture).exists()))
    }

    /// How many there are, and the newest: the picture, or the snapshot of the latest epoch. Without a look at each.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn count_and_newest(&self) -> Result<(usize, Option<ArtifactName>), StoreError> {
        let snapshots = durable::entries(&self.folder.join(SNAPSHOTS))?;
        let has_picture = self.path(ArtifactName::Picture).exists();
        let newest = if has_picture {
            Some(ArtifactName::Picture)
        } else {
            snapshots.iter().filter_map(|path| epoch_of(path, EXTENSION)).max().map(ArtifactName::Snapshot)
        };
        Ok((snapshots.len() + usize::from(has_picture), newest))
    }

    /// How many snapshots there are, without a look at each.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn count_snapshots(&self) -> Result<usize, StoreError> {
        Ok(durable::entries(&self.folder.join(SNAPSHOTS))?.len())
    }

    fn path(&self, name: ArtifactName) -> PathBuf {
        match name {
            ArtifactName::Snapshot(epoch) => self.folder.join(SNAPSHOTS).join(epoch_file(epoch, EXTENSION)),
            ArtifactName::Picture => self.folder.join(PICTURE),
        }
    }
}

fn artifact(name: ArtifactName, metadata: &fs::Metadata) -> Artifact {
    let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).ok();
    let modified = metadata.modified().ok().and_then(since).unwrap_or_default();
    Artifact { name, len: metadata.len(), modified: Timestamp(modified.as_millis() as i64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in [
            ArtifactName::Picture,
            ArtifactName::Snapshot(Epoch(0)),
            ArtifactName::Snapshot(Epoch(120)),
            ArtifactName::Snapshot(Epoch(u32::MAX)),
        ] {
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        for text in [
            "",
            "../picture.png",
            "/etc/passwd",
            "snapshots/1.png",
            "snapshots/../00000001.png",
            "snapshots//00000001.png",
            "snapshots/00000001.ckpt",
            "snapshots/0000000١.png",
            "snapshots/99999999999.png",
            "picture.png\0",
        ] {
            assert!(text.parse::<ArtifactName>().is_err(), "{text:?}");
        }
    }
}

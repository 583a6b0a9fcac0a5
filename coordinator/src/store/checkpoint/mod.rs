//! Checkpoints: everything that a job needs to go on after a restart, with the same bits.

pub(super) mod fault;
mod format;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use clipig_core::{Epoch, JobId};

use super::durable::{self, Incoming};
use super::error::{StoreError, is_shortage};
use super::layout::{epoch_file, epoch_of};
pub use fault::CheckpointFault;
pub use format::Checkpoint;

/// How many are kept: the newest, and the one before in case the newest is damaged.
const KEPT: usize = 2;

const EXTENSION: &str = "ckpt";

/// What a damaged one is called from when it is found, so that it does not count as one that is kept.
const DAMAGED: &str = "damaged";

/// A checkpoint that was passed over.
#[derive(Debug)]
pub struct SkippedCheckpoint {
    /// The file, under the name that it has now; it stays until the next checkpoint is written.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: CheckpointFault,
}

/// The newest good checkpoint of a job.
#[derive(Debug, Default)]
pub struct Latest {
    /// `None`: the job begins anew.
    pub checkpoint: Option<Checkpoint>,
    /// Newer ones that cannot be used. Tell people.
    pub skipped: Vec<SkippedCheckpoint>,
}

/// The checkpoints of one job.
#[derive(Debug)]
pub struct Checkpoints<'a> {
    job: JobId,
    folder: PathBuf,
    incoming: &'a Incoming,
}

impl<'a> Checkpoints<'a> {
    pub(super) fn new(job: JobId, job_folder: &Path, incoming: &'a Incoming) -> Self {
        Self { job, folder: job_folder.join("checkpoints"), incoming }
    }

    /// Writes a checkpoint. When this returns it survives a crash, and all but the last two are removed. The pixels
    /// are not copied as a whole. Returns the size in bytes.
    ///
    /// # Errors
    /// When it cannot be written; those before are untouched then.
    pub fn save(&self, checkpoint: &Checkpoint) -> Result<u64, StoreError> {
        let epoch = checkpoint.progress.next;
        let path = self.folder.join(epoch_file(epoch, EXTENSION));
        let state = &checkpoint.progress.canvas;
        let expected = state.parameters.as_ref().unwrap_or(&state.canvas).pixels().len();
        let mut lengths = state.averages.iter().map(|average| average.len());
        if let Some(found) = lengths.find(|length| *length != expected) {
            let fault = CheckpointFault::Lengths { expected, found };
            return Err(StoreError::Checkpoint { path, fault });
        }
        let size = format::size(checkpoint);
        let mut file = self.incoming.begin(Some(size))?;
        format::write(checkpoint, |bytes| file.write(bytes))?;
        file.finish(&path)?;
        // Later ones are left from before an older checkpoint was restored. They must not be used any more.
        let (later, kept): (Vec<_>, Vec<_>) =
            self.files(EXTENSION)?.into_iter().partition(|(of, _)| *of > epoch);
        let damaged = self.files(DAMAGED)?;
        for (_, path) in later.iter().chain(kept.iter().skip(KEPT)).chain(&damaged) {
            durable::remove_file(path)?;
        }
        Ok(size)
    }

    /// The newest good checkpoint, and what is wrong with newer ones. Those are set aside, so that they are not
    /// among the two that are kept from now on.
    ///
    /// # Errors
    /// When the process may not read the folder or a file in it, or the machine has not what it takes for the moment. The
    /// job must not begin anew because of that.
    pub fn latest(&self) -> Result<Latest, StoreError> {
        let mut latest = Latest::default();
        for (epoch, path) in self.files(EXTENSION)? {
            match self.read(epoch, &path) {
                Ok(checkpoint) => {
                    latest.checkpoint = Some(checkpoint);
                    break;
                }
                Err(CheckpointFault::Unreadable(source))
                    if source.kind() == io::ErrorKind::PermissionDenied || is_shortage(&source) =>
                {
                    return Err(StoreError::io("read", &path, source));
                }
                Err(fault @ CheckpointFault::Version { .. }) => {
                    return Err(StoreError::Checkpoint { path, fault });
                }
                Err(fault) => {
                    let aside = path.with_extension(DAMAGED);
                    // Where it cannot be renamed, the next start finds it again.
                    let path = if fs::rename(&path, &aside).is_ok() { aside } else { path };
                    latest.skipped.push(SkippedCheckpoint { path, fault });
                }
            }
        }
        Ok(latest)
    }

    /// The next epoch of the newest checkpoint, by its name alone; it may be damaged.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn newest(&self) -> Result<Option<Epoch>, StoreError> {
        Ok(self.files(EXTENSION)?.first().map(|(epoch, _)| *epoch))
    }

    /// Removes all of them.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn clear(&self) -> Result<(), StoreError> {
        durable::remove_folder(&self.folder)
    }

    /// All of them, newest first, each with what is wrong with it. Nothing is kept in memory, and nothing is changed.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(super) fn verify(&self) -> Result<Vec<(PathBuf, Option<CheckpointFault>)>, StoreError> {
        let verify = |epoch: Epoch, path: &Path| {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            let (revision, next) = format::verify(std::io::BufReader::new(file), size)?;
            if (revision.job, next) == (self.job, epoch) {
                Ok(())
            } else {
                Err(CheckpointFault::Misplaced(revision, next))
            }
        };
        let files = self.files(EXTENSION)?.into_iter();
        Ok(files
            .map(|(epoch, path)| (verify(epoch, &path).err(), path))
            .map(|(fault, path)| (path, fault))
            .collect())
    }

    fn read(&self, epoch: Epoch, path: &Path) -> Result<Checkpoint, CheckpointFault> {
        #[cfg(test)]
        self.incoming.room().check_read()?;
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let checkpoint = format::read(file, size)?;
        let found = (checkpoint.revision.job, checkpoint.progress.next);
        if found != (self.job, epoch) {
            return Err(CheckpointFault::Misplaced(checkpoint.revision, found.1));
        }
        Ok(checkpoint)
    }

    /// All files with an extension, newest first.
    fn files(&self, extension: &str) -> Result<Vec<(Epoch, PathBuf)>, StoreError> {
        let paths = durable::entries(&self.folder)?.into_iter();
        let mut files: Vec<_> = paths.filter_map(|path| Some((epoch_of(&path, extension)?, path))).collect();
        files.sort_unstable_by(|a, b| b.cmp(a));
        Ok(files)
    }
}

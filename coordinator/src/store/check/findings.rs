//! What a check finds, in words: the place, what was found, what to do.

use std::fmt;
use std::path::PathBuf;

use clipig_core::{Epoch, JobId, Sha256};

use super::png::PngFault;
use crate::store::CheckpointFault;

/// How many jobs are listed in a sentence.
const LISTED: usize = 10;

/// What was found in a data folder.
#[derive(Debug, Default)]
pub struct Inspection {
    /// What was looked at.
    pub tally: Tally,
    /// What is lost or damaged.
    pub damage: Vec<Damage>,
    /// What an operator may want to know; nothing is wrong with it.
    pub notes: Vec<Note>,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub jobs: u64,
    /// Finished ones and snapshots.
    pub pictures: u64,
    pub checkpoints: u64,
    /// Uploaded images and weights.
    pub blobs: u64,
    /// Bytes of all these files.
    pub bytes: u64,
}

impl Tally {
    pub(super) fn add_blob(&mut self, bytes: u64) {
        self.blobs += 1;
        self.bytes += bytes;
    }

    pub(super) fn add_picture(&mut self, bytes: u64) {
        self.pictures += 1;
        self.bytes += bytes;
    }

    pub(super) fn add_checkpoint(&mut self, bytes: u64) {
        self.checkpoints += 1;
        self.bytes += bytes;
    }
}

/// Something that is lost or damaged. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    #[error("the database {} is damaged: {}; restore a backup", .path.display(), .faults.join("; "))]
    Database { path: PathBuf, faults: Vec<String> },
    /// Of a backup.
    #[error("the list of files is damaged: {0}")]
    Manifest(String),
    /// Of a backup.
    #[error("{} is missing; take another backup", .0.display())]
    MissingFile(PathBuf),
    /// Of a backup.
    #[error("{} has {found} bytes, not {expected}; take another backup", .path.display())]
    Size { path: PathBuf, expected: u64, found: u64 },
    /// Of a backup.
    #[error("{} is not what was written; take another backup", .0.display())]
    Changed(PathBuf),
    #[error("{} is not what its name says{}; delete it, and upload the content again with the next job that uses it",
            .path.display(), used_by(.jobs))]
    Blob {
        path: PathBuf,
        /// The jobs that use it.
        jobs: Vec<JobId>,
    },
    #[error(
        "`{name}`, which job {job} uses, is missing ({sha256}); take it from a backup, or upload it with another job: then \
         `clipig retry {job}` works"
    )]
    MissingBlob {
        job: JobId,
        /// Its name in the experiment.
        name: String,
        sha256: Sha256,
    },
    #[error(
        "job {0} is completed, but its picture is missing; take it from a backup, or submit the job again"
    )]
    MissingPicture(JobId),
    #[error("`{name}` of job {job}: {fault}; take it from a backup, or delete it")]
    Png {
        job: JobId,
        /// The name of the artifact.
        name: String,
        fault: PngFault,
    },
    #[error("the checkpoint {}: {fault}; {}", .path.display(), goes_on(*.others))]
    Checkpoint {
        path: PathBuf,
        fault: CheckpointFault,
        /// Good checkpoints of the same job.
        others: usize,
    },
}

fn used_by(jobs: &[JobId]) -> String {
    if jobs.is_empty() { ", and no job uses it".to_owned() } else { format!(" (used by {})", listed(jobs)) }
}

fn goes_on(others: usize) -> &'static str {
    if others > 0 {
        "the job goes on from another one, with the same picture"
    } else {
        "the job has no other one and begins anew, with the same picture"
    }
}

/// Some numbers of jobs, and how many more there are.
fn listed(jobs: &[JobId]) -> String {
    let some: Vec<String> = jobs.iter().take(LISTED).map(ToString::to_string).collect();
    let word = if jobs.len() == 1 { "job" } else { "jobs" };
    let more = jobs.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{word} {}{more}", some.join(", "))
}

/// Something that an operator may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    OlderVersion {
        found: i64,
        newest: i64,
    },
    /// Content that no job names.
    UnnamedBlobs {
        count: usize,
        bytes: u64,
    },
    /// Weights that jobs need and that were not uploaded.
    WeightsElsewhere {
        model: String,
        jobs: Vec<JobId>,
    },
    /// The folder of a job that the database does not know.
    Stranger(PathBuf),
    /// A job that has begun and has no checkpoint.
    BeginsAnew {
        job: JobId,
        /// The epoch that it had come to.
        next: Epoch,
    },
    /// Files that were being written.
    Unfinished(usize),
    /// What a backup was made of.
    Copy(PathBuf),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OlderVersion { found, newest } => {
                write!(f, "the database has version {found}; the next start makes it version {newest}")
            }
            Self::UnnamedBlobs { count, bytes } => {
                write!(
                    f,
                    "{count} uploaded files ({bytes} bytes) are used by no job; a coordinator removes them after a day"
                )
            }
            Self::WeightsElsewhere { model, jobs } => write!(
                f,
                "the weights of {model}, which {} needs, were not uploaded: they have to be in the coordinator's store of \
                 models (`clipig model list`)",
                listed(jobs)
            ),
            Self::Stranger(folder) => write!(
                f,
                "{} belongs to no job; it is left alone, and you may delete it once you have what you want of it",
                folder.display()
            ),
            Self::BeginsAnew { job, next } => write!(
                f,
                "job {job} had come to epoch {next} and has no checkpoint; it begins anew, with the same picture"
            ),
            Self::Unfinished(count) => {
                write!(f, "{count} unfinished files are left; the next start removes them")
            }
            Self::Copy(folder) => {
                write!(f, "{} is left of a backup; the next start removes it", folder.display())
            }
        }
    }
}

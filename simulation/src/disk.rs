//! What survives the coordinator's death.

use std::collections::BTreeMap;
use std::sync::Arc;

use clipig_coordinator::JobProgress;
use clipig_core::{JobId, Prepared, WorkerKind};
use clipig_schedule::job::Job;

/// The coordinator's data: only what was synced.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    pub(crate) incarnation: u64,
    pub(crate) jobs: BTreeMap<JobId, Stored>,
}

/// A job as it is kept.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) state: Job,
    pub(crate) priority: i32,
    pub(crate) kind: Option<WorkerKind>,
    pub(crate) prepared: Option<Arc<Prepared>>,
    /// The newest last; more than two are not kept.
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// The finished picture.
    pub(crate) finished: Option<JobProgress>,
}

/// A checkpoint's file.
#[derive(Debug)]
pub(crate) enum Checkpoint {
    Good(Box<JobProgress>),
    /// Its checksum is wrong.
    Torn,
}

impl Stored {
    pub(crate) fn new(state: Job, priority: i32) -> Self {
        Self { state, priority, kind: None, prepared: None, checkpoints: Vec::new(), finished: None }
    }

    pub(crate) fn keep(&mut self, checkpoint: Checkpoint) {
        self.checkpoints.push(checkpoint);
        if self.checkpoints.len() > 2 {
            self.checkpoints.remove(0);
        }
    }

    /// The newest checkpoint that can be read.
    pub(crate) fn latest(&self) -> Option<&JobProgress> {
        self.checkpoints.iter().rev().find_map(|checkpoint| match checkpoint {
            Checkpoint::Good(progress) => Some(&**progress),
            Checkpoint::Torn => None,
        })
    }
}

/// Something on its way to the disk.
#[derive(Debug)]
pub(crate) enum Write {
    Prepared(JobId, Arc<Prepared>),
    Checkpoint(JobId, Box<JobProgress>),
    Finished(JobId, Box<JobProgress>),
}

//! What survives the coordinator's death.

use std::collections::BTreeMap;
use std::sync::Arc;

use clipig_coordinator::JobProgress;
use clipig_coordinator::job_runner::{JobOrder, Revision, TraceTerms};
use clipig_coordinator::store::Update;
use clipig_core::{Assets, Epoch, JobId, JobRevision, Prepared, WorkerKind};
use clipig_schedule::job::{JobChange, JobState, TransitionError};

use crate::picture::Picture;

/// The coordinator's data: only what was synced.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    pub(crate) incarnation: u64,
    pub(crate) jobs: BTreeMap<JobId, Stored>,
}

/// A job as it is kept.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) state: JobState,
    /// It waits because nobody computed it any more.
    pub(crate) interrupted: bool,
    pub(crate) priority: i32,
    pub(crate) kind: Option<WorkerKind>,
    /// As it was submitted, then its updates.
    pub(crate) revisions: Vec<StoredRevision>,
    /// The newest last; more than two are not kept.
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// The finished picture.
    pub(crate) finished: Option<JobProgress>,
}

/// A job after so many updates.
#[derive(Clone, Debug)]
pub(crate) struct StoredRevision {
    pub(crate) picture: Picture,
    /// The first epoch that it holds for; [`Update::OPEN`] until its runner says.
    pub(crate) from: Epoch,
    prepared: Option<Arc<Prepared>>,
}

impl StoredRevision {
    pub(crate) fn new(picture: Picture, from: Epoch) -> Self {
        Self { picture, from, prepared: None }
    }
}

/// A checkpoint's file.
#[derive(Debug)]
pub(crate) enum Checkpoint {
    Good(Box<JobProgress>),
    /// Its checksum is wrong.
    Torn,
}

impl Stored {
    pub(crate) fn new(picture: Picture, priority: i32) -> Self {
        Self {
            state: JobState::Waiting,
            interrupted: false,
            priority,
            kind: None,
            revisions: vec![StoredRevision::new(picture, Epoch(0))],
            checkpoints: Vec::new(),
            finished: None,
        }
    }

    pub(crate) fn change(&mut self, change: &JobChange) -> Result<(), TransitionError> {
        let next = self.state.after(change)?;
        self.interrupted = next == JobState::Waiting && (self.interrupted || self.state.is_active());
        self.state = next;
        Ok(())
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

    /// Updates that no epoch has seen yet hold from where the job goes on.
    pub(crate) fn settle_updates(&mut self, next: Option<Epoch>) {
        let next = next.unwrap_or(self.revisions[0].from);
        for open in self.revisions.iter_mut().filter(|revision| revision.from == Update::OPEN) {
            open.from = next;
        }
    }

    pub(crate) fn has_open_update(&self) -> bool {
        self.revisions.iter().any(|revision| revision.from == Update::OPEN)
    }

    /// Says from which epoch an open revision holds. One of which that is known stays.
    fn settle(&mut self, number: u32, from: Epoch) {
        if let Some(known) = self.revisions.get_mut(number as usize)
            && known.from == Update::OPEN
        {
            known.from = from;
        }
    }

    /// What a runner begins with.
    pub(crate) fn order(&self, job: JobId, threads: u32) -> JobOrder {
        let revision = |(number, kept): (u32, &StoredRevision)| Revision {
            brief: kept.picture.brief(JobRevision { job, revision: number }, threads, kept.prepared.clone()),
            experiment: Arc::clone(&kept.picture.experiment),
            assets: Assets::default(),
            from: kept.from,
        };
        JobOrder {
            first: self.revisions[0].from,
            revisions: (0..).zip(&self.revisions).map(revision).collect(),
            resume: None,
            predecessor: None,
            lengths: Vec::new(),
            most_pixels: u64::MAX,
            most_samples: u64::MAX,
            shares_memory: false,
            trace: TraceTerms::default(),
        }
    }
}

/// Something on its way to the disk.
#[derive(Debug)]
pub(crate) enum Write {
    Prepared(JobId, JobRevision, Arc<Prepared>),
    /// From which epoch a revision holds.
    Revised(JobId, u32, Epoch),
    Checkpoint(JobId, Box<JobProgress>),
    /// The last checkpoint of a run that stops.
    Stopped(JobId, Box<JobProgress>),
    Finished(JobId, Box<JobProgress>),
}

impl Write {
    pub(crate) fn job(&self) -> JobId {
        match self {
            Self::Prepared(job, ..)
            | Self::Revised(job, ..)
            | Self::Checkpoint(job, _)
            | Self::Stopped(job, _)
            | Self::Finished(job, _) => *job,
        }
    }
}

impl Disk {
    /// Something is on the disk for good.
    pub(crate) fn sync(&mut self, write: &Write) {
        match write {
            Write::Prepared(job, revision, prepared) => {
                let stored = self.jobs.get_mut(job);
                let kept = stored.and_then(|stored| stored.revisions.get_mut(revision.revision as usize));
                if let Some(kept) = kept {
                    kept.prepared = Some(Arc::clone(prepared));
                }
            }
            Write::Revised(job, number, from) => {
                if let Some(stored) = self.jobs.get_mut(job) {
                    stored.settle(*number, *from);
                }
            }
            Write::Checkpoint(job, progress) | Write::Stopped(job, progress) => {
                if let Some(stored) = self.jobs.get_mut(job) {
                    let older = stored.latest().is_some_and(|known| known.next > progress.next);
                    if !older {
                        stored.keep(Checkpoint::Good(progress.clone()));
                    }
                }
            }
            // Its runner decides what that means.
            Write::Finished(..) => {}
        }
    }
}

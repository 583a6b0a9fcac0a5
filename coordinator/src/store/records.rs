//! Jobs as they are kept.

use std::collections::BTreeMap;

use clipig_core::{DeviceClass, Epoch, JobId, ModelReference, NumberType, Sha256, WorkerKind};
use clipig_schedule::job::JobState;
use clipig_telemetry::TraceContext;

use super::clock::Timestamp;

/// A job as it is submitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// Chosen by the client, the same whenever it repeats the submission.
    pub token: String,
    /// Hash of everything that the client asked for, and of nothing that the coordinator added (a drawn seed):
    /// tells a repetition from a mistake.
    pub request: Sha256,
    /// What people call the job.
    pub name: String,
    /// Who submitted it, as the client said.
    pub submitter: String,
    /// Whose it is, as the farm knows.
    pub owner: String,
    /// The whole experiment.
    pub yaml: String,
    /// Seed of all random numbers, given or drawn.
    pub seed: u64,
    /// The CLIP model; of several, the first.
    pub model: ModelReference,
    /// The other models of an experiment that lists `models`, in their order.
    pub more_models: Vec<ModelReference>,
    /// Uploaded files by the names that the experiment uses.
    pub assets: BTreeMap<String, Sha256>,
    /// The number type of CLIP.
    pub number: NumberType,
    /// Asked for: CPUs or GPUs; `None`: whatever there is.
    pub class: Option<DeviceClass>,
    /// Asked for: threads within an operation; `None`: automatic.
    pub threads: Option<u32>,
    /// May workers of several kinds compute it? The bits may differ then.
    pub mix_kinds: bool,
    /// Higher goes first.
    pub priority: i32,
    pub first: Epoch,
    /// The epoch before which the job ends.
    pub epochs: u32,
    /// Bytes of memory that it takes while it runs, by estimate.
    pub memory: u64,
    /// The span below which it is traced, also after a restart.
    pub trace: Option<TraceContext>,
}

/// What became of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// A new job waits.
    New(JobId),
    /// The token and content are those of this job: nothing was done.
    Known(JobId),
}

impl Submitted {
    pub fn job(self) -> JobId {
        match self {
            Self::New(job) | Self::Known(job) => job,
        }
    }
}

/// What decides a job's bits besides the experiment: chosen once, when it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computation {
    /// Whose devices compute the shards.
    pub kind: WorkerKind,
    /// Threads within an operation.
    pub threads: u32,
    /// The greatest number of samples in a shard.
    pub shard_size: u32,
    /// The device that steps the canvas.
    pub canvas_kind: String,
}

/// A job without its experiment, see [`Revision`], and its features.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRecord {
    /// Its number.
    pub id: JobId,
    /// The client's token.
    pub token: String,
    /// What people call it.
    pub name: String,
    /// Who submitted it, as the client said.
    pub submitter: String,
    /// Whose it is; `None` where an older clipig took it in.
    pub owner: Option<String>,
    /// Higher goes first.
    pub priority: i32,
    /// Seed of all random numbers.
    pub seed: u64,
    /// The CLIP model; of several, the first.
    pub model: ModelReference,
    /// The other models of an experiment that lists `models`, in their order.
    pub more_models: Vec<ModelReference>,
    /// The number type of CLIP.
    pub number: NumberType,
    /// Asked for: CPUs or GPUs.
    pub class: Option<DeviceClass>,
    /// Asked for: threads within an operation.
    pub threads: Option<u32>,
    /// May workers of several kinds compute it?
    pub mix_kinds: bool,
    /// Where it stands.
    pub status: JobState,
    /// Why it stands there; may be empty.
    pub reason: String,
    /// Does it wait because the coordinator ended while it ran?
    pub interrupted: bool,
    /// How often it was updated.
    pub revision: u32,
    /// The next epoch as far as the history goes; the checkpoint may be older.
    pub next: Epoch,
    /// The epoch before which the job ends.
    pub epochs: u32,
    /// When it was submitted.
    pub created: Timestamp,
    /// When it first ran.
    pub started: Option<Timestamp>,
    /// When it ended, where it has.
    pub ended: Option<Timestamp>,
    /// `None` before it first started.
    pub computation: Option<Computation>,
    /// Why the bits may differ from those of another run; `None`: they do not.
    pub inexact: Option<String>,
    /// Bytes of memory that it takes while it runs, by estimate; `None` where an older clipig took it in.
    pub memory: Option<u64>,
    /// How often in a row the coordinator died while it ran and had not finished an epoch.
    pub deaths: u32,
    /// By which people find it again; sorted, each once.
    pub labels: Vec<String>,
    /// The span below which it is traced.
    pub trace: Option<TraceContext>,
}

impl JobRecord {
    /// All CLIP models, in the order of the experiment.
    pub fn models(&self) -> impl Iterator<Item = &ModelReference> {
        std::iter::once(&self.model).chain(&self.more_models)
    }
}

/// A waiting job, as far as the queue needs to know it.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuedJob {
    /// Its number.
    pub id: JobId,
    /// Higher goes first.
    pub priority: i32,
    /// Does it wait because the coordinator ended while it ran?
    pub interrupted: bool,
    /// Asked for: CPUs or GPUs.
    pub class: Option<DeviceClass>,
    /// May workers of several kinds compute it?
    pub mix_kinds: bool,
    /// What computed it so far; `None` before it first started.
    pub begun_on: Option<WorkerKind>,
    /// Bytes of memory that it takes while it runs, by estimate.
    pub memory: u64,
    /// As in [`JobRecord`].
    pub deaths: u32,
    /// As in [`JobRecord`].
    pub owner: Option<String>,
}

/// The experiment of a job from some epoch on: as submitted (revision 0) or after an update.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// How many updates came before, this one included.
    pub revision: u32,
    /// The first epoch for which it holds.
    pub from: Epoch,
    /// The whole experiment.
    pub yaml: String,
    /// Uploaded files by the names that the experiment uses.
    pub assets: BTreeMap<String, Sha256>,
    /// When it was made.
    pub created: Timestamp,
}

/// An update of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The revision that whoever made it has seen.
    pub seen: u32,
    /// The first epoch for which it holds; [`OPEN`](Self::OPEN) where only the runner knows.
    pub from: Epoch,
    /// The whole experiment.
    pub yaml: String,
    /// Uploaded files by the names that the experiment uses.
    pub assets: BTreeMap<String, Sha256>,
    /// The epoch before which the job ends now.
    pub epochs: u32,
    /// Bytes of memory that it takes while it runs, by estimate. Where an earlier revision takes more, that stays.
    pub memory: u64,
}

impl Update {
    /// From some epoch on that [`Store::settle_revision`](super::Store::settle_revision) will tell.
    pub const OPEN: Epoch = Epoch(u32::MAX);
}

/// A change of status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The status that the change was decided upon.
    pub from: JobState,
    /// The new one. The same: only the reason changes.
    pub to: JobState,
    /// Why, for people; may be empty.
    pub reason: String,
}

/// Which jobs to list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// In one of these; empty: in any.
    pub status: Vec<JobState>,
    /// With a number below this one.
    pub before: Option<JobId>,
    /// At most so many; `None`: all.
    pub limit: Option<u32>,
}

//! Jobs and their files.

use clipig_proto::v1;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{moment, sha256};

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum JobState {
    /// In the queue; `reason` says for what it waits.
    Waiting,
    /// Texts and images are being encoded, or a checkpoint is being read.
    Preparing,
    /// Epochs are being computed.
    Running,
    /// Stopped by a person until resumed.
    Paused,
    /// Ended: the picture is finished.
    Completed,
    /// Ended: `reason` says by which error.
    Failed,
    /// Ended by a person.
    Cancelled,
}

impl JobState {
    pub(crate) fn of(state: v1::JobState) -> Self {
        match state {
            v1::JobState::Unspecified | v1::JobState::Waiting => Self::Waiting,
            v1::JobState::Preparing => Self::Preparing,
            v1::JobState::Running => Self::Running,
            v1::JobState::Paused => Self::Paused,
            v1::JobState::Completed => Self::Completed,
            v1::JobState::Failed => Self::Failed,
            v1::JobState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<JobState> for v1::JobState {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Waiting => Self::Waiting,
            JobState::Preparing => Self::Preparing,
            JobState::Running => Self::Running,
            JobState::Paused => Self::Paused,
            JobState::Completed => Self::Completed,
            JobState::Failed => Self::Failed,
            JobState::Cancelled => Self::Cancelled,
        }
    }
}

/// CPU or GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Device {
    /// Whatever there is.
    #[default]
    Auto,
    /// A processor.
    Cpu,
    /// A GPU of NVIDIA's.
    Cuda,
}

impl Device {
    pub(crate) fn of(class: v1::DeviceClass) -> Self {
        match class {
            v1::DeviceClass::Unspecified => Self::Auto,
            v1::DeviceClass::Cpu => Self::Cpu,
            v1::DeviceClass::Cuda => Self::Cuda,
        }
    }
}

impl From<Device> for v1::DeviceClass {
    fn from(device: Device) -> Self {
        match device {
            Device::Auto => Self::Unspecified,
            Device::Cpu => Self::Cpu,
            Device::Cuda => Self::Cuda,
        }
    }
}

/// The number type in which CLIP computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NumberType {
    /// 32 bits.
    #[default]
    Float32,
    /// 16 bits with the range of 32.
    Bfloat16,
    /// 16 bits.
    Float16,
}

impl NumberType {
    fn of(number: v1::NumberType) -> Self {
        match number {
            v1::NumberType::Unspecified | v1::NumberType::Float32 => Self::Float32,
            v1::NumberType::Bfloat16 => Self::Bfloat16,
            v1::NumberType::Float16 => Self::Float16,
        }
    }
}

impl From<NumberType> for v1::NumberType {
    fn from(number: NumberType) -> Self {
        match number {
            NumberType::Float32 => Self::Float32,
            NumberType::Bfloat16 => Self::Bfloat16,
            NumberType::Float16 => Self::Float16,
        }
    }
}

/// A CLIP model by name and content.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Model {
    /// Its name, such as `ViT-B/32`.
    pub(crate) name: String,
    /// SHA-256 of the weights.
    pub(crate) sha256: String,
}

impl From<v1::ModelReference> for Model {
    fn from(model: v1::ModelReference) -> Self {
        Self { name: model.name, sha256: sha256(&model.sha256) }
    }
}

/// Everything about a device that changes bits.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Kind {
    /// CPU or GPU.
    pub(crate) class: Device,
    /// Model of the processor or GPU.
    pub(crate) model: String,
    /// Version of libtorch.
    pub(crate) libtorch: String,
    /// Instruction set or compute capability that kernels are chosen by.
    pub(crate) capability: String,
}

impl From<v1::WorkerKind> for Kind {
    fn from(kind: v1::WorkerKind) -> Self {
        let class = Device::of(kind.class());
        let v1::WorkerKind { class: _, model, libtorch, capability } = kind;
        Self { class, model, libtorch, capability }
    }
}

/// Width and height in pixels.
pub(crate) type Resolution = [u32; 2];

pub(crate) fn resolution(size: v1::Resolution) -> Resolution {
    [size.width, size.height]
}

/// One run of one experiment.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Job {
    /// Its number on this farm, from 1 in the order of submission.
    #[serde(rename = "job")]
    number: u64,
    /// What people call it.
    name: String,
    /// Where it is in its life.
    state: JobState,
    /// Why it waits, was paused, has failed or was cancelled; empty where there is nothing to say.
    reason: String,
    /// Place in the queue from 1; only of waiting jobs.
    queue_place: Option<u32>,
    /// Higher goes first, and gets more workers beside others; -10 to 10.
    priority: i32,
    /// Epochs done.
    epochs_done: u32,
    /// Epochs in all.
    epochs_total: u32,
    /// Width and height of the canvas now; `null` before there is one.
    #[schema(value_type = Option<Vec<u32>>, min_items = 2, max_items = 2)]
    resolution: Option<Resolution>,
    /// Loss of the last epoch, the sum over its samples; `null` where there was none yet.
    loss: Option<f64>,
    /// When it was submitted (RFC 3339, UTC).
    created: Option<String>,
    /// When it left the queue for the first time.
    started: Option<String>,
    /// When it completed, failed or was cancelled.
    ended: Option<String>,
    /// Seconds until it will have ended, estimated; only of running jobs, after some epochs.
    eta_seconds: Option<f64>,
    /// Samples per second over the last epochs; only of running jobs.
    samples_per_second: Option<f64>,
    /// Workers that compute for it now.
    workers: u32,
    /// The CLIP model; of several, the first.
    model: Option<Model>,
    /// The other models of an experiment that lists `models`, in their order.
    more_models: Vec<Model>,
    /// Seed of all random numbers: a number of up to 64 bits, as text because JavaScript would round it.
    #[schema(example = "4242")]
    seed: String,
    /// The kind of device that was asked for.
    device_request: Device,
    /// The kind of device that computes it; `null` before it has started.
    kind: Option<Kind>,
    /// The device of the coordinator that steps the canvas; empty before it has started.
    canvas_kind: String,
    /// May workers of several kinds compute it?
    mix_kinds: bool,
    /// The number type of CLIP.
    number_type: NumberType,
    /// Threads within an operation; 0 before it has started.
    threads: u32,
    /// The greatest number of samples in a shard; 0 before it has started.
    shard_size: u32,
    /// Would the same seed on the same kind give the same bits?
    bit_exact: bool,
    /// Why not; empty where `bit_exact` holds.
    bit_exact_reason: String,
    /// How often it was updated.
    revision: u32,
    /// Who submitted it, as the client said.
    submitter: String,
    /// Whose it is: the owner of the token that it was submitted with. Empty where an older clipig took it in.
    owner: String,
    /// By which people find it again; each once, sorted.
    labels: Vec<String>,
    /// Its newest file: the finished picture, or the last snapshot; `null` where there is none yet, and in lists that were
    /// asked for without.
    newest: Option<Artifact>,
    /// Files that it has made so far.
    artifacts: u32,
    /// Epochs from one snapshot to the next; 0 for none, and where the experiment counts in seconds.
    snapshot_interval: u32,
    /// The epoch up to which a checkpoint is on disk; `null` where there is none.
    checkpoint_epoch: Option<u32>,
}

impl From<v1::Job> for Job {
    fn from(job: v1::Job) -> Self {
        Self {
            state: JobState::of(job.state()),
            device_request: Device::of(job.device_request()),
            number_type: NumberType::of(job.number_type()),
            number: job.number,
            name: job.name,
            reason: job.reason,
            queue_place: job.queue_place,
            priority: job.priority,
            epochs_done: job.epochs_done,
            epochs_total: job.epochs_total,
            resolution: job.resolution.map(resolution),
            loss: job.loss,
            created: moment(job.created),
            started: moment(job.started),
            ended: moment(job.ended),
            eta_seconds: job.eta_seconds,
            samples_per_second: job.samples_per_second,
            workers: job.workers,
            model: job.model.map(Model::from),
            more_models: job.more_models.into_iter().map(Model::from).collect(),
            seed: job.seed.to_string(),
            kind: job.kind.map(Kind::from),
            canvas_kind: job.canvas_kind,
            mix_kinds: job.mix_kinds,
            threads: job.threads,
            shard_size: job.shard_size,
            bit_exact: job.bit_exact,
            bit_exact_reason: job.bit_exact_reason,
            revision: job.revision,
            submitter: job.submitter,
            owner: job.owner,
            labels: job.labels,
            newest: job.newest.map(|artifact| Artifact::of(job.number, artifact)),
            artifacts: job.artifacts,
            snapshot_interval: job.snapshot_interval,
            checkpoint_epoch: job.checkpoint_epoch,
        }
    }
}

/// A page of jobs, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct JobList {
    /// The jobs.
    pub(crate) jobs: Vec<Job>,
    /// Are there more, older ones? Ask again with `before` = the number of the last job.
    pub(crate) more: bool,
}

/// A new or repeated submission.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Submitted {
    /// The job, durable by now.
    pub(crate) job: Job,
    /// Was it there already, by its client token?
    pub(crate) existed: bool,
    /// What is odd about the experiment.
    pub(crate) warnings: Vec<super::problem::ExperimentProblem>,
}

/// A job after an update.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Updated {
    /// The job.
    pub(crate) job: Job,
    /// The first epoch of the new experiment, as far as it is known by now.
    pub(crate) from_epoch: u32,
    /// What is odd about the experiment.
    pub(crate) warnings: Vec<super::problem::ExperimentProblem>,
}

/// The experiment of a job's last revision.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct JobExperiment {
    /// How often it was updated.
    pub(crate) revision: u32,
    /// The experiment with its model and seed, as one YAML document.
    pub(crate) yaml: String,
    /// SHA-256 of images by the names that the experiment uses.
    pub(crate) assets: std::collections::BTreeMap<String, String>,
}

/// Picture or snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ArtifactKind {
    /// The finished picture.
    Picture,
    /// The canvas of an epoch.
    Snapshot,
}

/// A file that a job has made.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Artifact {
    /// Its name, such as `snapshots/00000120.png`.
    name: String,
    /// What it is.
    kind: ArtifactKind,
    /// The epochs that it shows.
    epoch: u32,
    /// Its size in bytes.
    size: u64,
    /// Hash of its bytes.
    sha256: String,
    /// When it was written.
    created: Option<String>,
    /// Its path on this server. It names the content, so that the answer may be kept for good.
    #[schema(example = "/api/v1/jobs/1/snapshots/120?sha256=…")]
    url: String,
}

impl Artifact {
    pub(crate) fn of(job: u64, artifact: v1::Artifact) -> Self {
        let (kind, path) = match artifact.kind() {
            v1::ArtifactKind::Snapshot => (ArtifactKind::Snapshot, format!("snapshots/{}", artifact.epoch)),
            v1::ArtifactKind::Picture | v1::ArtifactKind::Unspecified => {
                (ArtifactKind::Picture, "picture".to_owned())
            }
        };
        let hash = sha256(&artifact.sha256);
        Self {
            url: format!("/api/v1/jobs/{job}/{path}?sha256={hash}"),
            name: artifact.name,
            kind,
            epoch: artifact.epoch,
            size: artifact.size,
            sha256: hash,
            created: moment(artifact.created),
        }
    }
}

/// Files of a job in the order of their epochs.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ArtifactList {
    /// The files.
    pub(crate) artifacts: Vec<Artifact>,
    /// Are there more? Ask again with `from_epoch` = the epoch of the last one + 1.
    pub(crate) more: bool,
}

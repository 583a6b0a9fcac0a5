//! What a worker needs to know of a job, and what of a lease.

use std::collections::BTreeMap;
use std::sync::Arc;

use clipig_experiment::random::Key;
use clipig_experiment::{Experiment, Scope};
use clipig_telemetry::TraceContext;

use crate::ids::{Epoch, Fence, JobRevision, Sha256};
use crate::kind::NumberType;
use crate::model_settings::ModelSettings;
use crate::node::Node;
use crate::prepared::Prepared;
use crate::stage::Stage;

/// A model by name and content, and how the content is to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelReference {
    /// Its name, such as `ViT-B/32`.
    pub name: String,
    /// SHA-256 of the weights.
    pub sha256: Sha256,
    /// What the weights do not tell.
    pub settings: ModelSettings,
}

/// All that decides what a job's shards compute. A worker gets it once, before the first lease.
#[derive(Clone, Debug, PartialEq)]
pub struct JobBrief {
    /// Which job, after how many updates.
    pub revision: JobRevision,
    /// The whole experiment as YAML.
    pub yaml: String,
    /// Seed of all random numbers.
    pub seed: u64,
    /// The CLIP model; of several, the first.
    pub model: ModelReference,
    /// The other CLIP models of the experiment's `models`, in their order; see [`models`](Self::models).
    pub more_models: Vec<ModelReference>,
    /// Images by the names that the experiment uses.
    pub assets: BTreeMap<String, Sha256>,
    /// The number type of CLIP.
    pub number: NumberType,
    /// Threads within an operation.
    pub threads: u32,
    /// The greatest number of samples in a shard.
    pub shard_size: u32,
    /// Encoded texts and images; `None` before they are.
    pub prepared: Option<Arc<Prepared>>,
}

impl JobBrief {
    /// All CLIP models, in the order of [`Experiment::model_names`].
    pub fn models(&self) -> impl Iterator<Item = &ModelReference> {
        std::iter::once(&self.model).chain(&self.more_models)
    }
}

/// A lease: work given to one session until a deadline.
#[derive(Clone, Debug, PartialEq)]
pub struct Lease {
    /// What every answer to it carries.
    pub fence: Fence,
    /// The job.
    pub revision: JobRevision,
    /// What is to be done.
    pub work: Work,
    /// The epoch's variables; for a preparation those of the first canvas.
    pub values: EpochValues,
    /// The lease's span, where it is traced. It changes nothing of what is computed.
    pub trace: Option<TraceContext>,
}

/// What is to be done under a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Encode texts and images; the canvas is the job's first.
    Prepare,
    /// Compute the shards below a node and add them up.
    Node {
        /// The epoch.
        epoch: Epoch,
        /// The node.
        node: Node,
        /// Shards of the whole epoch.
        total: u32,
    },
}

impl Work {
    /// The stage of its job, and so the canvas that it is computed from.
    pub fn stage(self) -> Stage {
        match self {
            Self::Prepare => Stage::Prepare,
            Self::Node { epoch, .. } => Stage::Epoch(epoch),
        }
    }
}

/// The variables that the coordinator has evaluated for an epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochValues {
    /// Width and height of the canvas.
    pub resolution: [u32; 2],
    /// Base rate · `learnrate_scale` · `learnrate`.
    pub learnrate: f64,
    /// `learnrate_scale` alone.
    pub learnrate_scale: f64,
}

impl EpochValues {
    /// The scope of an epoch, as coordinator and workers both build it.
    pub fn scope(&self, experiment: &Experiment, seed: u64, epoch: Epoch) -> Scope {
        Scope::new(Key::root(seed), epoch.0, experiment.epochs)
            .with_resolution(self.resolution[0], self.resolution[1])
            .with_learnrate(self.learnrate, self.learnrate_scale)
    }
}

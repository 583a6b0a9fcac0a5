//! What coordinator and workers tell each other.
//!
//! These are the values that both sides compute with. In one process they travel over channels as they are;
//! over a network the crate `clipig-proto` turns them into bytes and back.

use std::sync::Arc;
use std::time::Duration;

use clipig_telemetry::TraceContext;

use crate::brief::{JobBrief, Lease};
use crate::canvas::Canvas;
use crate::canvas_tiles::CanvasTiles;
use crate::compute::ShardError;
use crate::gradient::GradientSum;
use crate::ids::{Fence, JobRevision, SessionId, WorkerName};
use crate::kind::WorkerKind;
use crate::prepared::Prepared;
use crate::report::SampleReport;
use crate::stage::Stage;

/// The version of the conversation. A coordinator refuses workers that speak another one. It is raised whenever a message
/// gets a meaning that the other side may not overlook. 2: a job's model comes with its settings. 3: a canvas may come in
/// tiles.
pub const PROTOCOL: u32 = 3;

/// From the coordinator to a worker.
#[derive(Clone, Debug)]
pub enum ToWorker {
    /// The registration is accepted.
    Welcome(Welcome),
    /// The registration is not accepted, or the session ends. The reason is for the worker's log.
    Refuse(String),
    /// A job of which leases may follow. It comes again with the same revision when the job is prepared, and then takes
    /// the place of the first one.
    Open(Arc<JobBrief>),
    /// The canvas of a stage, before its first lease. It takes the place of the one before.
    Canvas(EpochCanvas),
    /// Tiles of the canvas of a stage, before the first lease that needs them. They are added to those of the same stage,
    /// and take the place of the canvas before. There may be none, where a lease needs no pixel.
    Tiles(EpochTiles),
    /// Work to do.
    Lease(Lease),
    /// The work under this fence is not needed any more; no answer is expected.
    Revoke(Fence),
    /// The job needs nothing more: forget it.
    Close(JobRevision),
    /// Finish what is held, take nothing new, say goodbye.
    Drain(String),
}

/// The answer to a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// The number of this connection.
    pub session: SessionId,
    /// The name that the farm knows the worker by. It has a number behind it where the name that the worker asked for
    /// was taken.
    pub name: WorkerName,
    /// How often the worker sends a heartbeat.
    pub heartbeat: Duration,
    /// Version of the coordinator.
    pub version: String,
    /// Leases of the process's last connection that are still valid. It goes on with them, and drops all others.
    pub leases: Vec<Fence>,
    /// Jobs that it was told of on its last connection, and that are still open. It forgets all others.
    pub jobs: Vec<JobRevision>,
}

/// A canvas as the workers see it.
#[derive(Clone, Debug)]
pub struct EpochCanvas {
    /// The job.
    pub revision: JobRevision,
    /// What is computed from it.
    pub stage: Stage,
    /// The pixels: of an epoch after post-processing, of a preparation before.
    pub canvas: Canvas,
}

/// Tiles of a canvas as the workers see it.
#[derive(Clone, Debug)]
pub struct EpochTiles {
    /// The job.
    pub revision: JobRevision,
    /// What is computed from the canvas.
    pub stage: Stage,
    /// The tiles.
    pub tiles: CanvasTiles,
}

/// From a worker to the coordinator.
#[derive(Clone, Debug)]
pub enum FromWorker {
    /// The first message of a session.
    Register(Registration),
    /// The worker is alive, whatever its device does.
    Heartbeat(Vec<Held>),
    /// Texts and images are encoded.
    Prepared {
        /// The lease that this answers.
        fence: Fence,
        /// The features.
        prepared: Prepared,
        /// What the person who submitted the job should know.
        warnings: Vec<String>,
    },
    /// A node is computed.
    Computed(Computed),
    /// The work failed.
    Failed {
        /// The lease that this answers.
        fence: Fence,
        /// Whether another worker would say the same is part of it.
        error: ShardError,
    },
    /// The work is handed back undone, because the worker is leaving or never heard of the job.
    Returned {
        /// The lease that this answers.
        fence: Fence,
        /// What the worker lacks, or that it leaves; for people.
        reason: String,
    },
    /// The worker takes nothing new from now on.
    Draining(String),
    /// Nothing is held any more; the session ends.
    Goodbye,
}

impl FromWorker {
    /// The lease that this message answers: its holder lets go of it with the message. `None` for messages that answer
    /// none.
    pub fn answers(&self) -> Option<Fence> {
        match self {
            Self::Computed(computed) => Some(computed.fence),
            Self::Prepared { fence, .. } | Self::Failed { fence, .. } | Self::Returned { fence, .. } => {
                Some(*fence)
            }
            Self::Register(_) | Self::Heartbeat(_) | Self::Draining(_) | Self::Goodbye => None,
        }
    }
}

/// What a worker says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Must be [`PROTOCOL`].
    pub protocol: u32,
    /// Version of clipig.
    pub version: String,
    /// The name it would like to have.
    pub name: WorkerName,
    /// Drawn at random when the process starts. By this a worker that comes back is told apart from another one of its
    /// name.
    pub instance: u128,
    /// What of its device changes the bits of a result.
    pub kind: WorkerKind,
    /// Shards that can be computed side by side with one thread each; 2 for a GPU.
    pub cores: u32,
    /// Memory of the device in bytes; 0 where it is not known.
    pub memory: u64,
    /// The device as people call it, such as `cuda:0`.
    pub device: String,
}

/// A lease that a worker holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The lease.
    pub fence: Fence,
    /// Grows whenever something under the lease gets done: a shard, a piece of a download.
    pub progress: u32,
}

/// The sum of a node's shards.
#[derive(Clone, Debug, PartialEq)]
pub struct Computed {
    /// The lease that this answers.
    pub fence: Fence,
    /// The gradient, added up over the tree.
    pub gradient: GradientSum,
    /// One entry per shard in order, one report per sample in it.
    pub reports: Vec<Vec<SampleReport>>,
    /// Time of computing, in seconds.
    pub seconds: f64,
    /// The worker's span, where the lease is traced.
    pub trace: Option<TraceContext>,
}

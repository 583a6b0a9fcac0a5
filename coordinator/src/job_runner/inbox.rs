//! The way to a runner (its inbox) and the runner's way to the workers (its port).

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use clipig_core::{
    Canvas, Epoch, EpochValues, Fence, JobBrief, JobRevision, Sha256, ShardError, ShardModels, ShardTiles,
    Stage,
};
use clipig_schedule::{dispatcher::Accepted, switchboard::JobEvent};
use clipig_telemetry::TraceContext;

use super::order::Revision;
use crate::pulse::Pulse;

/// A message for a runner.
#[derive(Debug)]
pub enum ToRunner {
    /// What became of the work on offer. It may belong to an epoch or a revision that is over.
    Event(JobEvent),
    /// Somebody steers the job.
    Command(RunCommand),
}

/// How a running job is steered.
#[derive(Debug)]
pub enum RunCommand {
    /// Stop after the epoch under way, or in the middle of it when it takes longer than this.
    Pause(Duration),
    /// Stop at once.
    Cancel,
    /// Go on under another revision from the next epoch on.
    Revise(Box<Revision>),
}

impl From<JobEvent> for ToRunner {
    fn from(event: JobEvent) -> Self {
        Self::Event(event)
    }
}

impl From<RunCommand> for ToRunner {
    fn from(command: RunCommand) -> Self {
        Self::Command(command)
    }
}

/// Messages for a runner. There is no bound here: leases are granted only while the gradients that wait fit into a budget,
/// and the runner says what it has merged ([`Port::merged`]).
#[derive(Debug)]
pub struct Inbox {
    messages: Receiver<ToRunner>,
    /// Rests while the runner waits for messages.
    pulse: Pulse,
}

/// An inbox and the way into it.
pub fn inbox() -> (Sender<ToRunner>, Inbox) {
    let (sender, receiver) = channel();
    (sender, Inbox { messages: receiver, pulse: Pulse::default() })
}

impl Inbox {
    /// Waits for the next message; `None` after the deadline, or when nobody can send any more.
    pub(super) fn next(&self, deadline: Option<Instant>) -> Option<ToRunner> {
        self.pulse.rest();
        let message = match deadline {
            None => self.messages.recv().ok(),
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                self.messages.recv_timeout(left).ok()
            }
        };
        self.pulse.work();
        message
    }

    /// Whether the thread that reads the messages moves.
    pub(crate) fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }

    /// A message that is there already.
    pub(super) fn at_once(&self) -> Option<ToRunner> {
        self.messages.try_recv().ok()
    }
}

/// An epoch that is to be computed.
#[derive(Clone, Debug)]
pub struct EpochOffer {
    /// The job.
    pub revision: JobRevision,
    /// The epoch.
    pub epoch: Epoch,
    /// Its shards are `0..total`.
    pub total: u32,
    /// The epoch's variables.
    pub values: EpochValues,
    /// The canvas that it is computed from.
    pub canvas: Canvas,
    /// The tiles of it that each shard needs.
    pub tiles: ShardTiles,
    /// The models of its shards.
    pub models: ShardModels,
}

/// How a runner hands out work. The answers come through its inbox.
pub trait Port {
    /// Makes a revision known; again when it is prepared.
    fn open(&self, brief: &Arc<JobBrief>);

    /// What is offered next for this stage is traced below a span.
    fn trace(&self, _: JobRevision, _: Stage, _: TraceContext) {}

    /// Has texts and images encoded.
    fn prepare(&self, revision: JobRevision, values: EpochValues, canvas: Canvas);

    /// Has the shards of an epoch computed.
    fn offer(&self, offer: EpochOffer);

    /// The result of a lease cannot be used; another worker is to compute it.
    fn refused(&self, accepted: Accepted, error: ShardError);

    /// A gradient of so many bytes is merged, or was dropped because it came too late: there is room for another one.
    fn merged(&self, revision: JobRevision, bytes: u64);

    /// The digest of the result under this lease, which is compared with another one.
    fn digested(&self, fence: Fence, digest: Sha256);

    /// Takes back what is offered and not computed; the revision needs nothing more.
    fn close(&self, revision: JobRevision);
}

//! How everybody else reaches the switchboard.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use clipig_core::{
    Canvas, EpochValues, Fence, FromWorker, JobBrief, JobId, JobRevision, Registration, SessionId, Sha256,
    ShardError, ShardModels, ShardTiles, Stage, ToWorker, WorkerName,
};
use clipig_schedule::dispatcher::{
    Accepted, JoinError, LeaseWait, LeaveCause, Offer, OfferedWork, WorkerView,
};
use clipig_schedule::switchboard::{Entry, JobCommand, JobShare, WorkerCommand, WorkerCommandError};
use clipig_telemetry::TraceContext;
use tokio::sync::{mpsc, oneshot};

use crate::job_runner::{EpochOffer, Port, ToRunner};

/// Commands that may wait for the switchboard. It never blocks, so a full queue means thousands of messages within
/// one turn; whoever sends then waits.
pub(super) const QUEUE: usize = 4_096;

/// Messages that may wait for one session. What a session is owed is bounded by its leases, each with tiles before it; a
/// session that lets this fill up does not read and is closed.
pub const SESSION_QUEUE: usize = 2_048;

/// Why a worker gets no session.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It is refused, and would be again.
    #[error(transparent)]
    Refused(#[from] JoinError),
    /// The switchboard has ended. The worker may come back to the next one.
    #[error("the farm is shutting down")]
    ShuttingDown,
}

/// What the switchboard is told.
pub(super) enum Command {
    Connect {
        registration: Registration,
        outbound: mpsc::Sender<ToWorker>,
        reply: oneshot::Sender<Result<Entry, JoinError>>,
    },
    Message {
        session: SessionId,
        message: FromWorker,
    },
    Disconnected {
        session: SessionId,
        cause: LeaveCause,
    },
    AddRunner(JobId, Sender<ToRunner>),
    RemoveRunner(JobId),
    Job(JobCommand),
    /// Leases of this stage of a job are traced below a span, until another stage is.
    Trace(JobRevision, Stage, TraceContext),
    /// To see whether anybody answers.
    Ping(oneshot::Sender<()>),
    Workers(oneshot::Sender<Vec<WorkerView>>),
    Waits(oneshot::Sender<HashMap<JobId, LeaseWait>>),
    UsefulCores(oneshot::Sender<Vec<u64>>),
    Worker {
        name: WorkerName,
        command: WorkerCommand,
        reply: oneshot::Sender<Result<WorkerView, WorkerCommandError>>,
    },
}

/// Reaches the switchboard; cheap to clone. When the last handle is gone, the switchboard ends.
#[derive(Clone)]
pub struct Switchboard {
    commands: mpsc::Sender<Command>,
}

impl Switchboard {
    pub(super) fn new(commands: mpsc::Sender<Command>) -> Self {
        Self { commands }
    }

    /// One that nobody listens to; it is dead once the second is dropped.
    #[cfg(test)]
    pub(crate) fn without_task() -> (Self, impl Sized) {
        let (commands, inbox) = mpsc::channel(QUEUE);
        (Self::new(commands), inbox)
    }

    /// Begins a session. Messages for the worker go to `outbound`, a channel of [`SESSION_QUEUE`] messages; the
    /// answer stands first in it as [`ToWorker::Welcome`], so that the caller need not send it.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn connect(
        &self,
        registration: Registration,
        outbound: mpsc::Sender<ToWorker>,
    ) -> Result<Entry, ConnectError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.send(Command::Connect { registration, outbound, reply }).await;
        sent.map_err(|_| ConnectError::ShuttingDown)?;
        Ok(answer.await.map_err(|_| ConnectError::ShuttingDown)??)
    }

    /// Passes on what a worker said. A `false` means that the session is over: stop reading.
    pub async fn message(&self, session: SessionId, message: FromWorker) -> bool {
        self.commands.send(Command::Message { session, message }).await.is_ok()
    }

    /// Ends a session. Where its connection broke, its process may come back and keep its leases.
    pub async fn disconnected(&self, session: SessionId, cause: LeaveCause) {
        // Nobody to tell any more where this fails.
        let _ = self.commands.send(Command::Disconnected { session, cause }).await;
    }

    /// The workers that the farm knows, by name; `None` when it is shutting down.
    pub async fn workers(&self) -> Option<Vec<WorkerView>> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Workers(reply)).await.ok()?;
        answer.await.ok()
    }

    /// Why nothing is computed for jobs that are open and have nothing in workers' hands; `None` when the farm is
    /// shutting down.
    pub async fn waits(&self) -> Option<HashMap<JobId, LeaseWait>> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Waits(reply)).await.ok()?;
        answer.await.ok()
    }

    /// For each open job that has offered an epoch: how many cores it could occupy at once. `None` when the farm is
    /// shutting down.
    pub async fn useful_cores(&self) -> Option<Vec<u64>> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::UsefulCores(reply)).await.ok()?;
        answer.await.ok()
    }

    /// Is there somebody to take commands? Once the task has ended, however, nothing moves any more.
    pub fn is_alive(&self) -> bool {
        !self.commands.is_closed()
    }

    /// Waits for an answer to nothing; `false` when there is nobody to give one.
    pub(crate) async fn ping(&self) -> bool {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Ping(reply)).await.is_ok() && answer.await.is_ok()
    }

    /// Asks something of a worker.
    ///
    /// # Errors
    /// See [`WorkerCommandError`].
    pub async fn ask_worker(
        &self,
        name: WorkerName,
        command: WorkerCommand,
    ) -> Result<WorkerView, WorkerCommandError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.send(Command::Worker { name, command, reply }).await;
        sent.map_err(|_| WorkerCommandError::ShuttingDown)?;
        answer.await.map_err(|_| WorkerCommandError::ShuttingDown)?
    }

    /// As [`workers`](Self::workers), for threads that may block.
    pub fn workers_blocking(&self) -> Option<Vec<WorkerView>> {
        let (reply, answer) = oneshot::channel();
        self.commands.blocking_send(Command::Workers(reply)).ok()?;
        answer.blocking_recv().ok()
    }

    /// As [`ask_worker`](Self::ask_worker), for threads that may block.
    ///
    /// # Errors
    /// See [`WorkerCommandError`].
    pub fn ask_worker_blocking(
        &self,
        name: WorkerName,
        command: WorkerCommand,
    ) -> Result<WorkerView, WorkerCommandError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.blocking_send(Command::Worker { name, command, reply });
        sent.map_err(|_| WorkerCommandError::ShuttingDown)?;
        answer.blocking_recv().map_err(|_| WorkerCommandError::ShuttingDown)?
    }

    /// Lets a job have workers from now on; what they compute comes to `runner`. For threads that may block.
    pub fn add_job(&self, job: JobId, share: JobShare, runner: Sender<ToRunner>) -> JobPort {
        self.send(Command::AddRunner(job, runner));
        self.send(Command::Job(JobCommand::Add { job, share }));
        JobPort { switchboard: self.clone() }
    }

    /// Takes a job's workers away. For threads that may block.
    pub fn remove_job(&self, job: JobId) {
        self.send(Command::Job(JobCommand::Remove(job)));
        self.send(Command::RemoveRunner(job));
    }

    /// Changes a job's share of the workers. For threads that may block.
    pub fn set_priority(&self, job: JobId, priority: i32) {
        self.send(Command::Job(JobCommand::Priority(job, priority)));
    }

    fn send(&self, command: Command) {
        // A switchboard that is gone ends the coordinator, and that the runner (`server`).
        let _ = self.commands.blocking_send(command);
    }
}

/// A running job's way to the workers.
pub struct JobPort {
    switchboard: Switchboard,
}

impl JobPort {
    fn send(&self, command: JobCommand) {
        self.switchboard.send(Command::Job(command));
    }
}

impl Port for JobPort {
    fn open(&self, brief: &Arc<JobBrief>) {
        self.send(JobCommand::Open(Arc::clone(brief)));
    }

    fn trace(&self, revision: JobRevision, stage: Stage, span: TraceContext) {
        self.switchboard.send(Command::Trace(revision, stage, span));
    }

    fn prepare(&self, revision: JobRevision, values: EpochValues, canvas: Canvas) {
        let models = ShardModels::default();
        let offer = Offer { revision, work: OfferedWork::Prepare, values, models };
        self.send(JobCommand::Offer { offer, canvas, tiles: ShardTiles::whole() });
    }

    fn offer(&self, offer: EpochOffer) {
        let EpochOffer { revision, epoch, total, values, canvas, tiles, models } = offer;
        let offer = Offer { revision, work: OfferedWork::Epoch { epoch, shards: total }, values, models };
        self.send(JobCommand::Offer { offer, canvas, tiles });
    }

    fn refused(&self, accepted: Accepted, error: ShardError) {
        self.send(JobCommand::Refuse { accepted, error });
    }

    fn merged(&self, revision: JobRevision, bytes: u64) {
        self.send(JobCommand::Merged(revision, bytes));
    }

    fn digested(&self, fence: Fence, digest: Sha256) {
        self.send(JobCommand::Digest(fence, digest));
    }

    fn close(&self, revision: JobRevision) {
        self.send(JobCommand::Close(revision));
    }
}

#[cfg(test)]
mod tests {
    use clipig_core::{DeviceClass, PROTOCOL, WorkerKind};

    use super::*;

    #[tokio::test]
    async fn who_comes_while_the_farm_shuts_down_is_not_refused() {
        let (switchboard, task) = Switchboard::without_task();
        drop(task);
        let registration = Registration {
            protocol: PROTOCOL,
            version: String::new(),
            name: "w".parse().unwrap(),
            instance: 1,
            kind: WorkerKind {
                class: DeviceClass::Cpu,
                model: "test".into(),
                libtorch: String::new(),
                capability: String::new(),
            },
            cores: 1,
            memory: 0,
            device: "cpu".into(),
        };
        let (outbound, _inbox) = mpsc::channel(1);
        let error = switchboard.connect(registration, outbound).await.unwrap_err();
        assert!(matches!(error, ConnectError::ShuttingDown), "{error}");
    }
}

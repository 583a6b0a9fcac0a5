//! The one task that owns the [`SwitchboardCore`] and the ways to all workers.
//!
//! It takes commands in, in order, hands them to the core, and carries out what comes out. It never waits for a disk, a
//! network or a computation: results go on to the jobs' runners, which merge them on threads of their own, and messages to
//! workers go into a queue per session that somebody else writes to the wire.

mod handle;
mod local;
mod notes;
mod traces;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use clipig_core::{FromWorker, JobId, JobRevision, Registration, SessionId, ToWorker};
use clipig_schedule::dispatcher::{CheckEnd, JoinError, LeaveCause, Note};
use clipig_schedule::switchboard::{Entry, JobCommand, Output, ShardReport, SwitchboardCore};
use tokio::sync::mpsc;
use tokio::time::Instant;

use self::handle::{Command, QUEUE};
pub use self::handle::{ConnectError, JobPort, SESSION_QUEUE, Switchboard};
use self::traces::LeaseTraces;
use crate::job_runner::ToRunner;
use crate::metrics::{Metrics, ShardOutcome};

pub use clipig_schedule::switchboard::{JobShare, SwitchboardSettings, WorkerCommand, WorkerCommandError};

/// Where a switchboard tells what it does.
pub struct Reports {
    /// What people may want to read about.
    pub notes: Sender<Note>,
    /// Figures.
    pub metrics: Arc<Metrics>,
}

/// Starts a switchboard on the current runtime.
///
/// # Panics
/// Outside of a tokio runtime.
pub fn start(settings: SwitchboardSettings, reports: Reports) -> Switchboard {
    let (commands, inbox) = mpsc::channel(QUEUE);
    tokio::spawn(Task::new(settings, reports).run(inbox));
    Switchboard::new(commands)
}

struct Task {
    core: SwitchboardCore,
    reports: Reports,
    /// The core's times count from here.
    start: Instant,
    sessions: HashMap<SessionId, mpsc::Sender<ToWorker>>,
    runners: HashMap<JobId, Sender<ToRunner>>,
    traces: LeaseTraces,
}

impl Task {
    fn new(settings: SwitchboardSettings, reports: Reports) -> Self {
        Self {
            core: SwitchboardCore::new(settings),
            reports,
            start: Instant::now(),
            sessions: HashMap::new(),
            runners: HashMap::new(),
            traces: LeaseTraces::default(),
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        loop {
            let wakeup = self.core.poll_timeout().map(|time| self.start + time);
            let due = async {
                match wakeup {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(command) => self.handle(command),
                    None => return,
                },
                () = due => self.core.handle_timeout(self.now()),
            }
            self.carry_out();
            let (dispatcher, metrics) = (self.core.dispatcher(), &self.reports.metrics);
            metrics.leases_active.set(dispatcher.leases() as i64);
            metrics
                .unmerged_gradient_bytes
                .set(i64::try_from(dispatcher.unmerged_bytes()).unwrap_or(i64::MAX));
        }
    }

    fn handle(&mut self, command: Command) {
        let now = self.now();
        // Whoever asked for an answer may have gone away meanwhile, everywhere here.
        match command {
            Command::Connect { registration, outbound, reply } => {
                let _ = reply.send(self.connect(registration, outbound));
            }
            Command::Message { session, message } => {
                if let FromWorker::Draining(reason) = &message {
                    tracing::info!(%session, reason, "a worker is leaving");
                }
                self.traces.answered(session, &message);
                self.core.handle_message(session, message, now);
            }
            Command::Disconnected { session, cause } => self.core.handle_disconnect(session, cause, now),
            Command::AddRunner(job, runner) => {
                self.runners.insert(job, runner);
            }
            Command::RemoveRunner(job) => {
                self.runners.remove(&job);
            }
            Command::Job(command) => {
                if let JobCommand::Close(JobRevision { job, .. }) | JobCommand::Remove(job) = &command {
                    self.traces.end(*job);
                }
                self.core.handle_job(command, now);
            }
            Command::Trace(revision, stage, span) => {
                let is_check = |fence| self.core.dispatcher().is_check(fence);
                self.traces.begin(revision, stage, span, is_check);
            }
            Command::Ping(reply) => {
                let _ = reply.send(());
            }
            Command::Workers(reply) => {
                let _ = reply.send(self.core.workers());
            }
            Command::Waits(reply) => {
                let _ = reply.send(self.core.waits().into_iter().collect());
            }
            Command::UsefulCores(reply) => {
                let cores = self.core.dispatcher().useful_cores().into_iter();
                let _ = reply.send(cores.map(|(_, cores)| cores).collect());
            }
            Command::Worker { name, command, reply } => {
                let _ = reply.send(self.core.handle_worker_command(&name, command, now));
            }
        }
    }

    fn connect(
        &mut self,
        registration: Registration,
        outbound: mpsc::Sender<ToWorker>,
    ) -> Result<Entry, JoinError> {
        let entry = self.core.handle_register(registration, self.now())?;
        self.traces.connected(entry.welcome.session, &entry.welcome.name);
        self.sessions.insert(entry.welcome.session, outbound);
        Ok(entry)
    }

    /// Does what the core wants done, and what follows from it.
    fn carry_out(&mut self) {
        loop {
            let outputs = self.core.poll_outputs(self.now());
            if outputs.is_empty() {
                return;
            }
            for output in outputs {
                self.carry_out_one(output);
            }
        }
    }

    fn carry_out_one(&mut self, output: Output) {
        match output {
            Output::Send { session, message } => self.send(session, message),
            Output::End(session) => {
                self.traces.disconnected(session);
                self.sessions.remove(&session);
            }
            Output::Job { job, event } => {
                if let Some(runner) = self.runners.get(&job) {
                    // A runner that has ended leaves an open job behind for a moment.
                    let _ = runner.send(event.into());
                }
            }
            Output::Note(note) => {
                notes::log(&note);
                self.traces.noted(&note);
                // Nobody may be interested.
                let _ = self.reports.notes.send(note);
            }
            Output::Shards(report) => self.count(report),
            Output::Checked(end) => {
                self.traces.checked(&end);
                let CheckEnd { revision, node, outcome, fences } = end;
                tracing::debug!(job = %revision.job, %node, ?outcome, ?fences, "a spot check is over");
                self.reports.metrics.spot_checks(outcome, 1);
            }
            Output::Fault(error) => tracing::error!(%error, "a job's command was refused"),
        }
    }

    fn count(&self, report: ShardReport) {
        let metrics = &self.reports.metrics;
        match report {
            ShardReport::Accepted { shards, held } => {
                metrics.shards(ShardOutcome::Accepted, u64::from(shards));
                metrics.lease_seconds.observe(held.as_secs_f64());
            }
            ShardReport::Stale { shards } => metrics.shards(ShardOutcome::Stale, u64::from(shards)),
            ShardReport::Failed { shards } => metrics.shards(ShardOutcome::Failed, u64::from(shards)),
        }
    }

    fn send(&mut self, session: SessionId, mut message: ToWorker) {
        match &mut message {
            ToWorker::Lease(lease) => {
                let (job, fence) = (lease.revision.job, lease.fence);
                let epoch = lease.work.stage().epoch().map(|epoch| epoch.0);
                tracing::trace!(%job, epoch, %fence, %session, work = ?lease.work, "leased");
                let is_check = self.core.dispatcher().is_check(fence);
                self.traces.granted(session, lease, is_check);
            }
            ToWorker::Revoke(fence) => self.traces.revoked(*fence),
            _ => {}
        }
        let Some(outbound) = self.sessions.get(&session) else { return };
        match outbound.try_send(message) {
            Ok(()) => {}
            // Its reader is gone, and says so in a moment.
            Err(mpsc::error::TrySendError::Closed(_)) => {
                self.sessions.remove(&session);
            }
            // It does not read: its queue ends here, and its reader then says that the connection is over, too.
            Err(mpsc::error::TrySendError::Full(_)) => {
                tracing::warn!(%session, "a worker does not read its messages; its session ends");
                self.sessions.remove(&session);
                let cause = LeaveCause::Fault("it does not read its messages".to_owned());
                self.core.handle_disconnect(session, cause, self.now());
            }
        }
    }
}

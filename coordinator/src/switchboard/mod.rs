//! The one task that owns the dispatcher and the ways to all workers.
//!
//! It takes commands in, in order, asks the [`Dispatcher`] what follows, and sends messages out. It never waits for a
//! disk, a network or a computation: results go on to the jobs' runners, which merge them on threads of their own,
//! and messages to workers go into a queue per session that somebody else writes to the wire.

mod handle;
mod jobs;
mod local;
mod notes;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use clipig_core::{FromWorker, Preparation, SessionId, ToWorker, Welcome, Work};
use clipig_schedule::dispatcher::{
    Action, Answer, DispatchError, DispatchSettings, Dispatcher, LeaveCause, Note, Verdict,
};
use tokio::sync::mpsc;
use tokio::time::Instant;

use self::handle::{Command, QUEUE};
pub use self::handle::{JobPort, SESSION_QUEUE, Switchboard, WorkerWish, WorkerWishError};
pub use self::jobs::JobShare;
use self::jobs::OpenJobs;
use crate::job_runner::ToRunner;
use crate::metrics::{Metrics, ShardOutcome};

/// How a switchboard behaves.
#[derive(Clone, Debug)]
pub struct SwitchboardSettings {
    /// How patient the dispatcher is.
    pub dispatch: DispatchSettings,
    /// How often workers send heartbeats.
    pub heartbeat: Duration,
}

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
    dispatcher: Dispatcher,
    heartbeat: Duration,
    reports: Reports,
    /// The dispatcher's times count from here.
    start: Instant,
    next_session: u64,
    sessions: HashMap<SessionId, mpsc::Sender<ToWorker>>,
    jobs: OpenJobs,
}

impl Task {
    fn new(settings: SwitchboardSettings, reports: Reports) -> Self {
        Self {
            dispatcher: Dispatcher::new(settings.dispatch),
            heartbeat: settings.heartbeat,
            reports,
            start: Instant::now(),
            next_session: 1,
            sessions: HashMap::new(),
            jobs: OpenJobs::default(),
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        loop {
            let wakeup = self.dispatcher.poll_timeout().map(|time| self.start + time);
            let due = async {
                match wakeup {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(command) => self.obey(command),
                    None => return,
                },
                () = due => self.dispatcher.handle_timeout(self.now()),
            }
            self.act();
            self.reports.metrics.leases_active.set(self.dispatcher.leases() as i64);
        }
    }

    fn obey(&mut self, command: Command) {
        let now = self.now();
        match command {
            Command::Connect { registration, outbound, reply } => {
                let session = SessionId(self.next_session);
                self.next_session += 1;
                match self.dispatcher.handle_register(session, registration, now) {
                    Ok(name) => {
                        let version = env!("CARGO_PKG_VERSION").to_owned();
                        let welcome = Welcome { session, name, heartbeat: self.heartbeat, version };
                        self.sessions.insert(session, outbound);
                        self.send(session, ToWorker::Welcome(welcome.clone()));
                        // A caller that has gone away ends its session itself.
                        let _ = reply.send(Ok(welcome));
                    }
                    Err(error) => {
                        let _ = reply.send(Err(error.to_string()));
                    }
                }
            }
            Command::Message { session, message } => self.hear(session, message),
            Command::Disconnected { session, cause } => {
                self.sessions.remove(&session);
                let cause =
                    if cause.is_empty() { LeaveCause::Disconnected } else { LeaveCause::Fault(cause) };
                self.dispatcher.handle_disconnect(session, cause, now);
            }
            Command::AddJob { job, share, runner } => self.jobs.add(job, share, runner),
            Command::RemoveJob(job) => {
                for revision in self.jobs.remove(job) {
                    self.dispatcher.handle_close(revision, now);
                }
            }
            Command::SetPriority(job, priority) => {
                for revision in self.jobs.set_priority(job, priority) {
                    if let Err(error) = self.dispatcher.handle_priority(revision, priority) {
                        tracing::error!(%error, "a priority was refused");
                    }
                }
            }
            Command::Open(brief) => {
                // Of a job that was open before, sessions get the new brief in the place of the old one.
                if let Some(terms) = self.jobs.open(brief) {
                    self.dispatcher.handle_open(terms);
                }
            }
            Command::Offer { offer, canvas } => {
                self.jobs.offer(&offer, canvas);
                if let Err(error) = self.dispatcher.handle_offer(offer, now) {
                    tracing::error!(%error, "an offer was refused");
                }
            }
            Command::Refused(accepted, error) => self.dispatcher.handle_refusal(&accepted, &error, now),
            Command::Close(revision) => {
                self.jobs.close(revision);
                self.dispatcher.handle_close(revision, now);
            }
            Command::Workers(reply) => {
                // Whoever asked may have gone away.
                let _ = reply.send(self.dispatcher.workers());
            }
            Command::Waits(reply) => {
                let waits = self.dispatcher.lease_waits().into_iter();
                let _ = reply.send(waits.map(|(revision, wait)| (revision.job, wait)).collect());
            }
            Command::Worker { name, wish, reply } => {
                let done = match wish {
                    WorkerWish::Pause => self.dispatcher.handle_pause(&name),
                    WorkerWish::Resume => self.dispatcher.handle_resume(&name),
                    WorkerWish::Drain(reason) => self.dispatcher.handle_drain(&name, reason),
                    WorkerWish::Forgive => self.dispatcher.handle_reinstate(&name),
                    WorkerWish::SetAside { reason, lasts } => {
                        self.dispatcher.handle_quarantine(&name, reason, lasts, now)
                    }
                };
                let answer = match done {
                    Ok(()) => {
                        let workers = self.dispatcher.workers();
                        let found = workers.into_iter().find(|worker| worker.name == name);
                        found.ok_or(WorkerWishError::Unknown(name))
                    }
                    Err(DispatchError::UnknownWorker(name)) => Err(WorkerWishError::Unknown(name)),
                    Err(error) => Err(WorkerWishError::State(error.to_string())),
                };
                let _ = reply.send(answer);
            }
        }
    }

    /// What a worker says.
    fn hear(&mut self, session: SessionId, message: FromWorker) {
        let now = self.now();
        match message {
            FromWorker::Register(_) => {
                let cause = LeaveCause::Fault("it registered twice".to_owned());
                self.refuse(session, "a session registers once");
                self.dispatcher.handle_disconnect(session, cause, now);
            }
            FromWorker::Heartbeat(held) => self.dispatcher.handle_heartbeat(session, &held, now),
            FromWorker::Prepared { fence, prepared, warnings } => {
                if let Verdict::Accept(accepted) =
                    self.dispatcher.handle_result(session, fence, Answer::Prepared, now)
                {
                    let preparation = Preparation { prepared, warnings };
                    self.jobs.tell(accepted.revision, ToRunner::Prepared { preparation, accepted });
                }
            }
            FromWorker::Computed(computed) => {
                let computing = Duration::try_from_secs_f64(computed.seconds).unwrap_or_default();
                let granted = self.dispatcher.granted(computed.fence);
                let verdict =
                    self.dispatcher.handle_result(session, computed.fence, Answer::Computed(computing), now);
                self.count(granted, &verdict, now, computed.reports.len());
                if let Verdict::Accept(accepted) = verdict
                    && let Work::Node { node, .. } = accepted.work
                {
                    let (gradient, reports, revision) =
                        (computed.gradient, computed.reports, accepted.revision);
                    self.jobs.tell(revision, ToRunner::Computed { node, gradient, reports, accepted });
                }
            }
            FromWorker::Failed { fence, error } => {
                if let Some((_, shards)) = self.dispatcher.granted(fence) {
                    self.reports.metrics.shards(ShardOutcome::Failed, u64::from(shards));
                }
                self.dispatcher.handle_failure(session, fence, &error, now);
            }
            FromWorker::Returned { fence, reason } => {
                self.dispatcher.handle_return(session, fence, reason, now)
            }
            FromWorker::Draining(reason) => {
                tracing::info!(%session, reason, "a worker is leaving");
                self.dispatcher.handle_draining(session, now);
            }
            FromWorker::Goodbye => {
                self.sessions.remove(&session);
                self.dispatcher.handle_disconnect(session, LeaveCause::Goodbye, now);
            }
        }
    }

    /// Counts a result.
    fn count(&self, granted: Option<(Duration, u32)>, verdict: &Verdict, now: Duration, shards: usize) {
        let metrics = &self.reports.metrics;
        match (verdict, granted) {
            (Verdict::Accept(_), Some((granted, shards))) => {
                metrics.shards(ShardOutcome::Accepted, u64::from(shards));
                metrics.lease_seconds.observe(now.saturating_sub(granted).as_secs_f64());
            }
            _ => metrics.shards(ShardOutcome::Stale, shards as u64),
        }
    }

    /// Does what the dispatcher wants done; that may give it new wishes.
    fn act(&mut self) {
        loop {
            let actions = self.dispatcher.poll_actions(self.now());
            if actions.is_empty() {
                return;
            }
            for action in actions {
                self.do_one(action);
            }
        }
    }

    fn do_one(&mut self, action: Action) {
        match action {
            Action::Open { session, revision } => {
                if let Some(brief) = self.jobs.brief(revision) {
                    self.send(session, ToWorker::Open(brief));
                }
            }
            Action::Canvas { session, revision, stage } => {
                if let Some(canvas) = self.jobs.canvas(revision, stage) {
                    self.send(session, ToWorker::Canvas(canvas));
                }
            }
            Action::Lease { session, lease } => {
                let (job, fence) = (lease.revision.job, lease.fence);
                let epoch = lease.work.stage().epoch().map(|epoch| epoch.0);
                tracing::trace!(%job, epoch, %fence, %session, work = ?lease.work, "leased");
                self.send(session, ToWorker::Lease(lease));
            }
            Action::Revoke { session, fence } => self.send(session, ToWorker::Revoke(fence)),
            Action::Close { session, revision } => {
                self.send(session, ToWorker::Close(revision));
            }
            Action::Drain { session, reason } => self.send(session, ToWorker::Drain(reason)),
            Action::End { session, reason } => self.refuse(session, &reason),
            Action::JobFailed(failure) => {
                let workers = failure.attempts.iter().map(|attempt| attempt.worker.to_string()).collect();
                let failed = ToRunner::Failed { error: failure.error, workers };
                self.jobs.tell(failure.revision, failed);
            }
            Action::Note(note) => {
                notes::log(&note);
                // Nobody may be interested.
                let _ = self.reports.notes.send(note);
            }
        }
    }

    /// Tells a worker why its session ends. What is in its queue is still written; nothing follows.
    fn refuse(&mut self, session: SessionId, reason: &str) {
        self.send(session, ToWorker::Refuse(reason.to_owned()));
        self.sessions.remove(&session);
    }

    fn send(&mut self, session: SessionId, message: ToWorker) {
        let Some(outbound) = self.sessions.get(&session) else { return };
        match outbound.try_send(message) {
            Ok(()) => {}
            // Its reader is gone, and says so in a moment; or it does not read: its queue ends here, and its reader
            // then says so, too.
            Err(mpsc::error::TrySendError::Closed(_)) => {
                self.sessions.remove(&session);
            }
            Err(mpsc::error::TrySendError::Full(_)) => {
                tracing::warn!(%session, "a worker does not read its messages; its session ends");
                self.sessions.remove(&session);
                let cause = LeaveCause::Fault("it does not read its messages".to_owned());
                self.dispatcher.handle_disconnect(session, cause, self.now());
            }
        }
    }
}

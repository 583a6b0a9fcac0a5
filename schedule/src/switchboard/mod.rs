//! What becomes of every message and command on a coordinator's side of its workers' sessions.
//!
//! ```text
//!  workers ──messages──▶ ┌─────────────────┐ ──messages──▶ workers
//!  jobs    ──commands──▶ │ SwitchboardCore │ ──events────▶ jobs' runners
//!  people  ──commands──▶ └─────────────────┘ ──notes─────▶ people
//! ```
//!
//! The [`SwitchboardCore`] reads no clock, and owns no channel and no thread. It is called as the [`Dispatcher`] is that it
//! wraps: after each `handle_…` its outputs are taken and carried out. The coordinator's switchboard task joins it to
//! channels, the simulation to a network and jobs that are made up.

mod command;
mod open_jobs;
mod output;
#[cfg(test)]
mod tests;

use std::time::Duration;

use clipig_core::{
    Computed, Fence, FromWorker, JobId, Preparation, Registration, SessionId, ShardError, ToWorker, Welcome,
    Work, WorkerName,
};

use crate::dispatcher::{
    Action, Admitted, Answer, DispatchSettings, Dispatcher, JoinError, LeaseWait, LeaveCause, Time, Verdict,
    WorkerView,
};

pub use command::{JobCommand, JobShare, WorkerCommand, WorkerCommandError};
pub use output::{Entry, JobEvent, KeptLease, Output, ShardReport};

use open_jobs::OpenJobs;

/// How a switchboard behaves.
#[derive(Clone, Copy, Debug)]
pub struct SwitchboardSettings {
    /// Timeouts and bounds of the dispatcher.
    pub dispatch: DispatchSettings,
    /// How often workers send heartbeats.
    pub heartbeat: Duration,
}

/// The switchboard without its channels; see the [module](self).
#[derive(Debug)]
pub struct SwitchboardCore {
    dispatcher: Dispatcher,
    heartbeat: Duration,
    /// The number of the last session.
    sessions: u64,
    jobs: OpenJobs,
    outputs: Vec<Output>,
}

impl SwitchboardCore {
    /// A switchboard without workers and jobs.
    pub fn new(settings: SwitchboardSettings) -> Self {
        Self {
            dispatcher: Dispatcher::new(settings.dispatch),
            heartbeat: settings.heartbeat,
            sessions: 0,
            jobs: OpenJobs::default(),
            outputs: Vec::new(),
        }
    }

    /// What is to be done since the last call, in order. Call it after every `handle_…`.
    pub fn poll_outputs(&mut self, now: Time) -> Vec<Output> {
        for action in self.dispatcher.poll_actions(now) {
            self.apply(action);
        }
        self.jobs.drop_previous(|revision| self.dispatcher.keeps_previous(revision));
        std::mem::take(&mut self.outputs)
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due; `None` when nothing waits for time.
    pub fn poll_timeout(&self) -> Option<Time> {
        self.dispatcher.poll_timeout()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        self.dispatcher.handle_timeout(now);
    }

    /// The first message on a connection. The answer is also the first message that goes to the session, so that whoever
    /// calls need not send it.
    ///
    /// # Errors
    /// When the worker is not welcome.
    pub fn handle_register(&mut self, registration: Registration, now: Time) -> Result<Entry, JoinError> {
        self.sessions += 1;
        let session = SessionId(self.sessions);
        let Admitted { name, leases, jobs } = self.dispatcher.handle_register(session, registration, now)?;
        let welcome = Welcome {
            session,
            name,
            heartbeat: self.heartbeat,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            leases: leases.iter().map(|lease| lease.fence).collect(),
            jobs,
        };
        self.send(session, ToWorker::Welcome(welcome.clone()));
        let kept = leases.into_iter().filter_map(|lease| {
            let shard_size = self.jobs.brief(lease.revision)?.shard_size;
            Some(KeptLease { lease, shard_size })
        });
        Ok(Entry { welcome, leases: kept.collect() })
    }

    /// A message has come on a session.
    pub fn handle_message(&mut self, session: SessionId, message: FromWorker, now: Time) {
        match message {
            FromWorker::Register(_) => {
                self.end(session, "a session registers once".to_owned());
                let cause = LeaveCause::Fault("it registered twice".to_owned());
                self.dispatcher.handle_disconnect(session, cause, now);
            }
            FromWorker::Heartbeat(held) => self.dispatcher.handle_heartbeat(session, &held, now),
            FromWorker::Prepared { fence, prepared, warnings } => {
                let preparation = Preparation { prepared, warnings };
                self.prepared(session, fence, preparation, now);
            }
            FromWorker::Computed(computed) => self.computed(session, computed, now),
            FromWorker::Failed { fence, error } => self.failed(session, fence, &error, now),
            FromWorker::Returned { fence, reason } => {
                self.dispatcher.handle_return(session, fence, reason, now);
            }
            FromWorker::Draining(_) => self.dispatcher.handle_draining(session, now),
            FromWorker::Goodbye => {
                self.outputs.push(Output::End(session));
                self.dispatcher.handle_disconnect(session, LeaveCause::Goodbye, now);
            }
        }
    }

    /// A connection is over. Does nothing when that is known. See [`Dispatcher::handle_disconnect`].
    pub fn handle_disconnect(&mut self, session: SessionId, cause: LeaveCause, now: Time) {
        self.jobs.forget_session(session);
        self.outputs.push(Output::End(session));
        self.dispatcher.handle_disconnect(session, cause, now);
    }

    fn prepared(&mut self, session: SessionId, fence: Fence, preparation: Preparation, now: Time) {
        let verdict = self.dispatcher.handle_result(session, fence, Answer::Prepared, now);
        if let Verdict::Accept(accepted) = verdict {
            let job = accepted.revision.job;
            self.outputs.push(Output::Job { job, event: JobEvent::Prepared { preparation, accepted } });
        }
    }

    fn computed(&mut self, session: SessionId, computed: Computed, now: Time) {
        let Computed { fence, gradient, reports, seconds, trace: _ } = computed;
        // What a worker says of its time counts no more than the time for which it had the lease, and nothing where it
        // is no time at all.
        let computing = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let granted = self.dispatcher.granted(fence);
        let verdict = self.dispatcher.handle_result(session, fence, Answer::Computed(computing), now);
        match (verdict, granted) {
            (Verdict::Accept(accepted), Some((granted, shards))) => {
                let held = now.saturating_sub(granted);
                self.outputs.push(Output::Shards(ShardReport::Accepted { shards, held }));
                let (job, Work::Node { node, .. }) = (accepted.revision.job, accepted.work) else { return };
                self.dispatcher.handle_received(accepted.revision, gradient.bytes() as u64);
                let event = JobEvent::Computed { node, gradient, reports, accepted };
                self.outputs.push(Output::Job { job, event });
            }
            (Verdict::Compare(compared), _) => {
                let job = compared.revision.job;
                self.dispatcher.handle_received(compared.revision, gradient.bytes() as u64);
                let event = JobEvent::Compared { compared, gradient, reports };
                self.outputs.push(Output::Job { job, event });
            }
            _ => self.outputs.push(Output::Shards(ShardReport::Stale { shards: reports.len() as u32 })),
        }
    }

    fn failed(&mut self, session: SessionId, fence: Fence, error: &ShardError, now: Time) {
        if let Some((_, shards)) = self.dispatcher.granted(fence) {
            self.outputs.push(Output::Shards(ShardReport::Failed { shards }));
        }
        self.dispatcher.handle_failure(session, fence, error, now);
    }

    /// A job or its runner wants something.
    pub fn handle_job(&mut self, command: JobCommand, now: Time) {
        match command {
            JobCommand::Add { job, share } => self.jobs.add(job, share),
            JobCommand::Remove(job) => {
                for revision in self.jobs.remove(job) {
                    self.dispatcher.handle_close(revision, now);
                }
            }
            JobCommand::Priority(job, priority) => {
                for revision in self.jobs.set_priority(job, priority) {
                    let done = self.dispatcher.handle_priority(revision, priority);
                    self.outputs.extend(done.err().map(Output::Fault));
                }
            }
            JobCommand::Open(brief) => {
                // What a runner said last may come after its job was removed, here and below.
                if let Some(terms) = self.jobs.open(brief) {
                    self.dispatcher.handle_open(terms);
                }
            }
            JobCommand::Offer { offer, canvas, tiles } => {
                if self.jobs.offer(&offer, canvas, tiles) {
                    let done = self.dispatcher.handle_offer(offer, now);
                    self.outputs.extend(done.err().map(Output::Fault));
                }
            }
            JobCommand::Refuse { accepted, error } => self.dispatcher.handle_refusal(&accepted, &error, now),
            JobCommand::Digest(fence, digest) => self.dispatcher.handle_digest(fence, digest, now),
            JobCommand::Merged(revision, bytes) => self.dispatcher.handle_merged(revision, bytes),
            JobCommand::Close(revision) => {
                self.jobs.close(revision);
                self.dispatcher.handle_close(revision, now);
            }
        }
    }

    /// A person wants something of a worker. Returns the worker after it.
    ///
    /// # Errors
    /// When there is no such worker, or it is in a state in which that cannot be.
    pub fn handle_worker_command(
        &mut self,
        name: &WorkerName,
        command: WorkerCommand,
        now: Time,
    ) -> Result<WorkerView, WorkerCommandError> {
        match command {
            WorkerCommand::Pause => self.dispatcher.handle_pause(name),
            WorkerCommand::Resume => self.dispatcher.handle_resume(name),
            WorkerCommand::Drain(reason) => self.dispatcher.handle_drain(name, reason),
            WorkerCommand::Reinstate => self.dispatcher.handle_reinstate(name),
            WorkerCommand::Quarantine { reason, lasts } => {
                self.dispatcher.handle_quarantine(name, reason, lasts, now)
            }
        }?;
        self.dispatcher.worker(name).ok_or_else(|| WorkerCommandError::Unknown(name.clone()))
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::Open { session, revision } => {
                let brief = self.jobs.brief(revision);
                debug_assert!(brief.is_some(), "job {revision} is leased, and its brief is not here");
                if let Some(brief) = brief {
                    self.send(session, ToWorker::Open(brief));
                }
            }
            Action::Canvas { session, revision, stage } => {
                // What it needs of the canvas is sent with its leases, which follow.
                let offered = self.jobs.forget_sent(session, revision, stage);
                debug_assert!(offered, "job {revision}, {stage} is leased, and its canvas is not here");
            }
            Action::Lease { session, lease } => {
                if let Some(canvas) = self.jobs.missing(session, &lease) {
                    self.send(session, canvas);
                }
                self.send(session, ToWorker::Lease(lease));
            }
            Action::Revoke { session, fence } => self.send(session, ToWorker::Revoke(fence)),
            Action::Close { session, revision } => self.send(session, ToWorker::Close(revision)),
            Action::Drain { session, reason } => self.send(session, ToWorker::Drain(reason)),
            Action::End { session, reason } => self.end(session, reason),
            Action::JobFailed(failure) => {
                let job = failure.revision.job;
                self.outputs.push(Output::Job { job, event: JobEvent::Failed(failure) });
            }
            Action::Checked(end) => self.outputs.push(Output::Checked(end)),
            Action::Note(note) => self.outputs.push(Output::Note(note)),
        }
    }

    fn send(&mut self, session: SessionId, message: ToWorker) {
        self.outputs.push(Output::Send { session, message });
    }

    /// Tells a worker why its session ends. Nothing follows.
    fn end(&mut self, session: SessionId, reason: String) {
        self.send(session, ToWorker::Refuse(reason));
        self.outputs.push(Output::End(session));
    }
}

/// What others look at.
impl SwitchboardCore {
    /// The workers that are not forgotten, by name.
    pub fn workers(&self) -> Vec<WorkerView> {
        self.dispatcher.workers()
    }

    /// Why nothing is leased for jobs that are open and have nothing in workers' hands.
    pub fn waits(&self) -> Vec<(JobId, LeaseWait)> {
        let waits = self.dispatcher.lease_waits().into_iter();
        waits.map(|(revision, wait)| (revision.job, wait)).collect()
    }

    /// The dispatcher, to look at.
    pub fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
}

//! The conversation of a worker with a coordinator, as a pure state machine: messages and local events in, effects
//! out. It reads no clock, owns no thread and no socket; [`crate::run`] wires it to them.
//!
//! ```text
//!             Welcome                  Drain asked, by either side           nothing held, or out of time
//!  Joining ─────────────▶ Serving ──────────────────────────────▶ Draining ─────────────────────────────▶ Ended
//!     │                      │                                        │                                     ▲
//!     └───────Refuse─────────┴────────────────Refuse──────────────────┴─────────────────────────────────────┘
//! ```
//!
//! A session that loses its connection goes on computing without one. On the next one it registers again, and the
//! coordinator says which of its leases are still valid ([`reconnecting`]).
//!
//! # Leases
//! Leases are served in the order of their arrival. A shard is started as soon as as many cores are free as the
//! job's shards have threads, so several shards of a node, and the next node's, run side by side. The shards of a
//! node are added up over the tree here; one answer goes back. What becomes of a lease stands in [`held`].
//!
//! The experiment and the images of a job are fetched when the session is told of it, the weights of a model when the
//! first lease needs it. A lease that waits for its content is overtaken by those behind it.

mod fetching;
mod held;
mod open_job;
mod reconnecting;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use clipig_core::{
    Canvas, CanvasView, ComputeJob, EpochTiles, Fence, FromWorker, Held, JobBrief, JobRevision, Lease,
    Preparation, Registration, ShardError, ShardResult, ShardTask, ToWorker, Work, WorkerName, expected,
};
use clipig_telemetry::TraceContext;

use held::{Answered, HeldLease, Queued, Step};
use open_job::OpenJob;
use reconnecting::Away;

/// Time since any fixed moment, such as the start of the process; it never goes backwards.
pub type Time = Duration;

/// What a session is told of its worker.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// What the worker says of itself. Its `cores` are how many threads compute at the same time.
    pub registration: Registration,
    /// How long a drain may take before everything is handed back.
    pub drain: Duration,
}

/// Names a download and reading of a job that the session asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request(pub u64);

/// Names a piece of work that a thread does for the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What happens to a session.
#[derive(Debug)]
pub enum Input {
    /// A message has arrived.
    Received(ToWorker),
    /// The answer to [`Effect::Fetch`].
    Fetched {
        /// Of the effect.
        request: Request,
        /// The job with all content at hand, with the brief of the effect.
        job: Result<Arc<ComputeJob>, FetchError>,
    },
    /// The answer to [`Effect::FetchModel`].
    FetchedModel {
        /// Of the effect.
        request: Request,
        /// `Ok` if the weights are at hand: they are in [`ComputeJob::weights`].
        fetched: Result<(), FetchError>,
    },
    /// A piece of what [`Effect::Fetch`] or [`Effect::FetchModel`] asked for has arrived: a sign of life for the leases
    /// that wait for it.
    Fetching(Request),
    /// The answer to [`Effect::Compute`]; there is exactly one to each.
    Done {
        /// Of the effect.
        ticket: Ticket,
        /// What came of it.
        outcome: Outcome,
        /// Time of computing.
        took: Duration,
    },
    /// An answer under this fence ([`FromWorker::Computed`], `Prepared`, `Failed` or `Returned`) has arrived, as far as
    /// that can be known. Until then it counts as held, so that nobody takes it for lost.
    Sent(Fence),
    /// The connection is gone. These messages have not arrived, or nobody knows.
    Cut(Vec<FromWorker>),
    /// The worker is to leave (a signal): finish what runs, hand back the rest, say goodbye.
    Drain(String),
    /// Time has passed; see [`Session::next_wakeup`].
    Tick,
}

/// What is to be computed by a thread.
#[derive(Clone, Debug)]
pub enum Task {
    /// One shard; the job's brief is prepared.
    Shard(ShardTask),
    /// The features of all targets, with the job's first canvas.
    Prepare(Canvas),
}

/// What came of a [`Task`].
#[derive(Debug)]
pub enum Outcome {
    /// Of a shard.
    Shard(Result<ShardResult, ShardError>),
    /// Of a preparation.
    Prepared(Result<Preparation, ShardError>),
}

/// Why a job's content is not at hand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The experiment cannot be read, or its images are too large: every worker would say the same.
    #[error("{0}")]
    Refused(String),
    /// The content did not arrive; later, or on another worker, it may.
    #[error("{0}")]
    Unavailable(String),
}

/// What the session wants done, in this order.
#[derive(Debug)]
pub enum Effect {
    /// Send a message. Tell [`Input::Sent`] for those that answer a lease.
    Send(FromWorker),
    /// Read the brief's experiment and get the assets; answer with [`Input::Fetched`].
    Fetch {
        /// For the answer.
        request: Request,
        /// What the coordinator says of the job.
        brief: Arc<JobBrief>,
    },
    /// Get the weights of a model and put them into [`ComputeJob::weights`]; answer with [`Input::FetchedModel`].
    FetchModel {
        /// For the answer.
        request: Request,
        /// The job.
        job: Arc<ComputeJob>,
        /// Which of its models.
        place: usize,
    },
    /// Compute on a thread. There is always one free; answer with [`Input::Done`].
    Compute {
        /// For the answer.
        ticket: Ticket,
        /// The job.
        job: Arc<ComputeJob>,
        /// What of it.
        task: Task,
        /// The span below which it is traced.
        trace: Option<TraceContext>,
    },
    /// The answer to this ticket is of no interest any more. A thread that has not begun may leave it out, with
    /// an [`Input::Done`] of whatever error; one that has begun finishes it.
    Cancel(Ticket),
    /// This job is not computed any more; free what is kept for it.
    Forget(Arc<ComputeJob>),
    /// The session is over. What was sent before is still to be written.
    Exit(ExitCause),
}

/// Why a session is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExitCause {
    /// It was asked to, and said goodbye.
    Drained,
    /// The coordinator does not want it; its reason.
    Refused(String),
}

/// What a worker and its coordinator are about, over one connection or several.
#[derive(Debug)]
pub struct Session {
    settings: SessionSettings,
    phase: Phase,
    /// From the loss of a connection until the coordinator has welcomed the worker on another one.
    away: Option<Away>,
    jobs: BTreeMap<JobRevision, OpenJob>,
    /// In the order of arrival.
    leases: VecDeque<HeldLease>,
    /// Answered, but not known to have arrived.
    answered: BTreeMap<Fence, Answered>,
    /// What threads do, also for leases that are gone.
    running: BTreeMap<Ticket, Running>,
    /// Cores that `running` occupies.
    busy: u32,
    /// The last [`Ticket`] or [`Request`].
    counter: u64,
}

/// Where a session stands; see the diagram of the [module](self).
#[derive(Debug)]
enum Phase {
    Joining,
    Serving(Serving),
    Draining(Draining),
    Ended,
}

/// The session takes leases.
#[derive(Debug)]
struct Serving {
    name: WorkerName,
    beat: Beat,
}

/// The session takes nothing new.
#[derive(Debug)]
struct Draining {
    name: WorkerName,
    beat: Beat,
    /// When everything that is left is handed back.
    until: Time,
    /// Why it leaves, for the coordinator's log.
    reason: String,
}

/// When heartbeats are due.
#[derive(Clone, Copy, Debug)]
struct Beat {
    every: Duration,
    next: Time,
}

/// What a thread does.
#[derive(Debug)]
struct Running {
    fence: Fence,
    cores: u32,
}

impl Session {
    /// A session that has no connection yet; see [`register`](Self::register).
    pub fn new(settings: SessionSettings) -> Self {
        Self {
            settings,
            phase: Phase::Joining,
            away: None,
            jobs: BTreeMap::new(),
            leases: VecDeque::new(),
            answered: BTreeMap::new(),
            running: BTreeMap::new(),
            busy: 0,
            counter: 0,
        }
    }

    /// What is sent first on each connection.
    pub fn register(&self) -> FromWorker {
        FromWorker::Register(self.settings.registration.clone())
    }

    /// The name that the farm knows the worker by; `None` before it is welcome.
    pub fn name(&self) -> Option<&WorkerName> {
        match &self.phase {
            Phase::Serving(Serving { name, .. }) | Phase::Draining(Draining { name, .. }) => Some(name),
            Phase::Joining | Phase::Ended => None,
        }
    }

    /// Has the coordinator accepted the worker, and is it not about to leave?
    pub fn takes_leases(&self) -> bool {
        self.away.is_none() && matches!(self.phase, Phase::Serving(_))
    }

    /// Has the coordinator accepted the worker on the current connection?
    pub fn is_welcome(&self) -> bool {
        self.away.is_none() && self.name().is_some()
    }

    /// How many leases are queued or being computed.
    pub fn held(&self) -> usize {
        self.leases.len()
    }

    /// When [`Input::Tick`] is due next; `None` when nothing waits for time.
    pub fn next_wakeup(&self) -> Option<Time> {
        match &self.phase {
            Phase::Serving(_) if self.away.is_some() => None,
            Phase::Draining(draining) if self.away.is_some() => Some(draining.until),
            Phase::Serving(serving) => Some(serving.beat.next),
            Phase::Draining(draining) => Some(draining.beat.next.min(draining.until)),
            Phase::Joining | Phase::Ended => None,
        }
    }

    /// Takes what happened and says what is to be done about it.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Received(message) => self.receive(message, now, &mut effects),
            Input::Fetched { request, job } => self.fetched(request, job, &mut effects),
            Input::FetchedModel { request, fetched } => self.fetched_model(request, fetched, &mut effects),
            Input::Fetching(request) => self.fetching(request),
            Input::Done { ticket, outcome, took } => self.done(ticket, outcome, took, &mut effects),
            Input::Sent(fence) => {
                self.answered.remove(&fence);
            }
            Input::Cut(unsent) => self.cut(unsent),
            Input::Drain(reason) => self.drain(reason, now, &mut effects),
            Input::Tick => self.tick(now, &mut effects),
        }
        self.start_work(&mut effects);
        self.leave_when_empty(&mut effects);
        effects
    }

    fn receive(&mut self, message: ToWorker, now: Time, effects: &mut Vec<Effect>) {
        if matches!(self.phase, Phase::Ended) {
            return;
        }
        match message {
            ToWorker::Welcome(welcome) => self.welcome(&welcome, now, effects),
            ToWorker::Refuse(reason) => self.end(ExitCause::Refused(reason), effects),
            // On a new connection the welcome comes first: before it is known what is still valid, nothing else counts.
            _ if self.away.is_some() => {}
            ToWorker::Open(brief) => self.open(brief, effects),
            ToWorker::Canvas(canvas) => {
                // A canvas of a job that is not open is of no use: a lease would need the brief first.
                if let Some(job) = self.jobs.get_mut(&canvas.revision) {
                    job.set_canvas(canvas.stage, canvas.canvas.into());
                }
            }
            ToWorker::Tiles(EpochTiles { revision, stage, tiles }) => {
                if let Some(job) = self.jobs.get_mut(&revision) {
                    let added = job.add_tiles(stage, tiles);
                    // A lease that needs the tile is handed back when its turn comes.
                    debug_assert!(added.is_ok(), "{added:?}");
                }
            }
            ToWorker::Lease(lease) => self.lease(lease, effects),
            ToWorker::Revoke(fence) => self.drop_leases(|held| held.lease().fence == fence, effects),
            ToWorker::Close(revision) => {
                self.drop_leases(|held| held.lease().revision == revision, effects);
                let closed = self.jobs.remove(&revision);
                effects.extend(closed.and_then(OpenJob::into_ready).map(Effect::Forget));
            }
            ToWorker::Drain(reason) => self.drain(reason, now, effects),
        }
    }

    /// A brief takes the place of the one before. Leases that wait for the old one go on with the new one; the
    /// canvas belonged to the old one.
    fn open(&mut self, brief: Arc<JobBrief>, effects: &mut Vec<Effect>) {
        let revision = brief.revision;
        if self.jobs.get(&revision).is_some_and(|job| *job.brief() == *brief) {
            return;
        }
        let replaced = self.jobs.insert(revision, OpenJob::new(brief));
        effects.extend(replaced.and_then(OpenJob::into_ready).map(Effect::Forget));
        self.fetch(revision, effects);
    }

    fn lease(&mut self, lease: Lease, effects: &mut Vec<Effect>) {
        let (fence, revision) = (lease.fence, lease.revision);
        let known =
            self.answered.contains_key(&fence) || self.leases.iter().any(|held| held.lease().fence == fence);
        if known {
            return;
        }
        let Some(canvas) = self.canvas_for(&lease) else {
            let reason = self.missing(&lease);
            self.answer(fence, FromWorker::Returned { fence, reason }, effects);
            return;
        };
        self.leases.push_back(HeldLease::Queued(Queued::new(lease, canvas)));
        if self.jobs.get(&revision).is_some_and(OpenJob::needs_fetch) {
            self.fetch(revision, effects);
        }
        self.fetch_models(fence, effects);
    }

    /// The canvas that a lease is computed from, where the session can compute the lease at all.
    fn canvas_for(&self, lease: &Lease) -> Option<CanvasView> {
        let Phase::Serving(_) = self.phase else { return None };
        let job = self.jobs.get(&lease.revision)?;
        let ready = lease.work == Work::Prepare || job.brief().prepared.is_some();
        job.canvas(lease.work.stage()).filter(|_| ready).cloned()
    }

    /// Why [`canvas_for`](Self::canvas_for) gave nothing.
    fn missing(&self, lease: &Lease) -> String {
        let revision = lease.revision;
        match (&self.phase, self.jobs.get(&revision)) {
            (Phase::Serving(_), None) => format!("job {revision} is not open here"),
            (Phase::Serving(_), Some(job))
                if job.brief().prepared.is_none() && lease.work != Work::Prepare =>
            {
                format!("job {revision} is open here, but not prepared")
            }
            (Phase::Serving(_), Some(_)) => {
                format!("the canvas of job {revision}, {} is missing", lease.work.stage())
            }
            _ => "the worker takes no leases now".to_owned(),
        }
    }

    fn done(&mut self, ticket: Ticket, outcome: Outcome, took: Duration, effects: &mut Vec<Effect>) {
        let running = self.running.remove(&ticket);
        let Some(Running { fence, cores }) = expected(running, "a thread answers each ticket once") else {
            return;
        };
        self.busy -= cores;
        // The lease may have been revoked meanwhile.
        let Some(held) = self.leases.iter_mut().find(|held| held.lease().fence == fence) else { return };
        if let Some(answer) = held.done(ticket, outcome, took) {
            self.answer(fence, answer, effects);
        }
    }

    /// Sends the answer to a lease and lets go of it.
    fn answer(&mut self, fence: Fence, answer: FromWorker, effects: &mut Vec<Effect>) {
        let progress =
            self.leases.iter().find(|held| held.lease().fence == fence).map_or(0, HeldLease::progress);
        self.drop_leases(|held| held.lease().fence == fence, effects);
        self.answered.insert(fence, Answered { progress });
        match &mut self.away {
            Some(away) => away.keep(answer),
            None => effects.push(Effect::Send(answer)),
        }
    }

    fn hand_back(&mut self, fence: Fence, reason: String, effects: &mut Vec<Effect>) {
        self.answer(fence, FromWorker::Returned { fence, reason }, effects);
    }

    /// Lets go of leases. Their running shards finish unseen.
    fn drop_leases(&mut self, drop: impl Fn(&HeldLease) -> bool, effects: &mut Vec<Effect>) {
        let running = &self.running;
        self.leases.retain(|held| {
            let dropped = drop(held);
            if dropped {
                let fence = held.lease().fence;
                let tickets = running.iter().filter(|(_, running)| running.fence == fence);
                effects.extend(tickets.map(|(ticket, _)| Effect::Cancel(*ticket)));
            }
            !dropped
        });
    }

    fn fences(&self, which: impl Fn(&HeldLease) -> bool) -> Vec<Fence> {
        self.leases.iter().filter(|held| which(held)).map(|held| held.lease().fence).collect()
    }

    fn drain(&mut self, reason: String, now: Time, effects: &mut Vec<Effect>) {
        match std::mem::replace(&mut self.phase, Phase::Ended) {
            Phase::Joining => effects.push(Effect::Exit(ExitCause::Drained)),
            Phase::Serving(Serving { name, beat }) => {
                let until = now + self.settings.drain;
                // One that is away says it when it is welcome again.
                if self.away.is_none() {
                    effects.push(Effect::Send(FromWorker::Draining(reason.clone())));
                }
                self.phase = Phase::Draining(Draining { name, beat, until, reason });
                for fence in self.fences(HeldLease::is_queued) {
                    self.hand_back(fence, "the worker is leaving".to_owned(), effects);
                }
            }
            phase @ (Phase::Draining(_) | Phase::Ended) => self.phase = phase,
        }
    }

    fn tick(&mut self, now: Time, effects: &mut Vec<Effect>) {
        let held = self.heartbeat();
        let (Phase::Serving(Serving { beat, .. }) | Phase::Draining(Draining { beat, .. })) = &mut self.phase
        else {
            return;
        };
        if now >= beat.next && self.away.is_none() {
            // From now on, not from when it was due: after a pause one heartbeat is enough.
            beat.next = now + beat.every;
            effects.push(Effect::Send(FromWorker::Heartbeat(held)));
        }
        if let Phase::Draining(draining) = &self.phase
            && now >= draining.until
        {
            for fence in self.fences(|_| true) {
                self.hand_back(fence, "the worker is leaving and has no time left".to_owned(), effects);
            }
            self.say_goodbye(effects);
        }
    }

    /// All that the coordinator may believe to be in this worker's hands.
    fn heartbeat(&self) -> Vec<Held> {
        let leases = self.leases.iter().map(|held| (held.lease().fence, held.progress()));
        let answered = self.answered.iter().map(|(fence, answered)| (*fence, answered.progress));
        leases.chain(answered).map(|(fence, progress)| Held { fence, progress }).collect()
    }

    fn leave_when_empty(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.phase, Phase::Draining(_)) && self.leases.is_empty() && self.answered.is_empty() {
            self.say_goodbye(effects);
        }
    }

    fn say_goodbye(&mut self, effects: &mut Vec<Effect>) {
        if self.away.is_none() {
            effects.push(Effect::Send(FromWorker::Goodbye));
        }
        self.end(ExitCause::Drained, effects);
    }

    fn end(&mut self, cause: ExitCause, effects: &mut Vec<Effect>) {
        self.drop_leases(|_| true, effects);
        self.answered.clear();
        self.away = None;
        self.phase = Phase::Ended;
        effects.push(Effect::Exit(cause));
    }

    /// Starts whatever fits on the free cores. The first lease that could start a shard and does not fit keeps those
    /// behind it waiting, so that a wide one is not overtaken for ever.
    fn start_work(&mut self, effects: &mut Vec<Effect>) {
        let mut at = 0;
        while at < self.leases.len() {
            let lease = self.leases[at].lease();
            let (fence, revision) = (lease.fence, lease.revision);
            let job = self.jobs.get_mut(&revision);
            let Some(job) = expected(job, "a held lease belongs to an open job") else {
                // Those behind it must not wait for it.
                at += 1;
                continue;
            };
            // What waits for its content keeps nobody waiting.
            if !self.leases[at].has_content(job) {
                at += 1;
                continue;
            }
            let cores = job.cores(self.settings.registration.cores);
            if self.busy + cores > self.settings.registration.cores.max(1) && self.leases[at].wants_thread() {
                return;
            }
            match self.leases[at].next(job) {
                Step::Start(job, task, trace) => {
                    self.counter += 1;
                    let ticket = Ticket(self.counter);
                    self.leases[at].started(ticket, &task);
                    self.running.insert(ticket, Running { fence, cores });
                    self.busy += cores;
                    effects.push(Effect::Compute { ticket, job, task, trace });
                }
                Step::Wait => at += 1,
                Step::Fail(error) => self.answer(fence, FromWorker::Failed { fence, error }, effects),
                Step::Return(reason) => self.hand_back(fence, reason, effects),
            }
        }
    }
}

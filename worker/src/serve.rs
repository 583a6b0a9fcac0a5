//! A worker's conversation with its coordinator: the loop that wires the pure [`Session`] to its connection, to the
//! computing threads, to downloads and to time. Between two connections it goes on computing.
//!
//! Nothing in the loop waits for anything but the next event. What cannot be sent at once waits in a queue that is
//! never longer than the leases that are held.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clipig_core::{ComputeJob, Fence, FromWorker, JobBrief, JobId, JobRevision, ShardError, ToWorker, Work};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::contents::Contents;
use crate::health::TakesLeases;
use crate::link::{Delivery, Link, Unconfirmed};
use crate::session::{
    Effect, ExitCause, FetchError, Input, Outcome, Request, Session, SessionSettings, Task, Ticket,
};
use crate::shutdown::{Shutdown, Stage};
use crate::threads::{DeviceThreads, Done, Order};

/// How long the last words of a session may take.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How long a worker that cannot get a job's content keeps the lease, so that it does not come back at once.
const THINK_AGAIN: Duration = Duration::from_secs(1);

/// Tells a ticket from those of earlier sessions, which threads may still be computing.
pub(crate) type SessionTicket = (u64, Ticket);

/// What sessions of one device share, one after the other.
pub(crate) struct Device {
    pub(crate) threads: DeviceThreads<SessionTicket>,
    pub(crate) answers: mpsc::Receiver<Done<SessionTicket>>,
    pub(crate) contents: Contents,
    /// Of the session that runs; false between two of them.
    pub(crate) takes_leases: TakesLeases,
    /// Sessions so far.
    pub(crate) sessions: u64,
}

/// How a session, or its connection, ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SessionEnd {
    /// It has said goodbye.
    Drained,
    /// The coordinator refused it before it was welcome.
    Refused(String),
    /// The connection is gone.
    Lost {
        /// Was the worker welcome on it?
        welcome: bool,
        /// What the coordinator said, where it said something. The session is over then; otherwise it may go on with its
        /// leases on another connection.
        reason: Option<String>,
    },
    /// The worker was told to end at once.
    Interrupted,
}

/// A session, and what it needs to compute. It outlives connections.
pub(crate) struct Conversation<'a> {
    device: &'a mut Device,
    settings: SessionSettings,
    session: Session,
    number: u64,
    begun: Instant,
    outbox: VecDeque<FromWorker>,
    fetches: JoinSet<()>,
    fetched: mpsc::Sender<Input>,
    fetch_results: mpsc::Receiver<Input>,
    /// What is held, for the log.
    leases: BTreeMap<Fence, (JobRevision, Work)>,
    /// What happened in the course of an effect; the session hears of it after the others.
    later: VecDeque<Input>,
    exit: Option<ExitCause>,
    /// Was it welcome on the current connection, or the last one?
    welcome: bool,
    /// Was it welcome on any connection?
    known: bool,
}

impl Drop for Conversation<'_> {
    fn drop(&mut self) {
        self.device.takes_leases.set(false);
        // What nobody waits for any more and no thread began.
        self.device.threads.take_back(|_| true);
    }
}

impl<'a> Conversation<'a> {
    pub(crate) fn new(device: &'a mut Device, settings: SessionSettings) -> Self {
        device.sessions += 1;
        let (number, session) = (device.sessions, Session::new(settings.clone()));
        let (fetched, fetch_results) = mpsc::channel(16);
        Self {
            device,
            settings,
            session,
            number,
            begun: Instant::now(),
            outbox: VecDeque::new(),
            fetches: JoinSet::new(),
            fetched,
            fetch_results,
            leases: BTreeMap::new(),
            later: VecDeque::new(),
            exit: None,
            welcome: false,
            known: false,
        }
    }

    /// Begins with a new session. Whatever the one before held is dropped.
    pub(crate) fn begin_anew(&mut self) {
        self.device.threads.take_back(|_| true);
        self.device.sessions += 1;
        self.number = self.device.sessions;
        self.session = Session::new(self.settings.clone());
        self.fetches.abort_all();
        (self.fetched, self.fetch_results) = mpsc::channel(16);
        self.outbox.clear();
        self.leases.clear();
        self.later.clear();
        (self.exit, self.welcome, self.known) = (None, false, false);
    }

    /// Is the session over?
    pub(crate) fn is_over(&self) -> bool {
        self.exit.is_some()
    }

    /// Serves the session over a connection, until one of them ends.
    pub(crate) async fn serve(&mut self, link: Link, shutdown: &Shutdown) -> SessionEnd {
        self.welcome = false;
        self.outbox.push_front(self.session.register());
        let (mut now, mut drain) = (shutdown.clone(), shutdown.clone());
        let Link { mut incoming, outgoing, delivery } = link;
        let arrives = delivery.is_none();
        let (delivered, unconfirmed) =
            delivery.map(|Delivery { delivered, unconfirmed }| (delivered, unconfirmed)).unzip();
        // Without it there is nothing to hear: a channel that stays open and empty.
        let (_silent, silence) = mpsc::channel(1);
        let mut delivered = delivered.unwrap_or(silence);
        let mut draining = false;
        while self.exit.is_none() {
            let input = tokio::select! {
                () = now.reaches(Stage::Now) => return SessionEnd::Interrupted,
                () = drain.reaches(Stage::Drain), if !draining => {
                    draining = true;
                    Input::Drain("the worker was told to end".to_owned())
                }
                permit = outgoing.reserve(), if !self.outbox.is_empty() => {
                    let Ok(permit) = permit else { return self.lost(unconfirmed.as_ref()) };
                    match self.send(permit, arrives) {
                        Some(input) => input,
                        None => continue,
                    }
                }
                Some(fence) = delivered.recv() => Input::Sent(fence),
                message = incoming.recv() => match message {
                    Some(message) => Input::Received(message),
                    None => return self.lost(unconfirmed.as_ref()),
                },
                input = self.next_of_itself() => input,
            };
            self.handle(input);
        }
        self.end(incoming, outgoing).await
    }

    /// Waits for something that happens without a connection; until then, the session computes on.
    pub(crate) async fn meanwhile<T>(&mut self, something: impl Future<Output = T>) -> T {
        let mut something = std::pin::pin!(something);
        loop {
            let input = tokio::select! {
                happened = &mut something => return happened,
                input = self.next_of_itself() => input,
            };
            self.handle(input);
        }
    }

    /// The next thing that happens to the session from this side: time, threads and downloads.
    async fn next_of_itself(&mut self) -> Input {
        loop {
            let wakeup = self.session.next_wakeup().map(|time| self.begun + time);
            tokio::select! {
                () = sleep_until(wakeup), if wakeup.is_some() => return Input::Tick,
                Some(done) = self.device.answers.recv() => {
                    if let Some(input) = self.own(done) {
                        return input;
                    }
                }
                Some(input) = self.fetch_results.recv() => return input,
                else => std::future::pending::<()>().await,
            }
        }
    }

    /// The connection is gone. What may not have arrived, and what waits, are for the next one.
    fn lost(&mut self, unconfirmed: Option<&Unconfirmed>) -> SessionEnd {
        let mut answers = unconfirmed.map_or_else(Vec::new, Unconfirmed::take_back);
        answers.extend(std::mem::take(&mut self.outbox));
        self.handle(Input::Cut(answers));
        SessionEnd::Lost { welcome: self.welcome, reason: None }
    }

    fn handle(&mut self, input: Input) {
        let mut next = Some(input);
        while let Some(input) = next {
            if let Input::Received(message) = &input {
                self.note_received(message);
            }
            let effects = self.session.handle(input, self.begun.elapsed());
            self.device.takes_leases.set(self.session.takes_leases());
            self.note_welcome();
            self.apply(effects);
            next = self.later.pop_front();
        }
    }

    fn note_welcome(&mut self) {
        let Some(name) = self.session.name().filter(|_| self.session.is_welcome() && !self.welcome) else {
            return;
        };
        if self.known {
            tracing::info!(%name, leases = self.session.held(), "the farm is back");
        } else {
            tracing::info!(name = %name, "the coordinator has accepted this worker");
        }
        (self.welcome, self.known) = (true, true);
    }

    fn apply(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(message) => self.queue(message),
                Effect::Fetch { request, brief } => self.fetch(request, brief),
                Effect::FetchModel { request, job, place } => self.fetch_model(request, job, place),
                Effect::Compute { ticket, job, task, trace } => {
                    let (revision, epoch) = (job.brief.revision, epoch_of(&task));
                    tracing::trace!(job = %revision.job, epoch, ticket = ticket.0, "a thread begins");
                    self.device.threads.order(Order { ticket: (self.number, ticket), job, task, trace });
                }
                Effect::Cancel(ticket) => self.cancel(ticket),
                Effect::Forget(job) => self.device.threads.forget(&job),
                Effect::Exit(cause) => self.exit = Some(cause),
            }
        }
    }

    /// Puts a message in the queue; a heartbeat goes first and takes the place of an older one.
    fn queue(&mut self, message: FromWorker) {
        self.note_sent(&message);
        if matches!(message, FromWorker::Heartbeat(_)) {
            self.outbox.retain(|waiting| !matches!(waiting, FromWorker::Heartbeat(_)));
            self.outbox.push_front(message);
            // Now and then, since threads let go of jobs in their own time.
            self.device.contents.release_unused();
        } else {
            self.outbox.push_back(message);
        }
    }

    /// Sends the first message of the queue. On a link inside one process it has arrived then.
    fn send(&mut self, permit: mpsc::Permit<'_, FromWorker>, arrives: bool) -> Option<Input> {
        let message = self.outbox.pop_front()?;
        let answers = message.answers().filter(|_| arrives);
        permit.send(message);
        answers.map(Input::Sent)
    }

    fn fetch(&mut self, request: Request, brief: Arc<JobBrief>) {
        let contents = self.device.contents.clone();
        let progress = progress_of(request, self.fetched.clone());
        let job = brief.revision.job;
        let fetch = async move {
            let result = contents.open(brief, progress).await;
            match &result {
                Ok(_) => tracing::debug!(%job, "its experiment and its images are here"),
                Err(error) => cannot_compute(job, error).await,
            }
            Input::Fetched { request, job: result }
        };
        self.spawn_fetch(fetch, job);
    }

    fn fetch_model(&mut self, request: Request, job: Arc<ComputeJob>, place: usize) {
        let contents = self.device.contents.clone();
        let progress = progress_of(request, self.fetched.clone());
        let number = job.brief.revision.job;
        let fetch = async move {
            let fetched = contents.fetch_model(&job, place, progress).await;
            match &fetched {
                Ok(()) => {
                    let model = job.brief.models().nth(place).map(|model| model.name.as_str());
                    tracing::info!(job = %number, model, "ready to compute");
                }
                Err(error) => cannot_compute(number, error).await,
            }
            Input::FetchedModel { request, fetched }
        };
        self.spawn_fetch(fetch, number);
    }

    fn spawn_fetch(&mut self, fetch: impl Future<Output = Input> + Send + 'static, job: JobId) {
        let tell = self.fetched.clone();
        let fetch = async move {
            let input = fetch.await;
            // The session may be over.
            let _ = tell.send(input).await;
        };
        self.fetches.spawn(fetch.instrument(tracing::info_span!("open", %job)));
        // Those that have ended are let go of.
        while self.fetches.try_join_next().is_some() {}
    }

    fn cancel(&mut self, ticket: Ticket) {
        let ours = (self.number, ticket);
        for order in self.device.threads.take_back(|ordered| *ordered == ours) {
            let error = ShardError::Device("not needed any more".to_owned());
            let outcome = match order.task {
                Task::Shard(_) => Outcome::Shard(Err(error)),
                Task::Prepare(_) => Outcome::Prepared(Err(error)),
            };
            self.later.push_back(Input::Done { ticket, outcome, took: Duration::ZERO });
        }
    }

    /// An answer, if it is to an order of this session.
    fn own(&self, done: Done<SessionTicket>) -> Option<Input> {
        let (number, ticket) = done.ticket;
        (number == self.number).then_some(Input::Done { ticket, outcome: done.outcome, took: done.took })
    }

    fn note_received(&mut self, message: &ToWorker) {
        match message {
            ToWorker::Lease(lease) => {
                let (fence, revision, work) = (lease.fence, lease.revision, lease.work);
                let epoch = work.stage().epoch().map(|epoch| epoch.0);
                tracing::debug!(job = %revision.job, epoch, node = %Shown(work), %fence, "leased");
                self.leases.insert(fence, (revision, work));
            }
            ToWorker::Welcome(welcome) => self.leases.retain(|fence, _| welcome.leases.contains(fence)),
            ToWorker::Revoke(fence) => drop(self.leases.remove(fence)),
            ToWorker::Close(revision) => self.leases.retain(|_, (job, ..)| job != revision),
            _ => {}
        }
    }

    fn note_sent(&mut self, message: &FromWorker) {
        let Some(fence) = message.answers() else {
            match message {
                FromWorker::Draining(reason) => tracing::info!(reason, "taking nothing new"),
                FromWorker::Goodbye => tracing::info!("goodbye"),
                _ => {}
            }
            return;
        };
        // A lease that the session never took is answered, too.
        let Some((revision, work)) = self.leases.remove(&fence) else { return };
        let (job, node) = (revision.job, Shown(work));
        let epoch = work.stage().epoch().map(|epoch| epoch.0);
        match message {
            FromWorker::Computed(computed) => {
                tracing::debug!(%job, epoch, %node, %fence, seconds = computed.seconds, "computed");
            }
            FromWorker::Failed { error, .. } => tracing::warn!(%job, epoch, %node, %fence, %error, "failed"),
            FromWorker::Returned { reason, .. } => {
                tracing::info!(%job, epoch, %node, %fence, reason, "handed back");
            }
            _ => tracing::debug!(%job, epoch, %node, %fence, "done"),
        }
    }

    /// Writes what is still to be written, and waits for the coordinator to have heard it.
    async fn end(
        &mut self,
        mut incoming: mpsc::Receiver<ToWorker>,
        outgoing: mpsc::Sender<FromWorker>,
    ) -> SessionEnd {
        let last_words = async {
            while let Some(message) = self.outbox.pop_front() {
                if outgoing.send(message).await.is_err() {
                    return;
                }
            }
            drop(outgoing);
            // The coordinator closes its side when it has read everything.
            while incoming.recv().await.is_some() {}
        };
        if tokio::time::timeout(LAST_WORDS, last_words).await.is_err() {
            tracing::warn!("the coordinator did not take the last words of this session");
        }
        match (self.exit.clone(), self.welcome) {
            (Some(ExitCause::Refused(reason)), false) => SessionEnd::Refused(reason),
            (Some(ExitCause::Refused(reason)), true) => {
                SessionEnd::Lost { welcome: true, reason: Some(reason) }
            }
            (Some(ExitCause::Drained) | None, _) => SessionEnd::Drained,
        }
    }
}

/// Tells a session that something of a download has arrived.
fn progress_of(request: Request, tell: mpsc::Sender<Input>) -> impl FnMut() + Send {
    // A sign of life that finds no room is not missed.
    move || drop(tell.try_send(Input::Fetching(request)))
}

/// Says why a job cannot be computed. What may arrive later is not tried again at once.
async fn cannot_compute(job: JobId, error: &FetchError) {
    tracing::warn!(%job, %error, "cannot compute");
    if let FetchError::Unavailable(_) = error {
        tokio::time::sleep(THINK_AGAIN).await;
    }
}

async fn sleep_until(time: Option<Instant>) {
    if let Some(time) = time {
        tokio::time::sleep_until(time).await;
    }
}

fn epoch_of(task: &Task) -> Option<u32> {
    match task {
        Task::Shard(task) => Some(task.scope.epoch()),
        Task::Prepare(_) => None,
    }
}

/// A lease's work in a log.
struct Shown(Work);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Work::Prepare => f.write_str("prepare"),
            Work::Node { node, .. } => node.fmt(f),
        }
    }
}

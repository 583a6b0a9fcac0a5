//! The events of a job, across interruptions of the connection.

use std::time::Duration;

use clipig_proto::backoff::Backoff;
use clipig_proto::session::{KEEP_ALIVE_HEADER, SILENCE};
use tokio::time::Instant;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status, Streaming};

use super::connection::{Connection, is_passing};
use super::failure::{FarmFailure, reason};
use super::figures::Figures as _;
use super::show::has_ended;
use super::wire::job_event::Event;
use super::wire::{GetJobRequest, JobEvent, JobState, WatchJobRequest, WatchJobResponse};

/// After so long without news, the farm is asked what the job waits for: no event tells when that changes.
const QUIET: Duration = Duration::from_secs(5);

/// Something that a watcher sees.
#[derive(Debug)]
pub(crate) enum Seen {
    Event(Box<JobEvent>),
    /// The farm has sent an event with a figure that cannot be right, and which.
    Nonsense(String),
    /// There has been no news for a while, and this is what the job waits for now.
    Waits(String),
    /// The connection is lost. It is tried again from now on.
    Lost(String),
    Back,
}

pub(crate) struct Watch {
    connection: Connection,
    job: u64,
    /// The last event that the farm keeps.
    since: Option<u64>,
    stream: Option<Streaming<WatchJobResponse>>,
    /// Has the stream brought a keep-alive? An older farm sends none, and may be silent.
    keeps_alive: bool,
    /// When the stream brought something last.
    heard: Instant,
    state: JobState,
    /// Why it is in this state, as far as it was seen.
    reason: String,
    /// The last answer to the question what it waits for.
    answer: String,
    /// How long it is quiet before that is asked.
    quiet: Duration,
    /// When it is asked next.
    ask: Instant,
    backoff: Backoff,
    /// Has the loss of the connection been said?
    lost: bool,
    /// Is a farm that is away waited for? Only if it was there before.
    begun: bool,
}

impl Watch {
    /// Watches a job from now on. If the farm is not there at first, only a persistent connection waits for it.
    pub(crate) fn new(connection: Connection, job: u64) -> Self {
        Self {
            begun: connection.listener().is_some(),
            connection,
            job,
            since: None,
            stream: None,
            keeps_alive: false,
            heard: Instant::now(),
            state: JobState::Unspecified,
            reason: String::new(),
            answer: String::new(),
            quiet: QUIET,
            ask: Instant::now() + QUIET,
            backoff: Backoff::default(),
            lost: false,
        }
    }

    /// As this watch, but asks more often what the job waits for.
    #[cfg(test)]
    pub(super) fn asking_every(self, quiet: Duration) -> Self {
        Self { quiet, ask: Instant::now() + quiet, ..self }
    }

    /// The job's state, as far as it was seen.
    pub(crate) fn state(&self) -> JobState {
        self.state
    }

    /// The next event; `None` once the job has ended. If the connection breaks, this tries to reconnect without end and
    /// continues after the last event.
    pub(crate) async fn next(&mut self) -> Result<Option<Seen>, FarmFailure> {
        loop {
            let Some(stream) = &mut self.stream else {
                if let Some(seen) = self.connect().await? {
                    return Ok(Some(seen));
                }
                continue;
            };
            let message = tokio::select! {
                message = next_message(stream, self.keeps_alive.then_some(self.heard)) => message,
                () = tokio::time::sleep_until(self.ask) => {
                    if let Some(reason) = self.new_reason().await {
                        return Ok(Some(Seen::Waits(reason)));
                    }
                    continue;
                }
            };
            self.heard = Instant::now();
            match message {
                Ok(Some(WatchJobResponse { event: Some(event) })) => {
                    self.backoff.succeeded();
                    self.ask = Instant::now() + self.quiet;
                    self.note(&event);
                    return Ok(Some(match event.check() {
                        Ok(()) => Seen::Event(Box::new(event)),
                        Err(failure) => Seen::Nonsense(failure.to_string()),
                    }));
                }
                Ok(Some(WatchJobResponse { event: None })) => self.keeps_alive = true,
                Ok(None) if has_ended(self.state) => return Ok(None),
                // The farm is stopping in good order; the job has not ended.
                Ok(None) => {
                    self.stream = None;
                    if let Some(seen) = self.interrupted("the farm closed the connection").await {
                        return Ok(Some(seen));
                    }
                }
                Err(status) if passes(&status) => {
                    self.stream = None;
                    if let Some(seen) = self.interrupted(&reason(&status)).await {
                        return Ok(Some(seen));
                    }
                }
                Err(status) => return Err(self.connection.failure(&status)),
            }
        }
    }

    fn note(&mut self, event: &JobEvent) {
        self.since = Some(self.since.unwrap_or(0).max(event.number));
        match &event.event {
            Some(Event::Job(job)) => {
                self.state = job.state();
                self.reason.clone_from(&job.reason);
            }
            Some(Event::State(change)) => {
                self.state = change.state();
                self.reason.clone_from(&change.reason);
            }
            _ => {}
        }
    }

    /// What the job waits for, if that has changed. A farm that does not answer is left to the stream of events.
    async fn new_reason(&mut self) -> Option<String> {
        let request = GetJobRequest { job: self.job, with_experiment: false };
        let mut client = self.connection.client();
        let answer = tokio::time::timeout(self.quiet, client.get_job(request)).await;
        self.ask = Instant::now() + self.quiet;
        let job = answer.ok()?.ok()?.into_inner().job.filter(|job| job.state() == self.state)?;
        // Only what lasts is worth saying: a job may wait for a moment between two steps.
        let lasts = std::mem::replace(&mut self.answer, job.reason.clone()) == job.reason;
        if !lasts || self.reason == job.reason {
            return None;
        }
        self.reason.clone_from(&job.reason);
        Some(job.reason).filter(|reason| !reason.is_empty())
    }

    async fn connect(&mut self) -> Result<Option<Seen>, FarmFailure> {
        let mut request =
            Request::new(WatchJobRequest { job: self.job, since: self.since, without_tables: false });
        request.metadata_mut().insert(KEEP_ALIVE_HEADER, MetadataValue::from_static("1"));
        match self.connection.client().watch_job(request).await {
            Ok(response) => {
                self.stream = Some(response.into_inner());
                self.keeps_alive = false;
                self.begun = true;
                Ok(std::mem::take(&mut self.lost).then_some(Seen::Back))
            }
            Err(status) if passes(&status) && self.begun => Ok(self.interrupted(&reason(&status)).await),
            Err(status) => Err(self.connection.failure(&status)),
        }
    }

    /// Waits a little; reports the loss of the connection, the first time.
    async fn interrupted(&mut self, why: &str) -> Option<Seen> {
        if self.backoff.failed() > 1 {
            tokio::time::sleep(self.backoff.pause()).await;
        }
        let first = !std::mem::replace(&mut self.lost, true);
        first.then(|| Seen::Lost(why.to_owned()))
    }
}

/// The next message of a stream. One that was kept alive and has been silent since `heard` is lost: the farm hangs, or a proxy
/// does.
async fn next_message(
    stream: &mut Streaming<WatchJobResponse>,
    heard: Option<Instant>,
) -> Result<Option<WatchJobResponse>, Status> {
    let Some(heard) = heard else { return stream.message().await };
    let silent = |_| Status::unavailable(format!("nothing has come for {} s", SILENCE.as_secs()));
    tokio::time::timeout_at(heard + SILENCE, stream.message()).await.map_err(silent)?
}

/// A watch survives more than a single call does, such as a farm that is overloaded for a moment.
fn passes(status: &Status) -> bool {
    is_passing(status) || status.code() == Code::ResourceExhausted
}

//! What happens to a job, as it happens.
//!
//! Kept events are always read from the store; a published event only says that there is something to read. So a client
//! that is slow for an hour misses progress and tables but no kept event, the order in which threads publish does not
//! matter, and nothing is lost between the first message and the first event.

use std::sync::Arc;

use clipig_core::JobId;
use clipig_proto::session::KEEP_ALIVE;
use clipig_proto::v1::job_event::Event as What;
use clipig_proto::v1::{self, WatchJobResponse};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::super::status::Refusal;
use super::super::{RpcContext, timestamp};
use super::{artifacts, events, jobs, messages};
use crate::access::Principal;
use crate::farm::{JobEvent, JobEventKind};
use crate::store::{EventFilter, JobState, StoreError, Subject};

/// Messages that may wait for a client.
const WAITING: usize = 64;

/// Events read from the store at once.
const PAGE: u32 = 500;

type Sender = mpsc::Sender<Result<WatchJobResponse, Status>>;

/// Who watches, and how.
pub(crate) struct Client {
    pub(crate) who: Principal,
    /// Does the client want a message from time to time, so that the stream is never silent?
    pub(crate) keep_alive: bool,
}

pub(crate) async fn watch(
    context: &Arc<RpcContext>,
    client: Client,
    request: v1::WatchJobRequest,
) -> Result<ReceiverStream<Result<WatchJobResponse, Status>>, Refusal> {
    let job = JobId(request.job);
    // Before the job is read, so that what happens meanwhile is sent twice rather than never.
    let events = context.farm.watch();
    let last = match request.since {
        Some(since) => since,
        None => context.blocking(move |context| newest_event(context, job)).await?,
    };
    let view = context.blocking(move |context| context.farm.job(job)).await?;
    let (sender, stream) = mpsc::channel(WAITING);
    let ended = view.record.status.is_ended();
    let first = What::Job(jobs::seen(context, view).await?);
    let mut watcher = Watcher {
        context: Arc::clone(context),
        job,
        with_tables: !request.without_tables,
        last,
        ended,
        sender,
        client,
    };
    tokio::spawn(async move {
        if watcher.send_now(first).await.is_ok() && watcher.send_table().await.is_ok() {
            // The error says only that the stream is over.
            let _ = watcher.run(events).await;
        }
    });
    Ok(ReceiverStream::new(stream))
}

/// The number of a job's last event; 0 where there is none.
fn newest_event(context: &RpcContext, job: JobId) -> Result<u64, StoreError> {
    let mut last = 0;
    loop {
        let filter = EventFilter { subject: Some(Subject::Job(job)), after: last, limit: Some(PAGE) };
        let events = context.farm.store().events(&filter)?;
        match events.last() {
            Some(event) => last = event.number,
            None => return Ok(last),
        }
    }
}

struct Watcher {
    context: Arc<RpcContext>,
    job: JobId,
    with_tables: bool,
    /// The number of the last kept event that was sent.
    last: u64,
    /// Was the client told that the job has ended?
    ended: bool,
    sender: Sender,
    client: Client,
}

/// The client has hung up, or was told why the stream ends.
struct Over;

impl Watcher {
    async fn run(&mut self, mut events: broadcast::Receiver<Arc<JobEvent>>) -> Result<(), Over> {
        self.send_kept().await?;
        let (context, who) = (Arc::clone(&self.context), self.client.who.clone());
        let keep_alive = self.client.keep_alive;
        let mut ticks = tokio::time::interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        let mut revoked = std::pin::pin!(context.doorkeeper.until_revoked(&who));
        while !self.ended {
            let received = tokio::select! {
                () = self.sender.closed() => return Err(Over),
                () = &mut revoked => {
                    let text = "the token was revoked, has expired, or allows something else now";
                    return self.close(Refusal::Unauthenticated(text.to_owned())).await;
                }
                () = self.context.closed() => return self.close(Refusal::ShuttingDown).await,
                _ = ticks.tick(), if keep_alive => {
                    self.try_send(None)?;
                    continue;
                }
                received = events.recv() => received,
            };
            match received {
                Ok(event) if event.job == self.job => self.handle_event(&event).await?,
                Ok(_) => {}
                // What was not kept is missed; what was is in the store.
                Err(RecvError::Lagged(_)) => self.send_kept().await?,
                Err(RecvError::Closed) => return self.close(Refusal::ShuttingDown).await,
            }
        }
        Ok(())
    }

    /// Sends the table of a running job as it is now. The next one comes with an epoch, which may take minutes.
    async fn send_table(&self) -> Result<(), Over> {
        match self.context.farm.table(self.job).filter(|_| self.with_tables) {
            Some(table) => self.send_now(What::Table(messages::table(&table))).await,
            None => Ok(()),
        }
    }

    async fn handle_event(&mut self, event: &JobEvent) -> Result<(), Over> {
        match &event.kind {
            JobEventKind::Progress(progress) => {
                let workers = self.context.leases.of(&self.context.farm).await.workers(self.job);
                self.offer(What::Progress(messages::progress(progress, workers)))
            }
            JobEventKind::Table(table) if self.with_tables => self.offer(What::Table(messages::table(table))),
            JobEventKind::Table(_) => Ok(()),
            JobEventKind::Artifact(name) => {
                let (name, job) = (name.clone(), self.job);
                let find = move |context: &RpcContext| {
                    Ok::<_, Refusal>(artifacts::of_name(context.farm.store(), &context.hashes, job, &name))
                };
                match self.context.blocking(find).await {
                    Ok(Some(artifact)) => self.send_now(What::Artifact(artifact)).await,
                    _ => Ok(()),
                }
            }
            JobEventKind::State { .. }
            | JobEventKind::Warning(_)
            | JobEventKind::Log { .. }
            | JobEventKind::Revised { .. } => {
                let before = self.last;
                self.send_kept().await?;
                match &event.kind {
                    // It could not be kept, for example because the disk is full, so the client gets it from here.
                    JobEventKind::Log { level, text } if self.last == before && event.number.is_none() => {
                        self.send_now(events::log(*level, text)).await
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// Sends the kept events that were not sent yet.
    async fn send_kept(&mut self) -> Result<(), Over> {
        loop {
            let filter =
                EventFilter { subject: Some(Subject::Job(self.job)), after: self.last, limit: Some(PAGE) };
            let events = self.context.blocking(move |context| context.farm.store().events(&filter)).await;
            let events = match events {
                Ok(events) if events.is_empty() => return Ok(()),
                Ok(events) => events,
                Err(refusal) => return self.close(refusal).await,
            };
            for event in &events {
                let (message, status) = events::message(event);
                self.send(message).await?;
                self.last = event.number;
                if let Some(status) = status {
                    self.ended = JobState::is_ended(status);
                }
            }
        }
    }

    /// Sends something, and waits as long as the client takes.
    async fn send_now(&self, what: What) -> Result<(), Over> {
        self.send(self.now(what)).await
    }

    /// Sends something unless the client is behind.
    fn offer(&self, what: What) -> Result<(), Over> {
        self.try_send(Some(self.now(what)))
    }

    /// Without an event: something that keeps the stream from being silent.
    fn try_send(&self, event: Option<v1::JobEvent>) -> Result<(), Over> {
        match self.sender.try_send(Ok(WatchJobResponse { event })) {
            Ok(()) | Err(mpsc::error::TrySendError::Full(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Over),
        }
    }

    async fn send(&self, event: v1::JobEvent) -> Result<(), Over> {
        self.sender.send(Ok(WatchJobResponse { event: Some(event) })).await.map_err(|_| Over)
    }

    async fn close(&self, why: Refusal) -> Result<(), Over> {
        let _ = self.sender.send(Err(why.into())).await;
        Err(Over)
    }

    fn now(&self, what: What) -> v1::JobEvent {
        let time = Some(timestamp(self.context.farm.store().now()));
        v1::JobEvent { number: self.last, time, event: Some(what) }
    }
}

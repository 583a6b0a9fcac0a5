//! What happens to a job, as it happens.
//!
//! Kept events are always read from the store; what the farm publishes only tells that there is something to read.
//! So a client that is slow for an hour misses progress and tables, and no kept event, in whatever order threads
//! publish; and between the first message and the first news nothing is lost.

use std::sync::Arc;

use clipig_core::JobId;
use clipig_proto::v1::job_event::Event as What;
use clipig_proto::v1::{self, WatchJobResponse};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::super::status::Refusal;
use super::super::{Doors, timestamp};
use super::artifacts::{self, Hashes};
use super::{events, jobs, messages};
use crate::farm::{JobNews, News};
use crate::store::{EventFilter, JobState, StoreError, Subject};

/// Messages that may wait for a client.
const WAITING: usize = 64;

/// Events read from the store at once.
const PAGE: u32 = 500;

type Sender = mpsc::Sender<Result<WatchJobResponse, Status>>;

pub(super) async fn watch(
    doors: &Arc<Doors>,
    hashes: &Arc<Hashes>,
    request: v1::WatchJobRequest,
) -> Result<ReceiverStream<Result<WatchJobResponse, Status>>, Refusal> {
    let job = JobId(request.job);
    // All this before the job is looked at: what happens meanwhile is told twice rather than never.
    let news = doors.farm.watch();
    let last = match request.since {
        Some(since) => since,
        None => doors.blocking(move |doors| newest_event(doors, job)).await?,
    };
    let view = doors.blocking(move |doors| doors.farm.job(job)).await?;
    let (sender, stream) = mpsc::channel(WAITING);
    let ended = view.record.status.is_ended();
    let first = What::Job(jobs::seen(doors, view).await?);
    let mut watcher = Watcher {
        doors: Arc::clone(doors),
        hashes: Arc::clone(hashes),
        job,
        with_tables: !request.without_tables,
        last,
        ended,
        sender,
    };
    tokio::spawn(async move {
        if watcher.tell(first).await.is_ok() {
            // Whoever hung up needs no farewell.
            let _ = watcher.run(news).await;
        }
    });
    Ok(ReceiverStream::new(stream))
}

/// The number of a job's last event; 0 where there is none.
fn newest_event(doors: &Doors, job: JobId) -> Result<u64, StoreError> {
    let mut last = 0;
    loop {
        let filter = EventFilter { subject: Some(Subject::Job(job)), after: last, limit: Some(PAGE) };
        let events = doors.farm.store().events(&filter)?;
        match events.last() {
            Some(event) => last = event.number,
            None => return Ok(last),
        }
    }
}

struct Watcher {
    doors: Arc<Doors>,
    hashes: Arc<Hashes>,
    job: JobId,
    with_tables: bool,
    /// The number of the last kept event that the client was told.
    last: u64,
    /// Has the job ended, as far as the client knows?
    ended: bool,
    sender: Sender,
}

/// The client has hung up, or was told why the stream ends.
struct Over;

impl Watcher {
    async fn run(&mut self, mut news: broadcast::Receiver<Arc<News>>) -> Result<(), Over> {
        self.kept().await?;
        while !self.ended {
            let received = tokio::select! {
                () = self.sender.closed() => return Err(Over),
                () = self.doors.closed() => return self.close(Refusal::ShuttingDown).await,
                received = news.recv() => received,
            };
            match received {
                Ok(news) if news.job == self.job => self.hear(&news).await?,
                Ok(_) => {}
                // What was not kept is missed; what was is in the store.
                Err(RecvError::Lagged(_)) => self.kept().await?,
                Err(RecvError::Closed) => return self.close(Refusal::ShuttingDown).await,
            }
        }
        Ok(())
    }

    async fn hear(&mut self, news: &News) -> Result<(), Over> {
        match &news.news {
            JobNews::Progress(progress) => {
                let workers = self.doors.leases.of(&self.doors.farm).await.workers(self.job);
                self.offer(What::Progress(messages::progress(progress, workers)))
            }
            JobNews::Table { epochs_done, targets } if self.with_tables => {
                let targets = targets.iter().map(messages::target).collect();
                self.offer(What::Table(v1::TargetTable { epochs_done: *epochs_done, targets }))
            }
            JobNews::Table { .. } => Ok(()),
            JobNews::Artifact(name) => {
                let (name, job, hashes) = (name.clone(), self.job, Arc::clone(&self.hashes));
                let find = move |doors: &Doors| {
                    Ok::<_, Refusal>(artifacts::of_name(doors.farm.store(), &hashes, job, &name))
                };
                match self.doors.blocking(find).await {
                    Ok(Some(artifact)) => self.tell(What::Artifact(artifact)).await,
                    _ => Ok(()),
                }
            }
            JobNews::State { .. } | JobNews::Warning(_) | JobNews::Log { .. } | JobNews::Revised { .. } => {
                let before = self.last;
                self.kept().await?;
                match &news.news {
                    // It could not be kept, for example because the disk is full: that is the more worth telling.
                    JobNews::Log { level, text } if self.last == before && news.number.is_none() => {
                        self.tell(events::log(*level, text)).await
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// Tells all kept events that the client has not been told.
    async fn kept(&mut self) -> Result<(), Over> {
        loop {
            let filter =
                EventFilter { subject: Some(Subject::Job(self.job)), after: self.last, limit: Some(PAGE) };
            let events = self.doors.blocking(move |doors| doors.farm.store().events(&filter)).await;
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

    /// Tells something however long the client takes.
    async fn tell(&self, what: What) -> Result<(), Over> {
        self.send(self.now(what)).await
    }

    /// Tells something unless the client is behind.
    fn offer(&self, what: What) -> Result<(), Over> {
        let event = Some(self.now(what));
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
        let time = Some(timestamp(self.doors.farm.store().now()));
        v1::JobEvent { number: self.last, time, event: Some(what) }
    }
}

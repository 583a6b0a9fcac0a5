//! What the farm says, again and again. It goes on when the farm is away, and is there again when the farm is.

use std::time::Duration;

use clipig_proto::backoff::Backoff;
use jiff::Timestamp;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tonic::Status;

use crate::farm::connection::Connection;
use crate::farm::failure::FarmFailure;
use crate::farm::figures::Figures as _;
use crate::farm::wire::{Farm, GetFarmRequest, Job, JobState, ListJobsRequest, ListWorkersRequest, Worker};

/// How long the farm may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many jobs are shown: those that have not ended, and as many others.
const JOBS: u32 = 500;

/// The farm at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Snapshot {
    pub(super) taken: Timestamp,
    pub(super) farm: Farm,
    pub(super) jobs: Vec<Job>,
    pub(super) workers: Vec<Worker>,
}

/// What a board is told.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum News {
    Snapshot(Box<Snapshot>),
    /// The farm does not answer, and why.
    Lost(String),
    /// What became of a command.
    Done(String),
}

/// Sends news until nobody takes them: one snapshot per interval, and one at once when `hurry` changes.
pub(super) async fn run(
    connection: Connection,
    interval: Duration,
    mut hurry: watch::Receiver<()>,
    news: Sender<News>,
) {
    let mut backoff = Backoff::default();
    loop {
        let pause = match snapshot(&connection).await {
            Ok(snapshot) => {
                backoff.succeeded();
                if news.send(News::Snapshot(Box::new(snapshot))).await.is_err() {
                    return;
                }
                interval
            }
            Err(failure) => {
                if news.send(News::Lost(why(&failure))).await.is_err() {
                    return;
                }
                backoff.failed();
                backoff.pause()
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            // The error means that nobody hurries any more.
            Ok(()) = hurry.changed() => {}
        }
    }
}

/// The cause without address and help: the first line of the picture has little room.
fn why(failure: &FarmFailure) -> String {
    match failure {
        FarmFailure::Unreachable { why, .. } | FarmFailure::Proxy { what: why, .. } => why.clone(),
        other => other.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

/// The farm now. Unlike other commands this asks once: the person sees that the farm is away.
pub(super) async fn snapshot(connection: &Connection) -> Result<Snapshot, FarmFailure> {
    let asked = tokio::time::timeout(PATIENCE, ask(connection)).await;
    match asked {
        Ok(Ok(snapshot)) => {
            let Snapshot { farm, jobs, .. } = &snapshot;
            farm.check()?;
            for job in jobs {
                job.check()?;
            }
            Ok(snapshot)
        }
        Ok(Err(status)) => Err(connection.failure(&status)),
        Err(_) => Err(FarmFailure::Content(format!("it has not answered for {} s", PATIENCE.as_secs()))),
    }
}

async fn ask(connection: &Connection) -> Result<Snapshot, Status> {
    let mut client = connection.client();
    let farm = client.get_farm(GetFarmRequest {}).await?.into_inner().farm.unwrap_or_default();
    let open = [JobState::Waiting, JobState::Preparing, JobState::Running, JobState::Paused];
    let ended = [JobState::Completed, JobState::Failed, JobState::Cancelled];
    let mut jobs = Vec::new();
    for (states, limit) in [(&open[..], JOBS), (&ended[..], JOBS / 10)] {
        let states = states.iter().map(|&state| state.into()).collect();
        let request = ListJobsRequest { states, before: None, limit, with_newest: false };
        jobs.extend(client.list_jobs(request).await?.into_inner().jobs);
    }
    let mut workers: Vec<Worker> = Vec::new();
    loop {
        let after = workers.last().map(|worker| worker.name.clone()).unwrap_or_default();
        let request = ListWorkersRequest { after, ..ListWorkersRequest::default() };
        let page = client.list_workers(request).await?.into_inner();
        let is_last = !page.more || page.workers.is_empty();
        workers.extend(page.workers);
        if is_last {
            break;
        }
    }
    Ok(Snapshot { taken: Timestamp::now(), farm, jobs, workers })
}

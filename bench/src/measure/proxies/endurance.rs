//! Farms behind proxies that compute and pause for a long time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clipig_proto::session::KEEP_ALIVE_HEADER;
use clipig_proto::v1;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use serde::Serialize;
use tonic::Request;
use tonic::metadata::MetadataValue;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use super::Way;
use crate::arguments::ProxiesArguments;
use crate::certificates::Certificates;
use crate::error::BenchError;
use crate::farm::{Farm, FarmPlan, Route};
use crate::machine::Machine;
use crate::report::{Table, write};
use crate::stand_in::{Shape, Work};

/// Workers of each farm.
const WORKERS: u32 = 2;

/// Epochs between two pauses.
const EPOCHS: u32 = 20;

/// How long nobody has work: shorter than a proxy's usual limit of a minute, and longer.
const PAUSES: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(65)];

/// What is written down of one way.
#[derive(Serialize)]
struct Figures {
    way: Way,
    side: usize,
    workers: u32,
    seconds: f64,
    epochs: u32,
    pauses: usize,
    longest_pause_seconds: u64,
    /// Connections that workers have made beyond their first ones: one for each session that was cut.
    sessions_cut: u64,
    /// Workers that the farm took for lost at some time, because it had heard nothing of them for as long as the
    /// heartbeat's limit. Where no session was cut, the machine was too busy.
    silent_workers: usize,
    leases_failed: u64,
    /// What a client that watched the job has heard, and how often its stream ended.
    watch_messages: u64,
    watch_cuts: u64,
}

/// Lets all farms run at the same time.
pub(super) fn run(
    arguments: &ProxiesArguments,
    ways: Vec<Way>,
    minutes: f64,
    certificates: &Certificates,
) -> Result<(), BenchError> {
    let side = arguments.sides.first().copied().unwrap_or(512);
    let time = Duration::try_from_secs_f64(60.0 * minutes).map_err(BenchError::wrong)?;
    let mut machine = Machine::here();
    let figures = std::thread::scope(|scope| {
        let running: Vec<_> =
            ways.into_iter().map(|way| scope.spawn(move || endure(way, side, time, certificates))).collect();
        let ended = running.into_iter().map(|one| match one.join() {
            Ok(found) => found,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ended.collect::<Result<Vec<_>, _>>()
    })?;
    machine.ended();
    let table = Table::new(&[
        "way",
        "seconds",
        "epochs",
        "pauses",
        "cut",
        "silent",
        "failed",
        "watched",
        "watch cut",
    ]);
    for one in &figures {
        table.row(&one.cells());
    }
    write(&arguments.common.out, "proxies-endurance", &machine, &figures)
}

fn endure(way: Way, side: usize, time: Duration, certificates: &Certificates) -> Result<Figures, BenchError> {
    let plan = FarmPlan::plain(WORKERS, WORKERS, side, Work::at_once(Shape::Dense));
    let plan = FarmPlan { checkpoints: true, counted: true, ..plan };
    let mut farm = Farm::start_over(plan, Route { front: way.front(certificates), delay: Duration::ZERO })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(BenchError::at("threads for messages"))?;
    let mut client = FarmServiceClient::new(runtime.block_on(connected(&farm))?);
    let watched = Arc::new(Watched::default());
    runtime.spawn(watch(client.clone(), Arc::clone(&watched)));
    farm.group.epochs(1)?;
    let (sessions, connections) = (runtime.block_on(workers(&mut client))?, farm.connections());
    let start = Instant::now();
    let (mut epochs, mut pauses) = (0, 0);
    while start.elapsed() < time {
        epochs += farm.group.epochs(EPOCHS)?.len() as u32;
        std::thread::sleep(PAUSES[pauses % PAUSES.len()]);
        pauses += 1;
    }
    epochs += farm.group.epochs(EPOCHS)?.len() as u32;
    let last = runtime.block_on(workers(&mut client))?;
    // A worker that is heard again counts as connected from then on.
    let was_silent = |worker: &&v1::Worker| {
        let same = |other: &&v1::Worker| other.name == worker.name && other.since == worker.since;
        !last.iter().any(|other| same(&other))
    };
    Ok(Figures {
        way,
        side,
        workers: WORKERS,
        seconds: start.elapsed().as_secs_f64(),
        epochs,
        pauses,
        longest_pause_seconds: PAUSES[..pauses.min(PAUSES.len())]
            .iter()
            .map(Duration::as_secs)
            .max()
            .unwrap_or(0),
        sessions_cut: farm.connections() - connections,
        silent_workers: sessions.iter().filter(was_silent).count(),
        leases_failed: last.iter().map(|worker| worker.leases_failed).sum(),
        watch_messages: watched.messages.load(Ordering::Relaxed),
        watch_cuts: watched.cuts.load(Ordering::Relaxed),
    })
}

/// What a watch has seen so far.
#[derive(Default)]
struct Watched {
    messages: AtomicU64,
    cuts: AtomicU64,
}

/// A connection that goes the same way as the workers' do.
async fn connected(farm: &Farm) -> Result<Channel, BenchError> {
    let mut endpoint = Endpoint::from_shared(farm.for_clients.clone()).map_err(BenchError::wrong)?;
    if let Some(file) = farm.authority() {
        let pem = std::fs::read(file).map_err(BenchError::at(file.display().to_string()))?;
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
        endpoint = endpoint.tls_config(tls).map_err(BenchError::wrong)?;
    }
    endpoint.connect().await.map_err(BenchError::wrong)
}

/// Watches the job until the farm ends, again and again if the stream ends.
async fn watch(mut client: FarmServiceClient<Channel>, watched: Arc<Watched>) {
    loop {
        let mut request = Request::new(v1::WatchJobRequest { job: 1, ..Default::default() });
        request.metadata_mut().insert(KEEP_ALIVE_HEADER, MetadataValue::from_static("1"));
        if let Ok(events) = client.watch_job(request).await {
            let mut events = events.into_inner();
            while let Ok(Some(_)) = events.message().await {
                watched.messages.fetch_add(1, Ordering::Relaxed);
            }
        }
        watched.cuts.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn workers(client: &mut FarmServiceClient<Channel>) -> Result<Vec<v1::Worker>, BenchError> {
    let found = client.list_workers(v1::ListWorkersRequest::default()).await;
    Ok(found.map_err(BenchError::wrong)?.into_inner().workers)
}

impl Figures {
    fn cells(&self) -> Vec<String> {
        vec![
            self.way.name().to_owned(),
            format!("{:.0}", self.seconds),
            self.epochs.to_string(),
            self.pauses.to_string(),
            self.sessions_cut.to_string(),
            self.silent_workers.to_string(),
            self.leases_failed.to_string(),
            self.watch_messages.to_string(),
            self.watch_cuts.to_string(),
        ]
    }
}

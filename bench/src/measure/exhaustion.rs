//! How long does a client wait for an answer of a farm that is full of jobs, workers and watchers?

use std::time::{Duration, Instant};

use clipig_proto::v1;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use serde::Serialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tonic::transport::{Channel, Endpoint};

use crate::arguments::ExhaustionArguments;
use crate::error::BenchError;
use crate::farm::{Farm, FarmPlan, View};
use crate::machine::Machine;
use crate::report::{Table, write};
use crate::socket::SocketKind;
use crate::stand_in::{Shape, Work};
use crate::statistics::{median, percentile};

/// Shards per epoch of each job. Eight jobs run, so most workers are idle and only send heartbeats: all processes share
/// one machine, which must have time for what is measured.
const SHARDS: u32 = 8;

/// How long a shard takes.
const SHARD: Duration = Duration::from_secs(1);

/// Processes for workers.
const PROCESSES: u32 = 8;

/// Clients that fill the queue at the same time.
const SUBMITTERS: u32 = 16;

/// More epochs than anybody waits for.
const EPOCHS: u32 = 1_000_000;

/// Calls of each kind that are measured.
const CALLS: usize = 200;

/// What is written down. Times in milliseconds.
#[derive(Serialize)]
struct Figures {
    jobs: u32,
    workers: u32,
    watchers: u32,
    /// Submissions per second while the queue was filled.
    submissions_per_second: f64,
    /// Workers that the farm takes for lost at the end.
    lost_workers: usize,
    calls: Vec<Call>,
}

/// How long a kind of call takes.
#[derive(Serialize)]
struct Call {
    name: &'static str,
    /// With an empty queue and no watchers.
    empty_median: f64,
    full_median: f64,
    full_percentile_99: f64,
}

/// Measures an empty farm, fills it, and measures it again.
pub(crate) fn run(arguments: &ExhaustionArguments) -> Result<(), BenchError> {
    let mut machine = Machine::here();
    let few = arguments.common.quick;
    let or = |asked: Option<u32>, full: u32, quick: u32| asked.unwrap_or(if few { quick } else { full });
    let jobs = or(arguments.jobs, 10_000, 1_000);
    let (workers, watchers) = (or(arguments.workers, 500, 50), or(arguments.watchers, 100, 20));
    let plan = FarmPlan {
        socket: SocketKind::Tcp,
        side: 64,
        work: Work { shape: Shape::Dense, sleep: SHARD },
        shards: SHARDS,
        workers,
        cores: 1,
        processes: PROCESSES,
        checkpoints: true,
        tell: false,
        view: View::Canvas,
        counted: false,
        traces: None,
    };
    let mut farm = Farm::start_with_probes(plan)?;
    farm.group.first.say(&format!("go {EPOCHS}"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(BenchError::at("threads for messages"))?;
    let figures = runtime.block_on(async {
        let client = client(&farm).await?;
        let empty = measure(&client, &farm.probes, 0).await?;
        let start = Instant::now();
        fill(&farm, jobs).await?;
        let submissions_per_second = f64::from(jobs) / start.elapsed().as_secs_f64();
        let mut watching = JoinSet::new();
        for _ in 0..watchers {
            watch(&farm, &mut watching).await?;
        }
        let full = measure(&client, &farm.probes, 1 << 32).await?;
        let lost_workers = lost(&client).await?;
        watching.shutdown().await;
        let calls = empty.into_iter().zip(full).map(|((name, empty), (_, full))| Call {
            name,
            empty_median: median(&empty),
            full_median: median(&full),
            full_percentile_99: percentile(&full, 0.99),
        });
        let calls = calls.collect();
        Ok::<_, BenchError>(Figures { jobs, workers, watchers, submissions_per_second, lost_workers, calls })
    })?;
    machine.ended();
    let table = Table::new(&["call", "empty ms", "full ms", "ratio", "99 % ms"]);
    for call in &figures.calls {
        let Call { name, empty_median, full_median, full_percentile_99 } = call;
        let mut cells = vec![(*name).to_owned()];
        let ratio = full_median / empty_median;
        cells.extend(
            [*empty_median, *full_median, ratio, *full_percentile_99].map(|cell| format!("{cell:.2}")),
        );
        table.row(&cells);
    }
    println!(
        "{jobs} waiting jobs, {workers} workers, {watchers} watchers; {:.0} submissions per second; {} workers lost",
        figures.submissions_per_second, figures.lost_workers
    );
    write(&arguments.common.out, "exhaustion", &machine, &figures)
}

type Client = FarmServiceClient<Channel>;

async fn client(farm: &Farm) -> Result<Client, BenchError> {
    let endpoint = Endpoint::from_shared(farm.address.clone()).map_err(BenchError::wrong)?;
    Ok(FarmServiceClient::new(endpoint.connect().await.map_err(BenchError::wrong)?))
}

/// Milliseconds of each call, by its kind. Numbers of submissions begin at `first`.
async fn measure(
    client: &Client,
    probes: &str,
    first: u64,
) -> Result<Vec<(&'static str, Vec<f64>)>, BenchError> {
    let [mut submit, mut list, mut status, mut ready] = [const { Vec::new() }; 4];
    let mut client = client.clone();
    for number in first..first + CALLS as u64 {
        let start = Instant::now();
        client.submit_job(submission(number)).await.map_err(BenchError::wrong)?;
        submit.push(start.elapsed());
        let start = Instant::now();
        let page = client.list_jobs(v1::ListJobsRequest { limit: 100, ..Default::default() }).await;
        page.map_err(BenchError::wrong)?;
        list.push(start.elapsed());
        let start = Instant::now();
        client.get_farm(v1::GetFarmRequest {}).await.map_err(BenchError::wrong)?;
        status.push(start.elapsed());
        let start = Instant::now();
        is_ready(probes).await?;
        ready.push(start.elapsed());
    }
    let milliseconds = |times: Vec<Duration>| times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
    let named = [("submit", submit), ("list", list), ("status", status), ("/readyz", ready)];
    Ok(named.into_iter().map(|(name, times)| (name, milliseconds(times))).collect())
}

/// A job that waits, as long as others run.
fn submission(number: u64) -> v1::SubmitJobRequest {
    let yaml = format!(
        "epochs: {EPOCHS}\nresolution: 64\nsnapshot_interval: 0\nmodel: clipig-tiny\ntargets:\n  - batch_size: {}\n    \
         features: [{{text: an apple}}]\n    transforms: [{{noise: 0.1}}]\n",
        SHARDS * clipig_schedule::CPU_SHARD
    );
    let client_token = [number.to_be_bytes(); 2].concat().into();
    v1::SubmitJobRequest { client_token, yaml, submitter: "clipig-bench".to_owned(), ..Default::default() }
}

/// Submits so many jobs.
async fn fill(farm: &Farm, jobs: u32) -> Result<(), BenchError> {
    let mut submitting = JoinSet::new();
    for submitter in 0..SUBMITTERS {
        let mut client = client(farm).await?;
        submitting.spawn(async move {
            for number in (submitter..jobs).step_by(SUBMITTERS as usize) {
                let request = submission((1 << 40) + u64::from(number));
                client.submit_job(request).await.map_err(BenchError::wrong)?;
            }
            Ok::<_, BenchError>(())
        });
    }
    while let Some(done) = submitting.join_next().await {
        done.map_err(BenchError::wrong)??;
    }
    Ok(())
}

/// Watches the first job, which runs, over a connection of its own.
async fn watch(farm: &Farm, watching: &mut JoinSet<()>) -> Result<(), BenchError> {
    let mut client = client(farm).await?;
    let request = v1::WatchJobRequest { job: 1, ..Default::default() };
    let mut events = client.watch_job(request).await.map_err(BenchError::wrong)?.into_inner();
    watching.spawn(async move { while let Ok(Some(_)) = events.message().await {} });
    Ok(())
}

async fn is_ready(probes: &str) -> Result<(), BenchError> {
    let failed = || BenchError::at("asking /readyz");
    let mut stream = TcpStream::connect(probes).await.map_err(failed())?;
    let request = "GET /readyz HTTP/1.1\r\nHost: farm\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.map_err(failed())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.map_err(failed())?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err(BenchError::Wrong(format!("the farm is not ready: {answer}")))
    }
}

/// How many workers the farm takes for lost.
async fn lost(client: &Client) -> Result<usize, BenchError> {
    let states = vec![v1::WorkerState::Lost.into()];
    let request = v1::ListWorkersRequest { states, limit: 10_000, ..Default::default() };
    let lost = client.clone().list_workers(request).await.map_err(BenchError::wrong)?;
    Ok(lost.into_inner().workers.len())
}

//! How long does a client wait for an answer of a farm that is full of jobs, workers, watchers and files?

use std::fs;
use std::path::Path;
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
use crate::farm::{Farm, FarmPlan};
use crate::machine::Machine;
use crate::report::{Table, write};
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

/// Files of each job that has some.
const FILES: u32 = 1_000;

/// Workers, or files, that a client asks for at once.
const PAGE: u32 = 100;

/// What is written down. Times in milliseconds.
#[derive(Serialize)]
struct Figures {
    jobs: u32,
    workers: u32,
    cores: u32,
    watchers: u32,
    files: u32,
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
    /// With an empty queue, no watchers and no files.
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
    let (cores, files) = (arguments.cores, or(arguments.files, 100_000, 10_000));
    let work = Work { shape: Shape::Dense, sleep: SHARD };
    let plan = FarmPlan::plain(workers, SHARDS, 64, work);
    let plan = FarmPlan { cores, processes: PROCESSES, checkpoints: true, ..plan };
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
        write_files(&farm.data(), files)?;
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
        let figures =
            Figures { jobs, workers, cores, watchers, files, submissions_per_second, lost_workers, calls };
        Ok::<_, BenchError>(figures)
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
        "{jobs} waiting jobs, {workers} workers of {cores} cores, {watchers} watchers, {files} files; {:.0} submissions \
         per second; {} workers lost",
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
    let mut client = client.clone();
    let mut times =
        ["submit", "list", "status", "workers", "files", "/readyz"].map(|name| (name, Vec::new()));
    for number in first..first + CALLS as u64 {
        let mut start = Instant::now();
        let mut taken = Vec::new();
        let mut note = || {
            taken.push(1e3 * start.elapsed().as_secs_f64());
            start = Instant::now();
        };
        client.submit_job(submission(number)).await.map_err(BenchError::wrong)?;
        note();
        let page = client.list_jobs(v1::ListJobsRequest { limit: PAGE, ..Default::default() }).await;
        page.map_err(BenchError::wrong)?;
        note();
        client.get_farm(v1::GetFarmRequest {}).await.map_err(BenchError::wrong)?;
        note();
        let page = client.list_workers(v1::ListWorkersRequest { limit: PAGE, ..Default::default() }).await;
        page.map_err(BenchError::wrong)?;
        note();
        let page = v1::ListArtifactsRequest { job: 1, limit: PAGE, ..Default::default() };
        client.list_artifacts(page).await.map_err(BenchError::wrong)?;
        note();
        is_ready(probes).await?;
        note();
        for ((_, times), time) in times.iter_mut().zip(taken) {
            times.push(time);
        }
    }
    Ok(times.into())
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

/// Gives jobs snapshots, those that run first.
fn write_files(data: &Path, files: u32) -> Result<(), BenchError> {
    let (mut job, mut left) = (1, files);
    while left > 0 {
        let folder = data.join(format!("jobs/{job}/snapshots"));
        let failed = || BenchError::at(folder.display().to_string());
        fs::create_dir_all(&folder).map_err(failed())?;
        let here = left.min(FILES);
        for epoch in 1..=here {
            fs::write(folder.join(format!("{epoch:08}.png")), b"a snapshot").map_err(failed())?;
        }
        (job, left) = (job + 1, left - here);
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

//! Many clients at once: every job ends with the right picture, in the order of priorities, and the store is whole.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;
#[path = "support/process.rs"]
mod process;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use clipig_proto::v1::farm_service_client::FarmServiceClient;
use clipig_proto::v1::{Job, JobState, SubmitJobRequest};
use serde_json::Value as Json;
use tonic::transport::Endpoint;

use self::farm::Farm;
use self::process::Memory;

/// Small, so that what is measured is the farm. Chance decides about the picture, so a wrong seed shows.
const EXPERIMENT: &str = "
epochs: 4
resolution: 16
seed: 100
model: clipig-tiny
snapshot_interval: 0
targets:
  - batch_size: 2
    features: [{text: a red apple}]
    transforms: [{noise: .1}]
";

/// Jobs that run side by side at most.
const RUNNING: usize = 8;

/// How many of everything.
struct Load {
    clients: usize,
    jobs_each: usize,
    workers: usize,
}

/// A job as `clipig jobs --json` tells of it. Times in milliseconds.
struct Row {
    number: u64,
    name: String,
    priority: i64,
    seed: u64,
    created: i64,
    started: i64,
    ended: i64,
}

impl Row {
    fn of(json: &Json) -> Self {
        let time =
            |name: &str| milliseconds(json[name].as_str().unwrap_or_else(|| panic!("no {name}: {json:#}")));
        assert_eq!(json["state"], "completed", "{json:#}");
        assert_eq!((&json["epochs_done"], &json["bit_exact"]), (&4.into(), &true.into()), "{json:#}");
        Self {
            number: json["job"].as_u64().unwrap(),
            name: json["name"].as_str().unwrap().to_owned(),
            priority: json["priority"].as_i64().unwrap(),
            seed: json["seed"].as_u64().unwrap(),
            created: time("created"),
            started: time("started"),
            ended: time("ended"),
        }
    }
}

/// What a run has shown.
struct Outcome {
    rows: Vec<Row>,
    /// From the first client's start to the last job's end.
    seconds: f64,
    before: Memory,
    after: Memory,
}

/// Priorities of the clients, by turns.
fn priority(client: usize) -> i64 {
    [0, 3, -2, 10, 0][client % 5]
}

#[test]
fn many_clients_are_served_at_once() {
    run("load", &Load { clients: 8, jobs_each: 5, workers: 4 });
}

#[test]
#[ignore = "takes a minute; writes docs/load.md"]
fn the_page_of_figures() {
    let load = Load { clients: 20, jobs_each: 10, workers: 4 };
    let outcome = run("figures", &load);
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/load.md");
    // What follows there was measured by `clipig-bench exhaustion`.
    let before = std::fs::read_to_string(page).unwrap();
    let rest = before.find("\n## A full farm").map_or("", |at| &before[at..]);
    std::fs::write(page, text(&load, &outcome) + rest).unwrap();
}

fn run(name: &str, load: &Load) -> Outcome {
    let running = RUNNING.to_string();
    let settings = [("CLIPIG_COORDINATOR__MAX_RUNNING_JOBS", running.as_str())];
    let mut farm = Farm::start_with(name, &settings).with_workers(load.workers);
    // Everything is loaded and warm.
    farm.picture(EXPERIMENT);
    let before = Memory::of(farm.coordinator());
    let start = Instant::now();
    // All jobs are there before the first one ends, so that there is a queue.
    (0..load.workers).for_each(|worker| farm.worker(worker).stop());
    submit_all(&farm, load);
    (0..load.workers).for_each(|worker| farm.worker(worker).go_on());
    let all = load.clients * load.jobs_each + 1;
    farm.wait_until("all jobs have ended", || {
        let jobs = farm.overview().unwrap().jobs;
        let count =
            |state| jobs.iter().find(|jobs| jobs.state() == state).map_or(0, |jobs| jobs.count as usize);
        assert_eq!(count(JobState::Failed), 0, "{jobs:#?}{}", farm.logs());
        count(JobState::Completed) == all
    });
    let seconds = start.elapsed().as_secs_f64();
    let after = Memory::of(farm.coordinator());
    let listed: Vec<Json> =
        serde_json::from_str(&farm.ask(&["jobs", "--all", "--json", "--limit", "1000"])).unwrap();
    let mut rows: Vec<Row> = listed.iter().map(Row::of).collect();
    let numbers: Vec<u64> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=all as u64).rev().collect::<Vec<_>>(), "every job once, newest first");
    rows.pop();
    check_clients(&rows, load);
    check_pictures(&farm, &rows);
    // While it runs, the database is the coordinator's alone.
    farm.stop_coordinator();
    let database = rusqlite::Connection::open(farm.folder().join("data/farm.sqlite")).unwrap();
    check_priorities(&rows, &database);
    check_store(&farm, &database, all);
    Outcome { rows, seconds, before, after }
}

/// All clients start at once, each submits its jobs one after the other.
fn submit_all(farm: &Farm, load: &Load) {
    std::fs::write(farm.folder().join("load.yaml"), EXPERIMENT).unwrap();
    let submit = |client: usize| {
        Command::new(env!("CARGO_BIN_EXE_clipig"))
            .args(["submit", "load.yaml", "--json", "--repeat", &load.jobs_each.to_string()])
            .args(["--name", &format!("client {client}"), "--priority", &priority(client).to_string()])
            .env("CLIPIG_FARM", farm.address())
            .current_dir(farm.folder())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let clients: Vec<_> = (0..load.clients).map(submit).collect();
    let mut acknowledged = BTreeSet::new();
    for client in clients {
        let output = client.wait_with_output().unwrap();
        assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stderr), farm.logs());
        let jobs: Vec<Json> = serde_json::from_slice(&output.stdout).unwrap();
        for job in jobs {
            assert_eq!(job["existed"], false);
            assert!(acknowledged.insert(job["job"].as_u64().unwrap()), "a number was given twice");
        }
    }
    assert_eq!(acknowledged.len(), load.clients * load.jobs_each);
}

/// Every client's jobs are there, in the order in which it submitted them.
fn check_clients(rows: &[Row], load: &Load) {
    for client in 0..load.clients {
        let name = format!("client {client}");
        let own = rows.iter().rev().filter(|row| row.name == name);
        let seeds: Vec<u64> = own.clone().map(|row| row.seed).collect();
        assert_eq!(seeds, (100..100 + load.jobs_each as u64).collect::<Vec<_>>(), "{name}");
        assert!(own.clone().all(|row| row.priority == priority(client)));
    }
}

/// What was written down of a job: numbers of events, in the order in which they happened.
struct Life {
    rank: (i64, u64),
    submitted: i64,
    started: i64,
}

/// No job starts while one of higher priority, or an older one of the same, waits that was there when the choice was
/// made. The order of events says so, whatever the time of day: who chooses starts as many jobs at once as there are
/// places, so whoever was there before the last so many starts was seen.
fn check_priorities(rows: &[Row], database: &rusqlite::Connection) {
    let event = |job: u64, text: &str| {
        let sql = "SELECT min(number) FROM events WHERE job = ?1 AND text LIKE ?2";
        database.query_row(sql, (job as i64, text), |row| row.get::<_, i64>(0)).unwrap()
    };
    let life = |row: &Row| Life {
        rank: (-row.priority, row.number),
        submitted: event(row.number, "submitted by %"),
        started: event(row.number, "preparing"),
    };
    let mut lives: Vec<Life> = rows.iter().map(life).collect();
    lives.sort_by_key(|life| life.started);
    let mut overtaken = 0;
    for (place, started) in lives.iter().enumerate() {
        for waiting in lives[place + 1..].iter().filter(|waiting| waiting.rank < started.rank) {
            let seen =
                place.checked_sub(RUNNING).is_some_and(|place| waiting.submitted < lives[place].started);
            assert!(!seen, "job {:?} started before job {:?}, which waited", started.rank, waiting.rank);
        }
        overtaken +=
            lives[place + 1..].iter().filter(|waiting| waiting.submitted < started.submitted).count();
    }
    // And it made a difference: this is no test of an empty queue.
    assert!(overtaken > 0, "nobody was overtaken");
}

fn wait(row: &Row) -> f64 {
    (row.started - row.created) as f64 / 1e3
}

/// Each job has one picture, and it is a function of the seed.
fn check_pictures(farm: &Farm, rows: &[Row]) {
    let jobs = farm.folder().join("data/jobs");
    let mut of_seed = BTreeMap::new();
    for row in rows {
        let picture = farm::hash(&jobs.join(row.number.to_string()).join("picture.png"));
        let known = of_seed.entry(row.seed).or_insert_with(|| picture.clone());
        assert_eq!(*known, picture, "job {} of seed {}", row.number, row.seed);
    }
    let different: BTreeSet<_> = of_seed.values().collect();
    assert_eq!(different.len(), of_seed.len(), "each seed has a picture of its own");
    // What a client gets is what lies there, and what this machine makes without a farm.
    let last = &rows[0];
    assert_eq!(farm.finish(last.number), of_seed[&last.seed]);
    let alone = EXPERIMENT.replace("seed: 100", &format!("seed: {}", last.seed));
    assert_eq!(farm::rendered_here(&alone), of_seed[&last.seed]);
}

/// What the database says of itself and of all jobs.
fn check_store(farm: &Farm, database: &rusqlite::Connection, jobs: usize) {
    let text = |sql: &str| database.query_row(sql, (), |row| row.get::<_, String>(0)).unwrap();
    let count = |sql: &str| database.query_row(sql, (), |row| row.get::<_, u32>(0)).unwrap() as usize;
    assert_eq!(text("PRAGMA integrity_check"), "ok");
    assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_eq!(count("SELECT count(*) FROM jobs WHERE status = 'completed'"), jobs);
    assert_eq!(count("SELECT count(DISTINCT token) FROM jobs"), jobs);
    assert_eq!(count("SELECT count(*) FROM history"), 4 * jobs, "every epoch once");
    assert_eq!(count("SELECT count(*) FROM history WHERE samples <> 2"), 0);
    assert_eq!(count("SELECT count(*) FROM prepared"), jobs);
    for event in ["submitted by %", "running", "completed"] {
        let events = format!("SELECT count(*) FROM events WHERE job IS NOT NULL AND text LIKE '{event}'");
        assert_eq!(count(&events), jobs, "{event}");
    }
    let folders = std::fs::read_dir(farm.folder().join("data/jobs")).unwrap();
    assert_eq!(folders.count(), jobs);
    assert_eq!(std::fs::read_dir(farm.folder().join("data/incoming")).map_or(0, Iterator::count), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_token_makes_one_job_however_often_it_comes() {
    let farm = Farm::start("token");
    let request = |token: u8, seed: u64| SubmitJobRequest {
        client_token: vec![token; 16].into(),
        yaml: EXPERIMENT.replace("seed: 100", ""),
        seed: Some(seed),
        ..Default::default()
    };
    let mut calls = tokio::task::JoinSet::new();
    for call in 0..60_u8 {
        // Each call over a connection of its own, as from processes that do not know of each other.
        let (address, request) = (farm.address(), request(call % 3, 7));
        calls.spawn(async move {
            let channel = Endpoint::from_shared(address).unwrap().connect().await.unwrap();
            let answer = FarmServiceClient::new(channel).submit_job(request).await.unwrap().into_inner();
            (call % 3, answer.existed, answer.job.unwrap().number)
        });
    }
    let mut jobs: BTreeMap<u8, BTreeSet<u64>> = BTreeMap::new();
    let mut made = 0;
    for (token, existed, job) in calls.join_all().await {
        jobs.entry(token).or_default().insert(job);
        made += usize::from(!existed);
    }
    assert_eq!(made, 3, "the first of each token made a job, the others were told of it");
    assert!(jobs.values().all(|numbers| numbers.len() == 1), "{jobs:?}");
    let channel = Endpoint::from_shared(farm.address()).unwrap().connect().await.unwrap();
    let mut client = FarmServiceClient::new(channel);
    let other = client.submit_job(request(0, 8)).await.unwrap_err();
    assert_eq!(other.code(), tonic::Code::AlreadyExists, "{}", other.message());
    let listed: Vec<Job> =
        client.list_jobs(clipig_proto::v1::ListJobsRequest::default()).await.unwrap().into_inner().jobs;
    assert_eq!(listed.len(), 3);
}

/// Milliseconds since 1970 of a time such as `2026-11-25T21:34:30.737Z`.
fn milliseconds(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// The page.
fn text(load: &Load, outcome: &Outcome) -> String {
    let Outcome { rows, seconds, before, after } = outcome;
    let jobs = rows.len();
    let mut cycles = Vec::new();
    for client in 0..load.clients {
        let name = format!("client {client}");
        let created: Vec<i64> =
            rows.iter().rev().filter(|row| row.name == name).map(|row| row.created).collect();
        cycles.extend(created.windows(2).map(|pair| (pair[1] - pair[0]) as f64));
    }
    let first = rows.iter().map(|row| row.created).min().unwrap();
    let submitted = rows.iter().map(|row| row.created).max().unwrap();
    let ended = rows.iter().map(|row| row.ended).max().unwrap();
    let running = rows.iter().map(|row| (row.ended - row.started) as f64 / 1e3).collect::<Vec<_>>();
    let mut waits = String::new();
    let priorities: BTreeSet<i64> = rows.iter().map(|row| -row.priority).collect();
    for priority in priorities.into_iter().map(|negative| -negative) {
        let own: Vec<f64> = rows.iter().filter(|row| row.priority == priority).map(wait).collect();
        let (count, half, most) = (own.len(), quantile(&own, 0.5), quantile(&own, 1.0));
        writeln!(waits, "| {priority} | {count} | {half:.1} s | {most:.1} s |").unwrap();
    }
    let machine = machine();
    let Load { clients, jobs_each, workers } = load;
    format!(
        "# Many clients at once

{clients} processes `clipig submit --repeat {jobs_each}` start at the same moment and bring {jobs} jobs to a farm of one
coordinator and {workers} workers with one core each, all on one machine over a Unix socket. A job is a canvas of 16²,
4 epochs, 2 samples per epoch, the embedded model: as little computing as there can be, so that the farm's own work
shows. All jobs end, each with the picture of its seed; nobody overtakes a job of higher priority; the database is whole.
The test checks that, and fails otherwise.

Figures of {machine}, in a build for development, with other work beside it. They are no promise; the page is written
anew by

```sh
cargo nextest run -p clipig --test farm_under_load --run-ignored only
```

| what | figure |
|---|---|
| from the start of the clients to the end of the last job | {seconds:.1} s |
| jobs per second, from the first submission to the last end | {rate:.1} |
| the last client was served after | {serving:.1} s |
| from one acknowledged job of a client to its next: median | {cycle:.0} ms |
| the same: 99th percentile | {slow:.0} ms |
| a job runs, beside up to 7 others: median | {run:.2} s |
| the same: longest | {longest:.2} s |
| memory of the coordinator (RSS) before, after one job | {rss_before} MiB |
| memory after all jobs | {rss_after} MiB |
| most memory at any time (VmHWM) | {most} MiB |

How long jobs waited until they started. All jobs of a client have the same priority; at most 8 jobs run at once.

| priority | jobs | median | longest |
|---|---|---|---|
{waits}",
        rate = jobs as f64 / ((ended - first) as f64 / 1e3),
        serving = (submitted - first) as f64 / 1e3,
        cycle = quantile(&cycles, 0.5),
        slow = quantile(&cycles, 0.99),
        run = quantile(&running, 0.5),
        longest = quantile(&running, 1.0),
        rss_before = before.now,
        rss_after = after.now,
        most = after.most,
    )
}

/// The machine, in words.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("?").to_owned();
    format!(
        "a machine with {cores} cores ({}; load average {load})",
        model.map_or("unknown", |(_, model)| model)
    )
}

/// The value that so large a share of all values does not exceed.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let place = (share * values.len() as f64).ceil() as usize;
    values[place.clamp(1, values.len()) - 1]
}

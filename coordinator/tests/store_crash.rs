//! `kill -9` in the middle of writes, again and again: all that was acknowledged is there afterwards.
//!
//! The child is this same test program. It works as fast as it can and says on standard output what the store has
//! returned; this process kills it at some moment, opens the folder and compares. The next child goes on with the work.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clipig_coordinator::JobProgress;
use clipig_coordinator::store::{
    ArtifactName, Checkpoint, EpochHistory, EventFilter, JobFilter, JobState, Store, Subject, Submission,
    SystemClock, Transition,
};
use clipig_core::{Canvas, CanvasState, Epoch, JobId, JobRevision, ModelReference, NumberType, Sha256};
use clipig_schedule::JobStatistics;

const FOLDER: &str = "CLIPIG_STORE_CRASH_FOLDER";

/// Kills in one run, unless `CLIPIG_STORE_KILLS` asks for another number: so many, or fewer on a disk on which they take
/// longer than [`LONG`].
const KILLS: u32 = 30;
const FEWEST_KILLS: u32 = 10;
const LONG: Duration = Duration::from_secs(30);

/// Width and height of a checkpoint's canvas: large enough that many kills hit the middle of one.
const SIDE: usize = 200;

/// Epochs that the child works on each job.
const EPOCHS: u32 = 3;

fn open(folder: &Path) -> Store {
    Store::open(folder, Arc::new(SystemClock::default())).unwrap()
}

fn checkpoint(job: JobId, next: u32) -> Checkpoint {
    let plane = |offset: u32| (0..3 * SIDE * SIDE).map(|i| (next + offset) as f32 + i as f32).collect();
    let canvas = CanvasState {
        canvas: Canvas::new(SIDE, SIDE, plane(0)).unwrap(),
        parameters: None,
        optimizer: "adam".into(),
        steps: next,
        averages: vec![Arc::new(plane(1)), Arc::new(plane(2))],
    };
    let progress = JobProgress { next: Epoch(next), statistics: JobStatistics::default(), canvas };
    Checkpoint { revision: JobRevision { job, revision: 0 }, progress }
}

fn content(number: u32) -> Vec<u8> {
    number.to_le_bytes().repeat(20_000)
}

fn history(epoch: u32) -> EpochHistory {
    EpochHistory {
        epoch: Epoch(epoch),
        time: None,
        loss: f64::from(epoch),
        learnrate: 0.1,
        learnrate_scale: 1.0,
        resolution: [SIDE as u32; 2],
        samples: 1,
        stepped: true,
        seconds: 0.1,
        targets: Vec::new(),
    }
}

/// Works until it is killed: first on the job that an earlier life has left unfinished, if there is one.
#[test]
#[ignore = "the child of the test below"]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = open(Path::new(&folder));
    // The test harness has begun a line and not ended it.
    std::io::stdout().write_all(b"\n").unwrap();
    acknowledge(&format!("open {}", store.opening().incarnation));
    let left = store.jobs(&JobFilter::default()).unwrap().into_iter().find_map(|job| {
        let number: u32 = job.token.parse().unwrap();
        (job.next.0 < EPOCHS || is_removed(number)).then_some((job.id, number))
    });
    if let Some((job, number)) = left {
        acknowledge(&format!("job {job} {number}"));
        work(&store, job, number);
    }
    for number in store.opening().incarnation as u32 * 1000.. {
        let job = submit(&store, number);
        work(&store, job, number);
    }
}

/// Says on standard output what the store has returned.
fn acknowledge(line: &str) {
    let mut out = std::io::stdout().lock();
    // One write per line: a kill cuts between lines or within the last one, which ends without a line feed.
    out.write_all(format!("ack {line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Every other job is removed when it is done.
fn is_removed(number: u32) -> bool {
    number.is_multiple_of(2)
}

fn submit(store: &Store, number: u32) -> JobId {
    let blob = store.blobs().insert(&content(number)).unwrap();
    acknowledge(&format!("blob {blob}"));
    let submission = Submission {
        token: number.to_string(),
        request: blob,
        name: String::new(),
        submitter: String::new(),
        owner: String::new(),
        yaml: "text: a teapot\n".repeat(200),
        seed: number.into(),
        model: ModelReference {
            name: "m".into(),
            sha256: Sha256([0; 32]),
            settings: clipig_core::ModelSettings::of_activation(clipig_core::Activation::Gelu),
        },
        more_models: Vec::new(),
        assets: BTreeMap::from([("a".into(), blob)]),
        number: NumberType::Float32,
        class: None,
        threads: None,
        mix_kinds: false,
        priority: 0,
        first: Epoch(0),
        epochs: 9,
        memory: 0,
        trace: None,
    };
    let job = store.submit(&submission).unwrap().job();
    acknowledge(&format!("job {job} {number}"));
    job
}

/// What is left to do of a job.
fn work(store: &Store, job: JobId, number: u32) {
    let found = store.job(job).unwrap();
    let mut state = found.status;
    let mut change = |to| {
        store.transition(job, &Transition { from: state, to, reason: String::new() }).unwrap();
        state = to;
    };
    if found.status == JobState::Waiting {
        change(JobState::Running);
        acknowledge(&format!("running {job}"));
    }
    for next in found.next.0 + 1..=EPOCHS {
        store.checkpoints(job).save(&checkpoint(job, next)).unwrap();
        acknowledge(&format!("checkpoint {job} {next}"));
        let name = ArtifactName::Snapshot(Epoch(next));
        store.artifacts(job).write(name, &content(next)).unwrap();
        acknowledge(&format!("artifact {job} {next}"));
        // The last of the three: from it a later life knows that the others are there.
        store.add_history(job, &[history(next - 1)], Epoch(next)).unwrap();
        acknowledge(&format!("history {job} {next}"));
    }
    if is_removed(number) {
        if found.status != JobState::Completed {
            change(JobState::Completed);
        }
        store.remove(job, "test").unwrap();
        acknowledge(&format!("removed {job}"));
    }
}

/// Runs the child, kills it a moment after so many acknowledgements, and returns what it had acknowledged. A slow
/// machine gets as far as a fast one.
fn run_and_kill(folder: &Path, acknowledgements: usize, moment: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut lines = Vec::new();
    let mut opened = false;
    while !opened || lines.len() <= acknowledgements {
        let mut line = String::new();
        assert!(out.read_line(&mut line).unwrap() > 0, "the child ended by itself");
        // The test harness says something, too.
        opened |= line.starts_with("ack open");
        if opened {
            lines.push(line);
        }
    }
    std::thread::sleep(moment);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    // A line without its end was not acknowledged to anybody.
    let whole = rest.rfind('\n').map_or("", |end| &rest[..end]);
    lines.extend(whole.lines().map(str::to_owned));
    lines.iter().filter_map(|line| line.trim().strip_prefix("ack ")).map(str::to_owned).collect()
}

/// What must be there.
#[derive(Default)]
struct Acknowledged {
    incarnation: u64,
    blobs: Vec<Sha256>,
    jobs: BTreeMap<JobId, Job>,
    /// What has been acknowledged since the last check.
    fresh: Fresh,
}

#[derive(Default)]
struct Fresh {
    blobs: Vec<Sha256>,
    jobs: BTreeSet<JobId>,
}

#[derive(Default)]
struct Job {
    token: String,
    running: bool,
    removed: bool,
    checkpoint: u32,
    history: u32,
    artifacts: u32,
}

impl Acknowledged {
    fn add(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |i: usize| words[i].parse::<u64>().unwrap();
        if words[0] == "blob" {
            let blob = words[1].parse().unwrap();
            self.blobs.push(blob);
            self.fresh.blobs.push(blob);
            return;
        }
        if words[0] == "open" {
            assert!(number(1) > self.incarnation, "incarnation {} after {}", number(1), self.incarnation);
            self.incarnation = number(1);
            return;
        }
        self.fresh.jobs.insert(JobId(number(1)));
        let job = self.jobs.entry(JobId(number(1))).or_default();
        match words[0] {
            "job" => words[2].clone_into(&mut job.token),
            "running" => job.running = true,
            "removed" => job.removed = true,
            "checkpoint" => job.checkpoint = number(2) as u32,
            "history" => job.history = number(2) as u32,
            "artifact" => job.artifacts = number(2) as u32,
            other => panic!("{other}"),
        }
    }

    /// Looks at all that was ever acknowledged.
    fn check_all(&mut self, folder: &Path) {
        self.fresh = Fresh { blobs: self.blobs.clone(), jobs: self.jobs.keys().copied().collect() };
        self.check(folder);
    }

    /// Looks at what was acknowledged since the last check.
    fn check(&mut self, folder: &Path) {
        let store = open(folder);
        assert!(store.opening().incarnation > self.incarnation);
        self.incarnation = store.opening().incarnation;
        assert!(store.opening().strangers.is_empty(), "{:?}", store.opening());
        assert_eq!(std::fs::read_dir(folder.join("incoming")).unwrap().count(), 0);
        let fresh = std::mem::take(&mut self.fresh);
        for blob in &fresh.blobs {
            store.blobs().read(blob).unwrap();
        }
        for id in fresh.jobs {
            check_job(&store, id, &self.jobs[&id]);
        }
        // A job that was not acknowledged may be there, but then with all that belongs to it.
        for job in store.jobs(&JobFilter::default()).unwrap() {
            for revision in store.revisions(job.id).unwrap() {
                assert_eq!(revision.assets.len(), 1);
                assert!(revision.assets.values().all(|blob| store.blobs().has(blob)));
            }
        }
    }
}

fn check_job(store: &Store, id: JobId, expected: &Job) {
    // The last job may have been removed just before the kill, without anybody having heard of it.
    let Ok(found) = store.job(id) else {
        let filter = EventFilter { subject: Some(Subject::Job(id)), ..EventFilter::default() };
        let events = store.events(&filter).unwrap();
        assert_eq!(events.last().map(|event| event.kind.as_str()), Some("removed"), "job {id} is lost");
        return;
    };
    assert!(!expected.removed, "job {id} came back");
    assert_eq!(found.token, expected.token);
    assert!(!expected.running || found.status != JobState::Waiting);
    assert!(found.next.0 >= expected.history);
    assert!(store.history(id, Epoch(0), 100).unwrap().len() as u32 >= expected.history);
    let latest = store.checkpoints(id).latest().unwrap();
    assert!(latest.skipped.is_empty(), "a torn checkpoint was put in its place: {latest:?}");
    let next = latest.checkpoint.as_ref().map_or(0, |found| found.progress.next.0);
    assert!(next >= expected.checkpoint, "checkpoint {next} of job {id}, not {}", expected.checkpoint);
    assert!(latest.checkpoint.is_none_or(|found| found == checkpoint(id, next)));
    for epoch in 1..=expected.artifacts {
        let (mut file, _) = store.artifacts(id).open(ArtifactName::Snapshot(Epoch(epoch))).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        assert!(bytes == content(epoch));
    }
}

#[test]
fn nothing_acknowledged_is_lost_by_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let folder: PathBuf = folder.path().to_path_buf();
    let asked = std::env::var("CLIPIG_STORE_KILLS").ok().map(|kills| kills.parse::<u32>().unwrap());
    let begun = Instant::now();
    let mut acknowledged = Acknowledged::default();
    let mut life = 1_u64;
    let (mut kills, mut count) = (0, 0);
    while kills < asked.unwrap_or(KILLS) {
        if asked.is_none() && kills >= FEWEST_KILLS && begun.elapsed() > LONG {
            break;
        }
        // Up to 5 acknowledgements, of which a job takes 12 or 13, and 0 to 24 ms more, in an order that hits
        // everything.
        life = life * 31 % 97;
        let lines = run_and_kill(&folder, life as usize % 6, Duration::from_millis(life / 4));
        kills += 1;
        count += lines.len();
        for line in &lines {
            acknowledged.add(line);
        }
        acknowledged.check(&folder);
    }
    acknowledged.check_all(&folder);
    println!("{kills} kills, {count} acknowledgements, {} jobs", acknowledged.jobs.len());
    assert!(asked.is_some() || acknowledged.jobs.len() > 1, "the child never got far");
}

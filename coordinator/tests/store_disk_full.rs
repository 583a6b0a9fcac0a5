//! A disk that is really full: typed errors, nothing lost, and everything goes on once there is room.
//!
//! The children are this same test program: one in a mount namespace of its own with a small tmpfs, one under a
//! limit on file sizes, which every system allows.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use clipig_coordinator::JobProgress;
use clipig_coordinator::store::{
    ArtifactName, Checkpoint, EventKind, JobFilter, JobState, Store, StoreError, Subject, Submission,
    SystemClock, Transition,
};
use clipig_core::{Canvas, CanvasState, Epoch, JobId, JobRevision, ModelReference, NumberType, Sha256};
use clipig_schedule::JobStatistics;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const FOLDER: &str = "CLIPIG_STORE_FULL_FOLDER";

fn submission(token: &str) -> Submission {
    Submission {
        token: token.into(),
        request: Sha256([1; 32]),
        name: String::new(),
        submitter: String::new(),
        owner: String::new(),
        yaml: "text: a teapot\n".repeat(2000),
        seed: 1,
        model: ModelReference {
            name: "m".into(),
            sha256: Sha256([0; 32]),
            settings: clipig_core::ModelSettings::of_activation(clipig_core::Activation::Gelu),
        },
        more_models: Vec::new(),
        assets: BTreeMap::new(),
        number: NumberType::Float32,
        class: None,
        threads: None,
        mix_kinds: false,
        priority: 0,
        first: Epoch(0),
        epochs: 9,
        memory: 0,
        trace: None,
    }
}

/// 12 · side² bytes of pixels.
fn checkpoint(job: JobId, next: u32, side: usize) -> Checkpoint {
    let pixels = (0..3 * side * side).map(|i| next as f32 + i as f32).collect();
    let canvas = CanvasState {
        canvas: Canvas::new(side, side, pixels).unwrap(),
        parameters: None,
        optimizer: "sgd".into(),
        steps: next,
        averages: Vec::new(),
    };
    let progress = JobProgress { next: Epoch(next), statistics: JobStatistics::default(), canvas };
    Checkpoint { revision: JobRevision { job, revision: 0 }, progress }
}

fn open(folder: &Path) -> Store {
    Store::open(folder, Arc::new(SystemClock::default())).unwrap()
}

fn assert_full<T>(result: Result<T, StoreError>, needed: Option<u64>) {
    let error = result.err().expect("there is no room");
    let StoreError::DiskFull { needed: found, .. } = &error else { panic!("{error:?}") };
    assert!(needed.is_none() || *found == needed, "{error}");
    assert!(error.to_string().contains("free space there"), "{error}");
}

fn incoming(folder: &Path) -> usize {
    fs::read_dir(folder.join("incoming")).unwrap().count()
}

/// Files that find no room: the store keeps what it had and leaves nothing behind.
fn files_without_room(store: &Store, folder: &Path, job: JobId) {
    // 12 MB do not fit; the head does.
    assert_full(store.checkpoints(job).save(&checkpoint(job, 2, 1000)), Some(12_000_087));
    assert_full(store.blobs().insert(&vec![7; 12_000_000]), None);
    let picture = vec![7; 12_000_000];
    assert_full(store.artifacts(job).write(ArtifactName::Picture, &picture), Some(12_000_000));
    assert_eq!(incoming(folder), 0);
    files_are(store, job, 1);
}

fn files_are(store: &Store, job: JobId, checkpoint_epoch: u32) {
    let latest = store.checkpoints(job).latest().unwrap();
    assert!(latest.skipped.is_empty());
    assert_eq!(latest.checkpoint.unwrap().progress.next, Epoch(checkpoint_epoch));
    let (mut picture, _) = store.artifacts(job).open(ArtifactName::Picture).unwrap();
    let mut bytes = Vec::new();
    picture.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, b"before");
}

fn prepare(store: &Store) -> JobId {
    let job = store.submit(&submission("before")).unwrap().job();
    store.checkpoints(job).save(&checkpoint(job, 1, 20)).unwrap();
    store.artifacts(job).write(ArtifactName::Picture, b"before").unwrap();
    job
}

#[test]
#[ignore = "a child of the tests below"]
fn child_on_tmpfs() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let data = folder.join("data");
    let store = open(&data);
    let job = prepare(&store);
    files_without_room(&store, &data, job);

    // Now not one more page: also the database has no room.
    let mut written = 0;
    for size in [1 << 20, 1 << 12] {
        let fill = |_: &usize| {
            let path = folder.join(format!("ballast-{size}-{written}"));
            written += 1;
            fs::write(path, vec![1; size]).is_ok()
        };
        (0..10_000).take_while(fill).count();
    }
    let mut acknowledged = vec!["before".to_owned()];
    // The write-ahead log may have some pages left.
    let refused = (0..1000).find_map(|number| {
        let token = number.to_string();
        match store.submit(&submission(&token)) {
            Ok(_) => {
                acknowledged.push(token);
                None
            }
            Err(error) => Some((token, error)),
        }
    });
    let (refused, error) = refused.expect("the database found room on a full disk");
    assert_full::<()>(Err(error), None);
    // It says so again and again, and goes on reading.
    assert_full(store.submit(&submission(&refused)), None);
    let pause = Transition { from: JobState::Waiting, to: JobState::Paused, reason: "x".repeat(100_000) };
    assert_full(store.transition(job, &pause), None);
    assert_eq!(store.job(job).unwrap().status, JobState::Waiting);
    let tokens = |store: &Store| {
        let jobs = store.jobs(&JobFilter::default()).unwrap();
        jobs.into_iter().rev().map(|job| job.token).collect::<Vec<_>>()
    };
    assert_eq!(tokens(&store), acknowledged);

    // Room again: the same calls work, on the same store.
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::remove_file(path).unwrap();
        }
    }
    store.submit(&submission(&refused)).unwrap();
    store.transition(job, &pause).unwrap();
    store.checkpoints(job).save(&checkpoint(job, 2, 100)).unwrap();
    store.add_event(&Subject::Farm, &EventKind::Disk, "there is room again").unwrap();
    acknowledged.push(refused);
    drop(store);
    let store = open(&data);
    assert_eq!(tokens(&store), acknowledged);
    assert_eq!(store.job(job).unwrap().status, JobState::Paused);
    files_are(&store, job, 2);
    println!("{} jobs on a disk that was full", acknowledged.len());
}

#[test]
#[ignore = "a child of the tests below"]
fn child_under_a_limit() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let before = getrlimit(Resource::Fsize);
    let store = open(&folder);
    let job = prepare(&store);
    setrlimit(Resource::Fsize, Rlimit { current: Some(1_000_000), ..before }).unwrap();
    files_without_room(&store, &folder, job);
    // The database stays below the limit, so it goes on.
    store.submit(&submission("meanwhile")).unwrap();
    setrlimit(Resource::Fsize, before).unwrap();
    store.checkpoints(job).save(&checkpoint(job, 2, 1000)).unwrap();
    files_are(&store, job, 2);
    println!("went on without the limit");
}

fn run(mut command: Command, folder: &Path, expected: &str) {
    let output = command.env(FOLDER, folder).output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains(expected), "{text}");
}

/// The child's command line after some words of the shell.
fn shell(script: &str, child: &str, folder: &Path) -> Command {
    let mut command = Command::new("sh");
    let exec = r#"exec "$0" "$1" --exact --ignored --nocapture"#;
    command.args(["-c", &format!("{script} {exec}")]);
    command.arg(std::env::current_exe().unwrap()).arg(child).arg(folder);
    command
}

#[test]
fn a_limit_on_file_sizes_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // The signal would end the child; ignored, the limit is an error.
    run(
        shell("trap '' XFSZ;", "child_under_a_limit", folder.path()),
        folder.path(),
        "went on without the limit",
    );
}

#[test]
fn a_full_disk_loses_nothing() {
    let namespace = ["--mount", "--map-root-user"];
    let allowed = Command::new("unshare").args(namespace).arg("true").status();
    if !allowed.is_ok_and(|status| status.success()) {
        // Containers may forbid mounts. The limit on file sizes above is tested everywhere.
        eprintln!("this system allows no mount namespaces: no full disk was tried");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let inner = shell("mount -t tmpfs -o size=8m tmpfs \"$2\" &&", "child_on_tmpfs", folder.path());
    let mut command = Command::new("unshare");
    command.args(namespace).arg(inner.get_program()).args(inner.get_args());
    run(command, folder.path(), "jobs on a disk that was full");
}

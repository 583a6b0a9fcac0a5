//! The store as a whole, in one process. What needs processes stands in `tests/store_*.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clipig_core::{
    DeviceClass, Epoch, JobId, JobRevision, ModelReference, NumberType, Preparation, Prepared,
    PreparedTarget, Sha256, WorkerKind, WorkerName,
};
use clipig_telemetry::TraceContext;
use sha2::Digest;
use tempfile::TempDir;

use super::*;

const DAY: i64 = 24 * 3600 * 1000;
pub(super) const NOW: Timestamp = Timestamp(1_764_000_000_000);

pub(super) struct Farm {
    pub(super) folder: TempDir,
    clock: Arc<ManualClock>,
}

impl Farm {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), clock: Arc::new(ManualClock::new(NOW)) }
    }

    pub(super) fn open(&self) -> Store {
        Store::open(self.folder.path(), Arc::clone(&self.clock) as Arc<dyn Clock>).unwrap()
    }
}

pub(crate) fn submission(token: &str) -> Submission {
    Submission {
        token: token.into(),
        request: Sha256([7; 32]),
        name: "teapot".into(),
        submitter: "ada".into(),
        owner: "ada-lovelace".into(),
        yaml: "targets:\n- text: a teapot 🫖\n".into(),
        // More than a signed number holds.
        seed: u64::MAX - 5,
        model: ModelReference {
            name: "ViT-B/32".into(),
            sha256: Sha256([3; 32]),
            settings: clipig_core::ModelSettings::default(),
        },
        more_models: Vec::new(),
        assets: BTreeMap::new(),
        number: NumberType::Bfloat16,
        class: Some(DeviceClass::Cuda),
        threads: Some(2),
        mix_kinds: true,
        priority: -3,
        first: Epoch(4),
        epochs: 500,
        memory: 1 << 40,
        trace: TraceContext::new([1; 16], [2; 8], true),
    }
}

fn computation() -> Computation {
    let kind = WorkerKind {
        class: DeviceClass::Cpu,
        model: "EPYC 7".into(),
        libtorch: "2.11.0".into(),
        capability: "AVX512".into(),
    };
    Computation { kind, threads: 4, shard_size: 8, canvas_kind: "CPU, EPYC 7".into() }
}

fn preparation() -> Preparation {
    let target = PreparedTarget {
        features: vec![vec![0.1, -0.0, f32::MIN_POSITIVE / 2.0], vec![]],
        auto_scales: vec![1.0, 0.1 + 0.2],
        warning: Some("no \"fair\" scale".into()),
        supplements: [(0, vec![0.3, -0.0]), (2, vec![0.7])].into(),
    };
    let prepared = Prepared { targets: vec![target, PreparedTarget::default()] };
    Preparation { prepared, warnings: vec!["never saw `teapotz`".into()] }
}

pub(super) fn epoch(epoch: u32, loss: f64) -> EpochHistory {
    EpochHistory {
        epoch: Epoch(epoch),
        time: Some(NOW),
        loss,
        learnrate: 0.1 + 0.2,
        learnrate_scale: 1.0 / 3.0,
        resolution: [224, 448],
        samples: 12,
        stepped: true,
        seconds: 0.75,
        targets: vec![TargetHistory {
            samples: 12,
            features: vec![FeatureHistory { similarity: 23.000_000_000_000_004, loss: None, chosen: 0 }],
            constraints: vec![Some(-1e-300), None],
        }],
    }
}

pub(super) fn transition(from: JobState, to: JobState, reason: &str) -> Transition {
    Transition { from, to, reason: reason.into() }
}

pub(super) fn end(store: &Store, token: &str, status: JobState) -> JobId {
    let job = store.submit(&submission(token)).unwrap().job();
    store.transition(job, &transition(JobState::Waiting, JobState::Running, "")).unwrap();
    store.transition(job, &transition(JobState::Running, status, "")).unwrap();
    job
}

fn texts(store: &Store, subject: Subject) -> Vec<(String, String)> {
    let events = store.events(&EventFilter { subject: Some(subject), ..EventFilter::default() }).unwrap();
    events.into_iter().map(|event| (event.kind.to_string(), event.text)).collect()
}

#[test]
fn everything_of_a_job_survives_a_restart() {
    let farm = Farm::new();
    let store = farm.open();
    assert_eq!(store.opening().incarnation, 1);
    let image = store.blobs().insert(b"pixels").unwrap();
    let submitted = Submission { assets: BTreeMap::from([("a.png".into(), image)]), ..submission("t") };
    let job = store.submit(&submitted).unwrap().job();
    store.choose(job, &computation()).unwrap();
    store.set_prepared(JobRevision { job, revision: 0 }, &preparation()).unwrap();
    farm.clock.advance(1000);
    store.transition(job, &transition(JobState::Waiting, JobState::Running, "2 workers")).unwrap();
    let update = Update {
        seen: 0,
        from: Epoch(100),
        yaml: "other".into(),
        assets: BTreeMap::from([("b.png".into(), image)]),
        epochs: 900,
        memory: 0,
    };
    let revision = store.update(job, &update).unwrap();
    store.set_priority(job, 9).unwrap();
    store.set_labels(job, &BTreeSet::from(["red".into(), "for Ada".into()])).unwrap();
    store.add_history(job, &[epoch(4, 1.5), epoch(5, f64::NAN)], Epoch(6)).unwrap();
    store.note_inexact(job, "two kinds").unwrap();
    let expected = (
        store.job(job).unwrap(),
        store.revisions(job).unwrap(),
        store.events(&EventFilter::default()).unwrap(),
    );
    drop(store);

    let store = farm.open();
    assert_eq!(store.opening().incarnation, 2);
    let events = store.events(&EventFilter::default()).unwrap();
    let found = (store.job(job).unwrap(), store.revisions(job).unwrap(), events);
    assert_eq!(found, expected);
    let record = found.0;
    assert_eq!(revision, 1);
    assert_eq!((record.id, record.seed, record.revision, record.priority), (JobId(1), u64::MAX - 5, 1, 9));
    assert_eq!((record.next, record.epochs, record.status), (Epoch(6), 900, JobState::Running));
    assert_eq!((record.created, record.started, record.ended), (NOW, Some(Timestamp(NOW.0 + 1000)), None));
    assert_eq!((record.model, record.number), (submitted.model, submitted.number));
    assert_eq!((record.class, record.threads), (submitted.class, submitted.threads));
    assert_eq!(record.trace, submitted.trace);
    assert_eq!((record.computation, record.inexact), (Some(computation()), Some("two kinds".into())));
    assert_eq!(found.1[0].assets, submitted.assets);
    assert_eq!(
        (&found.1[1].yaml, &found.1[1].assets, found.1[1].from),
        (&update.yaml, &update.assets, Epoch(100))
    );
    assert_eq!(store.prepared(JobRevision { job, revision: 0 }).unwrap(), Some(preparation()));
    assert_eq!(store.prepared(JobRevision { job, revision }).unwrap(), None);
    let history = store.history(job, Epoch(0), 10).unwrap();
    assert_eq!(history[0], epoch(4, 1.5));
    assert!(history[1].loss.is_nan());
    let kinds: Vec<_> = texts(&store, Subject::Job(job)).into_iter().map(|(kind, _)| kind).collect();
    let expected = ["submitted", "chosen", "prepared", "warning", "status", "updated", "priority", "inexact"];
    assert_eq!(kinds, expected);
}

#[test]
fn a_repeated_submission_is_the_same_job() {
    let farm = Farm::new();
    let store = farm.open();
    let first = store.submit(&submission("t")).unwrap();
    // The coordinator drew another seed for the repetition; the client asked for the same.
    let again = store.submit(&Submission { seed: 1, ..submission("t") }).unwrap();
    assert_eq!((first, again), (Submitted::New(JobId(1)), Submitted::Known(JobId(1))));
    assert_eq!(store.job(JobId(1)).unwrap().seed, u64::MAX - 5);
    let other = Submission { request: Sha256([8; 32]), ..submission("t") };
    let error = store.submit(&other).unwrap_err();
    assert!(matches!(error, StoreError::TokenReused { job: JobId(1), .. }), "{error}");
    assert_eq!(texts(&store, Subject::Job(JobId(1))), [("submitted".into(), "submitted by ada".into())]);
}

#[test]
fn many_threads_submit_at_once() {
    let farm = Farm::new();
    let store = farm.open();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = store.clone();
            scope.spawn(move || {
                for number in 0..10 {
                    // Every token is submitted by two threads.
                    store.submit(&submission(&format!("{}-{number}", thread / 2))).unwrap();
                }
            });
        }
    });
    let jobs = store.jobs(&JobFilter::default()).unwrap();
    assert_eq!(jobs.iter().map(|job| job.id.0).collect::<Vec<_>>(), (1..=40).rev().collect::<Vec<_>>());
}

#[test]
fn a_change_that_others_overtook_is_refused() {
    let farm = Farm::new();
    let store = farm.open();
    let job = store.submit(&submission("t")).unwrap().job();
    store.transition(job, &transition(JobState::Waiting, JobState::Cancelled, "by ada")).unwrap();
    let before = store.job(job).unwrap();
    let error = store.transition(job, &transition(JobState::Waiting, JobState::Running, "")).unwrap_err();
    assert_eq!(error.to_string(), "job 1 is cancelled, not waiting; look at it again and repeat the command");
    assert_eq!(store.job(job).unwrap(), before);
    assert_eq!(before.ended, Some(NOW));
    // A retry is not ended any more.
    store.transition(job, &transition(JobState::Cancelled, JobState::Waiting, "retry")).unwrap();
    assert_eq!(store.job(job).unwrap().ended, None);

    let (yaml, assets) = (String::new(), BTreeMap::new());
    let update = Update { seen: 0, from: Epoch(4), yaml, assets, epochs: 5, memory: 0 };
    store.update(job, &update).unwrap();
    let error = store.update(job, &update).unwrap_err();
    assert!(matches!(error, StoreError::RevisionChanged { expected: 0, found: 1, .. }), "{error}");
    let open = Update { seen: 1, from: Update::OPEN, ..update.clone() };
    let revision = JobRevision { job, revision: store.update(job, &open).unwrap() };
    assert_eq!(store.revisions(job).unwrap()[2].from, Update::OPEN);
    store.settle_revision(revision, Epoch(51)).unwrap();
    assert_eq!(store.revisions(job).unwrap()[2].from, Epoch(51));
    let last = "revision 2 holds from epoch 51 on".to_owned();
    assert_eq!(texts(&store, Subject::Job(job)).pop(), Some(("updated".to_owned(), last)));
    let nobody = JobId(99);
    for error in [
        store.job(nobody).map(drop).unwrap_err(),
        store.update(nobody, &update).map(drop).unwrap_err(),
        store.set_priority(nobody, 1).map(drop).unwrap_err(),
        store.set_labels(nobody, &BTreeSet::new()).unwrap_err(),
        store.choose(nobody, &computation()).map(drop).unwrap_err(),
        store.set_prepared(JobRevision { job: nobody, revision: 0 }, &preparation()).unwrap_err(),
        store.settle_revision(JobRevision { job: nobody, revision: 0 }, Epoch(1)).map(drop).unwrap_err(),
        store.add_history(nobody, &[], Epoch(1)).unwrap_err(),
        store.history(nobody, Epoch(0), 1).map(drop).unwrap_err(),
        store.revisions(nobody).map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::NoSuchJob(JobId(99))), "{error}");
    }
}

#[test]
fn jobs_are_listed_by_status_and_in_pages() {
    let farm = Farm::new();
    let store = farm.open();
    for status in [JobState::Completed, JobState::Failed, JobState::Completed] {
        end(&store, &format!("{}", store.jobs(&JobFilter::default()).unwrap().len()), status);
    }
    let list = |status: &[JobState], before: Option<u64>, limit| {
        let filter = JobFilter { status: status.to_vec(), before: before.map(JobId), limit };
        store.jobs(&filter).unwrap().into_iter().map(|job| job.id.0).collect::<Vec<_>>()
    };
    assert_eq!(list(&[JobState::Completed], None, None), [3, 1]);
    assert_eq!(list(&[JobState::Failed, JobState::Waiting], None, None), [2]);
    let counts = JobState::ALL.map(|status| store.count(status).unwrap());
    assert_eq!(counts, [0, 0, 0, 0, 2, 1, 0]);
    store.ping().unwrap();
    assert_eq!(list(&[], Some(3), Some(1)), [2]);
}

#[test]
fn history_is_replaced_and_truncated() {
    let farm = Farm::new();
    let store = farm.open();
    let job = store.submit(&submission("t")).unwrap().job();
    let epochs: Vec<_> = (4..10).map(|number| epoch(number, 1.0)).collect();
    store.add_history(job, &epochs, Epoch(10)).unwrap();
    assert_eq!(store.truncate_history(job, Epoch(7)).unwrap(), 3);
    assert_eq!(store.job(job).unwrap().next, Epoch(7));
    store.add_history(job, &[epoch(6, 2.0), epoch(7, 3.0)], Epoch(8)).unwrap();
    let history = store.history(job, Epoch(5), 10).unwrap();
    let losses: Vec<_> = history.iter().map(|epoch| (epoch.epoch.0, epoch.loss)).collect();
    assert_eq!(losses, [(5, 1.0), (6, 2.0), (7, 3.0)]);
    assert_eq!(store.history(job, Epoch(5), 1).unwrap().len(), 1);
}

#[test]
fn events_are_ordered_by_number_when_the_clock_is_set_back() {
    let farm = Farm::new();
    let store = farm.open();
    let worker: WorkerName = "node-3".parse().unwrap();
    let add = |subject: &Subject, text| store.add_event(subject, &EventKind::Joined, text).unwrap();
    let first = add(&Subject::Farm, "one");
    farm.clock.step(-5 * DAY);
    add(&Subject::Worker(worker.clone()), "two");
    store.add_event(&Subject::Farm, &EventKind::Other("future".into()), "three").unwrap();
    assert_eq!(texts(&store, Subject::Worker(worker)), [("joined".into(), "two".into())]);
    assert_eq!(texts(&store, Subject::Farm).len(), 2);
    let after =
        store.events(&EventFilter { after: first, limit: Some(1), ..EventFilter::default() }).unwrap();
    assert_eq!((after.len(), after[0].text.as_str()), (1, "two"));
    drop(store);
    let opening = farm.open().opening().clone();
    assert_eq!(opening.clock_back, Some(Duration::from_hours(5 * 24)));
}

#[test]
fn marks_of_workers_survive_until_they_are_taken_away() {
    let farm = Farm::new();
    let store = farm.open();
    let worker: WorkerName = "node-3".parse().unwrap();
    let aside = MarkedWorker {
        worker: worker.clone(),
        mark: Mark::Quarantined,
        since: NOW,
        until: Some(Timestamp(NOW.0 + 600_000)),
        reason: "failed 3 jobs".into(),
    };
    let paused = MarkedWorker { mark: Mark::Paused, until: None, reason: "by ada".into(), ..aside.clone() };
    store.mark_worker(&aside).unwrap();
    store.mark_worker(&paused).unwrap();
    drop(store);
    let store = farm.open();
    assert_eq!(store.marked_workers().unwrap(), [paused.clone(), aside]);
    assert!(store.unmark_worker(&worker, Mark::Quarantined, "time is over").unwrap());
    assert!(!store.unmark_worker(&worker, Mark::Quarantined, "time is over").unwrap());
    assert_eq!(store.marked_workers().unwrap(), [paused]);
    let kinds: Vec<_> = texts(&store, Subject::Worker(worker)).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["set_aside", "worker_paused", "forgiven"]);
}

#[test]
fn a_folder_is_used_by_one_store_at_a_time() {
    let farm = Farm::new();
    let store = farm.open();
    let clock = Arc::clone(&farm.clock) as Arc<dyn Clock>;
    let error = Store::open(farm.folder.path(), Arc::clone(&clock)).err().unwrap();
    let expected = format!(
        "{} is used by another coordinator (process {}); stop it, or give this one another `data` folder",
        farm.folder.path().display(),
        std::process::id(),
    );
    assert_eq!(error.to_string(), expected);
    // A clone is the same store.
    let clone = store.clone();
    drop(store);
    assert!(Store::open(farm.folder.path(), Arc::clone(&clock)).is_err());
    drop(clone);
    assert_eq!(farm.open().opening().incarnation, 2);
}

#[test]
fn uploads_are_checked_and_kept_once() {
    let farm = Farm::new();
    let store = farm.open();
    let blobs = store.blobs();
    let content = vec![42; 100_000];
    let sha256 = blobs.insert(&content).unwrap();
    assert_eq!(sha256.0, sha2::Sha256::digest(&content)[..]);
    assert_eq!((blobs.has(&sha256), blobs.len(&sha256)), (true, Some(100_000)));
    assert_eq!(blobs.insert(&content).unwrap(), sha256);
    let mut bytes = Vec::new();
    blobs.open(&sha256).unwrap().file.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, content);

    let mut writer = blobs.begin(5).unwrap();
    writer.write(b"1234").unwrap();
    assert!(matches!(writer.write(b"56"), Err(StoreError::BlobTooLarge { limit: 5 })));
    drop(writer);
    let mut writer = blobs.begin(5).unwrap();
    writer.write(b"other").unwrap();
    let error = blobs.finish(writer, Some(&sha256)).unwrap_err();
    assert!(matches!(error, StoreError::BlobMismatch { .. }), "{error}");
    assert!(matches!(blobs.open(&Sha256([1; 32])), Err(StoreError::NoSuchBlob(_))));
    assert_eq!(durable::entries(&store.layout().incoming()).unwrap().len(), 0);

    // Damage on disk is found, and healed by the next upload.
    fs::write(store.layout().blob(&sha256), vec![43; 100_000]).unwrap();
    assert!(matches!(blobs.read(&sha256), Err(StoreError::BlobDamaged(_))));
    assert!(!blobs.has(&sha256));
    blobs.insert(&content).unwrap();
    assert_eq!(blobs.read(&sha256).unwrap(), content);
}

#[test]
fn blobs_stay_while_a_job_names_them() {
    let farm = Farm::new();
    let store = farm.open();
    let named = store.blobs().insert(b"named").unwrap();
    let fresh = store.blobs().insert(b"fresh").unwrap();
    let old = store.blobs().insert(b"old").unwrap();
    let asked = store.blobs().insert(b"asked for").unwrap();
    let long_ago = SystemTime::now() - Duration::from_hours(5);
    for sha256 in [&named, &old, &asked] {
        let file = fs::File::options().append(true).open(store.layout().blob(sha256)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    // A client that was told "uploaded already" has time to submit.
    assert!(store.blobs().has(&asked));
    let job = Submission { assets: BTreeMap::from([("a".into(), named)]), ..submission("t") };
    let job = store.submit(&job).unwrap().job();
    let collected = store.collect_blobs(Duration::from_hours(1)).unwrap();
    assert_eq!(collected, Collected { blobs: 1, bytes: 3 });
    let there = [&named, &fresh, &old, &asked].map(|sha256| store.blobs().has(sha256));
    assert_eq!(there, [true, true, false, true]);

    let missing = Submission { assets: BTreeMap::from([("b".into(), old)]), ..submission("u") };
    let error = store.submit(&missing).unwrap_err();
    assert!(matches!(&error, StoreError::MissingBlobs(names) if names[..] == [("b".into(), old)]), "{error}");
    assert_eq!(store.jobs(&JobFilter::default()).unwrap().len(), 1);

    store.transition(job, &transition(JobState::Waiting, JobState::Cancelled, "")).unwrap();
    store.remove(job, "test").unwrap();
    assert_eq!(store.collect_blobs(Duration::ZERO).unwrap().blobs, 3);
}

#[test]
fn a_job_keeps_all_of_its_models_and_their_weights() {
    let farm = Farm::new();
    let store = farm.open();
    let model = |name: &str, sha256| ModelReference {
        name: name.into(),
        sha256,
        settings: clipig_core::ModelSettings::of_activation(clipig_core::Activation::Gelu),
    };
    let brought = store.blobs().insert(b"weights").unwrap();
    let more_models = vec![model("RN50", Sha256([9; 32])), model("mine", brought)];
    let several = Submission { more_models: more_models.clone(), ..submission("several") };
    store.submit(&submission("one")).unwrap();
    let job = store.submit(&several).unwrap().job();
    drop(store);

    let store = farm.open();
    let found = store.job(job).unwrap();
    assert_eq!((&found.model, &found.more_models), (&several.model, &more_models));
    let names = |job: &JobRecord| job.models().map(|model| model.name.clone()).collect::<Vec<_>>();
    let all = store.jobs(&JobFilter::default()).unwrap();
    assert_eq!(
        all.iter().map(names).collect::<Vec<_>>(),
        [vec!["ViT-B/32", "RN50", "mine"], vec!["ViT-B/32"]]
    );
    assert_eq!(store.collect_blobs(Duration::ZERO).unwrap().blobs, 0, "weights of a job stay");
    store.transition(job, &transition(JobState::Waiting, JobState::Cancelled, "")).unwrap();
    store.remove(job, "test").unwrap();
    assert_eq!(store.collect_blobs(Duration::ZERO).unwrap().blobs, 1);
}

#[test]
fn old_jobs_go_with_their_files() {
    let farm = Farm::new();
    let store = farm.open();
    let old = end(&store, "old", JobState::Failed);
    let waiting = store.submit(&submission("waiting")).unwrap().job();
    store.artifacts(old).write(ArtifactName::Picture, b"png").unwrap();
    store.add_history(old, &[epoch(4, 1.0)], Epoch(5)).unwrap();
    farm.clock.advance(40 * DAY);
    let young = end(&store, "young", JobState::Completed);
    let policy = RetentionPolicy { days: Some(30), jobs: Some(10) };
    assert_eq!(store.retain(policy).unwrap(), Retained { removed: vec![old], left: 0 });
    assert!(!store.layout().job(old).exists());
    assert!(matches!(store.job(old), Err(StoreError::NoSuchJob(_))));
    let last = ("removed".to_owned(), "`teapot` was failed and is removed: old".to_owned());
    assert_eq!(texts(&store, Subject::Job(old)), [last]);
    assert!(matches!(store.remove(waiting, "test"), Err(StoreError::StatusChanged { .. })));
    // Numbers are not used again, also when the last job goes.
    store.remove(young, "test").unwrap();
    assert_eq!(store.submit(&submission("next")).unwrap(), Submitted::New(JobId(4)));
}

#[test]
fn a_clock_that_leaps_forward_removes_nothing() {
    let farm = Farm::new();
    let store = farm.open();
    let job = end(&store, "t", JobState::Completed);
    farm.clock.step(4000 * DAY);
    let policy = RetentionPolicy { days: Some(30), jobs: None };
    let retained = store.retain(policy).unwrap();
    assert_eq!(retained.removed, []);
    assert!(store.job(job).is_ok());
    // It is as old as it is, whatever the clock shows.
    farm.clock.advance(29 * DAY);
    assert_eq!(store.retain(policy).unwrap().removed, []);
    farm.clock.advance(2 * DAY);
    assert_eq!(store.retain(policy).unwrap().removed, [job]);
}

#[test]
fn an_upload_outlives_a_clock_that_is_set() {
    let farm = Farm::new();
    let store = farm.open();
    let upload = store.blobs().insert(b"uploaded, and not yet submitted").unwrap();
    let file = fs::File::options().append(true).open(store.layout().blob(&upload)).unwrap();
    let (grace, day) = (Duration::from_hours(24), Duration::from_hours(24));
    // By the clock that was set forward by two days, it is two days old.
    farm.clock.step(2 * DAY);
    file.set_modified(SystemTime::now() - 2 * day).unwrap();
    assert_eq!(store.collect_blobs(grace).unwrap().blobs, 0);
    // Set back by a week: it comes from the future.
    farm.clock.step(-7 * DAY);
    file.set_modified(SystemTime::now() + 5 * day).unwrap();
    assert_eq!(store.collect_blobs(grace).unwrap().blobs, 0);
    // And a day later it is old.
    farm.clock.step(7 * DAY);
    file.set_modified(SystemTime::now() - 4 * day).unwrap();
    assert_eq!(store.collect_blobs(grace).unwrap().blobs, 1);
}

#[test]
fn artifacts_are_listed_with_their_sizes() {
    let farm = Farm::new();
    let store = farm.open();
    let artifacts = store.artifacts(JobId(3));
    assert_eq!(artifacts.list().unwrap(), []);
    for (name, bytes) in [
        (ArtifactName::Picture, &b"picture"[..]),
        (ArtifactName::Snapshot(Epoch(120)), b"later"),
        (ArtifactName::Snapshot(Epoch(0)), b"first"),
        (ArtifactName::Snapshot(Epoch(0)), b"again!"),
    ] {
        artifacts.write(name, bytes).unwrap();
    }
    let list: Vec<_> =
        artifacts.list().unwrap().iter().map(|found| (found.name.to_string(), found.len)).collect();
    assert_eq!(artifacts.count().unwrap(), 3);
    let name = |name: &str| name.to_owned();
    assert_eq!(
        list,
        [(name("snapshots/00000000.png"), 6), (name("snapshots/00000120.png"), 5), (name("picture.png"), 7)]
    );
    let (mut file, artifact) = artifacts.open(ArtifactName::Snapshot(Epoch(0))).unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    assert_eq!((bytes.as_slice(), artifact.len), (&b"again!"[..], 6));
    assert!(artifact.modified > NOW);
    let error = artifacts.open(ArtifactName::Snapshot(Epoch(7))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "job 3 has no `snapshots/00000007.png` yet; `clipig fetch` lists what there is"
    );
}

#[test]
fn what_a_crash_left_is_sorted_out() {
    let farm = Farm::new();
    let store = farm.open();
    let removed = end(&store, "t", JobState::Failed);
    store.artifacts(removed).write(ArtifactName::Picture, b"png").unwrap();
    store.remove(removed, "test").unwrap();
    let kept = end(&store, "kept", JobState::Completed);
    store.artifacts(kept).write(ArtifactName::Picture, b"png").unwrap();
    drop(store);
    let root = farm.folder.path();
    fs::write(root.join("incoming/5"), b"half an upload").unwrap();
    fs::create_dir_all(root.join("jobs/1/snapshots")).unwrap();
    let opening = farm.open().opening().clone();
    assert_eq!((opening.unfinished, opening.orphans, opening.strangers), (1, vec![removed], vec![]));
    assert!(!root.join("jobs/1").exists() && root.join("jobs/2").exists());

    // The database was moved away: pictures stay, and no new job gets the number of an old one.
    for file in ["farm.sqlite", "farm.sqlite-wal"] {
        let _ = fs::remove_file(root.join(file));
    }
    let store = farm.open();
    assert_eq!(store.opening().strangers, [kept]);
    assert!(root.join("jobs/2/picture.png").exists());
    assert_eq!(store.submit(&submission("new")).unwrap(), Submitted::New(JobId(3)));
}

#[test]
fn only_the_owner_may_enter_the_folder_and_read_its_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let farm = Farm::new();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    // As an older clipig left it.
    fs::set_permissions(farm.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let database = farm.folder.path().join("farm.sqlite");
    fs::write(&database, "").unwrap();
    fs::set_permissions(&database, fs::Permissions::from_mode(0o644)).unwrap();
    let store = farm.open();
    fill(&store);
    let folder = farm.folder.path();
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    let mut next = 0;
    while next < folders.len() {
        for entry in fs::read_dir(&folders[next]).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
        next += 1;
    }
    assert!(folders.iter().all(|path| mode(path) == 0o700), "{folders:?}");
    assert!(files.len() > 3, "{files:?}");
    for path in files {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_damaged_database_is_named() {
    let farm = Farm::new();
    let path = farm.folder.path().join("farm.sqlite");
    fs::write(&path, "this is no database, whatever its name says; it is long enough to be read".repeat(20))
        .unwrap();
    let error = Store::open(farm.folder.path(), Arc::clone(&farm.clock) as Arc<dyn Clock>).err().unwrap();
    assert!(matches!(error, StoreError::DatabaseDamaged { .. }), "{error}");
    assert!(error.to_string().contains("clipig farm restore"), "{error}");
}

/// Versions as they were when they were first published. Those files never change; a new version gets its own.
#[test]
fn published_versions_are_opened_for_ever() {
    let published = [
        (1, include_str!("../../tests/fixtures/store/farm-v1.sql")),
        (2, include_str!("../../tests/fixtures/store/farm-v2.sql")),
        (3, include_str!("../../tests/fixtures/store/farm-v3.sql")),
        (4, include_str!("../../tests/fixtures/store/farm-v4.sql")),
        (5, include_str!("../../tests/fixtures/store/farm-v5.sql")),
        (6, include_str!("../../tests/fixtures/store/farm-v6.sql")),
        (7, include_str!("../../tests/fixtures/store/farm-v7.sql")),
        (8, include_str!("../../tests/fixtures/store/farm-v8.sql")),
        (9, include_str!("../../tests/fixtures/store/farm-v9.sql")),
    ];
    let newest = super::schema::STEPS.len();
    assert_eq!(published.len(), newest, "version {newest} of the tables needs a farm-v{newest}.sql");
    for (version, frozen) in published {
        let farm = Farm::new();
        let connection = rusqlite::Connection::open(farm.folder.path().join("farm.sqlite")).unwrap();
        connection.execute_batch(frozen).unwrap();
        drop(connection);
        let store = farm.open();
        assert_eq!(store.opening().incarnation, 8);
        check_frozen(&store, version);
    }
}

#[test]
fn the_database_becomes_smaller_when_jobs_are_removed() {
    let farm = Farm::new();
    let size = || fs::metadata(farm.folder.path().join("farm.sqlite")).unwrap().len();
    for is_old in [false, true] {
        if is_old {
            // One that was made before databases could shrink.
            fs::remove_file(farm.folder.path().join("farm.sqlite")).unwrap();
            let path = farm.folder.path().join("farm.sqlite");
            let frozen = include_str!("../../tests/fixtures/store/farm-v4.sql");
            rusqlite::Connection::open(path).unwrap().execute_batch(frozen).unwrap();
        }
        let store = farm.open();
        let (large, small) = (end(&store, "large", JobState::Failed), end(&store, "small", JobState::Failed));
        let mut wide = epoch(4, 1.0);
        wide.targets = vec![wide.targets[0].clone(); 50];
        let epochs: Vec<EpochHistory> =
            (0..1_000).map(|n| EpochHistory { epoch: Epoch(n), ..wide.clone() }).collect();
        store.add_history(large, &epochs, Epoch(1_000)).unwrap();
        store.add_history(small, &epochs[..20], Epoch(20)).unwrap();
        assert_eq!(store.shrink().unwrap(), 0, "everything is used");
        store.remove(large, "test").unwrap();
        let given = store.shrink().unwrap();
        assert!(given > 2 << 20, "{given} bytes");
        assert!(size() < 1 << 20, "{} bytes are left", size());
        assert_eq!(store.history(small, Epoch(0), 30).unwrap().len(), 20);
    }
}

fn fill(store: &Store) {
    let image = store.blobs().insert(b"pixels").unwrap();
    let job = Submission { assets: BTreeMap::from([("a.png".into(), image)]), ..submission("first") };
    let second = ModelReference { name: "RN50".into(), sha256: Sha256([4; 32]), ..job.model.clone() };
    let job = Submission { more_models: vec![second], ..job };
    let job = store.submit(&job).unwrap().job();
    store.choose(job, &computation()).unwrap();
    store.set_prepared(JobRevision { job, revision: 0 }, &preparation()).unwrap();
    store.transition(job, &transition(JobState::Waiting, JobState::Running, "2 workers")).unwrap();
    store.add_history(job, &[epoch(4, 1.5), epoch(5, 0.1)], Epoch(6)).unwrap();
    let (yaml, assets) = ("text: b\n".into(), BTreeMap::new());
    // The second revision takes less, and version 3 knows of neither.
    let update = Update { seen: 0, from: Epoch(6), yaml, assets, epochs: 700, memory: 1 << 30 };
    store.update(job, &update).unwrap();
    store.submit(&Submission { class: None, threads: None, ..submission("second") }).unwrap();
    let worker: WorkerName = "node-3".parse().unwrap();
    let mark = Mark::Quarantined;
    let aside = MarkedWorker { worker, mark, since: NOW, until: None, reason: "failed 3 jobs".into() };
    store.mark_worker(&aside).unwrap();
    let deed = NewAuditEntry {
        owner: "ada-lovelace".into(),
        token: "ada-laptop".into(),
        address: "192.0.2.7:4711".into(),
        action: "UpdateJob".into(),
        job: Some(job),
        subject: String::new(),
        outcome: AuditOutcome::Done,
        text: "revision 1".into(),
    };
    store.add_audit(&deed).unwrap();
    store.add_upload(&image, "ada-lovelace", 6).unwrap();
    store.set_labels(job, &BTreeSet::from(["draft".into(), "für Ada".into()])).unwrap();
}

/// All that `fill` writes is there, as far as the version knew of it.
fn check_frozen(store: &Store, version: u32) {
    let fresh = Farm::new();
    let expected = fresh.open();
    fill(&expected);
    let (all, job) = (JobFilter::default(), JobId(1));
    let mut jobs = expected.jobs(&all).unwrap();
    if version < 4 {
        for job in &mut jobs {
            job.memory = None;
        }
    }
    let mut audit = expected.audit(&AuditFilter::default()).unwrap();
    if version < 5 {
        for job in &mut jobs {
            job.owner = None;
        }
        audit.clear();
    }
    if version < 7 {
        for job in &mut jobs {
            job.labels.clear();
        }
    }
    if version < 8 {
        for job in &mut jobs {
            job.trace = None;
        }
    }
    if version < 9 {
        for job in &mut jobs {
            job.more_models.clear();
        }
    }
    let uploaded = if version < 6 { 0 } else { expected.uploaded_by("ada-lovelace").unwrap() };
    assert_eq!(store.uploaded_by("ada-lovelace").unwrap(), uploaded);
    assert_eq!(store.jobs(&all).unwrap(), jobs);
    assert_eq!(store.audit(&AuditFilter::default()).unwrap(), audit);
    assert_eq!(store.revisions(job).unwrap(), expected.revisions(job).unwrap());
    let mut history = expected.history(job, Epoch(0), 9).unwrap();
    if version == 1 {
        for epoch in &mut history {
            epoch.time = None;
        }
    }
    assert_eq!(store.history(job, Epoch(0), 9).unwrap(), history);
    let revision = JobRevision { job, revision: 0 };
    let mut prepared = expected.prepared(revision).unwrap();
    if version < 9 {
        for target in prepared.iter_mut().flat_map(|preparation| &mut preparation.prepared.targets) {
            target.supplements.clear();
        }
    }
    assert_eq!(store.prepared(revision).unwrap(), prepared);
    assert_eq!(store.marked_workers().unwrap(), expected.marked_workers().unwrap());
    let events = EventFilter::default();
    assert_eq!(store.events(&events).unwrap(), expected.events(&events).unwrap());
}

#[test]
fn content_is_its_owners_until_it_is_removed() {
    let farm = Farm::new();
    let store = farm.open();
    let [one, two] = [b"one".as_slice(), b"other"].map(|bytes| store.blobs().insert(bytes).unwrap());
    store.add_upload(&one, "ada", 3).unwrap();
    store.add_upload(&two, "ada", 5).unwrap();
    // Who brings the same again takes no room.
    store.add_upload(&one, "bob", 3).unwrap();
    let stored = |owner| store.uploaded_by(owner).unwrap();
    assert_eq!((stored("ada"), stored("bob")), (8, 0));
    let named = Submission { assets: BTreeMap::from([("a.png".into(), two)]), ..submission("t") };
    store.submit(&named).unwrap();
    assert_eq!(store.collect_blobs(Duration::ZERO).unwrap().blobs, 1);
    assert_eq!(stored("ada"), 5);
    drop(store);
    assert_eq!(farm.open().uploaded_by("ada").unwrap(), 5);
}

#[test]
fn jobs_are_counted_by_owner_and_state() {
    let farm = Farm::new();
    let store = farm.open();
    let of = |owner: &str, token: &str| Submission { owner: owner.into(), ..submission(token) };
    for (owner, token) in [("ada", "1"), ("bob", "2"), ("ada", "3")] {
        store.submit(&of(owner, token)).unwrap();
    }
    let job = store.jobs_of(Some("ada")).unwrap()[0];
    store.transition(job, &transition(JobState::Waiting, JobState::Paused, "")).unwrap();
    let count = |owner, status| store.count_of(owner, status).unwrap();
    assert_eq!((count("ada", JobState::Waiting), count("ada", JobState::Paused)), (1, 1));
    assert_eq!((count("bob", JobState::Waiting), count("carol", JobState::Waiting)), (1, 0));
    assert_eq!(store.jobs_of(Some("ada")).unwrap(), [JobId(1), JobId(3)]);
    assert_eq!(store.jobs_of(None).unwrap(), [JobId(1), JobId(2), JobId(3)]);
    assert_eq!(store.queue().unwrap()[0].owner.as_deref(), Some("bob"));
    store.transition(JobId(2), &transition(JobState::Waiting, JobState::Preparing, "")).unwrap();
    for (seed, bytes) in [(1, 5), (2, 3)] {
        store.add_upload(&Sha256([seed; 32]), "carol", bytes).unwrap();
    }
    let holdings = store.holdings().unwrap();
    assert_eq!(holdings["ada"], Holding { waiting: 2, running: 0, bytes: 0 });
    assert_eq!(holdings["bob"], Holding { waiting: 0, running: 1, bytes: 0 });
    assert_eq!(holdings["carol"], Holding { waiting: 0, running: 0, bytes: 8 });
    assert_eq!(holdings.len(), 3);
}

#[test]
fn an_interrupted_job_is_known_until_it_starts() {
    use JobState::{Paused, Preparing, Running, Waiting};
    let farm = Farm::new();
    let store = farm.open();
    let job = store.submit(&submission("t")).unwrap().job();
    let change = |store: &Store, from, to| {
        store.transition(job, &transition(from, to, "")).unwrap();
        store.job(job).unwrap().interrupted
    };
    assert!(!change(&store, Waiting, Preparing));
    assert!(change(&store, Preparing, Waiting));
    drop(store);
    let store = farm.open();
    assert!(store.job(job).unwrap().interrupted);
    assert!(!change(&store, Waiting, Running));
    assert!(!change(&store, Running, Paused));
    // A person's doing gives no precedence.
    assert!(!change(&store, Paused, Waiting));
}

#[test]
fn an_open_update_keeps_a_job_from_its_completion() {
    let farm = Farm::new();
    let store = farm.open();
    let job = store.submit(&submission("t")).unwrap().job();
    store.transition(job, &transition(JobState::Waiting, JobState::Running, "")).unwrap();
    let update = |seen| {
        let update = Update {
            seen,
            from: Update::OPEN,
            yaml: "b".into(),
            assets: BTreeMap::new(),
            epochs: 9,
            memory: 0,
        };
        store.update(job, &update)
    };
    let first = JobRevision { job, revision: update(0).unwrap() };
    let done = transition(JobState::Running, JobState::Completed, "");
    assert!(matches!(store.transition(job, &done), Err(StoreError::OpenUpdate(JobId(1)))));
    // Which epoch it holds from is said once.
    assert!(store.settle_revision(first, Epoch(50)).unwrap().is_some());
    assert_eq!(store.settle_revision(first, Epoch(60)).unwrap(), None);
    assert_eq!(store.revisions(job).unwrap()[1].from, Epoch(50));
    store.transition(job, &done).unwrap();
    let error = update(1).unwrap_err();
    assert!(matches!(error, StoreError::StatusChanged { found: JobState::Completed, .. }), "{error}");
}

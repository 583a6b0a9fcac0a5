//! Backups of a store that is being used, restored and checked.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use clipig_core::backup::{BackupFile, FORMAT, MANIFEST, Manifest};
use clipig_core::{Canvas, CanvasState, Epoch, JobId, JobRevision};
use sha2::Digest;

use super::super::check::png::tests::png;
use super::super::tests::{Farm, NOW, end, epoch, submission, transition};
use super::super::{
    ArtifactName, Checkpoint, Damage, EventFilter, Frozen, JobState, RestoreError, Store, StoreError,
    Submission, check, restore,
};
use crate::JobProgress;

/// Writes a backup as `clipig farm backup` does.
fn write(frozen: &Frozen, folder: &Path) {
    let mut files = Vec::new();
    for file in frozen.files() {
        let mut bytes = Vec::new();
        frozen.open(file).unwrap().read_to_end(&mut bytes).unwrap();
        let place = folder.join(&file.name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, &bytes).unwrap();
        let sha256 = base16ct::lower::encode_string(&sha2::Sha256::digest(&bytes));
        files.push(BackupFile { name: file.name.clone(), size: file.size, sha256 });
    }
    let taken = frozen.taken().0;
    write_manifest(folder, &Manifest { format: FORMAT, coordinator: "1.2.3".into(), taken, files });
}

fn write_manifest(folder: &Path, manifest: &Manifest) {
    fs::write(folder.join(MANIFEST), serde_json::to_vec(manifest).unwrap()).unwrap();
}

fn checkpoint(job: JobId, next: u32) -> Checkpoint {
    let canvas = Canvas::new(4, 4, vec![0.5; 48]).unwrap();
    let (optimizer, averages) = ("sgd".into(), Vec::new());
    let canvas = CanvasState { canvas, parameters: None, optimizer, steps: next, averages };
    let progress =
        JobProgress { next: Epoch(next), statistics: clipig_schedule::JobStatistics::default(), canvas };
    Checkpoint { revision: JobRevision { job, revision: 0 }, progress }
}

/// A job with an image, history, a snapshot and a checkpoint.
fn begin(store: &Store, token: &str) -> JobId {
    let image = store.blobs().insert(token.as_bytes()).unwrap();
    let assets = BTreeMap::from([("a.png".into(), image)]);
    let job = store.submit(&Submission { assets, ..submission(token) }).unwrap().job();
    store.transition(job, &transition(JobState::Waiting, JobState::Running, "")).unwrap();
    store.add_history(job, &[epoch(4, 1.0), epoch(5, 0.5)], Epoch(6)).unwrap();
    store.artifacts(job).write(ArtifactName::Snapshot(Epoch(5)), &png()).unwrap();
    store.checkpoints(job).save(&checkpoint(job, 6)).unwrap();
    job
}

/// As the farm ends a job: the picture is there before the job counts as completed, and the checkpoints go after that.
fn complete(store: &Store, job: JobId) {
    store.artifacts(job).write(ArtifactName::Picture, &png()).unwrap();
    store.transition(job, &transition(JobState::Running, JobState::Completed, "")).unwrap();
    store.checkpoints(job).clear().unwrap();
}

/// Says that something is done, also where a test fails.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_backup_shows_one_moment_of_a_store_that_is_used_all_the_time() {
    let farm = Farm::new();
    let store = farm.open();
    let acknowledged = begin(&store, "first");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0.. {
                let job = begin(&store, &format!("job {number}"));
                store.checkpoints(job).save(&checkpoint(job, 7)).unwrap();
                store.checkpoints(job).save(&checkpoint(job, 8)).unwrap();
                complete(&store, job);
                if number % 3 == 2 {
                    store.remove(job, "test").unwrap();
                    store.collect_blobs(std::time::Duration::ZERO).unwrap();
                }
                if done.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        let _done = Done(&done);
        for number in 0..5 {
            let folders = tempfile::tempdir().unwrap();
            let (backup, data) = (folders.path().join("backup"), folders.path().join("data"));
            let frozen = store.freeze().unwrap();
            write(&frozen, &backup);
            drop(frozen);
            for folder in [&backup, &data] {
                if folder == &data {
                    restore(&backup, &data, NOW).unwrap();
                }
                let found = check(folder).unwrap();
                assert!(found.damage.is_empty(), "backup {number}: {:?}", found.damage);
            }
            let restored =
                Store::open(&data, std::sync::Arc::new(super::super::SystemClock::default())).unwrap();
            assert_eq!(
                restored.history(acknowledged, Epoch(0), 9).unwrap(),
                store.history(acknowledged, Epoch(0), 9).unwrap()
            );
            assert!(restored.checkpoints(acknowledged).latest().unwrap().checkpoint.is_some());
        }
    });
    assert!(!farm.folder.path().join("backup").exists(), "the copy is left");
}

#[test]
fn one_backup_is_made_at_a_time_and_what_a_crash_leaves_of_it_goes() {
    let farm = Farm::new();
    let store = farm.open();
    let frozen = store.freeze().unwrap();
    assert!(matches!(store.freeze(), Err(StoreError::BackupUnderWay)));
    drop(frozen);
    store.freeze().unwrap();
    drop(store);
    let left = farm.folder.path().join("backup/jobs");
    fs::create_dir_all(&left).unwrap();
    farm.open();
    assert!(!left.exists());
}

#[test]
fn what_is_removed_meanwhile_is_in_the_backup() {
    let farm = Farm::new();
    let store = farm.open();
    let job = begin(&store, "t");
    complete(&store, job);
    let frozen = store.freeze().unwrap();
    store.remove(job, "test").unwrap();
    let folders = tempfile::tempdir().unwrap();
    let (backup, data) = (folders.path().join("backup"), folders.path().join("data"));
    write(&frozen, &backup);
    restore(&backup, &data, NOW).unwrap();
    assert_eq!(fs::read(data.join("jobs/1/picture.png")).unwrap(), png());
}

/// A backup of a farm with a running and a completed job.
fn backup(folder: &Path) -> JobId {
    let farm = Farm::new();
    let store = farm.open();
    let running = begin(&store, "running");
    let completed = begin(&store, "completed");
    complete(&store, completed);
    write(&store.freeze().unwrap(), folder);
    running
}

#[test]
fn a_restored_farm_goes_on_and_blames_nobody() {
    let folders = tempfile::tempdir().unwrap();
    let (from, data) = (folders.path().join("backup"), folders.path().join("data"));
    let running = backup(&from);
    fs::create_dir(&data).unwrap();
    // At the top of a volume.
    fs::create_dir(data.join("lost+found")).unwrap();
    let day = 24 * 3_600 * 1_000;
    let restored = restore(&from, &data, super::super::Timestamp(NOW.0 + 3 * day)).unwrap();
    assert_eq!(restored.taken, NOW);
    let store = Store::open(&data, std::sync::Arc::new(super::super::SystemClock::default())).unwrap();
    // Fences and numbers of what was after the backup are not given out again.
    assert!(store.opening().incarnation > 1_000_000 && store.opening().closed);
    assert_eq!(store.submit(&submission("new")).unwrap().job(), JobId(1_003));
    assert_eq!(store.job(running).unwrap().status, JobState::Running);
    let events = store.events(&EventFilter::default()).unwrap();
    assert!(
        events.iter().any(|event| event.text == "a backup was restored that is 3 days old"),
        "{events:?}"
    );
}

#[test]
fn nothing_is_restored_over_something_or_from_what_is_damaged() {
    let folders = tempfile::tempdir().unwrap();
    let (from, data) = (folders.path().join("backup"), folders.path().join("data"));
    backup(&from);
    let attempt = || restore(&from, &data, NOW).map(drop);

    fs::create_dir(&data).unwrap();
    fs::write(data.join("holiday.jpg"), "x").unwrap();
    assert!(matches!(attempt(), Err(RestoreError::NotEmpty(_))));
    fs::remove_file(data.join("holiday.jpg")).unwrap();

    let picture = from.join("jobs/2/picture.png");
    fs::write(&picture, [&png()[..20], &[0; 20], &png()[40..]].concat()).unwrap();
    assert!(matches!(attempt(), Err(RestoreError::Damaged { .. })));
    // No coordinator takes it for a farm, and neither does a check.
    let clock = || std::sync::Arc::new(super::super::SystemClock::default());
    assert!(matches!(Store::open(&data, clock()), Err(StoreError::HalfRestored { .. })));
    assert!(matches!(check(&data), Err(StoreError::HalfRestored { .. })));
    fs::remove_file(&picture).unwrap();
    assert!(matches!(attempt(), Err(RestoreError::Damaged { what: "it is missing", .. })));
    fs::write(&picture, png()).unwrap();
    attempt().unwrap();
    assert!(matches!(attempt(), Err(RestoreError::NotEmpty(_))));
    assert!(check(&data).unwrap().damage.is_empty());

    let manifest = fs::read(from.join(MANIFEST)).unwrap();
    let mut read: Manifest = serde_json::from_slice(&manifest).unwrap();
    let elsewhere = folders.path().join("elsewhere");
    let refused = |manifest: &Manifest| {
        write_manifest(&from, manifest);
        restore(&from, &elsewhere, NOW).unwrap_err()
    };
    read.files[1].name = "../outside".into();
    assert!(matches!(refused(&read), RestoreError::Name(_)));
    read.format = 2;
    assert!(matches!(refused(&read), RestoreError::NewerForm { found: 2 }));
    fs::remove_file(from.join(MANIFEST)).unwrap();
    assert!(matches!(restore(&from, &elsewhere, NOW), Err(RestoreError::NoBackup(_))));
    assert!(!elsewhere.exists(), "nothing is begun with what is no backup");
}

#[test]
fn a_store_of_a_newer_program_is_refused_and_not_changed() {
    let folders = tempfile::tempdir().unwrap();
    let (from, data) = (folders.path().join("backup"), folders.path().join("data"));
    backup(&from);
    restore(&from, &data, NOW).unwrap();
    let database = data.join("farm.sqlite");
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(&database).unwrap();
    let clock = std::sync::Arc::new(super::super::SystemClock::default());
    for refused in [Store::open(&data, clock).map(drop), check(&data).map(drop)] {
        let error = refused.unwrap_err();
        assert!(matches!(error, StoreError::NewerVersion { found: 99, .. }), "{error}");
        assert!(error.to_string().ends_with("use the newer clipig again"), "{error}");
    }
    assert_eq!(fs::read(&database).unwrap(), before);
}

#[test]
fn the_weights_inside_clipig_need_no_upload() {
    let farm = Farm::new();
    let store = farm.open();
    begin(&store, "running");
    drop(store);
    let connection = rusqlite::Connection::open(farm.folder.path().join("farm.sqlite")).unwrap();
    let inside = base16ct::lower::decode_vec(clipig_models::embedded::SHA256).unwrap();
    connection.execute("UPDATE jobs SET model = 'clipig-tiny', model_sha256 = ?1", [inside]).unwrap();
    drop(connection);
    let found = check(farm.folder.path()).unwrap();
    assert!(found.notes.is_empty(), "{:?}", found.notes);
}

#[test]
fn a_check_finds_what_is_damaged_and_what_is_left_over() {
    let farm = Farm::new();
    let store = farm.open();
    assert!(matches!(check(farm.folder.path()), Err(StoreError::InUse { .. })));
    let running = begin(&store, "running");
    let completed = begin(&store, "completed");
    complete(&store, completed);
    store.blobs().insert(b"nobody's").unwrap();
    let failed = end(&store, "failed", JobState::Failed);
    store.remove(failed, "test").unwrap();
    drop(store);
    let root = farm.folder.path();
    let found = check(root).unwrap();
    assert!(found.damage.is_empty(), "{:?}", found.damage);
    assert_eq!(
        (found.tally.jobs, found.tally.pictures, found.tally.checkpoints, found.tally.blobs),
        (2, 3, 1, 3)
    );
    let notes: Vec<String> = found.notes.iter().map(ToString::to_string).collect();
    assert!(notes[0].starts_with("1 uploaded files (8 bytes)"), "{notes:?}");
    assert!(notes[1].contains("ViT-B/32, which job 1 needs"), "{notes:?}");
    assert_eq!(notes.len(), 2, "{notes:?}");

    let image = base16ct::lower::encode_string(&sha2::Sha256::digest(b"running"));
    let blob = root.join("blobs").join(&image[..2]).join(&image);
    fs::write(&blob, b"ruined!").unwrap();
    fs::remove_file(root.join("jobs/2/picture.png")).unwrap();
    fs::write(root.join("jobs/1/snapshots/00000005.png"), &png()[..30]).unwrap();
    let saved = root.join("jobs/1/checkpoints/00000006.ckpt");
    let mut bytes = fs::read(&saved).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&saved, bytes).unwrap();
    fs::create_dir_all(root.join("jobs/9/snapshots")).unwrap();
    fs::write(root.join("incoming/5"), "half an upload").unwrap();
    let before = fs::read(root.join("farm.sqlite")).unwrap();
    let found = check(root).unwrap();
    let has = |wanted: fn(&Damage) -> bool| assert!(found.damage.iter().any(wanted), "{:?}", found.damage);
    has(|damage| matches!(damage, Damage::Blob { jobs, .. } if jobs == &[JobId(1)]));
    has(|damage| matches!(damage, Damage::MissingPicture(JobId(2))));
    has(|damage| matches!(damage, Damage::Png { job: JobId(1), .. }));
    has(|damage| matches!(damage, Damage::Checkpoint { others: 0, .. }));
    assert_eq!(found.damage.len(), 4, "{:?}", found.damage);
    let notes: Vec<String> = found.notes.iter().map(ToString::to_string).collect();
    for part in
        ["job 1 had come to epoch 6 and has no checkpoint", "jobs/9 belongs to no job", "1 unfinished files"]
    {
        assert!(notes.iter().any(|note| note.contains(part)), "{part}: {notes:?}");
    }
    assert_eq!(fs::read(root.join("farm.sqlite")).unwrap(), before, "a check changes nothing");

    fs::remove_file(&blob).unwrap();
    let found = check(root).unwrap();
    assert!(
        found
            .damage
            .iter()
            .any(|damage| matches!(damage, Damage::MissingBlob { job, .. } if *job == running)),
        "{:?}",
        found.damage
    );
    // Rows that belong to nothing, then a database that cannot be read.
    let connection = rusqlite::Connection::open(root.join("farm.sqlite")).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM revisions WHERE job = 1;").unwrap();
    drop(connection);
    let found = check(root).unwrap();
    assert!(
        found.damage[0].to_string().contains("rows of `assets` belong to no row of `revisions`"),
        "{:?}",
        found.damage
    );
    fs::write(root.join("farm.sqlite"), "no database at all, but long enough to be read as one".repeat(20))
        .unwrap();
    let _ = fs::remove_file(root.join("farm.sqlite-wal"));
    let found = check(root).unwrap();
    assert!(matches!(found.damage[..], [Damage::Database { .. }]), "{:?}", found.damage);
    assert!(matches!(check(&root.join("jobs")), Err(StoreError::NoStore { .. })));
}

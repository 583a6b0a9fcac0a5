//! A full disk under jobs: they wait or go on, say so, and lose nothing.

use clipig_core::Epoch;
use rustix::io::Errno;

use super::support::{TestFarm, YAML, undisturbed};
use crate::store::{ArtifactName, JobState};

#[test]
fn a_job_waits_for_room_where_it_cannot_go_on_without() {
    let farm = TestFarm::new();
    let job = farm.submit(YAML);
    farm.store().pretend_full(true);
    farm.join();
    farm.until(job, "refused", |view| view.reason.starts_with("it could not be started: no room"));
    assert_eq!(farm.view(job).record.status, JobState::Waiting);
    farm.store().pretend_full(false);
    farm.farm.inner.changed.notify_all();
    farm.run_into(6);
    // Epochs need no room; the end does.
    farm.store().pretend_full(true);
    farm.let_pass(u32::MAX);
    farm.until(job, "waiting for room", |view| {
        view.reason.starts_with("it waits for room on the disk: no room")
    });
    let view = farm.view(job);
    assert_eq!((view.record.status, view.progress.unwrap().epochs_done), (JobState::Running, 12));
    farm.store().pretend_full(false);
    assert_eq!(farm.finish(job), undisturbed());
    assert!(farm.told(job).iter().any(|text| text == "there is room on the disk again; it goes on"));
}

#[test]
fn snapshots_that_find_no_room_stop_no_epoch() {
    let farm = TestFarm::new();
    farm.join();
    // Snapshots are due after the epochs 0, 3, 6 and 9.
    let job = farm.submit(YAML);
    farm.run_into(2);
    farm.store().pretend_full(true);
    // When epoch 6 is done, the snapshot after epoch 3 has been waited for.
    farm.run_into(7);
    farm.store().pretend_full(false);
    assert_eq!(farm.finish(job), undisturbed());
    assert!(farm.told(job).iter().any(|text| text == "snapshots are written again"));
    let kept = farm.store().artifacts(job).list().unwrap();
    assert!(kept.iter().all(|artifact| artifact.name != ArtifactName::Snapshot(Epoch(4))));
    assert!(kept.iter().any(|artifact| artifact.name == ArtifactName::Snapshot(Epoch(10))));
}

#[test]
fn a_job_that_waits_for_room_lets_the_farm_close_and_goes_on_after_it() {
    let farm = TestFarm::new();
    farm.join();
    let job = farm.submit(YAML);
    farm.run_into(5);
    farm.farm.pause(job, "").unwrap();
    farm.let_pass(5);
    farm.until_rest(job);
    farm.farm.resume(job).unwrap();
    farm.run_into(8);
    farm.store().pretend_full(true);
    farm.let_pass(u32::MAX);
    farm.until(job, "waiting for room", |view| view.reason.starts_with("it waits for room on the disk"));
    farm.farm.close(std::time::Instant::now() + std::time::Duration::from_secs(20));
    farm.until_rest(job);
    // Nothing is written of its end, and its checkpoint is still there.
    let view = farm.view(job);
    assert_eq!((view.record.status, view.checkpoint), (JobState::Running, Some(Epoch(6))));
    let farm = farm.killed();
    farm.join();
    assert_eq!(farm.finish(job), undisturbed());
}

#[test]
fn no_job_fails_because_files_or_the_disk_fail_it_for_a_while() {
    for fault in [Errno::MFILE, Errno::NFILE, Errno::IO] {
        let farm = TestFarm::new();
        farm.join();
        let job = farm.submit(YAML);
        farm.run_into(6);
        farm.store().pretend_fault(Some(fault));
        farm.let_pass(u32::MAX);
        farm.until(job, "waiting", |view| view.reason.starts_with("it waits and tries again: cannot write"));
        assert_eq!(farm.view(job).record.status, JobState::Running);
        farm.store().pretend_fault(None);
        assert_eq!(farm.finish(job), undisturbed(), "{fault}");
        assert!(farm.told(job).iter().any(|text| text == "that has passed; it goes on"));
    }
}

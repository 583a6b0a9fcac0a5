//! Updates of running jobs: none is lost, and all are replayed.

use clipig_core::Epoch;

use super::support::{TestFarm, YAML};
use crate::store::{JobState, Update};

fn updated() -> String {
    YAML.replace("learnrate: 0.00001", "learnrate: 0.00002").replace("interval: 3", "interval: 2")
}

fn from(farm: &TestFarm, job: clipig_core::JobId) -> Vec<u32> {
    farm.store().revisions(job).unwrap().iter().map(|revision| revision.from.0).collect()
}

#[test]
fn a_pause_is_not_lost_by_an_update_and_the_update_not_by_the_pause() {
    let farm = TestFarm::new();
    farm.join();
    let job = farm.submit(YAML);
    farm.run_into(6);
    farm.farm.pause(job, "").unwrap();
    farm.update(job, &updated());
    farm.let_pass(6);
    farm.until_rest(job);
    let view = farm.view(job);
    assert_eq!((view.record.status, view.checkpoint), (JobState::Paused, Some(Epoch(7))));
    farm.farm.resume(job).unwrap();
    let made = farm.finish(job);
    assert_eq!((made.losses.len(), from(&farm, job)), (12, vec![0, 7]));
}

#[test]
fn an_update_is_replayed_after_a_kill() {
    let snapshots = |farm: &TestFarm, job| -> Vec<String> {
        let list = farm.store().artifacts(job).list().unwrap();
        list.into_iter().map(|artifact| artifact.name.to_string()).collect()
    };
    let start = || {
        let farm = TestFarm::new();
        farm.join();
        let job = farm.submit(YAML);
        farm.run_into(4);
        farm.farm.pause(job, "").unwrap();
        farm.let_pass(4);
        farm.until_rest(job);
        farm.farm.resume(job).unwrap();
        farm.run_into(6);
        farm.update(job, &updated());
        farm.run_into(9);
        (farm, job)
    };
    let (undisturbed, job) = start();
    let expected = undisturbed.finish(job);
    assert!(expected.experiment().contains("snapshot_interval: 2"), "{}", expected.experiment());
    // The last checkpoint is older than the update.
    let (farm, job) = start();
    assert_eq!((farm.view(job).checkpoint, from(&farm, job)), (Some(Epoch(5)), vec![0, 7]));
    let farm = farm.killed();
    farm.join();
    assert_eq!(farm.finish(job), expected);
    assert_eq!(from(&farm, job), [0, 7]);
    // Every third epoch, then every second one, and where it was paused.
    let names = [1, 4, 5, 7, 9, 11].map(|epoch| format!("snapshots/{epoch:08}.png"));
    assert_eq!(snapshots(&farm, job)[..6], names);
    assert_eq!(snapshots(&farm, job), snapshots(&undisturbed, job));
}

#[test]
fn an_update_that_comes_after_the_last_epoch_still_counts() {
    let farm = TestFarm::new();
    farm.join();
    let job = farm.submit(YAML);
    farm.run_into(11);
    // The runner never hears of it, as when it has looked for commands for the last time.
    let update = Update {
        seen: 0,
        from: Update::OPEN,
        yaml: updated().replace("epochs: 12", "epochs: 14"),
        assets: std::collections::BTreeMap::new(),
        epochs: 14,
        memory: 0,
    };
    farm.store().update(job, &update).unwrap();
    let made = farm.finish(job);
    assert_eq!((made.losses.len(), from(&farm, job)), (14, vec![0, 12]));
}

#[test]
fn an_update_that_was_overtaken_is_not_replayed() {
    let farm = TestFarm::new();
    let job = farm.submit(YAML);
    let update = |seen, from| Update {
        seen,
        from,
        yaml: updated(),
        assets: std::collections::BTreeMap::new(),
        epochs: 12,
        memory: 0,
    };
    for (seen, from) in [Update::OPEN, Epoch(7), Update::OPEN, Update::OPEN].into_iter().enumerate() {
        farm.store().update(job, &update(seen as u32, from)).unwrap();
    }
    farm.farm.settle_updates(job, Some(Epoch(9))).unwrap();
    assert_eq!(from(&farm, job), [0, u32::MAX, 7, 9, 9]);
}

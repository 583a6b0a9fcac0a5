//! What is there after a kill.

use std::sync::Arc;
use std::time::Duration;

use clipig_core::{Epoch, JobId};

use super::support::{TestFarm, YAML};
use crate::store::{JobState, Store, SystemClock, Transition};

#[test]
fn history_after_a_kill_has_every_epoch_before_the_checkpoint() {
    let farm = TestFarm::with(|settings| settings.checkpoint_interval = Duration::ZERO);
    farm.join();
    // A disk may be slow: a checkpoint is only begun when the one before is written, however many epochs that takes.
    let job = farm.submit(&YAML.replace("epochs: 12", "epochs: 1000000"));
    let checkpointed = (1..1_000_000).find(|epoch| {
        farm.run_into(*epoch);
        farm.view(job).checkpoint.is_some_and(|next| next.0 > 1)
    });
    assert!(checkpointed.is_some());
    let left = farm.left_by_kill();
    let store = Store::open(left.path(), Arc::new(SystemClock::default())).unwrap();
    let next = store.checkpoints(job).latest().unwrap().checkpoint.unwrap().progress.next;
    let history = store.history(job, Epoch(0), u32::MAX).unwrap();
    let epochs: Vec<u32> =
        history.iter().map(|epoch| epoch.epoch.0).take_while(|epoch| *epoch < next.0).collect();
    assert_eq!(epochs, (0..next.0).collect::<Vec<_>>());
    assert!(history.iter().all(|epoch| epoch.time.is_some()));
}

#[test]
fn an_interrupted_job_keeps_its_place_over_two_restarts() {
    let farm = TestFarm::new();
    let (first, second) = (farm.submit(YAML), farm.submit(YAML));
    let start = Transition { from: JobState::Waiting, to: JobState::Running, reason: String::new() };
    farm.store().transition(second, &start).unwrap();
    let place = |farm: &TestFarm, job: JobId, place| {
        farm.until(job, "in its place", |view| view.queue_place == Some(place));
    };
    let farm = farm.killed();
    place(&farm, second, 1);
    let farm = farm.killed();
    place(&farm, second, 1);
    place(&farm, first, 2);
}

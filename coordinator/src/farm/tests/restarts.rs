//! What is there after a kill.

use std::sync::Arc;
use std::time::Duration;

use clipig_core::{DeviceClass, Epoch, JobId, NumberType, Registration, WorkerKind};
use clipig_models::{ModelInfo, embedded};
use clipig_schedule::gpu_shard;

use super::support::{TestFarm, YAML, kind, registration};
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

#[test]
fn the_shards_of_a_job_on_gpus_stay_as_they_were_chosen() {
    let cost = ModelInfo::of_bytes(embedded::BYTES).unwrap().window_cost(NumberType::Float32);
    let [small, large] = [1 << 30, 80 << 30];
    let join = |farm: &TestFarm, memory| {
        let kind = WorkerKind { class: DeviceClass::Cuda, ..kind() };
        farm.join_as(Registration { kind, memory, ..registration() });
    };
    let size = |farm: &TestFarm, job| farm.view(job).record.computation.unwrap().shard_size;
    let farm = TestFarm::new();
    join(&farm, small);
    let job = farm.submit(YAML);
    farm.run_into(2);
    let chosen = size(&farm, job);
    assert_eq!(chosen, gpu_shard(&cost, small));
    // After the restart there is only a GPU of the same kind with more memory, which would have larger shards.
    let farm = farm.killed();
    join(&farm, large);
    farm.finish(job);
    assert_eq!(size(&farm, job), chosen);
    let next = farm.submit(YAML);
    farm.finish(next);
    assert_eq!(size(&farm, next), gpu_shard(&cost, large));
    assert!(size(&farm, next) > chosen);
}

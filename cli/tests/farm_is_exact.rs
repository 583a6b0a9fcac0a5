//! The picture does not depend on the farm: real processes, really killed, stopped, delayed and restarted.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;

use std::time::Duration;

use self::farm::{DelayedSocket, Farm};

/// Everything whose order could matter: chance, a choice among features, two targets, an optimiser with memory,
/// post-processing, a change of resolution.
const EXPERIMENT: &str = "
epochs: 40
resolution: ['40 if t < .5 else 56']
learnrate: 2
optimizer: adam
seed: 11
model: clipig-tiny
snapshot_interval: 5.
targets:
  - name: fruit
    batch_size: 20
    select: best
    features: [{text: a red apple}, {text: a banana}]
    transforms: [{noise: .1}, {random_rotate: {degree: -10 10, center: .4 .6}}, {resize: 64}]
    constraints: [{blur: {kernel_size: 5, sigma: 1., weight: 2}}]
  - name: detail
    batch_size: 12
    features: [{text: a strawberry}]
    transforms: [{random_scale: .8 1.1}, {random_crop: 32}, {noise: .05 }]
postproc:
  - {blur: {kernel_size: 3, sigma: .5}, end: 60%}
  - border: {size: 2, color: 1 .5 .2}
";

#[test]
fn the_picture_does_not_depend_on_the_farm() {
    let expected = Farm::start("one").with_workers(1).picture(EXPERIMENT);

    assert_eq!(farm::rendered_here(EXPERIMENT), expected, "`clipig render` is a farm, too");

    for workers in [2, 7] {
        let picture = Farm::start("several").with_workers(workers).picture(EXPERIMENT);
        assert_eq!(picture, expected, "{workers} workers");
    }

    let mut farm = Farm::start("late").with_workers(2);
    let job = farm.submit(EXPERIMENT);
    farm.wait_for_epochs(job, 3);
    farm.add_worker();
    farm.wait_for_epochs(job, 6);
    farm.worker(0).kill();
    farm.wait_for_epochs(job, 8);
    farm.worker(1).stop();
    farm.wait_for_epochs(job, 11);
    farm.worker(1).go_on();
    assert_eq!(farm.finish(job), expected, "a late worker, a killed one, a stopped one");
}

#[test]
fn neither_delays_nor_restarts_of_the_coordinator_change_the_picture() {
    let expected = farm::rendered_here(EXPERIMENT);
    let mut farm = Farm::start("restarts").with_workers(2);
    let slow = DelayedSocket::before(&farm, Duration::from_secs(2));
    farm.add_worker_at(slow.address());
    let job = farm.submit(EXPERIMENT);
    for epochs in [3, 8, 13, 18, 23] {
        farm.wait_for_epochs(job, epochs);
        farm.restart_coordinator();
    }
    assert_eq!(farm.finish(job), expected);
}

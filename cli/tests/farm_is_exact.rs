//! The picture does not depend on the farm: real processes, really killed, stopped, delayed and restarted.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;

use std::path::Path;
use std::time::{Duration, Instant};

use self::farm::{DelayedSocket, Farm};

/// Everything whose order could matter: chance, a choice among features, two targets, an optimiser with memory,
/// post-processing, a change of resolution. The number of epochs stands before it.
const EXPERIMENT: &str = "
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

/// How long one worker takes for it: time to kill and to restart.
const SECONDS: f64 = 5.0;

/// The experiment with as many epochs as this machine needs to be disturbed in time.
fn experiment() -> String {
    format!("epochs: {}\n{EXPERIMENT}", farm::epochs_in(SECONDS, EXPERIMENT))
}

/// What must not change: the file with all that it says of its making, and its pixels.
fn fingerprint(picture: &Path) -> [String; 2] {
    [farm::hash_of_file(picture), farm::hash(picture)]
}

#[test]
fn the_picture_does_not_depend_on_the_farm() {
    let experiment = experiment();
    let start = Instant::now();
    // Where the time went, should it run out.
    let stage = |what: &str| println!("{:5.1} s: {what}", start.elapsed().as_secs_f64());
    stage(&experiment[..12]);
    let made_by = |farm: &Farm| fingerprint(&farm.finished(farm.submit(&experiment)));
    let expected = made_by(&Farm::start("one").with_workers(1));
    stage("one worker");

    assert_eq!(farm::rendered_here(&experiment), expected[1], "`clipig render` is a farm, too");

    for workers in [2, 3, 7] {
        assert_eq!(made_by(&Farm::start("several").with_workers(workers)), expected, "{workers} workers");
        stage(&format!("{workers} workers"));
    }

    let mut farm = Farm::start("late").with_workers(2);
    let job = farm.submit(&experiment);
    farm.wait_for_epochs(job, 3);
    farm.add_worker();
    farm.wait_for_epochs(job, 6);
    stage("a late worker has come");
    // It dies with a lease in its hands.
    farm.stop_in_the_middle(0);
    farm.worker(0).kill();
    let epochs = farm.epochs_done(job);
    farm.wait_for_epochs(job, epochs + 2);
    stage("one was killed");
    // It sleeps over a lease, which others compute, and comes back.
    farm.stop_in_the_middle(1);
    let epochs = farm.epochs_done(job);
    farm.wait_for_epochs(job, epochs + 3);
    farm.worker(1).go_on();
    stage("one was stopped");
    assert_eq!(fingerprint(&farm.finished(job)), expected, "a late worker, a killed one, a stopped one");
    let late = farm.known_worker(2);
    assert!(late["shards_done"].as_u64() > Some(0), "the late one computed, too: {late:#}");
}

#[test]
fn neither_delays_nor_restarts_of_the_coordinator_change_the_picture() {
    let experiment = experiment();
    let expected = farm::rendered_here(&experiment);
    let mut farm = Farm::start("restarts");
    let slow = DelayedSocket::before(&farm, Duration::from_secs(2));
    farm.add_worker_at(slow.address());
    let job = farm.submit(&experiment);
    // At first the slow one is alone, so that there is no doubt about its part.
    farm.wait_for_epochs(job, 1);
    let worker = farm.known_worker(0);
    assert!(worker["shards_done"].as_u64() > Some(0), "{worker:#}");
    farm.add_worker();
    farm.add_worker();
    let mut epochs = 1;
    for _ in 0..5 {
        farm.wait_for_epochs(job, epochs + 2);
        farm.restart_coordinator();
        farm.wait_until("the coordinator is back", || farm.job(job).is_some());
        epochs = farm.epochs_done(job);
    }
    assert_eq!(farm.finish(job), expected);
}

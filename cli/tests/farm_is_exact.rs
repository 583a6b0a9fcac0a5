//! The picture does not depend on the farm: real processes, really killed, stopped, delayed and restarted.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;

use std::path::Path;
use std::time::Duration;

use self::farm::{DelayedSocket, Farm};

/// Everything whose order could matter: chance, a choice among features, several targets of one and more shards, an
/// optimiser with memory, post-processing, a change of resolution.
const EXPERIMENT: &str = "
resolution: ['40 if t < .5 else 56']
learnrate: 2
optimizer: adam
seed: 11
model: clipig-tiny
snapshot_interval: 5.
targets:
  - name: fruit
    batch_size: 9
    select: best
    features: [{text: a red apple}, {text: a banana}]
    transforms: [{noise: .1}, {random_rotate: {degree: -10 10, center: .4 .6}}, {resize: 64}]
    constraints: [{blur: {kernel_size: 5, sigma: 1., weight: 2}}]
  - name: detail
    batch_size: 4
    features: [{text: a strawberry}]
    transforms: [{random_scale: .8 1.1}, {random_crop: 32}, {noise: .05 }]
  - name: leaves
    batch_size: 2
    features: [{text: green leaves}]
    transforms: [{random_shift: 0 1}]
  - name: whole
    features: [{text: a bowl of fruit, weight: .5}]
postproc:
  - {blur: {kernel_size: 3, sigma: .5}, end: 60%}
  - border: {size: 2, color: 1 .5 .2}
";

/// The experiment with so many epochs.
fn experiment(epochs: u32) -> String {
    format!("epochs: {epochs}\n{EXPERIMENT}")
}

/// Samples look at little of the canvas, so workers are sent tiles of it, while `clipig render` computes from the whole
/// canvas. Windows are cut straight and turned, and one target needs neighbours. Masks say where targets, constraints and
/// effects count, one of them by an image.
const WINDOWS: &str = "
epochs: 4
resolution: ['1000', '700 if t < .5 else 740']
learnrate: 2
optimizer: adam
seed: 5
model: clipig-tiny
snapshot_interval: 0
masks:
  - {name: disc, image: hole.png, feather: .1}
targets:
  - name: detail
    batch_size: 12
    features: [{text: a strawberry}]
    transforms: [{random_crop: 64}, {noise: .05}]
    mask: {ellipse: .1 .1 .8 .8, feather: .2*t}
    constraints: [{mean: {above: .7, mask: {name: disc, invert: yes}}}]
  - name: cut
    batch_size: 6
    cuts: {overview: 1 if t > .9 else 0, size: .08 .15, power: 2}
    features: [{text: a cherry}]
    transforms: [{resize: 64}]
    mask: disc
  - name: turned
    batch_size: 9
    features: [{text: a banana}]
    transforms: [{random_shift: 0 1}, {random_rotate: {degree: -20 20}}, {random_scale: .8 1.2}, {random_crop: 64}]
  - name: soft
    batch_size: 3
    features: [{text: green leaves}]
    transforms: [{blur: {kernel_size: 5}}, {random_crop: 50}]
postproc:
  - border: {size: 2, color: 1 .5 .2}
  - {blur: {kernel_size: 3}, mask: {name: disc, gradient: 0 0 1 1}}
";

/// Enough that every worker gets its part.
const UNDISTURBED: u32 = 12;

/// Enough that a job is there to be disturbed: some seconds, against looks every few milliseconds.
const DISTURBED: u32 = 40;

/// How long each message is under way where a job must not be over before it was disturbed, however fast the machine is.
const DISTANCE: Duration = Duration::from_millis(40);

/// What must not change: the file with all that it says of its making, and its pixels.
fn fingerprint(picture: &Path) -> [String; 2] {
    [farm::hash_of_file(picture), farm::hash(picture)]
}

/// The fingerprint of the picture that so many workers make together.
fn made_by(workers: usize) -> [String; 2] {
    let farm = Farm::start("several").with_workers(workers);
    let job = farm.submit(&experiment(UNDISTURBED));
    farm.wait_for_epochs(job, 1);
    // If one of two has been too slow to get a part, the others wait for it.
    for slow in (0..workers.min(2)).filter(|worker| farm.shards_done(*worker) == 0) {
        let others = (0..workers).filter(|worker| *worker != slow);
        others.clone().for_each(|worker| farm.worker(worker).stop());
        farm.wait_until("the slow worker has computed something", || farm.shards_done(slow) > 0);
        others.for_each(|worker| farm.worker(worker).go_on());
    }
    fingerprint(&farm.finished(job))
}

#[test]
fn a_few_workers_make_the_picture_of_one_and_of_render() {
    let expected = made_by(1);
    assert_eq!(farm::rendered_here(&experiment(UNDISTURBED)), expected[1], "`clipig render` is a farm, too");
    for workers in [2, 3] {
        assert_eq!(made_by(workers), expected, "{workers} workers");
    }
}

#[test]
fn seven_workers_make_the_picture_of_one() {
    assert_eq!(made_by(7), made_by(1));
}

#[test]
fn workers_that_are_sent_tiles_make_the_picture_of_render() {
    let expected = farm::rendered_here(WINDOWS);
    // Whoever is idle checks what others compute, and none of them is found to be wrong.
    let checks = [("CLIPIG_COORDINATOR__DISPATCH__SPOT_CHECKS", "1")];
    for workers in [1, 3] {
        let farm = Farm::start_with("tiles", &checks).with_workers(workers);
        let job = farm.submit(WINDOWS);
        assert_eq!(farm.finish(job), expected, "{workers} workers");
        let made = farm.job(job).unwrap();
        assert!(made.bit_exact, "{made:#?}{}", farm.logs());
    }
}

/// Two models whose windows differ in size. One target is seen by both, one by a single one, and one by none.
const MODELS: &str = "
epochs: 4
resolution: 72
learnrate: 2
seed: 3
snapshot_interval: 0
models:
  - {name: clipig-tiny, weight: 2}
  - {name: mine}
targets:
  - name: fruit
    batch_size: 10
    features: [{text: a red apple}, {text: a banana}]
    transforms: [{random_shift: -.1 .1}, {noise: .05}]
  - name: fur
    batch_size: 3
    features: [{text: fur}]
    transforms: [{random_crop: 50}]
    models: [{name: mine}]
  - name: calm
    constraints: [{blur: {kernel_size: 3}}]
";

#[test]
fn several_models_make_the_same_picture_with_any_number_of_workers() {
    let models = tempfile::tempdir().unwrap();
    let weights = models.path().join("random.safetensors");
    std::fs::write(&weights, clipig_testing::Oracle::open().bytes("clip/model_vit.safetensors")).unwrap();
    let run = |farm: &Farm, arguments: &[&str]| {
        let output =
            farm.command(arguments).env("CLIPIG_MODELS", models.path().join("store")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "clipig {arguments:?}: {said}{}", farm.logs());
        String::from_utf8(output.stdout).unwrap()
    };
    let mut expected = None;
    for workers in [1, 3] {
        let farm = Farm::start("two-models").with_workers(workers);
        std::fs::write(farm.folder().join("models.yaml"), MODELS).unwrap();
        let expected = expected.get_or_insert_with(|| {
            let file = weights.display().to_string();
            let read_by = ["--heads", "2", "--text-heads", "1", "--activation", "quick_gelu"];
            run(&farm, &[&["model", "import", &file, "--name", "mine"][..], &read_by].concat());
            let picture =
                run(&farm, &["render", "models.yaml", "--threads", "1", "-v", "0", "-o", "here.png"]);
            farm::hash(&farm.folder().join(picture.trim()))
        });
        // The farm has only one of the models: the client brings the other one.
        let job: u64 = run(&farm, &["submit", "models.yaml", "--threads", "1"]).trim().parse().unwrap();
        assert_eq!(farm.finish(job), *expected, "{workers} workers");
        let job = farm.job(job).unwrap();
        let names: Vec<&str> =
            job.model.iter().chain(&job.more_models).map(|model| model.name.as_str()).collect();
        assert_eq!((names, job.bit_exact), (vec!["clipig-tiny", "mine"], true));
    }
}

#[test]
fn workers_that_come_late_die_and_sleep_change_no_picture() {
    let experiment = experiment(DISTURBED);
    let undisturbed = Farm::start("one").with_workers(1);
    let expected = fingerprint(&undisturbed.finished(undisturbed.submit(&experiment)));
    drop(undisturbed);

    let mut farm = Farm::start("late");
    let distant = DelayedSocket::before(&farm, DISTANCE);
    farm.add_worker_at(distant.address());
    farm.add_worker_at(distant.address());
    farm.wait_for_workers(2);
    let job = farm.submit(&experiment);
    farm.wait_for_epochs(job, 3);
    // Only the late one can compute now, so there is no doubt about its part.
    farm.stop_in_the_middle(0);
    farm.worker(1).stop();
    farm.add_worker();
    farm.wait_until("the late worker has computed something", || farm.shards_done(2) > 0);
    // It dies with a lease in its hands.
    farm.worker(0).kill();
    farm.worker(1).go_on();
    let epochs = farm.epochs_done(job);
    farm.wait_for_epochs(job, epochs + 2);
    // It sleeps over a lease, which others compute, and comes back.
    farm.stop_in_the_middle(1);
    let epochs = farm.epochs_done(job);
    farm.wait_for_epochs(job, epochs + 3);
    farm.worker(1).go_on();
    assert_eq!(fingerprint(&farm.finished(job)), expected);
}

#[test]
fn a_proxy_that_cuts_every_connection_changes_no_picture_and_is_held_against_nobody() {
    let experiment = experiment(DISTURBED);
    let expected = farm::rendered_here(&experiment);
    let mut farm = Farm::start("cuts");
    // 40 epochs, each of them at least twice the distance: longer than a connection lasts.
    let proxy = DelayedSocket::cutting(&farm, DISTANCE, Duration::from_secs(2));
    farm.add_worker_at(proxy.address());
    farm.add_worker_at(proxy.address());
    let job = farm.submit(&experiment);
    assert_eq!(farm.finish(job), expected);
    assert!(proxy.cuts() >= 2, "each worker's connection was cut");
    for worker in farm.known_workers() {
        assert_eq!((worker.leases_failed, worker.quarantined_until), (0, None), "{worker:#?}");
    }
}

#[test]
fn neither_delays_nor_restarts_of_the_coordinator_change_the_picture() {
    let experiment = experiment(DISTURBED);
    let expected = farm::rendered_here(&experiment);
    let mut farm = Farm::start("restarts");
    let slow = DelayedSocket::before(&farm, 10 * DISTANCE);
    farm.add_worker_at(slow.address());
    let job = farm.submit(&experiment);
    // At first the slow one is alone, so that there is no doubt about its part.
    farm.wait_for_epochs(job, 1);
    assert!(farm.shards_done(0) > 0, "{:#?}", farm.known_worker(0));
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

#[test]
fn canvas_models_make_the_same_picture_without_a_worker_and_after_a_restart() {
    let models = [
        "{model: fft, symmetry: left-right}",
        "{model: pyramid, tile: 2}\ninit: {image: start.png, place: .1 .2 .8 .6, mask: {image: hole.png, feather: .1}}",
        "{model: palette, colors: 4, symmetry: rotate-4}",
    ];
    let mut farm = Farm::start("models").with_workers(3);
    for (number, model) in models.into_iter().enumerate() {
        let experiment = format!("canvas: {model}\n{}", experiment(UNDISTURBED));
        let job = farm.submit(&experiment);
        farm.wait_for_epochs(job, 2);
        if number == 0 {
            farm.worker(0).kill();
        }
        farm.wait_for_epochs(job, 4);
        farm.restart_coordinator();
        farm.wait_until("the coordinator is back", || farm.job(job).is_some());
        assert_eq!(farm::hash(&farm.finished(job)), farm::rendered_here(&experiment), "{model}");
    }
}

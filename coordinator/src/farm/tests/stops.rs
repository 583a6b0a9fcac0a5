//! Jobs that people pause, cancel and take up again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clipig_core::Epoch;

use super::super::observer::{FarmObserver, Finish};
use super::super::{CommandError, PAUSE_TIMEOUT};
use super::support::{TestFarm, YAML, kind, registration, undisturbed};
use crate::epoch_loop::EpochLoop;
use crate::job_runner::stand_in::Pixels;
use crate::job_runner::{Revision, RunCommand};
use crate::store::{Computation, JobState};

#[test]
fn a_job_cancelled_in_the_middle_of_an_epoch_and_tried_again_makes_the_same_picture() {
    let farm = TestFarm::new();
    farm.join();
    let job = farm.submit(YAML);
    farm.run_into(4);
    farm.farm.pause(job, "").unwrap();
    farm.let_pass(4);
    farm.until_rest(job);
    assert_eq!(farm.view(job).checkpoint, Some(Epoch(5)), "a paused job finishes its epoch");
    farm.farm.resume(job).unwrap();
    farm.run_into(8);
    farm.farm.cancel(job, "enough").unwrap();
    farm.until_rest(job);
    // The canvas was processed for epoch 8 already.
    assert_eq!(farm.view(job).checkpoint, Some(Epoch(5)));
    farm.farm.retry(job).unwrap();
    assert_eq!(farm.finish(job), undisturbed());
    assert_eq!(farm.view(job).checkpoint, None, "a finished job needs none");
}

/// Otherwise the old run's checkpoint could come after those of the new one, without an update that holds for earlier
/// epochs.
#[test]
fn a_job_starts_again_only_when_its_last_checkpoint_is_written() {
    let farm = TestFarm::with(|settings| {
        settings.checkpoint_interval = Duration::ZERO;
        settings.checkpoint_share = 1e9;
    });
    farm.join();
    let job = farm.submit(&YAML.replace("snapshot_interval: 3", "snapshot_interval: 100"));
    farm.run_into(1);
    // The only snapshot must not wait with the checkpoint.
    farm.until(job, "written", |view| {
        view.checkpoint.is_some() && farm.store().artifacts(job).count().is_ok_and(|count| count == 1)
    });
    farm.store().hold_files(true);
    for epoch in 2..12 {
        farm.run_into(epoch);
        if farm.store().holds_a_file() {
            break;
        }
    }
    farm.until(job, "writing a checkpoint", |_| farm.store().holds_a_file());
    farm.farm.cancel(job, "enough").unwrap();
    farm.farm.retry(job).unwrap();
    farm.farm.inner.changed.notify_all();
    // Time for a mistake: a farm that is right waits however long this is.
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(farm.view(job).record.status, JobState::Waiting);
    farm.store().hold_files(false);
    assert_eq!(farm.finish(job).losses, undisturbed().losses);
}

#[test]
fn checkpoints_stay_until_the_completion_is_on_disk() {
    let farm = TestFarm::new();
    let job = farm.submit(YAML);
    // Somebody pauses it while its picture is being written.
    farm.farm.pause(job, "lunch").unwrap();
    let computation = Computation { kind: kind(), threads: 1, shard_size: 8, canvas_kind: "c".into() };
    farm.store().choose(job, &computation).unwrap();
    let Revision { experiment, brief, .. } = farm.farm.order(job, None).unwrap().revisions.remove(0);
    let spec = crate::epoch_loop::JobSpec { experiment, seed: brief.seed, shard_size: 8 };
    let pixels = Pixels { values: vec![0.5; 12], average: vec![0.0; 12], steps: 12 };
    let statistics = clipig_schedule::JobStatistics::default();
    let done = EpochLoop::resume(spec, Box::new(pixels), Epoch(12), statistics);
    let record = farm.view(job).record;
    let mut keeper = FarmObserver::new(Arc::clone(&farm.farm.inner), &record, Epoch(0)).unwrap();
    assert!(matches!(keeper.finish(&done), Ok(Finish::Stopped)));
    let view = farm.view(job);
    assert_eq!((view.record.status, view.checkpoint), (JobState::Paused, Some(Epoch(12))));
}

#[test]
fn a_job_without_epochs_is_completed_with_the_first_canvas() {
    let farm = TestFarm::new();
    farm.join();
    for yaml in [YAML.replace("epochs: 12", "epochs: 0"), format!("start_epoch: 12\n{YAML}")] {
        let made = farm.finish(farm.submit(&yaml));
        assert!(made.losses.is_empty());
        let record = clipig_picture::Record::read(&made.picture).unwrap();
        assert_eq!(record.run.epochs_done, 0);
        // What the stand-in begins with, under the seed 5.
        let first =
            clipig_core::Canvas::new(2, 2, (0..12).map(|i| (i as f32 + 5.0).sin()).collect()).unwrap();
        assert!(made.picture == clipig_picture::encode_png(&first, &record.chunks()).unwrap());
    }
}

#[test]
fn a_job_without_a_thread_is_taken_up_again() {
    let farm = TestFarm::new();
    let job = farm.submit(YAML);
    // As when the store failed at its ending.
    let transition =
        crate::store::Transition { from: JobState::Waiting, to: JobState::Running, reason: String::new() };
    farm.store().transition(job, &transition).unwrap();
    farm.farm.inner.changed.notify_all();
    farm.until(job, "in the queue", |view| {
        view.record.status == JobState::Waiting && view.record.interrupted
    });
    farm.join();
    assert_eq!(farm.finish(job), undisturbed());
}

#[test]
fn a_job_gives_its_place_away_without_a_change_of_its_picture() {
    let farm = TestFarm::new();
    farm.join();
    let job = farm.submit(YAML);
    farm.run_into(6);
    // What the queue does for one that has been alone for long.
    farm.farm.inner.send_command(job, RunCommand::Pause(Duration::ZERO));
    farm.until(job, "stopped", |_| {
        farm.told(job).iter().any(|text| text.starts_with("stopped in the middle"))
    });
    assert_eq!(farm.finish(job), undisturbed());
}

/// When a whole farm is told to end, its workers may be gone first. A supervisor kills who takes longer than some seconds.
#[test]
fn a_farm_that_closes_waits_for_no_worker_that_is_gone() {
    let farm = TestFarm::new();
    let worker = farm.join_as(registration());
    let job = farm.submit(YAML);
    farm.run_into(6);
    let closing = farm.farm.clone();
    let start = Instant::now();
    let closed = std::thread::spawn(move || closing.close(start + Duration::from_hours(1)));
    farm.leave(worker);
    closed.join().unwrap();
    assert!(start.elapsed() < PAUSE_TIMEOUT, "{:?}", start.elapsed());
    let told = farm.told(job);
    assert!(told.iter().any(|text| text.starts_with("stopped in the middle")), "{told:?}");
    let farm = farm.killed();
    farm.join();
    assert_eq!(farm.finish(job), undisturbed());
}

#[test]
fn a_submission_is_known_again_when_the_queue_is_full() {
    let farm = TestFarm::with(|settings| settings.max_queued_jobs = 1);
    let first = farm.ask("token", YAML).unwrap();
    let again = farm.ask("token", YAML).unwrap();
    assert_eq!((first.existed, again.existed), (false, true));
    assert_eq!(again.job.record.id, first.job.record.id);
    assert!(matches!(farm.ask("other", YAML), Err(CommandError::Full { waiting: 1 })));
}

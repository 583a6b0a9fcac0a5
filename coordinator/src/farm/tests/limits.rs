//! What a job may take, and what happens to jobs of which the coordinator dies.

use std::sync::Barrier;

use clipig_access::Limit;
use clipig_core::{JobId, Sha256};

use super::support::{TestFarm, YAML, undisturbed};
use crate::farm::{CommandError, OwnerUsage, Usage};
use crate::quotas::{Quotas, Totals};
use crate::store::JobState;

/// A farm whose owners may take so much.
fn with_quotas(limits: &str) -> TestFarm {
    let quotas = Quotas::new(limits.parse().unwrap(), Totals::default(), std::sync::Arc::default());
    TestFarm::with(|settings| settings.quotas = quotas)
}

/// A canvas of so many pixels per side, with Adam.
fn sized(side: u32) -> String {
    YAML.replace("resolution: 2", &format!("resolution: {side}"))
}

#[test]
fn a_job_that_never_fits_is_refused_with_the_figures() {
    let farm = TestFarm::with(|settings| settings.job_memory = 100_000);
    let refused = |yaml: &str| farm.ask("t", yaml).unwrap_err();
    let error = refused(&sized(30));
    assert!(matches!(error, CommandError::Memory(_)), "{error}");
    assert_eq!(
        error.to_string(),
        "a canvas of 30×30 with `adam` takes about 105.5 KiB of memory (canvas 21.1 KiB, optimiser 21.1 KiB, checkpoint \
         31.6 KiB, gradients 31.6 KiB); the jobs of this farm may take 97.7 KiB together (`limits.job_memory`): lower \
         `resolution`, or have the limit raised"
    );
    // A canvas that grows later is seen, too, and so is an update.
    let growing = YAML.replace("resolution: 2", "resolution: [2 + 28*t]");
    assert!(matches!(refused(&growing), CommandError::Memory(_)), "{}", refused(&growing));
    let job = farm.submit(&sized(20));
    let update = farm.farm.update(job, &sized(30), &std::collections::BTreeMap::new(), None);
    assert!(matches!(update, Err(CommandError::Memory(_))));
}

#[test]
fn an_epoch_has_no_more_samples_than_the_farm_takes() {
    let farm = TestFarm::with(|settings| settings.epoch_samples = 9);
    let error = farm.ask("t", YAML).unwrap_err();
    assert_eq!(
        error.to_string(),
        "an epoch of this experiment has 10 samples; this farm takes 9 (`limits.epoch_samples`): lower `batch_size`, or \
         have the limit raised"
    );
}

#[test]
fn a_job_waits_until_there_is_memory_for_it() {
    let farm = TestFarm::with(|settings| settings.job_memory = 60_000);
    farm.join();
    let first = farm.submit(&sized(20));
    farm.run_into(2);
    let second = farm.submit(&sized(20));
    farm.until(second, "waiting for memory", |view| view.reason.contains("limits.job_memory"));
    farm.finish(first);
    farm.until(second, "completed", |view| view.record.status == JobState::Completed);
}

#[test]
fn a_job_of_which_the_coordinator_dies_is_held_after_the_third_time_and_others_go_on() {
    let mut farm = TestFarm::new();
    let job = farm.submit(YAML);
    for deaths in 0..3 {
        farm.join();
        farm.run_into(0);
        assert_eq!(farm.view(job).record.deaths, deaths);
        farm = farm.killed();
    }
    let view = farm.view(job);
    assert_eq!(view.record.status, JobState::Paused);
    assert!(view.reason.starts_with("held: the coordinator died 3 times in a row"), "{}", view.reason);
    farm.join();
    let other = farm.submit(YAML);
    assert_eq!(farm.finish(other), undisturbed());
    // A person may try it again, with three more attempts.
    farm.farm.resume(job).unwrap();
    assert_eq!(farm.view(job).record.deaths, 0);
    assert_eq!(farm.finish(job), undisturbed());
}

#[test]
fn a_job_that_finishes_an_epoch_after_each_death_is_not_held() {
    let mut farm = TestFarm::new();
    let job = farm.submit(YAML);
    for epoch in [1, 4, 6, 8, 10] {
        farm.join();
        farm.run_into(epoch);
        farm = farm.killed();
    }
    farm.join();
    assert_eq!(farm.finish(job), undisturbed());
    assert_eq!(farm.view(job).record.deaths, 0);
}

#[test]
fn a_farm_that_is_closed_in_order_counts_no_death() {
    let farm = TestFarm::new();
    farm.join();
    let job = farm.submit(YAML);
    farm.run_into(0);
    farm.farm.close(std::time::Instant::now());
    let farm = farm.killed();
    assert_eq!(farm.view(job).record.deaths, 0);
}

#[test]
fn updates_are_bounded_in_number_and_size() {
    let farm = TestFarm::with(|settings| (settings.revisions, settings.revision_bytes) = (3, 4_096));
    let job = farm.submit(YAML);
    let update = |yaml: &str| farm.farm.update(job, yaml, &std::collections::BTreeMap::new(), None);
    let long = format!("{YAML}# {}\n", "x".repeat(4_000));
    let refused = update(&long).unwrap_err().to_string();
    assert!(refused.contains("`limits.revision_bytes`") && refused.contains("4.0 KiB per job"), "{refused}");
    for _ in 0..3 {
        update(YAML).unwrap();
    }
    let refused = update(YAML).unwrap_err().to_string();
    assert!(
        refused.starts_with("job 1 was updated 3 times") && refused.contains("`limits.revisions`"),
        "{refused}"
    );
    farm.join();
    // The stand-in's gradients depend on the revision, so the picture is another one than without updates.
    assert_eq!(farm.finish(job).losses.len(), 12);
}

#[test]
fn only_the_revisions_that_still_hold_are_read() {
    let farm = TestFarm::new();
    let job = farm.submit(YAML);
    for _ in 0..4 {
        farm.update(job, YAML);
    }
    let numbers = |next| {
        let order = farm.farm.order(job, next).unwrap();
        order.revisions.iter().map(|revision| revision.brief.revision.revision).collect::<Vec<_>>()
    };
    // All of them hold from the first epoch on, so only the last one counts.
    assert_eq!((numbers(None), numbers(Some(clipig_core::Epoch(7)))), (vec![4], vec![4]));
}

#[test]
fn a_job_keeps_no_more_snapshots_than_the_farm_allows_and_goes_on() {
    let farm = TestFarm::with(|settings| settings.snapshots = 2);
    farm.join();
    let job = farm.submit(&YAML.replace("snapshot_interval: 3", "snapshot_interval: 1"));
    assert_eq!(farm.finish(job).losses, undisturbed().losses);
    assert_eq!(farm.store().artifacts(job).list().unwrap().len(), 3, "two snapshots and the picture");
    let told = farm.told(job).into_iter().filter(|text| text.contains("`limits.snapshots`")).count();
    assert_eq!(told, 1);
}

#[test]
fn an_owner_has_no_more_waiting_jobs_than_they_may() {
    let farm = with_quotas("jobs-waiting=2");
    let submit = |owner: &str, token: &str| farm.submit_as(owner, token);
    let first = submit("alice", "a-1").unwrap();
    submit("alice", "a-2").unwrap();
    let error = submit("alice", "a-3").unwrap_err();
    assert!(matches!(error, CommandError::OverLimit(_)), "{error}");
    assert!(error.to_string().starts_with("`alice` has 2 waiting or paused jobs; 2 are allowed"), "{error}");
    // A call that is repeated gets its job, and others are not in the way.
    assert_eq!(submit("alice", "a-1").unwrap(), first);
    submit("bob", "b-1").unwrap();
    // A paused one still counts.
    farm.farm.pause(first, "").unwrap();
    assert!(submit("alice", "a-3").is_err());
    // It was among those that wait before, so it goes on.
    farm.farm.resume(first).unwrap();
    farm.farm.cancel(first, "").unwrap();
    submit("alice", "a-3").unwrap();
}

/// Calls this for each number from 0 at the same time, and says how many it let in.
fn let_in(calls: usize, call: impl Fn(usize) -> bool + Sync) -> usize {
    let barrier = Barrier::new(calls);
    let (call, barrier) = (&call, &barrier);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..calls)
            .map(|number| {
                scope.spawn(move || {
                    barrier.wait();
                    call(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|is_in| *is_in).count()
    })
}

#[test]
fn of_jobs_that_come_at_the_same_time_as_many_are_let_in_as_may_wait() {
    const FIT: usize = 4;
    let owner = with_quotas(&format!("jobs-waiting={FIT}"));
    let all = TestFarm::with(|settings| settings.max_queued_jobs = FIT);
    for farm in [owner, all] {
        let submit = |token: &str| farm.submit_as("alice", token);
        let ended: Vec<JobId> = (0..FIT).map(|number| submit(&format!("old-{number}")).unwrap()).collect();
        for job in &ended {
            farm.farm.cancel(*job, "").unwrap();
        }
        // Half of them are new, the others are tried again.
        let came = let_in(2 * FIT, |number| match ended.get(number) {
            Some(job) => farm.farm.retry(*job).is_ok(),
            None => submit(&format!("new-{number}")).is_ok(),
        });
        assert_eq!(came, FIT);
        assert_eq!(farm.store().count_of("alice", JobState::Waiting).unwrap(), FIT);
    }
}

#[test]
fn a_call_that_is_repeated_before_it_has_ended_gets_the_same_job() {
    let farm = with_quotas("jobs-waiting=1");
    assert_eq!(let_in(4, |_| farm.submit_as("alice", "a-1").is_ok()), 4);
}

#[test]
fn of_snapshots_that_come_at_the_same_time_as_many_are_written_as_may_be() {
    const FIT: usize = 4;
    let farm = with_quotas(&format!("snapshots={FIT}"));
    let inner = &farm.farm.inner;
    assert_eq!(let_in(2 * FIT, |_| inner.take_room_for_snapshot(Some("alice")).is_ok()), FIT);
}

#[test]
fn a_job_is_tried_again_only_where_a_new_one_could_be_submitted() {
    let farm = with_quotas("jobs-waiting=2");
    let submit = |owner: &str, token: &str| farm.submit_as(owner, token).unwrap();
    let (first, other) = (submit("alice", "a-1"), submit("bob", "b-1"));
    let waits = farm.farm.retry(first).unwrap_err();
    assert!(matches!(waits, CommandError::State { .. }), "{waits}");
    for job in [first, other] {
        farm.farm.cancel(job, "").unwrap();
    }
    let [second, _] = ["a-2", "a-3"].map(|token| submit("alice", token));
    let error = farm.farm.retry(first).unwrap_err();
    assert!(matches!(error, CommandError::OverLimit(_)), "{error}");
    assert_eq!(farm.view(first).record.status, JobState::Cancelled);
    farm.farm.retry(other).unwrap();
    farm.farm.cancel(second, "").unwrap();
    farm.farm.retry(first).unwrap();
    let full = TestFarm::with(|settings| settings.max_queued_jobs = 1);
    let first = full.submit_as("alice", "a-1").unwrap();
    full.farm.cancel(first, "").unwrap();
    full.submit_as("bob", "b-1").unwrap();
    let error = full.farm.retry(first).unwrap_err();
    assert!(matches!(error, CommandError::Full { waiting: 1 }), "{error}");
}

#[test]
fn a_job_beyond_its_owners_running_ones_waits_and_says_so_and_others_go_on() {
    let farm = with_quotas("jobs-running=1");
    farm.join();
    let first = farm.submit_as("alice", "a-1").unwrap();
    farm.run_into(2);
    let second = farm.submit_as("alice", "a-2").unwrap();
    farm.until(second, "waiting for its owner", |view| view.reason.contains("`quotas.jobs_running`"));
    let other = farm.submit_as("bob", "b-1").unwrap();
    farm.until(other, "running", |view| view.record.status != JobState::Waiting);
    assert_eq!(farm.view(second).record.status, JobState::Waiting);
    // More workers would not help it.
    assert_eq!(farm.farm.beyond_owners(), 1);
    farm.finish(first);
    for job in [other, second] {
        farm.until(job, "completed", |view| view.record.status == JobState::Completed);
    }
}

#[test]
fn the_jobs_of_an_owner_have_no_more_snapshots_than_they_may_and_go_on() {
    let farm = with_quotas("snapshots=3");
    farm.join();
    farm.let_pass(u32::MAX);
    let yaml = YAML.replace("snapshot_interval: 3", "snapshot_interval: 1");
    let (mut made, losses) = (Vec::new(), undisturbed().losses);
    for (owner, token) in [("alice", "a-1"), ("alice", "a-2"), ("bob", "b-1")] {
        let job = farm.ask_as(owner, token, &yaml).unwrap().job.record.id;
        assert_eq!(farm.finish(job).losses, losses);
        made.push(farm.store().artifacts(job).count_snapshots().unwrap());
        let told = farm.told(job).into_iter().filter(|text| text.contains("`quotas.snapshots`")).count();
        assert_eq!(told, 1);
    }
    assert_eq!(made, [3, 0, 3]);
    let usage = farm.farm.usage(Some("alice")).unwrap();
    assert_eq!(
        usage,
        [OwnerUsage {
            owner: "alice".to_owned(),
            quotas: vec![Usage { limit: Limit::Snapshots, most: 3, used: Some(3) }],
        }]
    );
}

#[test]
fn the_jobs_of_all_owners_have_no_more_snapshots_than_the_farm_keeps_and_go_on() {
    let all = Totals { snapshots: Some(4), ..Totals::default() };
    let quotas = Quotas::new("snapshots=3".parse().unwrap(), all, std::sync::Arc::default());
    let farm = TestFarm::with(|settings| settings.quotas = quotas);
    farm.join();
    farm.let_pass(u32::MAX);
    let yaml = YAML.replace("snapshot_interval: 3", "snapshot_interval: 1");
    let (mut made, losses) = (Vec::new(), undisturbed().losses);
    let refusals = [
        ("alice", "`quotas.snapshots`"),
        ("bob", "`limits.stored_snapshots`"),
        ("carol", "`limits.stored_snapshots`"),
    ];
    for (owner, refusal) in refusals {
        let job = farm.ask_as(owner, owner, &yaml).unwrap().job.record.id;
        assert_eq!(farm.finish(job).losses, losses);
        made.push(farm.store().artifacts(job).count_snapshots().unwrap());
        assert_eq!(farm.told(job).into_iter().filter(|text| text.contains(refusal)).count(), 1, "{owner}");
    }
    assert_eq!(made, [3, 1, 0]);
}

#[test]
fn what_owners_take_of_their_quotas_is_shown() {
    let farm = with_quotas("jobs-waiting=5,jobs-running=2,calls=7,bytes=1GiB");
    for (owner, token) in [("alice", "a-1"), ("alice", "a-2"), ("bob", "b-1")] {
        farm.submit_as(owner, token).unwrap();
    }
    farm.store().add_upload(&Sha256([7; 32]), "carol", 100).unwrap();
    let shown = |owner| {
        let all = farm.farm.usage(owner).unwrap().into_iter();
        let text = |usage: OwnerUsage| {
            let quotas = usage.quotas.into_iter();
            let quotas = quotas.map(|one| format!("{} {:?}/{}", one.limit, one.used, one.most));
            format!("{}: {}", usage.owner, quotas.collect::<Vec<_>>().join(", "))
        };
        all.map(text).collect::<Vec<_>>()
    };
    let of = |owner: &str, waiting: u64, bytes: u64| {
        format!(
            "{owner}: jobs-waiting Some({waiting})/5, jobs-running Some(0)/2, calls None/7, bytes Some({bytes})/1073741824"
        )
    };
    assert_eq!(shown(None), [of("alice", 2, 0), of("bob", 1, 0), of("carol", 0, 100)]);
    assert_eq!(shown(Some("bob")), [of("bob", 1, 0)]);
    assert_eq!(shown(Some("dave")), [of("dave", 0, 0)]);
    assert!(TestFarm::new().farm.usage(None).unwrap().is_empty(), "without limits there is nothing to show");
}

//! Nodes that a second worker computes, too.

use super::*;

/// So many workers of one slot, some of which lie, and an epoch of one node: the first computes it, and the second one,
/// too, to check it.
fn checked_epoch(workers: usize, liars: &[u64]) -> Farm {
    let mut farm = Farm::with_checks(1.0, &vec![1; workers]);
    farm.liars.extend(liars.iter().map(|liar| (*liar, 1)));
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    assert_eq!(farm.nodes(1), farm.nodes(2));
    assert!(farm.dispatcher.is_check(farm.first(2).fence));
    farm
}

/// The same with three workers, where the results of the first two have come.
fn answered_epoch(liars: &[u64]) -> Farm {
    let mut farm = checked_epoch(3, liars);
    assert_eq!(farm.holds(3), 0);
    let _ = (farm.finish(1), farm.finish(2));
    farm.hash();
    farm
}

/// So many workers of one slot whose nodes are all checked, as far as these bytes of gradients allow.
fn with_room(gradient_bytes: u64, workers: u128) -> Farm {
    let spot_checks = SpotChecks::new(1.0, 1);
    let mut farm = Farm::of(DispatchSettings { spot_checks, gradient_bytes, ..DispatchSettings::new(3) });
    for name in 1..=workers {
        farm.join(registration(&format!("w{name}"), name, 1));
    }
    farm
}

/// Is each of the first three workers quarantined?
fn quarantined(farm: &Farm) -> [bool; 3] {
    ["w1", "w2", "w3"].map(|worker| farm.quarantined(worker).is_some())
}

/// Bytes of a gradient of these tests.
const GRADIENT: u64 = 3 * 64 * 64 * 4;

fn differences(farm: &Farm) -> Vec<&Evidence> {
    let evidence = farm.notes.iter().filter_map(|note| match note {
        Note::Differs(evidence) => Some(evidence),
        _ => None,
    });
    evidence.collect()
}

fn doubtful(farm: &Farm) -> Vec<u64> {
    let jobs = farm.notes.iter().filter_map(|note| match note {
        Note::Doubtful { job, .. } => Some(job.0),
        _ => None,
    });
    jobs.collect()
}

#[test]
fn an_idle_worker_computes_a_node_too_and_its_result_is_only_compared() {
    for check_first in [false, true] {
        let mut farm = checked_epoch(2, &[]);
        if check_first {
            assert!(matches!(farm.finish(2), Verdict::Compare(_)));
            assert_eq!(farm.dispatcher.round(revision(1)).unwrap().done, 0, "it is none of the job's");
        }
        let Verdict::Accept(accepted) = farm.finish(1) else { panic!("it was not accepted") };
        assert!(accepted.compare.is_some());
        if !check_first {
            assert!(matches!(farm.finish(2), Verdict::Compare(_)));
        }
        assert_eq!(farm.shards(1, 0), [0]);
        farm.hash();
        assert_eq!(farm.checked, [CheckOutcome::Same]);
        assert_eq!(farm.dispatcher.checks.counts(), (0, 0));
        let counts = farm.dispatcher.worker(&"w2".parse().unwrap()).unwrap().counts;
        assert_eq!((counts.nodes, counts.failures, counts.lost), (0, 0, 0));
        assert_eq!(farm.dispatcher.leases(), 0);
    }
}

#[test]
fn a_check_may_outlive_its_epoch_but_not_the_next_one() {
    let mut farm = checked_epoch(2, &[]);
    let check = farm.first(2);
    let _ = farm.finish(1);
    farm.hash();
    farm.offer(epoch(1, 1, 1));
    assert!(farm.held[&SessionId(2)].contains(&check), "it goes on");
    assert!(matches!(farm.finish_lease(2, &check), Verdict::Compare(_)));
    farm.hash();
    assert_eq!(farm.checked, [CheckOutcome::Same]);
    // The second epoch's check is overtaken by two epochs.
    let check = farm.first(2);
    for number in [2, 3] {
        let _ = farm.finish(1);
        farm.hash();
        farm.offer(epoch(1, number, 1));
    }
    assert_eq!(farm.finish_lease(2, &check), Verdict::Stale);
    assert_eq!(farm.checked, [CheckOutcome::Same, CheckOutcome::Dropped]);
    farm.dispatcher.handle_close(revision(1), farm.now);
    farm.act();
    assert_eq!((farm.dispatcher.checks.counts(), farm.dispatcher.leases()), ((0, 0), 0));
}

#[test]
fn of_two_that_differ_and_nobody_else_neither_is_believed() {
    let mut farm = checked_epoch(2, &[2]);
    let _ = (farm.finish(1), farm.finish(2));
    farm.hash();
    assert_eq!(farm.checked, [CheckOutcome::Different]);
    let [evidence] = differences(&farm)[..] else { panic!("{:?}", farm.notes) };
    assert_eq!((evidence.right, evidence.opinions.len(), evidence.at_fault().count()), (None, 2, 2));
    assert!(evidence.opinions[0].merged != evidence.opinions[1].merged);
    for worker in ["w1", "w2"] {
        let reason = farm.quarantined(worker).expect("it is quarantined");
        assert!(reason.contains("job 1, epoch 0, node 0:0: worker w"), "{reason}");
        assert!(reason.ends_with("nobody knows which is right"), "{reason}");
    }
    assert_eq!(doubtful(&farm), [1]);
    // The job waits and says why; it goes on when they are reinstated.
    farm.offer(epoch(1, 1, 1));
    let wait = farm.dispatcher.lease_wait(revision(1)).unwrap().to_string();
    assert_eq!(wait, "no fitting worker takes work: 2 quarantined");
    farm.dispatcher.handle_reinstate(&"w1".parse().unwrap()).unwrap();
    farm.act();
    assert_eq!(farm.holds(1), 1);
}

#[test]
fn a_third_worker_decides() {
    for (liar, is_merged) in [(1, true), (2, false)] {
        let mut farm = answered_epoch(&[liar]);
        assert_eq!(farm.checked, [], "nothing is decided yet");
        assert_eq!(farm.nodes(3), [Node { level: 0, index: 0 }]);
        assert!(matches!(farm.finish(3), Verdict::Compare(_)));
        farm.hash();
        assert_eq!(farm.checked, [CheckOutcome::Different]);
        let [evidence] = differences(&farm)[..] else { panic!("{:?}", farm.notes) };
        let at_fault: Vec<_> = evidence.at_fault().map(|opinion| (&opinion.worker, opinion.merged)).collect();
        let name: WorkerName = format!("w{liar}").parse().unwrap();
        assert_eq!(at_fault, [(&name, is_merged)]);
        assert_eq!(quarantined(&farm), [1, 2, 3].map(|worker| worker == liar));
        assert_eq!(doubtful(&farm), if is_merged { vec![1] } else { vec![] });
    }
}

#[test]
fn of_three_that_all_differ_none_is_believed() {
    let mut farm = answered_epoch(&[1, 2]);
    let _ = farm.finish(3);
    farm.hash();
    assert_eq!(differences(&farm)[0].at_fault().count(), 3);
    assert_eq!(quarantined(&farm), [true; 3]);
}

#[test]
fn a_third_worker_that_is_busy_decides_as_soon_as_it_has_room() {
    let mut farm = checked_epoch(3, &[2]);
    farm.open(2, 0);
    // The third worker is full of another job's work.
    let check = farm.first(2);
    let _ = (farm.finish(1), farm.finish_lease(2, &check));
    farm.offer(epoch(2, 0, 64));
    assert_eq!(farm.holds(3), 2);
    farm.hash();
    assert_eq!(farm.checked, []);
    let _ = farm.finish(3);
    let decides = |lease: &Lease| farm.dispatcher.is_check(lease.fence);
    assert_eq!(farm.held[&SessionId(3)].iter().filter(|lease| decides(lease)).count(), 1);
    while farm.checked.is_empty() {
        let _ = farm.finish(3);
        farm.hash();
    }
    assert!(farm.quarantined("w2").is_some() && farm.quarantined("w1").is_none());
}

#[test]
fn a_third_worker_decides_about_an_epoch_that_is_over() {
    let mut farm = checked_epoch(3, &[2]);
    let _ = farm.finish(1);
    farm.hash();
    // The third worker checks the next epoch's node when the first one's results turn out to differ.
    farm.offer(epoch(1, 1, 1));
    assert_eq!(farm.first(3).work.stage(), Stage::Epoch(Epoch(1)));
    let _ = farm.finish(2);
    farm.hash();
    assert!(farm.dispatcher.keeps_previous(revision(1)));
    let _ = farm.finish(3);
    // That canvas is sent once more, which the farm of these tests sees to; and then the next epochs' ones.
    let third = farm.first(3);
    assert_eq!(third.work.stage(), Stage::Epoch(Epoch(0)));
    for number in 2..=6 {
        let _ = farm.finish(1);
        farm.hash();
        farm.offer(epoch(1, number, 1));
    }
    assert!(!farm.checked.contains(&CheckOutcome::Different), "it is waited for");
    assert!(matches!(farm.finish_lease(3, &third), Verdict::Compare(_)));
    farm.hash();
    assert!(farm.checked.contains(&CheckOutcome::Different));
    assert_eq!(quarantined(&farm), [false, true, false]);
    farm.finish_all();
    farm.offer(epoch(1, 7, 3));
    farm.finish_all();
    assert_eq!(farm.shards(1, 7), [0, 1, 2]);
    farm.hash();
    farm.dispatcher.handle_close(revision(1), farm.now);
    farm.act();
    assert!(!farm.dispatcher.keeps_previous(revision(1)));
    assert_eq!(farm.dispatcher.budget.reserved(), 0);
}

#[test]
fn a_third_worker_that_is_silent_for_a_while_is_waited_for() {
    let mut farm = answered_epoch(&[2]);
    let lost = farm.first(3);
    farm.live(Duration::from_secs(12), &[1, 2]);
    assert!(farm.dispatcher.lease(lost.fence).is_none());
    assert_eq!(farm.checked, [], "it may come back");
    farm.beat(3, 1);
    assert_eq!(farm.finish_lease(3, &lost), Verdict::Stale);
    assert!(matches!(farm.finish(3), Verdict::Compare(_)), "it is asked again");
    farm.hash();
    assert_eq!(farm.checked, [CheckOutcome::Different]);
    assert_eq!(quarantined(&farm), [false, true, false]);
    // Not if it is gone for good.
    let mut farm = answered_epoch(&[2]);
    farm.live(Duration::from_secs(12), &[1, 2]);
    farm.leave(3, LeaveCause::Goodbye);
    assert_eq!(farm.checked, [CheckOutcome::Different]);
}

#[test]
fn what_differs_is_told_though_the_third_does_not_answer() {
    let disputed = || answered_epoch(&[1]);
    // It hands the lease back, and nobody else is there.
    let mut farm = disputed();
    farm.give_back(3);
    assert_eq!(differences(&farm)[0].right, None);
    assert!(farm.quarantined("w1").is_some() && farm.quarantined("w2").is_some());
    // The job ends meanwhile.
    let mut farm = disputed();
    let third = farm.first(3);
    farm.dispatcher.handle_close(revision(1), farm.now);
    farm.act();
    assert_eq!(differences(&farm).len(), 1);
    assert_eq!(farm.finish_lease(3, &third), Verdict::Stale);
    // Its answer is there, but the job never hashes it.
    let mut farm = disputed();
    let _ = farm.finish(3);
    for number in 1..=8 {
        farm.offer(epoch(1, number, 1));
    }
    assert_eq!(differences(&farm).len(), 1);
    // It makes no progress.
    let mut farm = disputed();
    for _ in 0..330 {
        (1..=3).for_each(|session| farm.beat(session, 1));
        farm.wait(Duration::from_secs(2));
    }
    assert_eq!(differences(&farm).len(), 1);
}

#[test]
fn only_jobs_whose_bits_are_the_same_everywhere_are_checked() {
    let gpu = WorkerKind { class: DeviceClass::Cuda, ..kind("a") };
    let fits = [Fit::Any, Fit::Class(DeviceClass::Cpu), Fit::Kind(gpu.clone())];
    for fit in fits {
        let mut farm = Farm::with_checks(1.0, &[]);
        for name in 1..=2 {
            let kind = if fit == Fit::Kind(gpu.clone()) { gpu.clone() } else { kind("a") };
            farm.join(Registration { kind, ..registration(&format!("w{name}"), name, 1) });
        }
        farm.dispatcher.handle_open(JobTerms { fit: fit.clone(), ..terms(1, 0) });
        farm.offer(epoch(1, 0, 1));
        assert_eq!((farm.holds(1), farm.holds(2)), (1, 0), "{fit:?}");
        let Verdict::Accept(accepted) = farm.finish(1) else { panic!("it was not accepted") };
        assert_eq!(accepted.compare, None);
    }
    // Nor are preparations, and nobody hashes where nobody could check.
    let mut farm = Farm::with_checks(1.0, &[1, 1]);
    farm.open(1, 0);
    farm.offer(Offer { work: OfferedWork::Prepare, ..epoch(1, 0, 1) });
    assert_eq!(farm.holds(2), 0);
    let mut farm = Farm::with_checks(1.0, &[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    let Verdict::Accept(accepted) = farm.finish(1) else { panic!("it was not accepted") };
    assert_eq!(accepted.compare, None);
}

#[test]
fn a_check_makes_way_for_another_jobs_work() {
    let mut farm = checked_epoch(2, &[]);
    let check = farm.first(2);
    farm.open(2, 0);
    farm.offer(epoch(2, 0, 1));
    assert_eq!(farm.finish_lease(2, &check), Verdict::Stale);
    assert_eq!(farm.first(2).revision, revision(2), "the other job does not wait behind it");
    assert_eq!(farm.checked, [CheckOutcome::Dropped]);
    // There is none while another job's work waits.
    farm.offer(epoch(2, 1, 16));
    let _ = farm.finish(1);
    farm.offer(epoch(1, 1, 1));
    let mut leases = farm.held.values().flatten();
    assert!(!leases.any(|lease| farm.dispatcher.is_check(lease.fence)));
    farm.finish_all();
    assert_eq!((farm.shards(1, 1), farm.shards(2, 1)), (vec![0], (0..16).collect()));
}

#[test]
fn a_job_pays_for_its_checks() {
    // Two jobs that take turns at two workers: one has one node per epoch, whose check takes the second worker.
    let pass = |farm: &Farm| farm.dispatcher.jobs.get(revision(1)).unwrap().pass();
    let [plain, checked] = [0.0, 1.0].map(|share| {
        let mut farm = Farm::with_checks(share, &[1, 1]);
        farm.open(1, 0);
        for number in 0..10 {
            farm.offer(epoch(1, number, 1));
            farm.wait(MS);
            farm.finish_all();
            farm.hash();
        }
        let spent = farm.dispatcher.spent(revision(1)).unwrap();
        assert!((spent - 0.010).abs() < 1e-9, "only what gets the job further is shown: {spent}");
        pass(&farm)
    });
    assert!((checked / plain - 2.0).abs() < 1e-6, "{plain} {checked}");
}

#[test]
fn checks_take_only_spare_room_for_gradients() {
    for (room, checks) in [(GRADIENT, 0), (2 * GRADIENT, 1)] {
        let mut farm = with_room(room, 2);
        farm.open(1, 0);
        farm.offer(epoch(1, 0, 1));
        assert_eq!((farm.holds(1), farm.holds(2)), (1, checks));
        // Another job has its gradient in any case, and the check its own room.
        farm.open(2, 0);
        farm.offer(epoch(2, 0, 1));
        let work = farm.held.values().flatten().filter(|lease| !farm.dispatcher.is_check(lease.fence));
        assert_eq!(work.count(), 2);
        farm.finish_all();
        assert_eq!((farm.shards(1, 0), farm.shards(2, 0)), (vec![0], vec![0]));
    }
}

#[test]
fn the_room_of_a_canvas_that_is_kept_no_longer_goes_to_a_lease_that_waits_for_it() {
    let mut farm = with_room(3 * GRADIENT, 3);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    let check = farm.first(2);
    let _ = farm.finish(1);
    farm.offer(epoch(1, 1, 64));
    assert!(matches!(farm.finish_lease(2, &check), Verdict::Compare(_)));
    let leased = |farm: &Farm| [1, 2, 3].map(|session| farm.holds(session)).iter().sum::<usize>();
    assert!(farm.dispatcher.keeps_previous(revision(1)));
    assert_eq!(leased(&farm), 2, "the canvas has the room of the third");
    farm.hash();
    assert_eq!(farm.checked, [CheckOutcome::Same]);
    assert!(!farm.dispatcher.keeps_previous(revision(1)));
    assert_eq!(leased(&farm), 3);
}

#[test]
fn a_check_that_is_lost_harms_nobody() {
    let ways: [fn(&mut Farm); 5] = [
        |farm| farm.leave(2, LeaveCause::Goodbye),
        |farm| farm.give_back(2),
        |farm| farm.fail(2, &ShardError::Experiment("impossible".into())),
        |farm| {
            farm.leave(2, LeaveCause::Disconnected);
            farm.live(Duration::from_secs(12), &[1]);
        },
        |farm| {
            // It never heard of the lease.
            farm.drop_lease(2, farm.first(2).fence);
            farm.live(Duration::from_mins(3), &[1, 2]);
        },
    ];
    for (i, way) in ways.into_iter().enumerate() {
        let mut farm = checked_epoch(2, &[]);
        way(&mut farm);
        assert_eq!(farm.checked, [CheckOutcome::Dropped], "{i}");
        assert!(matches!(farm.finish(1), Verdict::Accept(_)), "{i}");
        farm.hash();
        assert_eq!((farm.shards(1, 0), farm.failures.len()), (vec![0], 0), "{i}");
        assert_eq!(farm.dispatcher.checks.counts(), (0, 0), "{i}");
    }
}

#[test]
fn a_worker_whose_checks_fail_is_held_responsible_and_the_job_is_not() {
    let mut farm = checked_epoch(2, &[]);
    for number in 1..=3 {
        let _ = farm.finish(1);
        farm.fail(2, &device());
        farm.offer(epoch(1, number, 1));
    }
    assert!(farm.quarantined("w2").is_some(), "{:?}", farm.notes);
    assert!(farm.failures.is_empty());
}

#[test]
fn a_node_that_goes_out_again_is_checked_anew() {
    let mut farm = checked_epoch(2, &[]);
    let check = farm.first(2);
    farm.fail(1, &device());
    // The second worker computes it as work now.
    assert_eq!(farm.finish_lease(2, &check), Verdict::Stale);
    assert!(matches!(farm.finish(2), Verdict::Accept(_)));
    farm.hash();
    assert_eq!((farm.checked.clone(), farm.shards(1, 0)), (vec![CheckOutcome::Dropped], vec![0]));
    // A result that the job refuses is compared with nothing.
    let mut farm = checked_epoch(2, &[]);
    let Verdict::Accept(accepted) = farm.finish(1) else { panic!("it was not accepted") };
    farm.dispatcher.handle_refusal(&accepted, &not_finite(), farm.now);
    farm.act();
    farm.unhashed.clear();
    farm.finish_all();
    farm.hash();
    assert_eq!((farm.checked.clone(), farm.shards(1, 0)), (vec![CheckOutcome::Dropped], vec![0, 0]));
}

#[test]
fn a_process_that_comes_back_goes_on_with_its_check() {
    let mut farm = checked_epoch(2, &[]);
    let check = farm.first(2);
    let _ = farm.finish(1);
    farm.hash();
    // Meanwhile the next epoch is offered, so the canvas of this one is gone.
    farm.leave(2, LeaveCause::Disconnected);
    farm.offer(epoch(1, 1, 1));
    let (back, _) = farm.join(registration("w2", 2, 1));
    assert!(farm.held[&back].contains(&check), "{:?}", farm.held);
    assert_eq!(farm.finish_lease(2, &check), Verdict::Stale, "the old connection answers nothing");
    assert!(matches!(farm.finish_lease(back.0, &check), Verdict::Compare(_)));
    farm.hash();
    assert_eq!(farm.checked[0], CheckOutcome::Same);
}

#[test]
fn all_jobs_of_a_worker_that_lied_are_told() {
    let mut farm = Farm::with_checks(1.0, &[1, 1, 1]);
    for job in 1..=3 {
        farm.open(job, 0);
        farm.offer(epoch(job, 0, 1));
        let _ = farm.finish(1);
        farm.finish_all();
        farm.hash();
        if job < 3 {
            farm.dispatcher.handle_close(revision(job), farm.now);
            farm.act();
        }
    }
    assert_eq!(farm.quarantined("w1"), None);
    farm.liars.insert(1, 1);
    farm.offer(epoch(3, 1, 1));
    farm.finish_all();
    farm.hash();
    farm.finish_all();
    farm.hash();
    assert!(farm.quarantined("w1").is_some());
    assert_eq!(doubtful(&farm), [1, 2, 3], "also those that have ended");
}

#[test]
fn a_worker_that_lies_in_one_node_of_a_hundred_is_found() {
    let mut farm = Farm::with_checks(0.1, &[1, 1, 1]);
    farm.liars.insert(2, 100);
    farm.open(1, 0);
    let mut epochs = 0;
    while farm.quarantined("w2").is_none() {
        assert!(epochs < 20_000, "it is not found");
        farm.offer(epoch(1, epochs, 2));
        epochs += 1;
        // The disputed node's third result comes before the next epoch.
        for _ in 0..2 {
            farm.finish_all();
            farm.hash();
        }
    }
    assert!(["w1", "w3"].iter().all(|worker| farm.quarantined(worker).is_none()));
    assert!(!farm.checked.contains(&CheckOutcome::Dropped) && differences(&farm).len() == 1);
}

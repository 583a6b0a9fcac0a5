//! Workers that are gone with something in their hands.

use super::*;

/// A new process in the place of a worker that is gone.
fn restart(farm: &mut Farm, name: &str) -> u64 {
    let instance = 1_000 + u128::from(farm.sessions);
    farm.join(registration(name, instance, 1)).0.0
}

#[test]
fn a_node_that_ends_its_only_worker_again_and_again_fails_its_job() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    for session in 2..=10 {
        assert!(farm.failures.is_empty());
        farm.leave(session - 1, LeaveCause::Disconnected);
        farm.wait(Duration::from_secs(2));
        restart(&mut farm, "w1");
    }
    farm.leave(10, LeaveCause::Disconnected);
    assert!(farm.failures.is_empty(), "the same process may come back");
    farm.wait(Duration::from_secs(11));
    let said = farm.failures[0].to_string();
    let why = "worker w1 has disappeared 10 times while computing node 0:0, which may be why";
    assert_eq!(said, format!("the device failed: {why}"));
}

#[test]
fn a_farm_that_shuts_down_blames_nobody() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    for session in 2..=15 {
        assert_eq!(farm.holds(session - 1), 1);
        farm.leave(session - 1, LeaveCause::Closing);
        restart(&mut farm, "w1");
    }
    assert!(farm.failures.is_empty());
    assert_eq!(farm.dispatcher.workers()[0].quarantine, None);
}

#[test]
fn a_worker_in_a_crash_loop_fails_no_job_and_is_quarantined() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    let (mut looping, mut restarts) = (1, 0);
    for number in 0..40 {
        farm.offer(epoch(1, number, 4));
        // It dies as soon as it has something, and is back at once; the other is busy meanwhile.
        while farm.holds(looping) > 0 {
            let in_hand = farm.nodes(looping)[0];
            farm.leave(looping, LeaveCause::Disconnected);
            farm.wait(Duration::from_secs(2));
            looping = restart(&mut farm, "w1");
            restarts += 1;
            let again = farm.nodes(looping).contains(&in_hand);
            assert!(!again, "the same node again, although the other may compute it");
            farm.beat(2, restarts);
        }
        while farm.holds(2) > 0 {
            let _ = farm.finish(2);
            farm.beat(2, restarts + 1);
        }
        assert!(farm.failures.is_empty());
    }
    let view = farm.dispatcher.workers().into_iter().find(|view| view.name.as_str() == "w1").unwrap();
    let reason = "it has disappeared with its last 3 leases, and other workers computed the same";
    assert_eq!(view.quarantine.unwrap().reason, reason);
    assert!(restarts < 12, "{restarts} restarts");
}

#[test]
fn a_connection_that_breaks_is_not_the_workers_fault() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    let mut session = 1;
    for number in 0..20 {
        farm.offer(epoch(1, number, 4));
        farm.leave(session, LeaveCause::Disconnected);
        // The same process comes back.
        session = farm.join(registration("w1", 1, 1)).0.0;
        while farm.holds(2) > 0 {
            let _ = farm.finish(2);
        }
        farm.wait(Duration::from_secs(2));
        farm.beat(2, number);
        farm.beat(session, number);
    }
    assert!(farm.dispatcher.workers().iter().all(|view| view.quarantine.is_none()));
    assert!(farm.failures.is_empty());
}

#[test]
fn one_blow_that_cuts_off_everybody_counts_once() {
    let mut farm = Farm::with_workers(&[1; 30]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    for session in 1..=30 {
        farm.leave(session, LeaveCause::Disconnected);
        farm.wait(MS);
    }
    assert!(farm.failures.is_empty());
    let back = restart(&mut farm, "w1");
    // Until the last one of those that held it is given up.
    farm.live(Duration::from_secs(12), &[back]);
    assert!(farm.failures.is_empty());
    assert!(matches!(farm.finish(back), Verdict::Accept(_)));
}

#[test]
fn a_disappearance_while_another_computes_the_same_counts_nothing() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    // It takes so long that the second worker computes it, too.
    farm.live(Duration::from_secs(122), &[1, 2]);
    assert_eq!((farm.holds(1), farm.holds(2)), (1, 1));
    let mut session = 1;
    for _ in 0..30 {
        farm.leave(session, LeaveCause::Disconnected);
        farm.wait(Duration::from_secs(2));
        session = farm.join(registration("w1", 1, 1)).0.0;
        farm.live(Duration::from_secs(130), &[2, session]);
    }
    assert!(farm.failures.is_empty());
    assert!(matches!(farm.finish(2), Verdict::Accept(_)));
}

#[test]
fn who_answers_something_else_than_it_was_asked_is_put_out_and_the_node_goes_elsewhere() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    for (offer, wrong) in [
        (epoch(1, 0, 1), Answer::Prepared),
        (Offer { work: OfferedWork::Prepare, ..epoch(1, 0, 1) }, Answer::Computed(MS)),
    ] {
        farm.offer(offer);
        let hostile = farm.held.iter().find(|(_, held)| !held.is_empty()).map(|(id, _)| *id).unwrap();
        let lease = farm.first(hostile.0);
        assert_eq!(farm.dispatcher.handle_result(hostile, lease.fence, wrong, farm.now), Verdict::Stale);
        farm.act();
        assert_eq!(farm.ended.last(), Some(&hostile));
        let good = restart(&mut farm, "good");
        assert!(matches!(farm.finish(good), Verdict::Accept(_)), "the work was not lost");
    }
}

//! Connections that break, and processes that come back.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_process_that_comes_back_goes_on_with_its_leases() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 8));
    let before = farm.held[&SessionId(1)].clone();
    let back = farm.reconnect(1, 9 * SECOND);
    assert_eq!(farm.held[&SessionId(back)], before, "under the same fences");
    assert_eq!(farm.finish_lease(1, &before[0]), Verdict::Stale, "the old connection answers nothing");
    assert!(matches!(farm.finish_lease(back, &before[0]), Verdict::Accept(_)));
    assert_eq!(farm.finish_lease(back, &before[0]), Verdict::Stale, "nothing counts twice");
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), (0..8).collect::<Vec<_>>());
}

#[test]
fn a_job_whose_only_worker_is_waited_for_says_that_nobody_is_there() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    assert_eq!(farm.dispatcher.lease_wait(revision(1)), None);
    farm.leave(1, LeaveCause::Disconnected);
    let wait = farm.dispatcher.lease_wait(revision(1)).unwrap().to_string();
    assert!(wait.contains("is connected"), "{wait}");
    farm.join(registration("w1", 1, 1));
    assert_eq!(farm.dispatcher.lease_wait(revision(1)), None);
}

#[test]
fn a_process_that_comes_back_too_late_has_lost_its_leases() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 8));
    let before = farm.held[&SessionId(1)].clone();
    farm.leave(1, LeaveCause::Disconnected);
    farm.wait(11 * SECOND);
    let lost = |note: &Note| matches!(note, Note::Lost { leases: 2, .. });
    assert!(farm.notes.iter().any(lost), "{:?}", farm.notes);
    let admitted = farm.dispatcher.handle_register(SessionId(9), registration("w1", 1, 1), farm.now).unwrap();
    assert_eq!(admitted.leases, []);
    for lease in &before {
        assert_eq!(farm.finish_lease(9, lease), Verdict::Stale);
    }
}

#[test]
fn what_may_be_kept_of_a_gradient_takes_its_room_until_the_process_is_back_or_given_up() {
    let reserved = |farm: &Farm| farm.dispatcher.budget.reserved();
    for comes_back in [true, false] {
        let mut farm = Farm::with_workers(&[1, 1]);
        farm.open(1, 0);
        farm.offer(epoch(1, 0, 1));
        let gradient = reserved(&farm);
        assert!(gradient > 0);
        farm.leave(1, LeaveCause::Disconnected);
        assert_eq!(reserved(&farm), 2 * gradient, "the second worker computes it, too");
        let _ = farm.finish(2);
        assert_eq!(farm.shards(1, 0), [0]);
        assert_eq!(reserved(&farm), gradient, "of the first one's gradient a part may be there");
        if comes_back {
            farm.join(registration("w1", 1, 1));
        } else {
            farm.live(11 * SECOND, &[2]);
        }
        assert_eq!(reserved(&farm), 0);
    }
}

#[test]
fn a_proxy_that_cuts_a_stream_again_and_again_fails_no_job_and_no_worker() {
    // The shard takes 12 s, the proxy cuts after 6 s.
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    for number in 0..20 {
        farm.offer(epoch(1, number, 1));
        let session = farm.sessions;
        farm.live(6 * SECOND, &[session]);
        let session = farm.reconnect(session, 500 * MS);
        farm.live(6 * SECOND, &[session]);
        let session = farm.reconnect(session, 500 * MS);
        assert!(matches!(farm.finish(session), Verdict::Accept(_)), "epoch {number}");
        assert_eq!(farm.shards(1, number), [0]);
    }
    assert!(farm.failures.is_empty());
    let worker = &farm.dispatcher.workers()[0];
    assert_eq!((worker.counts.nodes, worker.counts.failures, worker.counts.lost), (20, 0, 0));
    assert_eq!(worker.quarantine, None);
}

#[test]
fn idle_workers_do_not_wait_for_a_process_that_may_be_dead() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 2));
    farm.join(registration("w2", 2, 1));
    // One lease each: the second has taken over what waited in the first one's hands.
    assert_eq!((farm.holds(1), farm.holds(2)), (1, 1));
    let first = farm.first(1);
    farm.leave(1, LeaveCause::Disconnected);
    assert!(matches!(farm.finish(2), Verdict::Accept(_)));
    assert_eq!(farm.holds(2), 1, "the other's node, too");
    let back = farm.join(registration("w1", 1, 1)).0.0;
    assert_eq!(farm.first(back), first);
    // The first answer counts, and the other copy is taken back.
    assert!(matches!(farm.finish(back), Verdict::Accept(_)));
    assert_eq!(farm.holds(2), 0);
    assert_eq!(farm.shards(1, 0), [0, 1]);
}

#[test]
fn another_process_of_the_name_does_not_get_the_leases() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    let old = farm.first(1);
    farm.leave(1, LeaveCause::Disconnected);
    let (session, name) = farm.join(registration("w1", 2, 1));
    assert_eq!(name.as_str(), "w1");
    assert_ne!(farm.first(session.0).fence, old.fence);
    // The process that had the name before is another worker now.
    assert_eq!(farm.join(registration("w1", 1, 1)).1.as_str(), "w1-2");
    assert_eq!(farm.finish_lease(3, &old), Verdict::Stale);
}

#[test]
fn a_process_that_comes_back_with_another_device_does_not_go_on() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    farm.leave(1, LeaveCause::Disconnected);
    let mut changed = registration("w1", 1, 1);
    changed.kind = kind("b");
    let (session, _) = farm.join(changed);
    assert_eq!(farm.holds(session.0), 0, "the job is of another kind");
    let wait = farm.dispatcher.lease_wait(revision(1)).unwrap().to_string();
    assert!(wait.contains("no worker of the kind a"), "{wait}");
}

#[test]
fn a_job_that_was_closed_meanwhile_is_not_known_any_more() {
    let mut farm = Farm::with_workers(&[1]);
    for job in [1, 2] {
        farm.open(job, 0);
        farm.offer(epoch(job, 0, 1));
    }
    farm.leave(1, LeaveCause::Disconnected);
    farm.dispatcher.handle_close(revision(1), farm.now);
    let admitted = farm.dispatcher.handle_register(SessionId(2), registration("w1", 1, 1), farm.now).unwrap();
    assert_eq!(admitted.jobs, [revision(2)]);
    assert!(admitted.leases.iter().all(|lease| lease.revision == revision(2)));
    assert_eq!(admitted.leases.len(), 1);
}

#[test]
fn who_comes_back_is_sent_everything_anew() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 8));
    farm.leave(1, LeaveCause::Disconnected);
    let admitted = farm.dispatcher.handle_register(SessionId(2), registration("w1", 1, 1), farm.now).unwrap();
    let fence = admitted.leases[0].fence;
    let verdict = farm.dispatcher.handle_result(SessionId(2), fence, Answer::Computed(MS), farm.now);
    assert!(matches!(verdict, Verdict::Accept(_)));
    let words = farm.dispatcher.poll_actions(farm.now).into_iter().filter_map(|action| match action {
        Action::Open { .. } => Some("brief"),
        Action::Canvas { .. } => Some("canvas"),
        Action::Lease { .. } => Some("lease"),
        _ => None,
    });
    assert_eq!(words.collect::<Vec<_>>(), ["brief", "canvas", "lease"]);
}

#[test]
fn a_lease_that_never_arrived_is_lost_after_two_heartbeats() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    let old = farm.first(1);
    let back = SessionId(farm.reconnect(1, SECOND));
    for _ in 0..2 {
        farm.dispatcher.handle_heartbeat(back, &[], farm.now);
        farm.act();
    }
    assert_eq!(farm.finish_lease(back.0, &old), Verdict::Stale);
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), [0]);
}

//! Leases that are handed back undone.

use super::*;

#[test]
fn a_worker_that_hands_back_is_asked_ever_more_rarely() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    let mut times = 0;
    let until = Duration::from_mins(1);
    while farm.now < until {
        if farm.holds(1) > 0 {
            farm.give_back(1);
            times += 1;
        }
        farm.beat(1, 0);
        farm.wait(50 * MS);
    }
    assert!((8..14).contains(&times), "{times}");
    farm.wait(Duration::from_secs(9));
    farm.beat(1, 0);
    farm.wait(Duration::from_secs(9));
    farm.beat(1, 0);
    farm.wait(Duration::from_secs(9));
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), [0]);
}

/// A worker that cannot begin a job, and hands back whatever it is given.
fn play_for(farm: &mut Farm, time: Duration) -> u32 {
    let (until, mut times) = (farm.now + time, 0);
    while farm.now < until && farm.failures.is_empty() {
        if farm.holds(1) > 0 {
            farm.give_back(1);
            times += 1;
        }
        farm.beat(1, 0);
        farm.wait(Duration::from_secs(1));
    }
    times
}

#[test]
fn a_job_whose_content_can_never_be_had_says_why_it_waits_and_fails_at_last() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    play_for(&mut farm, Duration::from_mins(1));
    if farm.holds(1) > 0 {
        farm.give_back(1);
    }
    let wait = farm.dispatcher.lease_wait(revision(1)).unwrap().to_string();
    assert_eq!(wait, "its work was handed back, at last by worker w1: no; it is tried again");
    assert_eq!(farm.dispatcher.lease_waits().len(), 1);
    play_for(&mut farm, Duration::from_mins(8));
    assert!(farm.failures.is_empty(), "content may come late");
    play_for(&mut farm, Duration::from_mins(3));
    let said = farm.failures[0].to_string();
    assert!(said.contains("handed back undone") && said.ends_with("at last by worker w1: no"), "{said}");
    assert!(farm.dispatcher.workers()[0].quarantine.is_none());
}

#[test]
fn a_worker_that_leaves_may_hand_back_as_often_as_it_likes() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    for session in 1..=60 {
        farm.dispatcher.handle_draining(SessionId(session), farm.now);
        farm.give_back(session);
        farm.leave(session, LeaveCause::Goodbye);
        farm.wait(Duration::from_secs(30));
        farm.join(registration("w1", u128::from(session) + 1, 1));
    }
    assert!(farm.failures.is_empty());
}

#[test]
fn who_was_told_of_a_job_is_told_of_its_end_whatever_it_has() {
    // One has handed back its lease, one has only prepared, one has never heard of it.
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(Offer { work: OfferedWork::Prepare, ..epoch(1, 0, 1) });
    let _ = farm.finish(1);
    farm.dispatcher.handle_open(terms(1, 0));
    farm.act();
    farm.dispatcher.handle_pause(&"w1".parse().unwrap()).unwrap();
    farm.join(registration("w2", 2, 1));
    farm.offer(epoch(1, 0, 1));
    farm.dispatcher.handle_pause(&"w2".parse().unwrap()).unwrap();
    farm.give_back(2);
    farm.join(registration("w3", 3, 1));
    farm.dispatcher.handle_pause(&"w3".parse().unwrap()).unwrap();
    farm.abandon(1);
    farm.dispatcher.handle_close(revision(1), farm.now);
    let closed: Vec<Action> = farm.dispatcher.poll_actions(farm.now);
    let close = |session| Action::Close { session: SessionId(session), revision: revision(1) };
    let closes: Vec<&Action> =
        closed.iter().filter(|action| matches!(action, Action::Close { .. })).collect();
    assert!(closes.contains(&&close(1)), "it only prepared: {closed:?}");
    assert!(closes.contains(&&close(2)), "it handed back: {closed:?}");
}

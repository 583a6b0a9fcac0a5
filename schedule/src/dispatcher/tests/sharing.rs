//! How nodes are cut, and who gets how much.

use super::*;

#[test]
fn each_slot_gets_about_four_leases_and_one_ahead() {
    let mut farm = Farm::with_workers(&[2, 4]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 100));
    // 100 shards for 6 slots: level 2.
    assert!(farm.nodes(1).iter().all(|node| node.level == 2));
    assert_eq!((farm.holds(1), farm.holds(2)), (4, 8));
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), (0..100).collect::<Vec<_>>());
}

#[test]
fn threads_take_slots() {
    let mut farm = Farm::with_workers(&[8]);
    farm.dispatcher.handle_open(JobTerms { threads: 3, ..terms(1, 0) });
    farm.offer(epoch(1, 0, 100));
    assert_eq!(farm.holds(1), 4);
}

#[test]
fn nodes_are_split_for_idle_slots() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 32));
    assert_eq!(farm.nodes(1), [Node { level: 3, index: 0 }, Node { level: 3, index: 1 }]);
    // Two nodes are left, and one waits, for eight slots.
    farm.join(registration("big", 9, 8));
    assert!(farm.holds(2) >= 8, "{:?}", farm.nodes(2));
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), (0..32).collect::<Vec<_>>());
}

#[test]
fn an_idle_worker_takes_over_what_waits_elsewhere() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 2));
    let waiting = farm.held[&SessionId(1)][1].clone();
    farm.join(registration("late", 7, 1));
    assert_eq!((farm.holds(1), farm.holds(2)), (1, 1));
    assert_eq!(farm.finish_lease(1, &waiting), Verdict::Stale);
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), [0, 1]);
}

#[test]
fn an_idle_worker_computes_a_slow_node_again_and_the_first_answer_counts() {
    for slow_wins in [false, true] {
        let mut farm = Farm::with_workers(&[1, 1]);
        farm.open(1, 0);
        farm.offer(epoch(1, 0, 8));
        // Worker 2 does all but one node, 100 ms each.
        let slow = farm.first(1);
        for _ in 0..7 {
            farm.wait(100 * MS);
            assert!(matches!(farm.finish(2), Verdict::Accept(_)));
        }
        // Twice the median is over long ago.
        farm.wait(MS);
        assert_eq!((farm.nodes(1), farm.nodes(2)), (farm.nodes(1), farm.nodes(1)));
        assert!(farm.notes.iter().any(|note| matches!(note, Note::Speculated { .. })));
        let second = farm.first(2);
        assert_ne!(slow.fence, second.fence);
        let (winner, loser) = if slow_wins { ((1, slow), (2, second)) } else { ((2, second), (1, slow)) };
        assert!(matches!(farm.finish_lease(winner.0, &winner.1), Verdict::Accept(_)));
        assert_eq!(farm.holds(loser.0), 0, "the other copy is taken back");
        assert_eq!(farm.finish_lease(loser.0, &loser.1), Verdict::Stale);
        assert_eq!(farm.shards(1, 0), (0..8).collect::<Vec<_>>());
    }
}

#[test]
fn a_second_copy_that_is_left_alone_counts() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 8));
    for _ in 0..7 {
        farm.wait(100 * MS);
        let _ = farm.finish(2);
    }
    farm.wait(MS);
    assert_eq!(farm.holds(2), 1);
    farm.leave(1, LeaveCause::Goodbye);
    let round = farm.dispatcher.round(revision(1)).unwrap();
    assert_eq!((round.pending, round.leases.len()), (0, 1));
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), (0..8).collect::<Vec<_>>());
}

#[test]
fn an_offer_takes_the_place_of_the_one_before() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 4));
    let old = farm.first(1);
    farm.offer(epoch(1, 1, 4));
    assert_eq!(farm.finish_lease(1, &old), Verdict::Stale);
    farm.finish_all();
    assert_eq!(farm.shards(1, 1), (0..4).collect::<Vec<_>>());
    assert_eq!(
        farm.dispatcher.handle_offer(epoch(1, 2, 0), farm.now),
        Err(DispatchError::NoShards(revision(1)))
    );
    assert_eq!(
        farm.dispatcher.handle_offer(epoch(9, 2, 1), farm.now),
        Err(DispatchError::UnknownJob(revision(9)))
    );
}

#[test]
fn a_job_that_was_prepared_sends_its_brief_again() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(Offer { work: OfferedWork::Prepare, ..epoch(1, 0, 1) });
    let lease = farm.first(1);
    assert_eq!((lease.work, lease.work.stage()), (Work::Prepare, Stage::Prepare));
    let Verdict::Accept(accepted) = farm.finish(1) else { panic!("it was not stale") };
    assert_eq!(accepted.work.stage(), Stage::Prepare);
    farm.dispatcher.handle_open(terms(1, 0));
    farm.dispatcher.handle_offer(epoch(1, 0, 1), farm.now).unwrap();
    let actions = farm.dispatcher.poll_actions(farm.now);
    assert!(matches!(actions[0], Action::Open { .. }), "{actions:?}");
    assert!(matches!(actions[1], Action::Canvas { stage: Stage::Epoch(Epoch(0)), .. }), "{actions:?}");
}

/// Two jobs that always have work, on workers of one slot that take 10 ms times `cost` per shard: core seconds that
/// each gets in 60 s. Epochs are of about the same length, or the shorter ones would wait for the longer's leases.
fn contest(priorities: [i32; 2], cost: [u32; 2]) -> [f64; 2] {
    let shards = cost.map(|cost| 448 / cost);
    let mut farm = Farm::with_workers(&[1, 1, 1]);
    let mut epochs = [0, 0];
    let mut spent = [0.0, 0.0];
    for (job, priority) in [1, 2].into_iter().zip(priorities) {
        farm.open(job, priority);
        farm.offer(epoch(job, 0, shards[job as usize - 1]));
    }
    // When each worker's first lease ends.
    let mut busy: BTreeMap<u64, (Time, Lease)> = BTreeMap::new();
    let end = Duration::from_mins(1);
    while farm.now < end {
        for session in 1..=3 {
            if !busy.contains_key(&session) && farm.holds(session) > 0 {
                let lease = farm.first(session);
                let Work::Node { node, total, .. } = lease.work else { panic!("a preparation") };
                let shards = node.shards(total).len() as u32;
                let took = 10 * MS * shards * cost[lease.revision.job.0 as usize - 1];
                busy.insert(session, (farm.now + took, lease));
            }
        }
        let (session, (at, lease)) = busy.iter().min_by_key(|(_, (at, _))| *at).unwrap();
        let (session, at, lease) = (*session, *at, lease.clone());
        busy.remove(&session);
        farm.wait(at.saturating_sub(farm.now));
        for other in 1..=3 {
            farm.beat(other, 1);
        }
        let begun = lease.revision.job.0 as usize - 1;
        let Work::Node { node, total, .. } = lease.work else { panic!("a preparation") };
        let took = 10 * MS * node.shards(total).len() as u32 * cost[begun];
        farm.drop_lease(session, lease.fence);
        let answer = Answer::Computed(took);
        let verdict = farm.dispatcher.handle_result(SessionId(session), lease.fence, answer, farm.now);
        if let Verdict::Accept(_) = verdict {
            spent[begun] += took.as_secs_f64();
        }
        farm.act();
        for (i, job) in [1, 2].into_iter().enumerate() {
            if farm.dispatcher.round(revision(job)).is_some_and(|round| round.done == round.shards) {
                epochs[i] += 1;
                farm.offer(epoch(job, epochs[i], shards[i]));
            }
        }
    }
    spent
}

#[test]
fn shares_follow_priority_whatever_shards_cost() {
    for (priorities, cost, wanted) in
        [([0, 0], [1, 1], 1.0), ([0, 0], [1, 7], 1.0), ([2, 0], [1, 1], 4.0), ([-1, 1], [3, 1], 0.25)]
    {
        let [a, b] = contest(priorities, cost);
        let ratio = a / b / wanted;
        // Between two epochs a job has nothing to offer, and the other's leases are in the way when it has again.
        assert!((0.7..1.43).contains(&ratio), "{priorities:?} {cost:?}: {a:.2} s to {b:.2} s");
    }
}

#[test]
fn a_job_that_comes_later_neither_starves_nor_catches_up() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    for number in 0..50 {
        farm.offer(epoch(1, number, 8));
        while farm.holds(1) > 0 {
            farm.wait(MS);
            let _ = farm.finish(1);
        }
    }
    farm.open(2, 0);
    farm.offer(epoch(1, 50, 64));
    farm.offer(epoch(2, 50, 64));
    let mut counts = [0, 0];
    for number in 51..=58 {
        for _ in 0..4 {
            counts[farm.first(1).revision.job.0 as usize - 1] += 1;
            farm.wait(MS);
            let _ = farm.finish(1);
        }
        for job in [1, 2] {
            if farm.dispatcher.round(revision(job)).is_some_and(|round| round.done == round.shards) {
                farm.offer(epoch(job, number, 64));
            }
        }
    }
    assert!(counts[0] >= 12 && counts[1] >= 12, "{counts:?}");
}

/// A job of few shards beside one that always offers 65,536 shards of 30 ms, on two workers of one slot: epochs that it
/// finishes in a minute.
fn epochs_beside_a_giant(shards: u32, priorities: [i32; 2]) -> u32 {
    let (small, giant) = (1, 2);
    let mut farm = Farm::with_workers(&[1, 1]);
    let takes = |lease: &Lease| {
        let Work::Node { node, total, .. } = lease.work else { panic!("a preparation") };
        let shard = if lease.revision == revision(small) { 10 * MS } else { 30 * MS };
        shard * node.shards(total).len() as u32
    };
    farm.open(giant, priorities[1]);
    farm.offer(epoch(giant, 0, 65_536));
    // The giant is there first and has all slots.
    let mut busy: BTreeMap<u64, (Time, Lease)> = BTreeMap::new();
    let (mut epochs, mut offered) = (0, false);
    while farm.now < Duration::from_mins(2) {
        if !offered && farm.now >= Duration::from_mins(1) {
            farm.open(small, priorities[0]);
            farm.offer(epoch(small, 0, shards));
            offered = true;
        }
        for session in [1, 2] {
            if !busy.contains_key(&session) && farm.holds(session) > 0 {
                let lease = farm.first(session);
                busy.insert(session, (farm.now + takes(&lease), lease));
            }
        }
        let (session, (at, lease)) = busy.iter().min_by_key(|(_, (at, _))| *at).unwrap();
        let (session, at, lease) = (*session, *at, lease.clone());
        busy.remove(&session);
        farm.wait(at.saturating_sub(farm.now));
        for session in [1, 2] {
            farm.beat(session, 1);
        }
        farm.drop_lease(session, lease.fence);
        let answer = Answer::Computed(takes(&lease));
        let _ = farm.dispatcher.handle_result(SessionId(session), lease.fence, answer, farm.now);
        farm.act();
        if farm.dispatcher.round(revision(small)).is_some_and(|round| round.done == round.shards) {
            epochs += 1;
            farm.offer(epoch(small, epochs, shards));
        }
    }
    epochs
}

#[test]
fn a_small_job_beside_a_giant_gets_on() {
    for (shards, priorities) in [(1, [0, 0]), (8, [0, 0]), (1, [10, -10])] {
        let epochs = epochs_beside_a_giant(shards, priorities);
        // A slot becomes free twice a second.
        assert!(epochs >= 60, "{epochs} epochs of {shards} shards in a minute, priorities {priorities:?}");
    }
}

#[test]
fn nodes_that_turn_out_to_take_long_are_split() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 64));
    assert!(farm.nodes(1).iter().all(|node| node.level == 3), "{:?}", farm.nodes(1));
    for _ in 0..3 {
        farm.live(Duration::from_secs(4), &[1]);
        let _ = farm.finish(1);
    }
    // Half a second per shard: two of them are a second. One lease was given before that was known.
    assert!(farm.nodes(1).last().is_some_and(|node| node.level <= 1), "{:?}", farm.nodes(1));
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), (0..64).collect::<Vec<_>>());
}

#[test]
fn a_worker_that_claims_thousands_of_cores_gets_hundreds_of_leases() {
    let mut farm = Farm::with_workers(&[100_000]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 131_072));
    assert_eq!(farm.holds(1), 512);
}

#[test]
fn leases_wait_for_room_for_their_gradients() {
    // The canvas of these tests is one tile.
    const GRADIENT: u64 = 3 * 64 * 64 * 4;
    let mut farm = Farm::new();
    farm.dispatcher =
        Dispatcher::new(DispatchSettings { gradient_bytes: 3 * GRADIENT, ..DispatchSettings::new(3) });
    for name in 1..=2 {
        farm.join(registration(&format!("w{name}"), name, 4));
    }
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 64));
    let held = |farm: &Farm| farm.holds(1) + farm.holds(2);
    assert_eq!(held(&farm), 3);
    // What has come takes room until it is merged; heartbeats and time make none.
    for left in [2, 1, 0] {
        let session = if farm.holds(1) > 0 { 1 } else { 2 };
        let lease = farm.first(session);
        farm.drop_lease(session, lease.fence);
        let answer = Answer::Computed(MS);
        let verdict = farm.dispatcher.handle_result(SessionId(session), lease.fence, answer, farm.now);
        assert!(matches!(verdict, Verdict::Accept(_)));
        farm.dispatcher.handle_received(revision(1), GRADIENT);
        farm.act();
        farm.live(Duration::from_secs(30), &[1, 2]);
        assert_eq!(held(&farm), left);
    }
    assert_eq!(farm.dispatcher.unmerged_bytes(), 3 * GRADIENT);
    assert_eq!(farm.dispatcher.lease_wait(revision(1)), Some(LeaseWait::NothingToDo));
    // A second job is not kept waiting by the first one.
    farm.open(2, 0);
    farm.offer(epoch(2, 0, 64));
    assert_eq!(held(&farm), 1);
    farm.dispatcher.handle_merged(revision(1), GRADIENT);
    farm.dispatcher.handle_merged(revision(1), GRADIENT);
    farm.act();
    assert_eq!(held(&farm), 2);
    // A job that ends leaves its room to others.
    farm.dispatcher.handle_close(revision(1), farm.now);
    farm.act();
    assert_eq!(held(&farm), 3);
    assert!(farm.held.values().flatten().all(|lease| lease.revision == revision(2)));
}

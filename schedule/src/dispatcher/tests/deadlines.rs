//! Leases that make no progress, or only say so.

use super::*;

/// A session says for so long that it holds a lease, with so much progress.
fn beats(farm: &mut Farm, session: u64, time: Duration, progress: impl Fn(u64) -> u32) {
    for beat in 0..time.as_secs() / 2 {
        farm.wait(Duration::from_secs(2));
        farm.beat(session, progress(beat));
    }
}

fn failed(farm: &Farm) -> Vec<String> {
    let failed = |note: &&Note| matches!(note, Note::Failed { .. });
    farm.notes.iter().filter(failed).map(ToString::to_string).collect()
}

#[test]
fn a_first_shard_has_more_time_than_others() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    let old = farm.first(1);
    beats(&mut farm, 1, Duration::from_secs(598), |_| 0);
    assert_eq!(failed(&farm), [""; 0]);
    beats(&mut farm, 1, Duration::from_secs(4), |_| 0);
    let said = "job 1, epoch 0, node 0:0 failed on worker w1: the device failed: no progress for 600 s";
    assert_eq!(failed(&farm), [said]);
    assert_eq!(farm.finish_lease(1, &old), Verdict::Stale);
}

/// A farm of one worker that needs so long for each shard, after four of them.
fn used_to(time: Duration) -> Farm {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 4));
    for _ in 0..4 {
        beats(&mut farm, 1, time, |_| 0);
        let _ = farm.finish(1);
    }
    assert_eq!(failed(&farm), [""; 0]);
    farm.offer(epoch(1, 1, 1));
    farm
}

#[test]
fn a_lease_without_progress_goes_elsewhere() {
    let mut farm = used_to(Duration::from_secs(2));
    beats(&mut farm, 1, Duration::from_secs(118), |_| 0);
    assert_eq!(failed(&farm), [""; 0]);
    beats(&mut farm, 1, Duration::from_secs(4), |_| 0);
    let said = "job 1, epoch 1, node 0:0 failed on worker w1: the device failed: no progress for 120 s";
    assert_eq!(failed(&farm), [said]);
}

#[test]
fn shards_that_take_long_may_take_long() {
    // Ten minutes each, and this one three times as long.
    let mut farm = used_to(Duration::from_secs(590));
    beats(&mut farm, 1, Duration::from_mins(30), |_| 0);
    assert_eq!(failed(&farm), [""; 0]);
    assert!(matches!(farm.finish(1), Verdict::Accept(_)));
    farm.offer(epoch(1, 2, 1));
    beats(&mut farm, 1, Duration::from_mins(100), |_| 0);
    assert_eq!(failed(&farm).len(), 1);
}

#[test]
fn a_lease_with_progress_lasts_and_so_does_what_waits_behind_it() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 2));
    assert_eq!(farm.holds(1), 2);
    let (old, ahead) = (farm.first(1), farm.held[&SessionId(1)][1].clone());
    for progress in 0..400 {
        farm.wait(Duration::from_secs(2));
        // Some beats without progress are no matter.
        let held =
            [Held { fence: old.fence, progress: progress / 100 }, Held { fence: ahead.fence, progress: 0 }];
        farm.dispatcher.handle_heartbeat(SessionId(1), &held, farm.now);
        farm.act();
    }
    assert!(matches!(farm.finish_lease(1, &old), Verdict::Accept(_)));
    assert!(matches!(farm.finish_lease(1, &ahead), Verdict::Accept(_)));
}

#[test]
fn who_claims_progress_for_ever_is_overtaken_before_any_pace_is_known() {
    for work in [OfferedWork::Prepare, OfferedWork::Epoch { epoch: Epoch(0), shards: 1 }] {
        let mut farm = Farm::with_workers(&[1, 1]);
        farm.open(1, 0);
        farm.offer(Offer { work, ..epoch(1, 0, 1) });
        let claimed = farm.first(1);
        for beat in 0..62 {
            farm.wait(Duration::from_secs(2));
            farm.beat(1, beat + 1);
            farm.beat(2, beat + 1);
        }
        assert_eq!(farm.holds(2), 1, "an idle worker computes it, too");
        assert!(matches!(farm.finish(2), Verdict::Accept(_)));
        assert_eq!(farm.finish_lease(1, &claimed), Verdict::Stale);
        assert!(farm.failures.is_empty());
    }
}

//! Workers come, fall silent and go.

use super::*;

#[test]
fn an_instance_that_comes_back_takes_its_own_place() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 8));
    let lease = farm.first(1);
    let (session, name) = farm.join(registration("w1", 1, 1));
    assert_eq!((session, name.as_str()), (SessionId(2), "w1"));
    assert_eq!(farm.ended, [SessionId(1)]);
    assert_eq!(farm.finish_lease(1, &lease), Verdict::Stale);
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), (0..8).collect::<Vec<_>>());
}

#[test]
fn another_worker_of_the_same_name_gets_a_number() {
    let mut farm = Farm::with_workers(&[1]);
    assert_eq!(farm.join(registration("w1", 2, 1)).1.as_str(), "w1-2");
    assert_eq!(farm.join(registration("w1", 3, 1)).1.as_str(), "w1-3");
    // The second comes back, and keeps its number.
    assert_eq!(farm.join(registration("w1", 2, 1)).1.as_str(), "w1-2");
    // One that is silent does not keep its name from a new one.
    farm.wait(Duration::from_secs(11));
    assert_eq!(farm.join(registration("w1", 9, 1)).1.as_str(), "w1");
    let long = "n".repeat(100);
    farm.join(registration(&long, 20, 1));
    assert_eq!(farm.join(registration(&long, 21, 1)).1.as_str(), format!("{}-2", "n".repeat(98)));
}

#[test]
fn strangers_are_refused_with_a_remedy() {
    let mut farm = Farm::new();
    let mut old = registration("w", 1, 1);
    old.protocol = 99;
    let error = farm.dispatcher.handle_register(SessionId(1), old, farm.now).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the coordinator speaks version 3 of the farm's protocol, worker `w` (clipig test) version 99; install the \
         same clipig on both"
    );
}

#[test]
fn leases_of_a_lost_worker_go_out_at_once_under_new_fences() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 8));
    let old = farm.first(1);
    let before = farm.nodes(1);
    farm.leave(1, LeaveCause::Disconnected);
    // Worker 2 has no room beyond one lease ahead; as it finishes, it gets all.
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), (0..8).collect::<Vec<_>>());
    assert_eq!(before.len(), 2);
    assert_eq!(farm.finish_lease(1, &old), Verdict::Stale);
}

#[test]
fn a_silent_worker_loses_its_leases_and_may_come_back() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 2));
    let old = farm.first(1);
    farm.live(Duration::from_secs(11), &[2]);
    assert!(
        farm.notes
            .iter()
            .any(|note| matches!(note, Note::Lost { worker, leases: 1 } if worker.as_str() == "w1"))
    );
    assert_eq!(farm.holds(2), 2);
    farm.dispatcher.handle_sign_of_life(SessionId(1), farm.now);
    farm.act();
    assert!(farm.notes.iter().any(|note| matches!(note, Note::Back { .. })));
    assert_eq!(farm.finish_lease(1, &old), Verdict::Stale);
    // It is idle, and takes over what waits in the other's hands.
    assert_eq!((farm.nodes(1).len(), farm.nodes(2).len()), (2 - 1, 1));
}

#[test]
fn a_worker_that_holds_what_was_taken_back_is_told_again() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    let old = farm.first(1);
    farm.abandon(1);
    farm.dispatcher.handle_heartbeat(SessionId(1), &[Held { fence: old.fence, progress: 4 }], farm.now);
    let actions = farm.dispatcher.poll_actions(farm.now);
    assert_eq!(actions, [Action::Revoke { session: SessionId(1), fence: old.fence }]);
}

#[test]
fn a_lease_that_heartbeats_do_not_name_any_more_is_lost() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    let old = farm.first(1);
    farm.beat(1, 0);
    for _ in 0..2 {
        assert_eq!(farm.first(1), old);
        farm.dispatcher.handle_heartbeat(SessionId(1), &[], farm.now);
        farm.act();
    }
    let again = farm.held[&SessionId(1)].last().unwrap().clone();
    assert_ne!(again.fence, old.fence);
    assert_eq!(farm.finish_lease(1, &old), Verdict::Stale);
    assert!(matches!(farm.finish_lease(1, &again), Verdict::Accept(_)));
}

#[test]
fn paused_and_draining_workers_finish_and_get_nothing_new() {
    let mut farm = Farm::with_workers(&[1, 1]);
    let (w1, w2) = ("w1".parse().unwrap(), "w2".parse().unwrap());
    farm.open(1, 0);
    farm.dispatcher.handle_pause(&w1).unwrap();
    farm.offer(epoch(1, 0, 8));
    assert_eq!((farm.holds(1), farm.holds(2)), (0, 2));
    farm.dispatcher.handle_drain(&w2, "maintenance".into()).unwrap();
    assert!(matches!(farm.finish(2), Verdict::Accept(_)));
    assert!(matches!(farm.finish(2), Verdict::Accept(_)));
    assert_eq!(farm.holds(2), 0);
    let wait = farm.dispatcher.lease_wait(revision(1)).unwrap();
    assert_eq!(wait.to_string(), "no fitting worker takes work: 1 paused, 1 leaving");
    farm.dispatcher.handle_resume(&w1).unwrap();
    farm.act();
    assert_eq!(farm.holds(1), 2);
    let nobody = "nobody".parse().unwrap();
    assert!(matches!(farm.dispatcher.handle_pause(&nobody), Err(DispatchError::UnknownWorker(_))));
}

#[test]
fn workers_that_left_are_forgotten_unless_they_are_paused() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.dispatcher.handle_pause(&"w2".parse().unwrap()).unwrap();
    farm.leave(1, LeaveCause::Goodbye);
    farm.leave(2, LeaveCause::Goodbye);
    farm.wait(Duration::from_secs(3599));
    assert_eq!(farm.dispatcher.workers().len(), 2);
    farm.wait(Duration::from_secs(2));
    let left: Vec<String> = farm.dispatcher.workers().iter().map(|view| view.name.to_string()).collect();
    assert_eq!(left, ["w2"]);
}

#[test]
fn only_workers_of_the_jobs_kind_get_its_leases() {
    let mut farm = Farm::new();
    let mut other = registration("other", 1, 8);
    other.kind = kind("b");
    farm.join(other);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 4));
    assert_eq!(farm.holds(1), 0);
    let wait = farm.dispatcher.lease_wait(revision(1)).unwrap().to_string();
    assert_eq!(wait, "no worker of the kind a, libtorch 2.11 is connected; there are: b, libtorch 2.11");
    farm.join(registration("w", 2, 1));
    assert!(farm.holds(2) > 0);
    farm.dispatcher.handle_open(JobTerms { fit: Fit::Class(DeviceClass::Cpu), ..terms(2, 0) });
    farm.offer(epoch(2, 0, 4));
    assert!(farm.holds(1) > 0);
}

#[test]
fn a_thousand_names_are_remembered_and_not_more() {
    let mut farm = Farm::with_workers(&[1]);
    let paused: WorkerName = "paused".parse().unwrap();
    let (session, _) = farm.join(registration("paused", 77, 1));
    farm.dispatcher.handle_pause(&paused).unwrap();
    farm.leave(session.0, LeaveCause::Goodbye);
    for number in 0..2_000_u32 {
        farm.wait(MS);
        let (session, _) = farm.join(registration(&format!("n{number}"), 1_000 + u128::from(number), 1));
        farm.leave(session.0, LeaveCause::Disconnected);
    }
    let names: Vec<String> = farm.dispatcher.workers().iter().map(|worker| worker.name.to_string()).collect();
    // Those that are here, those that somebody has decided about, and the last that have left.
    assert_eq!(names.len(), 1 + 1_000);
    for (name, known) in [("w1", true), ("paused", true), ("n1000", false), ("n1001", true), ("n1999", true)]
    {
        assert_eq!(names.iter().any(|other| other == name), known, "{name}");
    }
}

//! What fails, and whose fault it was.

use super::*;

#[test]
fn three_attempts_on_different_workers_fail_the_job() {
    let mut farm = Farm::with_workers(&[1, 1, 1, 1]);
    farm.open(1, 0);
    farm.open(2, 0);
    farm.offer(epoch(1, 0, 1));
    farm.offer(epoch(2, 0, 40));
    let mut tried = Vec::new();
    while farm.failures.is_empty() {
        let Some((session, lease)) = holder(&farm, 1) else {
            // It waits for somebody who has not tried; all are busy with the other job.
            for session in 1..=4 {
                if farm.holds(session) > 1 {
                    let _ = farm.finish(session);
                }
            }
            continue;
        };
        tried.push(session);
        assert!(tried.len() < 4 && farm.shards(2, 0).len() < 40);
        farm.drop_lease(session, lease.fence);
        farm.dispatcher.handle_failure(SessionId(session), lease.fence, &device(), farm.now);
        farm.act();
    }
    let workers: Vec<String> =
        farm.failures[0].attempts.iter().map(|attempt| attempt.worker.to_string()).collect();
    assert_eq!(tried.iter().collect::<BTreeSet<_>>().len(), 3);
    let text = farm.failures[0].to_string();
    assert_eq!(text, format!("the device failed: it broke (tried by {})", workers.join(", ")));
    // Only its job.
    assert!(farm.failures.iter().all(|failure| failure.revision == revision(1)));
    farm.finish_all();
    assert_eq!(farm.shards(2, 0), (0..40).collect::<Vec<_>>());
    assert!(farm.shards(1, 0).is_empty());
}

/// Who holds a lease of a job.
fn holder(farm: &Farm, job: u64) -> Option<(u64, Lease)> {
    farm.held.iter().find_map(|(session, held)| {
        let lease = held.iter().find(|lease| lease.revision == revision(job))?;
        Some((session.0, lease.clone()))
    })
}

#[test]
fn a_single_worker_tries_three_times() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    for attempt in 0..3 {
        assert!(farm.failures.is_empty(), "attempt {attempt}");
        farm.fail(1, &device());
    }
    assert_eq!(farm.failures.len(), 1);
    assert_eq!(farm.failures[0].to_string(), "the device failed: it broke (tried 3 times by w1)");
    assert_eq!(farm.holds(1), 0);
    // A new offer is a new chance.
    farm.dispatcher.handle_reinstate(&"w1".parse().unwrap()).unwrap();
    farm.offer(epoch(1, 0, 1));
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), [0]);
}

fn impossible() -> ShardError {
    ShardError::Experiment("no such thing".into())
}

#[test]
fn an_impossible_experiment_fails_when_a_second_worker_says_so() {
    let mut farm = Farm::with_workers(&[1, 1]);
    for job in 1..=4 {
        farm.open(job, 0);
        farm.offer(epoch(job, 0, 1));
        let (first, _) = holder(&farm, job).unwrap();
        farm.fail(first, &impossible());
        assert_eq!(farm.failures.len() as u64, job - 1, "one worker alone is not believed");
        let (second, _) = holder(&farm, job).unwrap();
        assert_ne!(first, second);
        farm.fail(second, &impossible());
        assert_eq!(farm.failures.len() as u64, job);
    }
    assert_eq!(farm.failures[0].to_string(), "no such thing (tried by w1, w2)");
    assert!(
        farm.dispatcher.workers().iter().all(|worker| worker.quarantine.is_none()),
        "it was the jobs' fault"
    );
}

#[test]
fn a_worker_that_calls_good_experiments_impossible_is_quarantined_and_fails_nothing() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    for number in 0..20 {
        farm.offer(epoch(1, number, 8));
        while farm.holds(1) + farm.holds(2) > 0 {
            if farm.holds(1) > 0 {
                farm.fail(1, &impossible());
            }
            if farm.holds(2) > 0 {
                let _ = farm.finish(2);
            }
        }
        assert_eq!(farm.shards(1, number), (0..8).collect::<Vec<_>>());
    }
    assert!(farm.failures.is_empty());
    assert!(farm.dispatcher.workers()[0].quarantine.is_some());
}

#[test]
fn a_lone_worker_is_believed_that_an_experiment_is_impossible() {
    let mut farm = Farm::with_workers(&[1]);
    for job in 1..=4 {
        farm.open(job, 0);
        farm.offer(epoch(job, 0, 1));
        farm.fail(1, &impossible());
        assert_eq!(farm.failures.len() as u64, job);
    }
    assert!(farm.dispatcher.workers()[0].quarantine.is_none(), "nothing says that it is the worker's fault");
}

#[test]
fn a_gradient_that_is_not_finite_twice_fails_the_job_not_the_workers() {
    let mut farm = Farm::with_workers(&[1, 1]);
    for job in 1..=4 {
        farm.open(job, 0);
        farm.offer(epoch(job, 0, 1));
        let (first, _) = holder(&farm, job).unwrap();
        farm.fail(first, &not_finite());
        assert_eq!(farm.failures.len() as u64, job - 1);
        let (second, _) = holder(&farm, job).unwrap();
        assert_ne!(first, second);
        farm.fail(second, &not_finite());
        assert_eq!(farm.failures.len() as u64, job);
    }
    assert!(farm.dispatcher.workers().iter().all(|worker| worker.quarantine.is_none()));
}

#[test]
fn a_lone_worker_reproduces_by_itself() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    farm.fail(1, &not_finite());
    assert!(farm.failures.is_empty());
    farm.fail(1, &not_finite());
    assert_eq!(farm.failures.len(), 1);
}

#[test]
fn a_worker_that_fails_three_jobs_is_quarantined_and_reinstated() {
    let mut farm = Farm::with_workers(&[1]);
    for job in 1..=3 {
        farm.open(job, 0);
        farm.offer(epoch(job, 0, 1));
        farm.fail(1, &device());
        farm.dispatcher.handle_close(revision(job), farm.now);
        farm.act();
    }
    let view = &farm.dispatcher.workers()[0];
    assert_eq!(view.quarantine.as_ref().unwrap().reason, "its last 3 leases failed, for the jobs 1, 2, 3");
    farm.open(4, 0);
    farm.offer(epoch(4, 0, 4));
    assert_eq!(farm.holds(1), 0);
    farm.live(Duration::from_secs(599), &[1]);
    assert_eq!(farm.holds(1), 0);
    farm.live(Duration::from_secs(3), &[1]);
    farm.finish_all();
    assert_eq!(farm.shards(4, 0), [0, 1, 2, 3]);
}

#[test]
fn a_worker_that_alone_fails_is_quarantined() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    let mut epochs = 0;
    while farm.dispatcher.workers()[0].quarantine.is_none() {
        farm.offer(epoch(1, epochs, 16));
        epochs += 1;
        assert!(epochs < 10);
        while farm.holds(1) + farm.holds(2) > 0 {
            if farm.holds(1) > 0 {
                farm.fail(1, &device());
            }
            if farm.holds(2) > 0 {
                let _ = farm.finish(2);
            }
        }
    }
    let view = &farm.dispatcher.workers()[0];
    assert_eq!(
        view.quarantine.as_ref().unwrap().reason,
        "its last 3 leases failed, and other workers computed the same"
    );
    farm.finish_all();
    assert_eq!(farm.shards(1, epochs - 1), (0..16).collect::<Vec<_>>());
    assert!(farm.failures.is_empty());
}

#[test]
fn a_lease_that_the_worker_never_heard_of_is_not_its_failure() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    let lost = farm.first(1);
    farm.held.get_mut(&SessionId(1)).unwrap().clear();
    farm.live(Duration::from_secs(121), &[1, 2]);
    assert_eq!(farm.holds(2), 1);
    assert_eq!(farm.dispatcher.workers()[0].counts.failures, 0);
    assert_eq!(farm.finish_lease(1, &lost), Verdict::Stale);
}

#[test]
fn what_the_job_does_not_take_counts_as_failed() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 1));
    let Verdict::Accept(accepted) = farm.finish(1) else { panic!("it was not stale") };
    farm.done.clear();
    let wrong = ShardError::Device("the gradient has the wrong size".into());
    farm.dispatcher.handle_refusal(&accepted, &wrong, farm.now);
    farm.dispatcher.handle_refusal(&accepted, &wrong, farm.now);
    farm.act();
    assert_eq!((farm.holds(1), farm.holds(2)), (0, 1));
    assert_eq!(farm.dispatcher.workers()[0].counts.failures, 1);
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), [0]);
}

#[test]
fn others_leases_and_old_fences_are_stale() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    farm.offer(epoch(1, 0, 8));
    let lease = farm.first(1);
    assert_eq!(farm.finish_lease(2, &lease), Verdict::Stale);
    let mut old = lease.clone();
    old.fence.incarnation = 2;
    assert_eq!(farm.finish_lease(1, &old), Verdict::Stale);
    assert!(matches!(farm.finish_lease(1, &lease), Verdict::Accept(_)));
    assert_eq!(farm.finish_lease(1, &lease), Verdict::Stale);
}

//! A worker that computes wrongly, beside others of its kind.

use std::time::Duration;

use clipig_core::{FromWorker, ToWorker};
use clipig_proto::v1::job_event::Event;
use clipig_proto::v1::{self, LogLevel, WorkerState};

use crate::health::page;
use crate::standin::WorkerEnd;
use crate::support::{EXPERIMENT, TestFarm, submit, until};

/// Answers leases, each after a while, as if it computed. A liar changes one pixel of every gradient a little.
async fn work(mut end: WorkerEnd, lies: bool) {
    while let Ok(Some(message)) = end.receive().await {
        let ToWorker::Lease(lease) = message else { continue };
        tokio::time::sleep(Duration::from_millis(10)).await;
        let mut answer = end.answer(&lease);
        if let (true, FromWorker::Computed(computed)) = (lies, &mut answer) {
            computed.gradient.add_at(&[Some(5)], &[0.001, 0.0, 0.0]);
        }
        end.say(answer).await;
    }
}

async fn seen(farm: &TestFarm, job: u64) -> v1::Job {
    let request = v1::GetJobRequest { job, with_experiment: false };
    farm.client().await.get_job(request).await.unwrap().into_inner().job.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_computes_wrongly_is_found_and_its_jobs_are_told() {
    let mut farm = TestFarm::with(|settings| settings.dispatch.spot_checks = 1.0).await;
    let mut client = farm.client().await;
    // The liar is there first, so the job gets its gradients.
    for (name, lies) in [("liar", true), ("a", false), ("b", false), ("c", false), ("d", false)] {
        tokio::spawn(work(WorkerEnd::join(farm.worker().await, name).await, lies));
    }
    let yaml = EXPERIMENT
        .replace("epochs: 40", "epochs: 1000000")
        .replace("snapshot_interval: 10", "snapshot_interval: 0");
    let job = submit(&mut client, &yaml).await.unwrap().number;
    until("a job that says that its picture may be wrong", async || !seen(&farm, job).await.bit_exact).await;
    let reason = seen(&farm, job).await.bit_exact_reason;
    assert!(reason.contains("its picture may not be the one") && reason.contains("liar"), "{reason}");
    // What differed is a line of the job's log.
    let request = v1::WatchJobRequest { job, since: Some(0), ..Default::default() };
    let mut events = client.watch_job(request).await.unwrap().into_inner();
    let evidence = loop {
        let event = events.message().await.unwrap().expect("the job goes on").event;
        match event.and_then(|event| event.event) {
            Some(Event::Log(line)) if line.level() == LogLevel::Error => break line.text,
            _ => {}
        }
    };
    assert!(evidence.starts_with("a spot check found that results differ: job 1, epoch "), "{evidence}");
    assert!(evidence.contains("worker liar has "), "{evidence}");
    // The event of the worker is written behind it.
    until("a quarantine", async || {
        let request = v1::ListWorkersRequest::default();
        let workers = farm.client().await.list_workers(request).await.unwrap().into_inner().workers;
        let liar = workers.iter().find(|worker| worker.name == "liar").unwrap();
        liar.state() == WorkerState::Quarantined && liar.reason.contains("a spot check found")
    })
    .await;
    let (_, text) = page(&farm.http, "/metrics").await;
    let count = |outcome: &str| {
        let name = format!("clipig_spot_checks_total{{outcome=\"{outcome}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.and_then(|count| count.parse::<u64>().ok()).unwrap()
    };
    assert!(count("different") > 0, "{text}");
    // Others go on without it, and agree.
    let done = seen(&farm, job).await.epochs_done;
    until("more epochs", async || seen(&farm, job).await.epochs_done > done + 5).await;
    farm.stop().await;
}

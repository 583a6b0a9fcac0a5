//! What people and programs read, from fixed values.

use bytes::Bytes;
use jiff::Timestamp;
use prost_types::Timestamp as Time;

use crate::arguments::HistoryFormat;
use crate::farm::wire::job_event::Event;
use crate::farm::wire::worker_lease::Work;
use crate::farm::wire::{
    ConstraintRow, DeviceClass, Farm, FeatureRow, HistoryRow, HistoryTarget, Identity, Job, JobCount,
    JobEvent, JobState, LogLevel, LogLine, ModelReference, OwnerQuotas, Progress, Quota, Resolution, Role,
    TargetRow, TargetTable, Worker, WorkerCount, WorkerKind, WorkerLease, WorkerState,
};
use crate::farm::{history, json, show};

/// 2026-11-25 21:00:00 UTC.
const NOW: i64 = 1_795_640_400;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn ago(seconds: i64) -> Time {
    Time { seconds: NOW - seconds, nanos: 5_000_000 }
}

fn cpu() -> WorkerKind {
    WorkerKind {
        class: DeviceClass::Cpu.into(),
        model: "Intel Xeon Platinum 8481C".to_owned(),
        libtorch: "2.11.0".to_owned(),
        capability: "AVX512".to_owned(),
    }
}

fn waiting() -> Job {
    Job {
        number: 19,
        name: "a\nlong \u{1b}[31mname".to_owned(),
        state: JobState::Waiting.into(),
        reason: "no GPU worker is connected".to_owned(),
        priority: -2,
        epochs_total: 300,
        created: Some(ago(90)),
        model: Some(ModelReference {
            name: "ViT-B/32".to_owned(),
            sha256: Bytes::from_static(&[0xab; 32]),
            quick_gelu: true,
            settings: None,
        }),
        seed: 11,
        device_request: DeviceClass::Cuda.into(),
        submitter: "ada@tower".to_owned(),
        owner: "ada".to_owned(),
        queue_place: Some(2),
        ..Job::default()
    }
}

fn running() -> Job {
    Job {
        number: 17,
        name: "apple".to_owned(),
        state: JobState::Running.into(),
        reason: String::new(),
        priority: 0,
        epochs_done: 120,
        resolution: Some(Resolution { width: 448, height: 224 }),
        created: Some(ago(4000)),
        started: Some(ago(3900)),
        kind: Some(cpu()),
        threads: 1,
        shard_size: 8,
        bit_exact: true,
        loss: Some(-12.345_67),
        revision: 1,
        eta_seconds: Some(700.0),
        workers: 3,
        artifacts: 12,
        samples_per_second: Some(31.25),
        checkpoint_epoch: Some(100),
        canvas_kind: "Intel Xeon".to_owned(),
        queue_place: None,
        ..waiting()
    }
}

fn failed() -> Job {
    Job {
        number: 18,
        name: "broken".to_owned(),
        state: JobState::Failed.into(),
        reason: "the gradient of target `sky` is not finite (NaN or infinite)".to_owned(),
        ended: Some(ago(86_400)),
        bit_exact: false,
        bit_exact_reason: "two kinds of devices computed it".to_owned(),
        eta_seconds: None,
        ..running()
    }
}

fn workers() -> Vec<Worker> {
    let lease = |job, work| WorkerLease { job, epoch: 120, work: Some(work), since: Some(ago(1)) };
    let busy = Worker {
        name: "tower-cuda0".to_owned(),
        state: WorkerState::Busy.into(),
        kind: Some(cpu()),
        device: "cpu".to_owned(),
        memory: 16_000_000_000,
        cores: 4,
        version: "0.1.0".to_owned(),
        since: Some(ago(500)),
        leases: vec![
            lease(17, Work::Node("2:5".to_owned())),
            lease(17, Work::Node("2:6".to_owned())),
            lease(19, Work::Prepare(true)),
        ],
        shards_done: 4711,
        leases_failed: 1,
        last_heard: Some(ago(1)),
        ..Worker::default()
    };
    let quarantined = Worker {
        name: "cellar".to_owned(),
        state: WorkerState::Quarantined.into(),
        reason: "its last 3 leases failed for 3 different jobs".to_owned(),
        quarantined_until: Some(ago(-540)),
        leases: Vec::new(),
        cores: 1,
        memory: 0,
        ..busy.clone()
    };
    let lost = Worker {
        name: "roof".to_owned(),
        state: WorkerState::Lost.into(),
        leases: Vec::new(),
        ..busy.clone()
    };
    vec![quarantined, lost, busy]
}

fn farm() -> Farm {
    let jobs = |state: JobState, count| JobCount { state: state.into(), count };
    Farm {
        version: "0.1.0".to_owned(),
        started: Some(ago(7300)),
        uptime_seconds: 7300.0,
        incarnation: 3,
        jobs: vec![jobs(JobState::Waiting, 2), jobs(JobState::Running, 1)],
        workers: vec![WorkerCount { state: WorkerState::Busy.into(), count: 3 }],
        samples_per_second: 93.5,
        disk_free: 4_200_000_000,
        data_size: 123_456_789,
        max_running_jobs: 8,
        max_queued_jobs: 10_000,
        warnings: vec!["the disk is nearly full".to_owned()],
        certificate_expires: Some(ago(-40 * 86_400)),
        you: Some(Identity {
            owner: "ada".to_owned(),
            token: "ada-laptop".to_owned(),
            role: Role::Artist.into(),
        }),
        quotas: vec![
            OwnerQuotas {
                owner: "ada".to_owned(),
                quotas: vec![
                    quota("jobs-waiting", Some(3), 100),
                    quota("calls", None, 20),
                    quota("bytes", Some(1 << 30), 20 << 30),
                ],
            },
            OwnerQuotas { owner: "bob".to_owned(), quotas: vec![quota("snapshots", None, 5_000)] },
        ],
    }
}

fn quota(limit: &str, used: Option<u64>, most: u64) -> Quota {
    Quota { limit: limit.to_owned(), most, used }
}

fn table() -> TargetTable {
    let feature = |text: &str, similarity| FeatureRow {
        text: text.to_owned(),
        weight: 1.0,
        similarity,
        loss: -similarity,
        chosen: 40,
    };
    let constraint =
        ConstraintRow { name: "mean above 0.4".to_owned(), weight: 10.0, loss: 0.012_345, active: 160 };
    let target = TargetRow {
        name: "whole".to_owned(),
        samples: 160,
        features: vec![feature("a red apple on a plate", 27.123_45), feature("blurry", 18.0)],
        constraints: vec![constraint],
    };
    let idle = TargetRow { name: "later".to_owned(), ..TargetRow::default() };
    TargetTable { epochs_done: 10, targets: vec![target, idle] }
}

#[test]
fn jobs_for_people() {
    insta::assert_snapshot!(show::jobs::text(&[waiting(), failed(), running()], now()));
}

#[test]
fn a_job_for_people() {
    insta::assert_snapshot!("a_waiting_job", show::job::text(&waiting(), now()));
    insta::assert_snapshot!("a_running_job", show::job::text(&running(), now()));
    insta::assert_snapshot!("a_failed_job", show::job::text(&failed(), now()));
}

#[test]
fn jobs_for_programs() {
    insta::assert_snapshot!(format!("{:#}", json::job(&running())));
    insta::assert_snapshot!("a_waiting_job_as_json", format!("{:#}", json::job(&waiting())));
}

#[test]
fn workers_for_people() {
    insta::assert_snapshot!(show::workers::text(&workers(), now()));
}

#[test]
fn workers_for_programs() {
    insta::assert_snapshot!(format!(
        "{:#}",
        workers().iter().map(json::worker).collect::<serde_json::Value>()
    ));
}

#[test]
fn a_farm_for_people_and_programs() {
    insta::assert_snapshot!("a_farm", show::farm::text(&farm(), "http://127.0.0.1:7870"));
    insta::assert_snapshot!("a_farm_as_json", format!("{:#}", json::farm(&farm(), "http://127.0.0.1:7870")));
    let empty = Farm {
        jobs: Vec::new(),
        workers: Vec::new(),
        incarnation: 1,
        warnings: Vec::new(),
        certificate_expires: None,
        quotas: Vec::new(),
        ..farm()
    };
    insta::assert_snapshot!("an_empty_farm", show::farm::text(&empty, "unix:/run/farm"));
}

#[test]
fn targets_for_people() {
    insta::assert_snapshot!(show::targets::lines(&table()).join("\n"));
}

#[test]
fn events_for_programs() {
    let progress = Progress {
        epochs_done: 10,
        epochs_total: 300,
        loss: None,
        learnrate: 0.01,
        resolution: Some(Resolution { width: 64, height: 32 }),
        samples_per_second: 12.5,
        eta_seconds: Some(99.5),
        workers: 2,
    };
    let line = LogLine { level: LogLevel::Warning.into(), text: "worker `roof` is lost".to_owned() };
    let events =
        [Event::Progress(progress), Event::Table(table()), Event::Log(line), Event::Warning("odd".into())];
    let lines = (1..).zip(events).map(|(number, event)| {
        json::event(&JobEvent { number, time: Some(ago(0)), event: Some(event) }).to_string()
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
    assert!(json::event(&JobEvent::default()).is_null());
}

#[test]
fn histories_keep_their_columns_when_targets_change() {
    let target = |features: usize, constraints: usize| HistoryTarget {
        samples: 16,
        similarities: vec![25.5; features],
        losses: vec![-25.5; features],
        chosen: vec![8; features],
        constraint_losses: vec![0.125; constraints],
    };
    let row = |epoch, targets| HistoryRow {
        epoch,
        time: Some(ago(10)),
        loss: (epoch > 0).then_some(-1.5),
        learnrate: 0.01,
        resolution: Some(Resolution { width: 64, height: 32 }),
        seconds: 0.25,
        targets,
        revision: epoch,
    };
    let rows = [row(0, vec![target(1, 1)]), row(1, vec![target(2, 0), target(1, 0)])];
    insta::assert_snapshot!("history_csv", history::text(&rows, HistoryFormat::Csv).unwrap());
    insta::assert_snapshot!("history_json", history::text(&rows[1..], HistoryFormat::Json).unwrap());
}

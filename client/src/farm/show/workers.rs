//! The list of workers.

use jiff::Timestamp;

use super::colored_worker_state;
use super::columns::{Align, plain, table};
use crate::farm::time;
use crate::farm::wire::worker_lease::Work;
use crate::farm::wire::{Worker, WorkerLease, WorkerState};

/// Workers, one per line.
pub(crate) fn text(workers: &[Worker], now: Timestamp) -> String {
    let heading = [
        ("worker", Align::Left),
        ("state", Align::Left),
        ("device", Align::Left),
        ("memory", Align::Right),
        ("done", Align::Right),
        ("failed", Align::Right),
        ("version", Align::Left),
        ("", Align::Left),
    ];
    let rows: Vec<[String; 8]> = workers.iter().map(|worker| row(worker, now)).collect();
    table(heading, &rows)
}

fn row(worker: &Worker, now: Timestamp) -> [String; 8] {
    let model = worker.kind.as_ref().map(|kind| plain(&kind.model, 40)).unwrap_or_default();
    let device = plain(&worker.device, 20);
    let cores = if worker.cores > 1 { format!(" x {}", worker.cores) } else { String::new() };
    [
        plain(&worker.name, 100),
        colored_worker_state(worker.state()).to_string(),
        format!("{device}{cores} ({model})"),
        if worker.memory == 0 { String::new() } else { time::bytes(worker.memory) },
        worker.shards_done.to_string(),
        worker.leases_failed.to_string(),
        plain(&worker.version, 20),
        summary(worker, now),
    ]
}

/// The most important facts about the worker.
pub(crate) fn summary(worker: &Worker, now: Timestamp) -> String {
    let mut parts = Vec::new();
    if worker.state() == WorkerState::Lost {
        let since = worker.since.as_ref().map(|since| time::ago(now, since)).unwrap_or_default();
        parts.push(format!("lost {since}"));
    }
    if !worker.reason.is_empty() {
        parts.push(plain(&worker.reason, 200));
    }
    if let Some(until) = worker.quarantined_until.as_ref().and_then(time::timestamp) {
        let seconds = until.duration_since(now).as_secs_f64();
        parts.push(format!("reinstated in {}", time::duration(seconds)));
    }
    parts.extend(computing(&worker.leases));
    parts.join("; ")
}

/// `job 7 epoch 12, job 9 texts`, without repetitions.
fn computing(leases: &[WorkerLease]) -> Option<String> {
    let said = leases.iter().map(|lease| match &lease.work {
        Some(Work::Prepare(_)) => format!("job {} texts and images", lease.job),
        _ => format!("job {} epoch {}", lease.job, lease.epoch),
    });
    let mut said: Vec<String> = said.collect();
    said.dedup();
    (!said.is_empty()).then(|| said.join(", "))
}

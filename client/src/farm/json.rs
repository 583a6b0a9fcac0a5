//! A farm's answers as JSON, for programs. The names of fields are a promise: `docs/cli.md` lists them.

use serde_json::{Value as Json, json};

use super::show::{self, device_class, job_state, number_type, role, worker_state};
use super::wire::job_event::Event;
use super::wire::worker_lease::Work;
use super::wire::{
    Artifact, AuditEntry, Farm, HistoryRow, Job, JobEvent, JobState, LogLevel, ModelReference, OwnerQuotas,
    Problem, Progress, Resolution, TargetRow, TargetTable, Worker, WorkerKind, WorkerLease,
};

pub(crate) fn job(job: &Job) -> Json {
    json!({
        "job": job.number,
        "name": job.name,
        "state": job_state(job.state()),
        "reason": job.reason,
        "queue_place": job.queue_place,
        "priority": job.priority,
        "epochs_done": job.epochs_done,
        "epochs_total": job.epochs_total,
        "resolution": job.resolution.map(resolution),
        "loss": job.loss,
        "created": moment(job.created.as_ref()),
        "started": moment(job.started.as_ref()),
        "ended": moment(job.ended.as_ref()),
        "eta_seconds": job.eta_seconds,
        "samples_per_second": job.samples_per_second,
        "workers": job.workers,
        "model": job.model.as_ref().map(model),
        "more_models": job.more_models.iter().map(model).collect::<Json>(),
        "seed": job.seed,
        "device_request": device_class(job.device_request()),
        "kind": job.kind.as_ref().map(kind),
        "canvas_kind": job.canvas_kind,
        "mix_kinds": job.mix_kinds,
        "number_type": number_type(job.number_type()),
        "threads": job.threads,
        "shard_size": job.shard_size,
        "bit_exact": job.bit_exact,
        "bit_exact_reason": job.bit_exact_reason,
        "revision": job.revision,
        "submitter": job.submitter,
        "owner": job.owner,
        "artifacts": job.artifacts,
        "checkpoint_epoch": job.checkpoint_epoch,
    })
}

fn model(model: &ModelReference) -> Json {
    json!({ "name": model.name, "sha256": hash(&model.sha256) })
}

pub(crate) fn worker(worker: &Worker) -> Json {
    json!({
        "worker": worker.name,
        "state": worker_state(worker.state()),
        "reason": worker.reason,
        "quarantined_until": moment(worker.quarantined_until.as_ref()),
        "kind": worker.kind.as_ref().map(kind),
        "device": worker.device,
        "memory": worker.memory,
        "cores": worker.cores,
        "version": worker.version,
        "since": moment(worker.since.as_ref()),
        "last_heard": moment(worker.last_heard.as_ref()),
        "leases": worker.leases.iter().map(lease).collect::<Json>(),
        "shards_done": worker.shards_done,
        "leases_failed": worker.leases_failed,
    })
}

fn lease(lease: &WorkerLease) -> Json {
    let node = match &lease.work {
        Some(Work::Node(node)) => Some(node),
        _ => None,
    };
    json!({
        "job": lease.job,
        "epoch": lease.epoch,
        "node": node,
        "prepare": node.is_none(),
        "since": moment(lease.since.as_ref()),
    })
}

/// The farm as a whole.
pub(crate) fn farm(farm: &Farm, address: &str) -> Json {
    let jobs = farm.jobs.iter().map(|jobs| (job_state(jobs.state()).to_owned(), json!(jobs.count)));
    let workers = farm.workers.iter().map(|one| (worker_state(one.state()).to_owned(), json!(one.count)));
    json!({
        "farm": address,
        "version": farm.version,
        "started": moment(farm.started.as_ref()),
        "uptime_seconds": farm.uptime_seconds,
        "incarnation": farm.incarnation,
        "jobs": jobs.collect::<serde_json::Map<_, _>>(),
        "workers": workers.collect::<serde_json::Map<_, _>>(),
        "samples_per_second": farm.samples_per_second,
        "disk_free": farm.disk_free,
        "data_size": farm.data_size,
        "max_running_jobs": farm.max_running_jobs,
        "max_queued_jobs": farm.max_queued_jobs,
        "warnings": farm.warnings,
        "certificate_expires": moment(farm.certificate_expires.as_ref()),
        "you": farm.you.as_ref().map(|you| {
            json!({ "owner": you.owner, "token": you.token, "role": role(you.role()) })
        }),
        "quotas": farm.quotas.iter().map(quotas).collect::<serde_json::Map<_, _>>(),
    })
}

/// The owner, and each of their limits.
fn quotas(owner: &OwnerQuotas) -> (String, Json) {
    let limits =
        owner.quotas.iter().map(|one| (one.limit.clone(), json!({ "used": one.used, "most": one.most })));
    (owner.owner.clone(), limits.collect::<serde_json::Map<_, _>>().into())
}

pub(crate) fn audit(entry: &AuditEntry) -> Json {
    json!({
        "number": entry.number,
        "time": moment(entry.time.as_ref()),
        "owner": entry.owner,
        "token": entry.token,
        "address": entry.address,
        "action": entry.action,
        "job": entry.job,
        "subject": entry.subject,
        "outcome": show::audit::outcome(entry.outcome()),
        "text": entry.text,
    })
}

/// One event of a watched job; `null` for a kind that this clipig does not know.
pub(crate) fn event(event: &JobEvent) -> Json {
    let (name, value) = match &event.event {
        None => return Json::Null,
        Some(Event::Job(one)) => ("job", job(one)),
        Some(Event::State(change)) => {
            let state = JobState::try_from(change.state).unwrap_or_default();
            ("state", json!({ "state": job_state(state), "reason": change.reason }))
        }
        Some(Event::Progress(one)) => ("progress", progress(one)),
        Some(Event::Table(one)) => ("table", table(one)),
        Some(Event::Artifact(one)) => ("artifact", artifact(one)),
        Some(Event::Warning(text)) => ("warning", json!(text)),
        Some(Event::Log(line)) => {
            let level = match line.level() {
                LogLevel::Unspecified | LogLevel::Info => "info",
                LogLevel::Warning => "warning",
                LogLevel::Error => "error",
            };
            ("log", json!({ "level": level, "text": line.text }))
        }
        Some(Event::Revision(one)) => {
            ("revision", json!({ "revision": one.revision, "from_epoch": one.from_epoch }))
        }
    };
    json!({ "number": event.number, "time": moment(event.time.as_ref()), "event": name, name: value })
}

fn progress(progress: &Progress) -> Json {
    json!({
        "epochs_done": progress.epochs_done,
        "epochs_total": progress.epochs_total,
        "loss": progress.loss,
        "learnrate": progress.learnrate,
        "resolution": progress.resolution.map(resolution),
        "samples_per_second": progress.samples_per_second,
        "eta_seconds": progress.eta_seconds,
        "workers": progress.workers,
    })
}

fn table(table: &TargetTable) -> Json {
    json!({ "epochs_done": table.epochs_done, "targets": table.targets.iter().map(target).collect::<Json>() })
}

fn target(target: &TargetRow) -> Json {
    let features = target.features.iter().map(|feature| {
        json!({
            "text": feature.text,
            "weight": feature.weight,
            "similarity": feature.similarity,
            "loss": feature.loss,
            "chosen": feature.chosen,
        })
    });
    let constraints = target
        .constraints
        .iter()
        .map(|one| json!({ "name": one.name, "weight": one.weight, "loss": one.loss, "active": one.active }));
    json!({
        "name": target.name,
        "samples": target.samples,
        "features": features.collect::<Json>(),
        "constraints": constraints.collect::<Json>(),
    })
}

/// A file that a job has made.
pub(crate) fn artifact(artifact: &Artifact) -> Json {
    json!({
        "name": artifact.name,
        "epoch": artifact.epoch,
        "size": artifact.size,
        "sha256": hash(&artifact.sha256),
        "created": moment(artifact.created.as_ref()),
    })
}

/// One epoch of a history.
pub(crate) fn history(row: &HistoryRow) -> Json {
    let targets = row.targets.iter().map(|target| {
        json!({
            "samples": target.samples,
            "similarities": target.similarities,
            "losses": target.losses,
            "chosen": target.chosen,
            "constraint_losses": target.constraint_losses,
        })
    });
    json!({
        "epoch": row.epoch,
        "time": moment(row.time.as_ref()),
        "loss": row.loss,
        "learnrate": row.learnrate,
        "resolution": row.resolution.map(resolution),
        "seconds": row.seconds,
        "revision": row.revision,
        "targets": targets.collect::<Json>(),
    })
}

/// Something odd about an experiment.
pub(crate) fn problem(problem: &Problem) -> Json {
    json!({
        "message": problem.message,
        "parameter": problem.path,
        "line": problem.place.as_ref().map(|place| place.line),
        "column": problem.place.as_ref().map(|place| place.column),
        "help": problem.help,
    })
}

fn resolution(size: Resolution) -> Json {
    json!([size.width, size.height])
}

fn kind(kind: &WorkerKind) -> Json {
    json!({
        "class": device_class(kind.class()),
        "model": kind.model,
        "libtorch": kind.libtorch,
        "capability": kind.capability,
    })
}

fn hash(sha256: &[u8]) -> String {
    base16ct::lower::encode_string(sha256)
}

fn moment(time: Option<&prost_types::Timestamp>) -> Option<String> {
    time.and_then(super::time::exact)
}

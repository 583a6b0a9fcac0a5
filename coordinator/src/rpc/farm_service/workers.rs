//! Looking at workers and steering them.

use std::sync::Arc;
use std::time::Duration;

use clipig_core::{Epoch, Stage, WorkerName};
use clipig_proto::v1;
use clipig_schedule::dispatcher::{LeaseView, Liveness, WorkerView};

use super::super::RpcContext;
use super::super::status::Refusal;
use crate::access::{Call, Deed, Principal};
use crate::switchboard::WorkerCommand;

/// Bytes of a reason.
const REASON: usize = 1_000;

pub(crate) async fn list(
    context: &Arc<RpcContext>,
    request: v1::ListWorkersRequest,
) -> Result<v1::ListWorkersResponse, Refusal> {
    let known =
        |state: &i32| !matches!(v1::WorkerState::try_from(*state), Ok(v1::WorkerState::Unspecified) | Err(_));
    if let Some(state) = request.states.iter().find(|state| !known(state)) {
        return Err(Refusal::Invalid(format!(
            "`states` has the value {state}, which this farm does not know"
        )));
    }
    let views = context.farm.switchboard().workers().await.ok_or(Refusal::ShuttingDown)?;
    let wanted = |worker: &v1::Worker| request.states.is_empty() || request.states.contains(&worker.state);
    let limit = match request.limit {
        0 => 1_000,
        limit => limit.min(10_000) as usize,
    };
    // They come in the order of their names.
    let later = views.iter().filter(|view| view.name.to_string() > request.after);
    // One more than asked for tells whether there are more.
    let mut workers: Vec<v1::Worker> =
        later.map(|view| worker(context, view)).filter(wanted).take(limit + 1).collect();
    let more = workers.len() > limit;
    workers.truncate(limit);
    Ok(v1::ListWorkersResponse { workers, more })
}

pub(crate) async fn pause(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::PauseWorkerRequest,
) -> Result<v1::PauseWorkerResponse, Refusal> {
    let reason = limited(request.reason)?;
    Ok(v1::PauseWorkerResponse {
        worker: Some(
            asked(context, who, Call::PauseWorker, (&request.name, WorkerCommand::Pause, reason)).await?,
        ),
    })
}

pub(crate) async fn resume(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::ResumeWorkerRequest,
) -> Result<v1::ResumeWorkerResponse, Refusal> {
    Ok(v1::ResumeWorkerResponse {
        worker: Some(
            asked(context, who, Call::ResumeWorker, (&request.name, WorkerCommand::Resume, String::new()))
                .await?,
        ),
    })
}

pub(crate) async fn drain(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::DrainWorkerRequest,
) -> Result<v1::DrainWorkerResponse, Refusal> {
    let reason = limited(request.reason)?;
    let command = WorkerCommand::Drain(reason.clone());
    Ok(v1::DrainWorkerResponse {
        worker: Some(asked(context, who, Call::DrainWorker, (&request.name, command, reason)).await?),
    })
}

pub(crate) async fn reinstate(
    context: &Arc<RpcContext>,
    who: &Principal,
    request: v1::ForgiveWorkerRequest,
) -> Result<v1::ForgiveWorkerResponse, Refusal> {
    Ok(v1::ForgiveWorkerResponse {
        worker: Some(
            asked(
                context,
                who,
                Call::ForgiveWorker,
                (&request.name, WorkerCommand::Reinstate, String::new()),
            )
            .await?,
        ),
    })
}

async fn asked(
    context: &Arc<RpcContext>,
    who: &Principal,
    call: Call,
    (name, command, reason): (&str, WorkerCommand, String),
) -> Result<v1::Worker, Refusal> {
    let worker: WorkerName = name.parse().map_err(|_| {
        Refusal::NotFound(
            "no worker has such a name; `clipig workers` lists those that the farm knows".to_owned(),
        )
    })?;
    let who = who.clone();
    let ask = move |context: &RpcContext| {
        let deed = Deed::to(call, worker.as_str(), reason.clone());
        let ask = || context.farm.command_worker(&worker, &command, &reason).map_err(Refusal::from);
        context.audited(&who, deed, ask)
    };
    let view = context.blocking(ask).await?;
    Ok(self::worker(context, &view))
}

fn limited(text: String) -> Result<String, Refusal> {
    if text.len() > REASON {
        return Err(Refusal::Invalid(format!("`reason` has {} bytes; {REASON} are allowed", text.len())));
    }
    Ok(text)
}

/// What a worker is about.
pub(super) fn state(view: &WorkerView) -> v1::WorkerState {
    match view {
        WorkerView { liveness: Liveness::Silent(_) | Liveness::Gone(_), .. } => v1::WorkerState::Lost,
        WorkerView { quarantine: Some(_), .. } => v1::WorkerState::Quarantined,
        WorkerView { paused: true, .. } => v1::WorkerState::Paused,
        WorkerView { draining: true, .. } => v1::WorkerState::Draining,
        WorkerView { leases, .. } if leases.is_empty() => v1::WorkerState::Idle,
        _ => v1::WorkerState::Busy,
    }
}

fn worker(context: &RpcContext, view: &WorkerView) -> v1::Worker {
    let said = &view.registration;
    let connected = matches!(view.liveness, Liveness::Connected(_));
    let (since, gone) = match &view.liveness {
        Liveness::Connected(connected) => (connected.since, None),
        Liveness::Silent(silent) => (silent.since, Some("it sends nothing any more".to_owned())),
        Liveness::Gone(gone) => (gone.since, Some(gone.cause.to_string())),
    };
    let reason = gone.or_else(|| view.quarantine.as_ref().map(|quarantine| quarantine.reason.clone()));
    let wall = |time| Some(wall(context, time));
    v1::Worker {
        name: view.name.to_string(),
        state: state(view).into(),
        kind: Some(said.kind.clone().into()),
        device: said.device.clone(),
        memory: said.memory,
        cores: said.cores,
        version: said.version.clone(),
        since: wall(since),
        leases: view.leases.iter().map(|lease| worker_lease(context, lease)).collect(),
        shards_done: view.counts.shards,
        leases_failed: view.counts.failures,
        reason: reason.unwrap_or_default(),
        quarantined_until: view.quarantine.as_ref().and_then(|quarantine| wall(quarantine.until)),
        last_heard: if connected { None } else { wall(since) },
    }
}

fn worker_lease(context: &RpcContext, lease: &LeaseView) -> v1::WorkerLease {
    let (epoch, work) = match lease.stage {
        Stage::Prepare => (Epoch(0), v1::worker_lease::Work::Prepare(true)),
        Stage::Epoch(epoch) => (epoch, v1::worker_lease::Work::Node(lease.node.to_string())),
    };
    v1::WorkerLease {
        job: lease.revision.job.0,
        epoch: epoch.0,
        work: Some(work),
        since: Some(wall(context, lease.granted)),
    }
}

/// A moment of the dispatcher, which counts from the coordinator's start, by the wall clock of now.
fn wall(context: &RpcContext, time: Duration) -> prost_types::Timestamp {
    let (start, _) = context.started;
    let (now, elapsed) = (std::time::SystemTime::now(), start.elapsed());
    let moment = match time.checked_sub(elapsed) {
        Some(ahead) => now.checked_add(ahead),
        None => now.checked_sub(elapsed.saturating_sub(time)),
    };
    moment.unwrap_or(now).into()
}

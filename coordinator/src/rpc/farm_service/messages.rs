//! Jobs and tables as clients see them.

use clipig_core::{DeviceClass, ModelReference, NumberType};
use clipig_proto::v1;

use super::super::standing::Computing;
use super::super::timestamp;
use crate::farm::{ConstraintRow, FeatureRow, JobView, Progress, TargetRow, TargetTable};
use crate::store::JobState;

/// A job, with those who compute for it, without its newest file; snapshots are `interval` epochs apart.
pub(super) fn job(view: &JobView, computing: &Computing, interval: u32) -> v1::Job {
    let JobView { record, reason, queue_place, progress, artifacts, newest: _, checkpoint } = view;
    let state = job_state(record.status);
    let running = record.status == JobState::Running;
    let wait = computing.wait(record.id).filter(|_| record.status.is_active());
    let now = progress.as_ref().filter(|_| running);
    let computation = record.computation.as_ref();
    v1::Job {
        number: record.id.0,
        name: record.name.clone(),
        state: state.into(),
        reason: wait.unwrap_or_else(|| reason.clone()),
        priority: record.priority,
        epochs_done: progress.as_ref().map_or(record.next.0, |progress| progress.epochs_done),
        epochs_total: record.epochs,
        resolution: progress.as_ref().map(|progress| resolution(progress.resolution)),
        created: Some(timestamp(record.created)),
        started: record.started.map(timestamp),
        ended: record.ended.map(timestamp),
        model: Some(model(&record.model)),
        seed: record.seed,
        kind: computation.map(|computation| computation.kind.clone().into()),
        threads: computation.map_or(0, |computation| computation.threads),
        shard_size: computation.map_or(0, |computation| computation.shard_size),
        number_type: number_type(record.number).into(),
        bit_exact: record.inexact.is_none(),
        bit_exact_reason: record.inexact.clone().unwrap_or_default(),
        loss: progress.as_ref().and_then(|progress| progress.loss),
        submitter: record.submitter.clone(),
        revision: record.revision,
        eta_seconds: now.and_then(|progress| progress.eta),
        workers: computing.workers(record.id),
        artifacts: *artifacts,
        samples_per_second: now.map(|progress| progress.samples_per_second),
        device_request: record.class.map_or(v1::DeviceClass::Unspecified, device_class).into(),
        mix_kinds: record.mix_kinds,
        snapshot_interval: interval,
        checkpoint_epoch: checkpoint.map(|epoch| epoch.0),
        canvas_kind: computation.map(|computation| computation.canvas_kind.clone()).unwrap_or_default(),
        queue_place: queue_place.map(|place| place as u32),
        owner: record.owner.clone().unwrap_or_default(),
        labels: record.labels.clone(),
        newest: None,
        more_models: record.more_models.iter().map(model).collect(),
    }
}

pub(super) fn job_state(status: JobState) -> v1::JobState {
    match status {
        JobState::Waiting => v1::JobState::Waiting,
        JobState::Preparing => v1::JobState::Preparing,
        JobState::Running => v1::JobState::Running,
        JobState::Paused => v1::JobState::Paused,
        JobState::Completed => v1::JobState::Completed,
        JobState::Failed => v1::JobState::Failed,
        JobState::Cancelled => v1::JobState::Cancelled,
    }
}

pub(super) fn progress(progress: &Progress, workers: u32) -> v1::Progress {
    v1::Progress {
        epochs_done: progress.epochs_done,
        epochs_total: progress.epochs,
        loss: progress.loss,
        learnrate: progress.learnrate,
        resolution: Some(resolution(progress.resolution)),
        samples_per_second: progress.samples_per_second,
        eta_seconds: progress.eta,
        workers,
    }
}

pub(super) fn table(table: &TargetTable) -> v1::TargetTable {
    let TargetTable { epochs_done, targets } = table;
    v1::TargetTable { epochs_done: *epochs_done, targets: targets.iter().map(target).collect() }
}

fn target(row: &TargetRow) -> v1::TargetRow {
    let feature = |FeatureRow { text, weight, similarity, loss, chosen }: &FeatureRow| v1::FeatureRow {
        text: text.clone(),
        weight: *weight,
        similarity: *similarity,
        loss: *loss,
        chosen: *chosen,
    };
    let constraint = |ConstraintRow { name, weight, loss, active }: &ConstraintRow| v1::ConstraintRow {
        name: name.clone(),
        weight: *weight,
        loss: *loss,
        active: *active,
    };
    v1::TargetRow {
        name: row.name.clone(),
        samples: row.samples,
        features: row.features.iter().map(feature).collect(),
        constraints: row.constraints.iter().map(constraint).collect(),
    }
}

pub(super) fn resolution([width, height]: [u32; 2]) -> v1::Resolution {
    v1::Resolution { width, height }
}

fn model(model: &ModelReference) -> v1::ModelReference {
    model.clone().into()
}

fn device_class(class: DeviceClass) -> v1::DeviceClass {
    class.into()
}

fn number_type(number: NumberType) -> v1::NumberType {
    number.into()
}

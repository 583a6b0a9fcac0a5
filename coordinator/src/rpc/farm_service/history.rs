//! Losses, similarities and choices per epoch.

use std::sync::Arc;

use clipig_core::{Epoch, JobId};
use clipig_proto::v1;
use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::super::status::Refusal;
use super::super::{RpcContext, timestamp};
use super::messages::resolution;
use crate::store::{EpochHistory, FeatureHistory, Revision, TargetHistory};

/// Epochs read from the store at once.
const BATCH: u32 = 500;

/// Bytes of rows in one message.
const MESSAGE: usize = 1 << 20;

pub(crate) async fn stream(
    context: &Arc<RpcContext>,
    request: v1::GetHistoryRequest,
) -> Result<ReceiverStream<Result<v1::GetHistoryResponse, Status>>, Refusal> {
    let job = JobId(request.job);
    // A job that is not there is refused at once, not in the stream.
    let revisions = context.blocking(move |context| context.farm.store().revisions(job)).await?;
    let (rows, stream) = mpsc::channel(2);
    let context = Arc::clone(context);
    let end = request.to_epoch.unwrap_or(u32::MAX);
    tokio::spawn(async move {
        let mut from = request.from_epoch;
        while from < end {
            let limit = BATCH.min(end - from);
            let read =
                context.blocking(move |context| context.farm.store().history(job, Epoch(from), limit)).await;
            let epochs = match read {
                Ok(epochs) => epochs,
                Err(refusal) => {
                    let _ = rows.send(Err(refusal.into())).await;
                    return;
                }
            };
            let Some(last) = epochs.last() else { return };
            let next = last.epoch.0.saturating_add(1);
            let within = epochs.iter().take_while(|epoch| epoch.epoch.0 < end);
            for message in messages(within.map(|epoch| row(epoch, &revisions))) {
                if rows.send(Ok(message)).await.is_err() {
                    return;
                }
            }
            from = next;
        }
    });
    Ok(ReceiverStream::new(stream))
}

/// Rows in messages of a bounded size.
fn messages(rows: impl Iterator<Item = v1::HistoryRow>) -> Vec<v1::GetHistoryResponse> {
    let (mut messages, mut size) = (Vec::<v1::GetHistoryResponse>::new(), 0);
    for row in rows {
        let length = row.encoded_len() + 8;
        match messages.last_mut() {
            Some(message) if size + length <= MESSAGE => message.rows.push(row),
            _ => {
                messages.push(v1::GetHistoryResponse { rows: vec![row] });
                size = 0;
            }
        }
        size += length;
    }
    messages
}

fn row(epoch: &EpochHistory, revisions: &[Revision]) -> v1::HistoryRow {
    let held = revisions.iter().rev().find(|revision| revision.from <= epoch.epoch);
    v1::HistoryRow {
        epoch: epoch.epoch.0,
        time: epoch.time.map(timestamp),
        loss: epoch.stepped.then_some(epoch.loss),
        learnrate: epoch.learnrate,
        resolution: Some(resolution(epoch.resolution)),
        seconds: epoch.seconds,
        targets: epoch.targets.iter().map(target).collect(),
        revision: held.map_or(0, |revision| revision.revision),
    }
}

fn target(target: &TargetHistory) -> v1::HistoryTarget {
    let TargetHistory { samples, features, constraints } = target;
    let values = |value: fn(&FeatureHistory) -> f64| features.iter().map(value).collect();
    v1::HistoryTarget {
        samples: *samples,
        similarities: values(|feature| feature.similarity),
        losses: values(|feature| feature.loss.unwrap_or(0.0)),
        chosen: features.iter().map(|feature| feature.chosen).collect(),
        constraint_losses: constraints.iter().map(|loss| loss.unwrap_or(0.0)).collect(),
    }
}

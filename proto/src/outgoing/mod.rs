//! From values to messages of a bounded size.
//!
//! The memory of canvases and of whole tiles of a gradient is shared, not copied.

mod canvas;
mod fragments;
mod gradient;

pub use canvas::{canvas_messages, tile_messages};

use std::sync::Arc;

use clipig_core::{Computed, FromWorker, ToWorker};

use crate::convert::{reason, wire_failure, wire_reports, wire_trace};
use crate::limits::{COORDINATOR_FRAGMENTS_BYTES, WORKER_FRAGMENTS_BYTES};
use crate::v1::coordinator_message::Message as ToWorkerMessage;
use crate::v1::worker_message::Message as FromWorkerMessage;
use crate::v1::{self, CoordinatorMessage, WorkerMessage};
use gradient::GradientMessages;

/// What is said of an answer that is too long.
const RESULT: &str = "a result";

/// Why a value cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutgoingError {
    /// Its encoding is longer than a receiver takes.
    #[error("{what} of {length} bytes is too long for the farm; {limit} bytes are allowed")]
    TooLong {
        /// What it is.
        what: &'static str,
        /// Bytes allowed.
        limit: usize,
        /// Bytes of its encoding.
        length: usize,
    },
}

/// The messages that carry what a coordinator tells a worker, in order.
///
/// # Errors
/// When the value is too long.
pub fn to_worker(
    message: ToWorker,
) -> Result<Box<dyn Iterator<Item = CoordinatorMessage> + Send>, OutgoingError> {
    let message = match message {
        ToWorker::Canvas(canvas) => {
            return Ok(Box::new(canvas_messages(canvas)));
        }
        ToWorker::Tiles(tiles) => return Ok(Box::new(tile_messages(tiles))),
        ToWorker::Welcome(welcome) => ToWorkerMessage::Welcome(welcome.into()),
        ToWorker::Refuse(why) => ToWorkerMessage::Refuse(v1::Refuse { reason: reason(why) }),
        ToWorker::Open(brief) => ToWorkerMessage::Open((&*brief).into()),
        ToWorker::Lease(lease) => ToWorkerMessage::Lease(lease.into()),
        ToWorker::Revoke(fence) => ToWorkerMessage::Revoke(v1::Revoke { fence: Some(fence.into()) }),
        ToWorker::Close(revision) => ToWorkerMessage::Close(v1::CloseJob { revision: Some(revision.into()) }),
        ToWorker::Drain(why) => ToWorkerMessage::Drain(v1::Drain { reason: reason(why) }),
    };
    let message = CoordinatorMessage { message: Some(message) };
    let pieces = fragments::split(message, "a job with its encoded texts", COORDINATOR_FRAGMENTS_BYTES)?;
    Ok(Box::new(pieces.into_iter()))
}

/// The messages that carry what a worker tells the coordinator, in order.
///
/// # Errors
/// When the value is too long.
pub fn from_worker(
    message: FromWorker,
) -> Result<Box<dyn Iterator<Item = WorkerMessage> + Send>, OutgoingError> {
    let message = match message {
        FromWorker::Computed(computed) => {
            return Ok(Box::new(computed_messages(Arc::new(computed), None)?));
        }
        FromWorker::Register(worker) => FromWorkerMessage::Register(worker.into()),
        FromWorker::Heartbeat(held) => FromWorkerMessage::Heartbeat(held.into()),
        FromWorker::Prepared { fence, prepared, warnings } => {
            FromWorkerMessage::Prepared(v1::PreparedResult {
                fence: Some(fence.into()),
                prepared: Some((&prepared).into()),
                warnings: warnings.into_iter().map(reason).collect(),
            })
        }
        FromWorker::Failed { fence, error } => FromWorkerMessage::Failed(wire_failure(fence, error)),
        FromWorker::Returned { fence, reason: why } => {
            FromWorkerMessage::Returned(v1::Returned { fence: Some(fence.into()), reason: reason(why) })
        }
        FromWorker::Draining(why) => FromWorkerMessage::Draining(v1::Draining { reason: reason(why) }),
        FromWorker::Goodbye => FromWorkerMessage::Goodbye(v1::Goodbye {}),
    };
    let message = WorkerMessage { message: Some(message) };
    let pieces = fragments::split(message, RESULT, WORKER_FRAGMENTS_BYTES)?;
    Ok(Box::new(pieces.into_iter()))
}

/// The messages that carry the sum of a node's shards, in order. They share its memory.
///
/// `arrived` is how many tiles the coordinator has from an earlier connection, as its `Resume` says: the header is not sent
/// again then, and neither are they.
///
/// # Errors
/// When there are more reports than a receiver takes.
pub fn computed_messages(
    computed: Arc<Computed>,
    arrived: Option<usize>,
) -> Result<impl Iterator<Item = WorkerMessage> + Send + use<>, OutgoingError> {
    let header = if arrived.is_some() { Vec::new() } else { header(&computed)? };
    let tiles = GradientMessages::new(computed, arrived.unwrap_or(0));
    Ok(header.into_iter().chain(tiles))
}

fn header(computed: &Computed) -> Result<Vec<WorkerMessage>, OutgoingError> {
    let Computed { fence, gradient, reports, seconds, trace } = computed;
    let resolution = v1::Resolution { width: gradient.width() as u32, height: gradient.height() as u32 };
    let header = v1::ComputedHeader {
        fence: Some((*fence).into()),
        resolution: Some(resolution),
        tile_count: gradient.tile_count() as u32,
        reports: Some(wire_reports(reports)),
        seconds: *seconds,
        traceparent: wire_trace(*trace),
    };
    let message = WorkerMessage { message: Some(FromWorkerMessage::Computed(header)) };
    fragments::split(message, RESULT, WORKER_FRAGMENTS_BYTES)
}

//! Long messages in pieces.

use bytes::Bytes;
use prost::Message;

use super::OutgoingError;
use crate::limits::{RECEIVED_CHUNK_BYTES, UNFRAGMENTED_BYTES};
use crate::v1::{self, CoordinatorMessage, WorkerMessage};

/// A message that can hold a piece of its kind.
pub(super) trait Fragmented: Message {
    /// The message around a piece.
    fn around(fragment: v1::Fragment) -> Self;
}

impl Fragmented for WorkerMessage {
    fn around(fragment: v1::Fragment) -> Self {
        Self { message: Some(v1::worker_message::Message::Fragment(fragment)) }
    }
}

impl Fragmented for CoordinatorMessage {
    fn around(fragment: v1::Fragment) -> Self {
        Self { message: Some(v1::coordinator_message::Message::Fragment(fragment)) }
    }
}

/// The message itself where it is short, else its pieces.
pub(super) fn split<M>(message: M, what: &'static str, limit: usize) -> Result<Vec<M>, OutgoingError>
where
    M: Fragmented,
{
    let length = message.encoded_len();
    if length <= UNFRAGMENTED_BYTES {
        return Ok(vec![message]);
    }
    if length > limit {
        return Err(OutgoingError::TooLong { what, limit, length });
    }
    let whole = Bytes::from(message.encode_to_vec());
    let piece = |start: usize| {
        let data = whole.slice(start..length.min(start + RECEIVED_CHUNK_BYTES));
        M::around(v1::Fragment { total: length as u32, data })
    };
    Ok((0..length).step_by(RECEIVED_CHUNK_BYTES).map(piece).collect())
}

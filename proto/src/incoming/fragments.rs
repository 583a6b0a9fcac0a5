//! Long messages from their pieces.

use bytes::{Bytes, BytesMut};
use prost::Message;

use crate::entries::{self, ListError, ListLimit};
use crate::limits::RECEIVED_CHUNK_BYTES;
use crate::v1::Fragment;
use crate::wire_error::{FragmentProblem, WireError};

/// The message that was put together.
pub(super) fn decode<M: Message + Default>(whole: Bytes, limits: &[ListLimit]) -> Result<M, WireError> {
    let undecodable = |text: String| WireError::Fragment(FragmentProblem::Decode(text));
    entries::check(&whole, limits).map_err(|error| match error {
        ListError::TooLong(error) => error,
        ListError::NoMessage => undecodable(error.to_string()),
    })?;
    M::decode(whole).map_err(|error| undecodable(error.to_string()))
}

/// The pieces of one message. Memory grows with what arrives, not with what is announced.
#[derive(Debug)]
pub(super) struct Fragments {
    limit: usize,
    total: usize,
    pieces: BytesMut,
}

impl Fragments {
    /// For messages of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, total: 0, pieces: BytesMut::new() }
    }

    /// Adds a piece; the whole encoding with the last.
    pub(super) fn add(&mut self, fragment: &Fragment) -> Result<Option<Bytes>, WireError> {
        let (total, found) = (fragment.total as usize, fragment.data.len());
        if total == 0 || total > self.limit {
            return Err(WireError::Fragment(FragmentProblem::Total { limit: self.limit, found: total }));
        }
        if !self.pieces.is_empty() && total != self.total {
            let problem = FragmentProblem::Mixed { before: self.total, after: total };
            return Err(WireError::Fragment(problem));
        }
        let limit = RECEIVED_CHUNK_BYTES.min(total - self.pieces.len());
        if found == 0 || found > limit {
            return Err(WireError::Fragment(FragmentProblem::Piece { limit, found }));
        }
        self.total = total;
        self.pieces.extend_from_slice(&fragment.data);
        Ok((self.pieces.len() == total).then(|| std::mem::take(&mut self.pieces).freeze()))
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.pieces.len()
    }
}

//! Long messages from their pieces.

use bytes::{Bytes, BytesMut};

use crate::limits::RECEIVED_CHUNK_BYTES;
use crate::v1::Fragment;
use crate::wire_error::{FragmentProblem, WireError};

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

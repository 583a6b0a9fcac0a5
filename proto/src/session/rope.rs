//! Bytes in the pieces in which they came.

use std::collections::VecDeque;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use clipig_core::expected;

/// More pieces than this become one: a peer that sends single bytes must not make them cost forty each.
const MOST: usize = 1024;

/// Pieces of bytes, read as if they were one.
#[derive(Debug, Default)]
pub(super) struct Rope {
    /// None is empty.
    pieces: VecDeque<Bytes>,
    length: usize,
}

impl Rope {
    /// Adds a piece at the end.
    pub(super) fn push(&mut self, piece: Bytes) {
        if !piece.is_empty() {
            self.length += piece.len();
            self.pieces.push_back(piece);
        }
        if self.pieces.len() > MOST {
            self.join();
        }
    }

    /// Makes one piece of all.
    pub(super) fn join(&mut self) {
        let whole = self.copied(self.length);
        self.push(whole);
    }

    /// The first `count` bytes, taken off and copied.
    fn copied(&mut self, count: usize) -> Bytes {
        let mut whole = BytesMut::with_capacity(count);
        while whole.len() < count {
            let Some(piece) = self.front(count - whole.len()) else { break };
            whole.put(piece);
        }
        whole.freeze()
    }

    /// Takes the first `count` bytes off; there are so many.
    pub(super) fn split_to(&mut self, count: usize) -> Self {
        let mut first = Self::default();
        while first.length < count {
            let wanted = count - first.length;
            let Some(piece) = self.front(wanted) else { break };
            first.push(piece);
        }
        first
    }

    /// The front piece as far as it is wanted.
    fn front(&mut self, wanted: usize) -> Option<Bytes> {
        let front = self.pieces.front_mut()?;
        let piece = if front.len() > wanted { front.split_to(wanted) } else { self.pieces.pop_front()? };
        self.length -= piece.len();
        Some(piece)
    }
}

impl Buf for Rope {
    fn remaining(&self) -> usize {
        self.length
    }

    fn chunk(&self) -> &[u8] {
        self.pieces.front().map_or(&[], |piece| piece)
    }

    fn advance(&mut self, mut count: usize) {
        assert!(count <= self.length, "advanced beyond the end");
        while count > 0 {
            let Some(piece) = expected(self.front(count), "the length is that of the pieces") else { return };
            count -= piece.len();
        }
    }

    /// Without a copy where the bytes lie in one piece, as a tile mostly does.
    fn copy_to_bytes(&mut self, count: usize) -> Bytes {
        assert!(count <= self.length, "copied beyond the end");
        if self.pieces.front().is_some_and(|front| front.len() >= count)
            && let Some(piece) = self.front(count)
        {
            return piece;
        }
        self.copied(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn single_bytes_become_one_piece() {
        let mut rope = Rope::default();
        (0..10_000).for_each(|_| rope.push(Bytes::from_static(b"x")));
        assert_eq!((rope.remaining(), rope.pieces.len() <= MOST), (10_000, true));
    }

    proptest! {
        #[test]
        fn a_rope_reads_like_its_bytes(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8),
            joined in any::<bool>(),
            steps in prop::collection::vec((0_u8..3, 0_usize..60), 0..12),
        ) {
            let mut whole = Bytes::from(pieces.concat());
            let mut rope = Rope::default();
            for piece in pieces {
                rope.push(piece.into());
            }
            if joined {
                rope.join();
            }
            for (how, count) in steps {
                let count = count.min(whole.len());
                match how {
                    0 => prop_assert_eq!(rope.copy_to_bytes(count), whole.copy_to_bytes(count)),
                    1 => { rope.advance(count); whole.advance(count); }
                    _ => {
                        let mut first = rope.split_to(count);
                        prop_assert_eq!(first.copy_to_bytes(count), whole.split_to(count));
                        prop_assert!(!first.has_remaining());
                    }
                }
                prop_assert_eq!(rope.remaining(), whole.len());
                prop_assert_eq!(rope.chunk().is_empty(), whole.is_empty());
            }
        }
    }
}

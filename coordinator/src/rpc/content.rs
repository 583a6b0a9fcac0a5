//! Files as streams of pieces.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use clipig_core::Sha256;
use clipig_proto::v1::{ContentChunk, ContentHeader};
use prost::bytes::{Bytes, BytesMut};
use sha2::Digest;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::status::Refusal;
use super::{chunk, wire_hash};

/// Bytes of a piece: it stays in the processor's cache on its way to the socket.
pub(super) const PIECE: usize = 256 << 10;

/// Pieces read ahead of the socket.
const AHEAD: usize = 4;

/// Something that can be read.
pub(crate) struct Content {
    pub(crate) sha256: Sha256,
    pub(crate) size: u64,
    pub(super) source: Source,
}

/// Where its bytes are.
#[derive(Clone)]
pub(crate) enum Source {
    File(Arc<File>),
    Memory(&'static [u8]),
}

impl Source {
    /// The bytes from `offset` on, at most `length`, none at the end.
    fn read(&self, offset: u64, length: usize) -> std::io::Result<Bytes> {
        match self {
            Self::Memory(bytes) => {
                let start = (offset as usize).min(bytes.len());
                Ok(Bytes::from_static(&bytes[start..bytes.len().min(start + length)]))
            }
            Self::File(file) => {
                let mut bytes = BytesMut::zeroed(length);
                let mut filled = 0;
                while filled < length {
                    match file.read_at(&mut bytes[filled..], offset + filled as u64)? {
                        0 => break,
                        read => filled += read,
                    }
                }
                bytes.truncate(filled);
                Ok(bytes.freeze())
            }
        }
    }
}

/// The hash of a whole file.
pub(super) fn hash_of(file: File, size: u64) -> std::io::Result<Sha256> {
    let source = Source::File(Arc::new(file));
    let (mut digest, mut at) = (sha2::Sha256::new(), 0);
    while at < size {
        let piece = source.read(at, PIECE)?;
        if piece.is_empty() {
            break;
        }
        at += piece.len() as u64;
        digest.update(&piece);
    }
    Ok(Sha256(digest.finalize().into()))
}

/// The content from `offset` on.
pub(super) fn stream<T: Send + 'static>(
    content: Content,
    offset: u64,
    message: fn(ContentChunk) -> T,
) -> Result<ReceiverStream<Result<T, Status>>, Refusal> {
    let size = content.size;
    if offset > size {
        return Err(Refusal::Invalid(format!("`offset` is {offset}, but the content has {size} bytes")));
    }
    Ok(stream_range(content, offset..size, message))
}

/// A part of the content, which must lie within it. No thread waits for a slow reader.
pub(crate) fn stream_range<T: Send + 'static>(
    content: Content,
    range: Range<u64>,
    message: fn(ContentChunk) -> T,
) -> ReceiverStream<Result<T, Status>> {
    let Content { sha256, size, source } = content;
    let Range { start: offset, end } = range;
    let (pieces, stream) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let mut header = Some(ContentHeader { sha256: wire_hash(sha256), size, offset });
        let mut at = offset;
        loop {
            let reading = source.clone();
            let length = usize::try_from(end - at).unwrap_or(usize::MAX).min(PIECE);
            let read = tokio::task::spawn_blocking(move || reading.read(at, length)).await;
            let piece = match read {
                Ok(Ok(piece)) if piece.len() == length => piece,
                // It was cut off while it was read, or the disk failed.
                _ => {
                    let refusal =
                        Refusal::Internal(format!("the content {sha256} cannot be read at byte {at}"));
                    let _ = pieces.send(Err(refusal.into())).await;
                    return;
                }
            };
            at += piece.len() as u64;
            // The header is sent also where there are no bytes.
            if pieces.send(Ok(message(chunk(header.take(), piece)))).await.is_err() || at >= end {
                return;
            }
        }
    });
    ReceiverStream::new(stream)
}

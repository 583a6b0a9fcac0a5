//! Everything that the farm keeps, for whoever writes a backup.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use clipig_proto::v1::backup_response::Piece;
use clipig_proto::v1::{self, BackupResponse, BackupStart};
use prost::bytes::{Bytes, BytesMut};
use sha2::Digest;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::super::content::PIECE;
use super::super::status::Refusal;
use super::super::{RpcContext, timestamp};
use crate::access::{Call, Deed, Principal};
use crate::store::{Frozen, FrozenFile};

/// Pieces that are read ahead of the socket.
const AHEAD: usize = 4;

/// A reader that takes nothing for so long is given up: no other backup can be made meanwhile.
const SILENCE_TIMEOUT: Duration = Duration::from_mins(10);

type Pieces = mpsc::Sender<Result<BackupResponse, Status>>;

/// Copies the store and sends the copy. The copy goes when all of it is sent, or nobody reads any more.
pub(super) async fn stream(
    context: &Arc<RpcContext>,
    who: &Principal,
) -> Result<ReceiverStream<Result<BackupResponse, Status>>, Refusal> {
    let who = who.clone();
    let freeze = move |context: &RpcContext| {
        let deed = Deed::to(Call::Backup, "", "");
        context.audited(&who, deed, || context.farm.store().freeze().map_err(Refusal::from))
    };
    let frozen = context.blocking(freeze).await?;
    let (pieces, stream) = mpsc::channel(AHEAD);
    let context = Arc::clone(context);
    tokio::spawn(async move {
        tokio::select! {
            () = send(frozen, &pieces) => {}
            // A reader that has stopped reading must not keep the copy for ever.
            () = context.closed() => {
                let _ = pieces.try_send(Err(Refusal::ShuttingDown.into()));
            }
        }
    });
    Ok(ReceiverStream::new(stream))
}

async fn send(frozen: Frozen, pieces: &Pieces) {
    let frozen = Arc::new(frozen);
    let start = BackupStart {
        taken: Some(timestamp(frozen.taken())),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        files: frozen.files().len() as u64,
        bytes: frozen.files().iter().map(|file| file.size).sum(),
    };
    if !pass(pieces, Piece::Start(start)).await {
        return;
    }
    for index in 0..frozen.files().len() {
        match send_file(&frozen, index, pieces).await {
            Ok(true) => {}
            // Nobody reads any more.
            Ok(false) => return,
            Err(error) => {
                let name = &frozen.files()[index].name;
                let refusal = Refusal::Internal(format!("{name} cannot be read for the backup: {error}"));
                let _ = pieces.send(Err(refusal.into())).await;
                return;
            }
        }
    }
}

/// Sends one file; `false` where nobody reads any more. No thread waits for a slow reader.
async fn send_file(frozen: &Arc<Frozen>, index: usize, pieces: &Pieces) -> io::Result<bool> {
    let file = frozen.files()[index].clone();
    let FrozenFile { name, size } = file.clone();
    if !pass(pieces, Piece::File(v1::BackupFile { name, size })).await {
        return Ok(false);
    }
    let opening = Arc::clone(frozen);
    let open = blocking(move || opening.open(&file).map_err(io::Error::other)).await?;
    let mut reading = Reading { file: open, left: size, digest: sha2::Sha256::new() };
    while reading.left > 0 {
        let (piece, rest) = blocking(move || reading.next()).await?;
        reading = rest;
        if !pass(pieces, Piece::Data(piece)).await {
            return Ok(false);
        }
    }
    let sha256 = Bytes::copy_from_slice(&reading.digest.finalize());
    Ok(pass(pieces, Piece::Sha256(sha256)).await)
}

/// A file of which a part is sent.
struct Reading {
    file: File,
    left: u64,
    digest: sha2::Sha256,
}

impl Reading {
    fn next(mut self) -> io::Result<(Bytes, Self)> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(PIECE);
        let mut bytes = BytesMut::zeroed(length);
        self.file.read_exact(&mut bytes)?;
        self.digest.update(&bytes);
        self.left -= length as u64;
        Ok((bytes.freeze(), self))
    }
}

async fn pass(pieces: &Pieces, piece: Piece) -> bool {
    let sent = pieces.send(Ok(BackupResponse { piece: Some(piece) }));
    matches!(timeout(SILENCE_TIMEOUT, sent).await, Ok(Ok(())))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

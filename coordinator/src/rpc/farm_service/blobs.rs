//! Content that clients bring.

use std::sync::Arc;
use std::time::Duration;

use clipig_access::Limit;
use clipig_core::Sha256;
use clipig_proto::v1;
use clipig_schedule::memory::Bytes;
use prost::bytes::Bytes as RawBytes;
use tokio::time::{sleep, timeout};
use tokio_stream::{Stream, StreamExt as _};
use tonic::Status;

use super::super::status::Refusal;
use super::super::uploads::UploadNumber;
use super::super::{RpcContext, hash};
use super::overview::Room;
use crate::access::{Call, Deed, Principal};
use crate::store::{BlobWriter, StoreError};

/// Hashes in one question.
const ASKED: usize = 10_000;

/// Bytes of data in one message.
const PIECE: usize = 1 << 20;

/// How long a client may be silent in the middle of an upload.
const SILENCE_TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) async fn check(
    context: &Arc<RpcContext>,
    request: v1::CheckBlobsRequest,
) -> Result<v1::CheckBlobsResponse, Refusal> {
    if request.sha256.len() > ASKED {
        let found = request.sha256.len();
        return Err(Refusal::TooLarge(format!("`sha256` has {found} entries; {ASKED} are allowed")));
    }
    let hashes: Vec<Sha256> =
        request.sha256.iter().map(|sha256| hash(sha256, "sha256")).collect::<Result<_, _>>()?;
    let missing = move |context: &RpcContext| {
        let blobs = context.farm.store().blobs();
        Ok::<_, Refusal>(hashes.into_iter().filter(|sha256| !blobs.has(sha256)).collect::<Vec<_>>())
    };
    let missing = context.blocking(missing).await?;
    Ok(v1::CheckBlobsResponse { missing: missing.into_iter().map(super::super::wire_hash).collect() })
}

pub(crate) async fn upload(
    context: &Arc<RpcContext>,
    who: &Principal,
    mut stream: impl Stream<Item = Result<v1::UploadBlobRequest, Status>> + Unpin,
) -> Result<v1::UploadBlobResponse, Refusal> {
    let first = next(&mut stream).await?.ok_or_else(|| Refusal::Invalid("the upload is empty".to_owned()))?;
    let header =
        first.header.ok_or_else(|| Refusal::Invalid("the first message has no `header`".to_owned()))?;
    let v1::ContentHeader { sha256, size, offset } = header;
    let expected = hash(&sha256, "header.sha256")?;
    if offset != 0 {
        return Err(Refusal::Invalid(format!("`header.offset` is {offset}; uploads begin at 0")));
    }
    let (limit, weights) = (context.limits.blob_bytes, context.limits.model_bytes);
    if size > limit.max(weights) {
        return Err(Refusal::Store(StoreError::BlobTooLarge { limit }));
    }
    let mut beginning = Beginning::default();
    if context.blocking(move |context| Ok::<_, Refusal>(context.farm.store().blobs().has(&expected))).await? {
        return Ok(v1::UploadBlobResponse { existed: true });
    }
    let place = context.uploads.place(who.owner(), size).await?;
    let (owner, upload) = (who.owner().to_owned(), place.number());
    let begin = move |context: &RpcContext| {
        check_stored(context, upload, size)?;
        check_stored_by(context, &owner, upload, size)?;
        Room::of(&context.data).leave_reserve(size, context.limits.disk_reserve)?;
        context.farm.store().blobs().begin(size).map_err(Refusal::from)
    };
    let mut writer = context.blocking(begin).await?;
    let (mut data, mut sent) = (first.data, 0);
    loop {
        let came = data.len() as u64;
        sent += came;
        if data.len() > PIECE {
            let found = data.len();
            return Err(Refusal::TooLarge(format!("a piece has {found} bytes; {PIECE} are allowed")));
        }
        if sent > size {
            return Err(Refusal::Invalid(format!("more bytes came than the {size} of `header.size`")));
        }
        if size > limit && beginning.shows_no_weights(&data) {
            return Err(Refusal::Store(StoreError::BlobTooLarge { limit }));
        }
        writer = written(context, writer, data).await?;
        let wait = context.doorkeeper.quotas().take_upload(who.owner(), came)?;
        if !wait.is_zero() {
            // The client notices: nothing is read meanwhile, so that it cannot send more.
            place.unless_evicted(sleep(wait)).await?;
        }
        match place.unless_evicted(next(&mut stream)).await?? {
            Some(chunk) if chunk.header.is_some() => {
                return Err(Refusal::Invalid("only the first message has a `header`".to_owned()));
            }
            Some(chunk) => data = chunk.data,
            None if sent < size => {
                return Err(Refusal::Invalid(format!("the upload ended after {sent} of {size} bytes")));
            }
            None => break,
        }
    }
    let _disk = context.uploads.disk().await?;
    let who = who.clone();
    let finish = move |context: &RpcContext| {
        let deed = Deed::to(Call::UploadBlob, expected.to_string(), format!("{size} bytes"));
        let finish = || -> Result<(), Refusal> {
            context.farm.store().blobs().finish(writer, Some(&expected))?;
            // Content whose owner is not written down because of a crash in between is nobody's.
            Ok(context.farm.store().add_upload(&expected, who.owner(), size)?)
        };
        context.audited(&who, deed, finish)
    };
    context.blocking(finish).await?;
    Ok(v1::UploadBlobResponse { existed: false })
}

/// Refuses what would make uploaded content take more than the farm keeps. Uploads under way that came before count.
fn check_stored(context: &RpcContext, upload: UploadNumber, size: u64) -> Result<(), Refusal> {
    let Some(most) = context.limits.stored_bytes else { return Ok(()) };
    let others = context.uploads.announced_before(upload, None);
    let stored = context.farm.store().blobs().stored();
    if stored.saturating_add(others).saturating_add(size) <= most {
        return Ok(());
    }
    let [stored, size, most] = [stored, size, most].map(Bytes);
    Err(Refusal::Busy(format!(
        "uploaded images and weights take {stored}, and this upload would take {size}; this farm keeps {most} \
         (`limits.stored_bytes`): have the limit raised, or old jobs deleted (`retention`)"
    )))
}

/// The same of one owner's content.
fn check_stored_by(
    context: &RpcContext,
    owner: &str,
    upload: UploadNumber,
    size: u64,
) -> Result<(), Refusal> {
    let quotas = context.doorkeeper.quotas();
    if quotas.of(owner, Limit::Bytes).is_none() {
        return Ok(());
    }
    let others = context.uploads.announced_before(upload, Some(owner));
    let stored = context.farm.store().uploaded_by(owner)?;
    Ok(quotas.check_bytes(owner, stored.saturating_add(others), size)?)
}

/// The first bytes of an upload, as far as they tell what it is.
#[derive(Default)]
struct Beginning(Vec<u8>);

impl Beginning {
    /// The greatest header of a safetensors file.
    const HEADER: u64 = 100_000_000;

    /// Whether these bytes show that the upload is not a safetensors file, which begins with the length of its header
    /// and with JSON.
    fn shows_no_weights(&mut self, data: &[u8]) -> bool {
        let wanted = 9_usize.saturating_sub(self.0.len());
        self.0.extend(data.iter().take(wanted));
        let Some((length, rest)) = self.0.split_first_chunk() else { return false };
        u64::from_le_bytes(*length) > Self::HEADER || rest.first().is_some_and(|byte| *byte != b'{')
    }
}

/// Hands a piece to the disk. No thread waits for a client.
async fn written(
    context: &Arc<RpcContext>,
    mut writer: BlobWriter,
    data: RawBytes,
) -> Result<BlobWriter, Refusal> {
    let _disk = context.uploads.disk().await?;
    let write = move |context: &RpcContext| {
        // Others fill the disk at the same time.
        Room::of(&context.data).leave_reserve(data.len() as u64, context.limits.disk_reserve)?;
        writer.write(&data).map(|()| writer).map_err(Refusal::from)
    };
    context.blocking(write).await
}

async fn next(
    stream: &mut (impl Stream<Item = Result<v1::UploadBlobRequest, Status>> + Unpin),
) -> Result<Option<v1::ContentChunk>, Refusal> {
    let message = timeout(SILENCE_TIMEOUT, stream.try_next()).await.map_err(|_| {
        Refusal::Invalid(format!("nothing has come for {} seconds; upload again", SILENCE_TIMEOUT.as_secs()))
    })?;
    match message {
        Ok(None) => Ok(None),
        Ok(Some(request)) => {
            let missing = || Refusal::Invalid("a message has no `chunk`".to_owned());
            request.chunk.ok_or_else(missing).map(Some)
        }
        Err(status) => Err(Refusal::Invalid(format!("the upload broke off: {}", status.message()))),
    }
}

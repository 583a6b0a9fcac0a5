//! Content on its way to a farm: only what it does not have, by SHA-256.

use std::collections::BTreeMap;

use bytes::Bytes;
use tonic::{Code, Status};

use super::connection::Connection;
use super::failure::FarmFailure;
use super::submission::{Blob, Submission};
use super::{time, wire};
use crate::failure::Failure;
use crate::output;

/// Bytes per message: small enough to be fair to others on the connection.
const PIECE: usize = 256 << 10;

/// Content of this size is worth a word before it travels.
const WORTH_SAYING: usize = 4 << 20;

/// Hashes per question.
const QUESTION: usize = 10_000;

/// Submits a job: uploads what is missing, then puts it into the queue. The request's token makes repetitions safe.
pub(crate) async fn submit(
    connection: &Connection,
    submission: &Submission,
    request: &wire::SubmitJobRequest,
) -> Result<wire::SubmitJobResponse, Failure> {
    let call = async || {
        connection.call(request.clone(), async |mut client, request| client.submit_job(request).await).await
    };
    with_content(connection, submission, call).await
}

/// Gives a job another experiment.
pub(crate) async fn update(
    connection: &Connection,
    submission: &Submission,
    request: &wire::UpdateJobRequest,
) -> Result<wire::UpdateJobResponse, Failure> {
    let call = async || {
        connection.call(request.clone(), async |mut client, request| client.update_job(request).await).await
    };
    with_content(connection, submission, call).await
}

/// Uploads, then calls. A farm may forget content that no job names yet, so where it says that something is missing,
/// both happen once more.
async fn with_content<T>(
    connection: &Connection,
    submission: &Submission,
    call: impl AsyncFn() -> Result<T, FarmFailure>,
) -> Result<T, Failure> {
    missing(connection, &submission.blobs).await?;
    match call().await {
        Err(FarmFailure::Answered { code: Code::FailedPrecondition, .. }) if !submission.blobs.is_empty() => {
            missing(connection, &submission.blobs).await?;
            Ok(call().await?)
        }
        answer => Ok(answer?),
    }
}

/// Uploads what the farm does not have.
pub(crate) async fn missing(
    connection: &Connection,
    blobs: &BTreeMap<[u8; 32], Blob>,
) -> Result<(), FarmFailure> {
    let hashes: Vec<Bytes> = blobs.keys().map(|hash| Bytes::copy_from_slice(hash)).collect();
    for question in hashes.chunks(QUESTION) {
        let request = wire::CheckBlobsRequest { sha256: question.to_vec() };
        let answer = connection.call(request, async |mut client, request| client.check_blobs(request).await);
        for hash in answer.await?.missing {
            let blob = <[u8; 32]>::try_from(hash.as_ref()).ok().and_then(|hash| blobs.get(&hash));
            let blob = blob.ok_or_else(|| {
                FarmFailure::Content("the farm misses content that it was not asked about".to_owned())
            })?;
            upload(connection, &hash, blob).await?;
        }
    }
    Ok(())
}

async fn upload(connection: &Connection, sha256: &Bytes, blob: &Blob) -> Result<(), FarmFailure> {
    if blob.bytes.len() >= WORTH_SAYING {
        output::say(format!("uploading {} ({})", blob.name, time::bytes(blob.bytes.len() as u64)));
    }
    let call = async |mut client: super::connection::Client, ()| -> Result<_, Status> {
        client.upload_blob(tokio_stream::iter(pieces(sha256.clone(), blob.bytes.clone()))).await
    };
    connection.call((), call).await?;
    Ok(())
}

/// The messages of one content; the first says what it is.
fn pieces(sha256: Bytes, bytes: Bytes) -> impl Iterator<Item = wire::UploadBlobRequest> + Send + 'static {
    let header = wire::ContentHeader { sha256, size: bytes.len() as u64, offset: 0 };
    let head = wire::ContentChunk { header: Some(header), data: Bytes::new() };
    let starts = (0..bytes.len()).step_by(PIECE);
    let rest = starts.map(move |start| {
        let data = bytes.slice(start..bytes.len().min(start + PIECE));
        wire::ContentChunk { header: None, data }
    });
    std::iter::once(head).chain(rest).map(|chunk| wire::UploadBlobRequest { chunk: Some(chunk) })
}

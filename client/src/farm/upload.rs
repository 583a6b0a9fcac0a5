//! Uploads to a farm, of what it does not have, by SHA-256.

use bytes::Bytes;
use clipig_telemetry::{Kind, Span, TRACEPARENT, below_current, keys};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::{Request, Status};

use super::connection::Connection;
use super::content::{Blob, Source};
use super::failure::FarmFailure;
use super::submission::Submission;
use super::{time, wire};
use crate::failure::Failure;

/// Uploads of at least this size are announced.
const WORTH_SAYING: u64 = 4 << 20;

/// How often content is uploaded again after a farm said that it misses some: once for weights that it never had, and once
/// for what it has forgotten since.
const REPETITIONS: usize = 2;

/// Hashes per request.
const QUESTION: usize = 10_000;

/// Submits a job: uploads what is missing, then puts it into the queue. The request's token makes repetitions safe.
pub(crate) async fn submit(
    connection: &Connection,
    submission: &Submission,
    request: &wire::SubmitJobRequest,
) -> Result<wire::SubmitJobResponse, Failure> {
    let call = async || {
        let mut span = Span::below("SubmitJob", Kind::Client, clipig_telemetry::current());
        // A command that is not recorded says so, too, lest the farm begin a trace of its own.
        let parent = span.context().or(clipig_telemetry::current());
        let parent: Option<MetadataValue<Ascii>> = parent.and_then(|parent| parent.to_string().parse().ok());
        let answer = connection.call(request.clone(), async |mut client, request| {
            let mut request = Request::new(request);
            if let Some(parent) = &parent {
                request.metadata_mut().insert(TRACEPARENT, parent.clone());
            }
            client.submit_job(request).await
        });
        let answer = answer.await;
        if answer.is_err() {
            // Not the message, which may quote the experiment.
            span.fail("the farm has not taken the job");
        }
        answer
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

/// Uploads, then calls. Where the farm answers that something is missing, both happen again: it is asked for images before
/// the first call, but not for the model, because the farm's own store counts, too. And a farm may forget content that no
/// job names yet, such as weights that have just been uploaded.
async fn with_content<T>(
    connection: &Connection,
    submission: &Submission,
    call: impl AsyncFn() -> Result<T, FarmFailure>,
) -> Result<T, Failure> {
    missing(connection, submission).await?;
    for _ in 0..REPETITIONS {
        let (message, hashes) = match call().await {
            Err(FarmFailure::Missing { message, hashes }) => (message, hashes),
            answer => return Ok(answer?),
        };
        missing(connection, submission).await?;
        missing_weights(connection, submission, &message, &hashes).await?;
    }
    Ok(call().await?)
}

/// Uploads the weights if they are among the hashes that a farm misses. `message` is what it said.
async fn missing_weights(
    connection: &Connection,
    submission: &Submission,
    message: &str,
    hashes: &[Bytes],
) -> Result<(), Failure> {
    for hash in hashes.iter().filter(|hash| !submission.blobs.keys().any(|blob| ***hash == *blob)) {
        let Some(model) = submission.models.iter().flatten().find(|model| **hash == model.sha256) else {
            return Err(Failure::failed(format!(
                "{message}\nhelp: this machine does not have it either. A repeated picture needs the same version of the weights that it \
                 was made with; `clipig model list` shows what is here"
            )));
        };
        upload(connection, submission, hash, &model.blob).await?;
    }
    Ok(())
}

/// Uploads what the farm does not have.
pub(crate) async fn missing(connection: &Connection, submission: &Submission) -> Result<(), FarmFailure> {
    let blobs = &submission.blobs;
    let hashes: Vec<Bytes> = blobs.keys().map(|hash| Bytes::copy_from_slice(hash)).collect();
    for question in hashes.chunks(QUESTION) {
        let request = wire::CheckBlobsRequest { sha256: question.to_vec() };
        let answer = connection.call(request, async |mut client, request| client.check_blobs(request).await);
        for hash in answer.await?.missing {
            let blob = <[u8; 32]>::try_from(hash.as_ref()).ok().and_then(|hash| blobs.get(&hash));
            let blob = blob.ok_or_else(|| {
                FarmFailure::Content("the farm asks for content that was not offered to it".to_owned())
            })?;
            upload(connection, submission, &hash, blob).await?;
        }
    }
    Ok(())
}

async fn upload(
    connection: &Connection,
    submission: &Submission,
    sha256: &Bytes,
    blob: &Blob,
) -> Result<(), FarmFailure> {
    if blob.bytes.len() >= WORTH_SAYING {
        submission.say(format!("uploading {} ({})", blob.name, time::bytes(blob.bytes.len())));
    }
    let mut span = below_current("upload");
    span.set(keys::BYTES, blob.bytes.len());
    let call = async |mut client: super::connection::Client, ()| -> Result<_, Status> {
        client.upload_blob(tokio_stream::iter(messages(sha256.clone(), &blob.bytes))).await
    };
    connection.call((), call).await?;
    Ok(())
}

/// The messages of one content; the first says what it is.
fn messages(sha256: Bytes, bytes: &Source) -> impl Iterator<Item = wire::UploadBlobRequest> + Send + use<> {
    let header = wire::ContentHeader { sha256, size: bytes.len(), offset: 0 };
    let head = wire::ContentChunk { header: Some(header), data: Bytes::new() };
    let rest = bytes.pieces().map(|data| wire::ContentChunk { header: None, data });
    std::iter::once(head).chain(rest).map(|chunk| wire::UploadBlobRequest { chunk: Some(chunk) })
}

//! Content from a coordinator, on a connection of its own: a download of gigabytes is not in a session's way.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use clipig_core::Sha256;
use clipig_proto::v1::worker_service_client::WorkerServiceClient;
use clipig_proto::v1::{ContentHeader, FetchBlobRequest, FetchBlobResponse};
use futures_util::stream;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};

use super::Coordinator;
use super::dial::status_text;
use crate::blobs::{BlobSource, Download, FetchError, Finding, Found};

/// How long a coordinator may take for the next piece.
const PIECE: Duration = Duration::from_mins(1);

/// A coordinator's content.
pub(crate) struct GrpcBlobs {
    coordinator: Coordinator,
    /// With the look at the worker's certificate that it was made after.
    client: Mutex<Option<(u64, WorkerServiceClient<Channel>)>>,
}

impl GrpcBlobs {
    /// The content of a coordinator. It is not asked before something is wanted.
    pub(crate) fn new(coordinator: Coordinator) -> Self {
        Self { coordinator, client: Mutex::default() }
    }

    /// The same connection each time, unless the worker's certificate was read again since.
    fn client(&self) -> WorkerServiceClient<Channel> {
        let looks = self.coordinator.looks();
        let mut known = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((of, client)) if *of == looks => client.clone(),
            _ => known.insert((looks, self.coordinator.connect_lazily())).1.clone(),
        }
    }

    async fn begin(&self, hash: Sha256, offset: u64) -> Result<Download, FetchError> {
        let mut client = self.client();
        let request = FetchBlobRequest { sha256: hash.0.to_vec().into(), offset };
        let request =
            self.coordinator.request(request).map_err(|error| FetchError::Broken(error.to_string()))?;
        let answer = tokio::time::timeout(PIECE, client.fetch_blob(request)).await.map_err(|_| silent())?;
        let mut pieces = answer.map_err(|status| broken(&status))?.into_inner();
        let Some((Some(header), first)) = next(&mut pieces).await? else {
            return Err(FetchError::Broken("the coordinator did not say what it sends".to_owned()));
        };
        let size = expected(&header, hash, offset)?;
        let rest = stream::try_unfold(pieces, |mut pieces| async {
            match next(&mut pieces).await? {
                Some((None, bytes)) => Ok(Some((bytes, pieces))),
                Some((Some(_), _)) => {
                    Err(FetchError::Broken("the coordinator began anew in the middle".to_owned()))
                }
                None => Ok(None),
            }
        });
        let pieces = stream::StreamExt::chain(stream::iter([Ok(first)]), rest);
        Ok(Download { size, pieces: Box::pin(pieces) })
    }
}

impl BlobSource for GrpcBlobs {
    fn find(&self, hash: Sha256, offset: u64) -> Finding<'_> {
        Box::pin(async move { self.begin(hash, offset).await.map(Found::Stream) })
    }
}

async fn next(
    pieces: &mut Streaming<FetchBlobResponse>,
) -> Result<Option<(Option<ContentHeader>, Bytes)>, FetchError> {
    let message = tokio::time::timeout(PIECE, pieces.message()).await.map_err(|_| silent())?;
    let Some(message) = message.map_err(|status| broken(&status))? else { return Ok(None) };
    let chunk = message.chunk.unwrap_or_default();
    Ok(Some((chunk.header, chunk.data)))
}

/// The size of the whole content, if it is the one that was asked for.
fn expected(header: &ContentHeader, hash: Sha256, offset: u64) -> Result<u64, FetchError> {
    if header.sha256[..] == hash.0 && header.offset == offset && header.size >= offset {
        return Ok(header.size);
    }
    Err(FetchError::Broken("the coordinator sends something that was not asked for".to_owned()))
}

fn silent() -> FetchError {
    FetchError::Broken(format!("nothing came for {} s", PIECE.as_secs()))
}

fn broken(status: &Status) -> FetchError {
    match status.code() {
        Code::NotFound => FetchError::Missing,
        _ => FetchError::Broken(status_text(status)),
    }
}

//! The sessions of workers: what they say becomes domain messages for the switchboard, and back.

mod audience;
mod canvases;
mod content;
mod leases;
mod outbox;
mod session;

use std::sync::Arc;

use clipig_proto::v1::worker_service_server::WorkerService;
use clipig_proto::v1::{self};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use self::audience::{Audience, Audiences};
use super::connection::Peer;
use super::status::Refusal;
use super::{Doors, content as pieces, hash};

/// Messages that may wait for a worker's socket. Each is 256 KiB at most while a canvas travels, so that what is
/// urgent waits for 1 MiB at most, a few milliseconds.
const WAITING: usize = 4;

/// The service for workers.
pub(super) struct WorkerCalls {
    doors: Arc<Doors>,
    audiences: Arc<Audiences>,
}

impl WorkerCalls {
    pub(super) fn new(doors: Arc<Doors>) -> Self {
        Self { doors, audiences: Arc::default() }
    }
}

#[tonic::async_trait]
impl WorkerService for WorkerCalls {
    type SessionStream = ReceiverStream<Result<v1::CoordinatorMessage, Status>>;
    type FetchBlobStream = ReceiverStream<Result<v1::FetchBlobResponse, Status>>;

    async fn session(
        &self,
        request: Request<Streaming<v1::WorkerMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let peer = request.extensions().get::<Peer>().map_or_else(|| "somebody".to_owned(), Peer::to_string);
        let (sender, stream) = mpsc::channel(WAITING);
        let (doors, audience) = (Arc::clone(&self.doors), Audience::new(Arc::clone(&self.audiences)));
        tokio::spawn(session::run(doors, audience, peer, request.into_inner(), sender));
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn fetch_blob(
        &self,
        request: Request<v1::FetchBlobRequest>,
    ) -> Result<Response<Self::FetchBlobStream>, Status> {
        let v1::FetchBlobRequest { sha256, offset } = request.into_inner();
        let open = async {
            let sha256 = hash(&sha256, "sha256")?;
            let found = self.doors.blocking(move |doors| content::find(&doors.farm, sha256)).await?;
            pieces::stream(found, offset, |chunk| v1::FetchBlobResponse { chunk: Some(chunk) })
        };
        open.await.map(Response::new).map_err(|refusal: Refusal| refusal.into())
    }
}

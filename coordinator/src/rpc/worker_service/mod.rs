//! The sessions of workers: what they say becomes domain messages for the switchboard, and back.

mod content;
mod leases;
mod outbox;
mod partial_answers;
mod service;
mod session;

use std::sync::Arc;

use clipig_proto::v1::worker_service_server::WorkerService;
use clipig_proto::v1::{self};
use tokio_stream::Empty;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

pub(crate) use self::partial_answers::PartialAnswers;
pub(super) use self::service::WorkerEndpoint;

use super::status::Refusal;
use super::{RpcContext, content as pieces, hash};

/// The service for workers.
pub(super) struct WorkerCalls {
    context: Arc<RpcContext>,
}

impl WorkerCalls {
    fn new(context: Arc<RpcContext>) -> Self {
        Self { context }
    }
}

#[tonic::async_trait]
impl WorkerService for WorkerCalls {
    type SessionStream = Empty<Result<v1::CoordinatorMessage, Status>>;
    type FetchBlobStream = ReceiverStream<Result<v1::FetchBlobResponse, Status>>;

    /// Never comes here: [`WorkerEndpoint`] takes sessions before tonic makes messages of them.
    async fn session(
        &self,
        _: Request<Streaming<v1::WorkerMessage>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        Err(Status::unimplemented("sessions are served apart from this service"))
    }

    async fn fetch_blob(
        &self,
        request: Request<v1::FetchBlobRequest>,
    ) -> Result<Response<Self::FetchBlobStream>, Status> {
        let v1::FetchBlobRequest { sha256, offset } = request.into_inner();
        let open = async {
            let sha256 = hash(&sha256, "sha256")?;
            let found = self.context.blocking(move |context| content::find(&context.farm, sha256)).await?;
            pieces::stream(found, offset, |chunk| v1::FetchBlobResponse { chunk: Some(chunk) })
        };
        open.await.map(Response::new).map_err(|refusal: Refusal| refusal.into())
    }
}

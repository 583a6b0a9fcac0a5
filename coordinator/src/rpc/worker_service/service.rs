//! The HTTP service for workers. Sessions are read and written as HTTP/2 frames, without tonic's copies; tonic serves all
//! other calls.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use clipig_proto::session::{self, Messages};
use clipig_proto::v1::worker_service_server::WorkerServiceServer;
use http::{Request, Response};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::NamedService;

use super::super::RpcContext;
use super::super::connection::Caller;
use super::WorkerCalls;
use super::session::{RemoteWorker, run};
use crate::access::Principal;

/// Messages that may wait for a worker's socket. Each is 256 KiB at most while a canvas travels, so that what is
/// urgent waits for 1 MiB at most, a few milliseconds.
const WAITING: usize = 4;

/// The service for workers, as HTTP.
#[derive(Clone)]
pub(in super::super) struct WorkerEndpoint {
    context: Arc<RpcContext>,
    others: WorkerServiceServer<WorkerCalls>,
}

impl WorkerEndpoint {
    pub(in super::super) fn new(context: Arc<RpcContext>) -> Self {
        // A worker's messages are bounded by the protocol, not by settings.
        let others = WorkerServiceServer::new(WorkerCalls::new(Arc::clone(&context)))
            .max_decoding_message_size(clipig_proto::limits::MESSAGE_BYTES)
            .max_encoding_message_size(clipig_proto::limits::MESSAGE_BYTES);
        Self { context, others }
    }

    fn session(&self, request: Request<Body>) -> Response<Body> {
        let caller = Caller::of(request.extensions());
        let peer = caller.map_or_else(|| "somebody".to_owned(), |caller| caller.peer().to_string());
        let Some(who) = request.extensions().get::<Principal>().cloned() else {
            return Status::internal("a call came past the guard").into_http();
        };
        let asks_for = |header| request.headers().contains_key(header);
        let (keep_alive, receipts) =
            (asks_for(session::KEEP_ALIVE_HEADER), asks_for(session::RECEIPTS_HEADER));
        let (sender, messages) = mpsc::channel(WAITING);
        let context = Arc::clone(&self.context);
        let remote = RemoteWorker { peer, who, keep_alive, receipts };
        tokio::spawn(run(context, remote, Messages::of_client(request.into_body()), sender));
        session::answer(ReceiverStream::new(messages))
    }
}

impl NamedService for WorkerEndpoint {
    const NAME: &'static str = <WorkerServiceServer<WorkerCalls> as NamedService>::NAME;
}

impl Service<Request<Body>> for WorkerEndpoint {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if request.uri().path() == session::PATH {
            let answer: Ready<_> = ready(Ok(self.session(request)));
            return Box::pin(answer);
        }
        self.others.call(request)
    }
}

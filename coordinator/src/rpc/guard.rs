//! Before every call: who makes it, and may they?

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{Request, Response};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::NamedService;

use super::connection::Caller;
use super::status::Refusal;
use crate::access::{Call, Doorkeeper, Peer};

/// A service whose calls are checked. Handlers find the [`Principal`](crate::access::Principal) in the request's
/// extensions.
#[derive(Clone)]
pub(super) struct Guard<S> {
    service: S,
    doorkeeper: Arc<Doorkeeper>,
}

impl<S> Guard<S> {
    pub(super) fn new(service: S, doorkeeper: Arc<Doorkeeper>) -> Self {
        Self { service, doorkeeper }
    }

    /// Finds out who calls, or refuses the call.
    fn check(&self, request: &mut Request<Body>) -> Result<(), Refusal> {
        // A call that is not in the table is one that the service does not know either.
        let call = Call::of_grpc(request.uri().path()).ok_or(Refusal::UnknownCall)?;
        let caller = Caller::of(request.extensions()).cloned();
        let peer = caller.as_ref().map_or(Peer::Here, Caller::peer);
        let header = request.headers().get(AUTHORIZATION).map(http::HeaderValue::as_bytes);
        let who = self.doorkeeper.admit(header, peer, call)?;
        let has_certificate = caller.as_ref().is_some_and(Caller::has_certificate);
        self.doorkeeper.check_certificate(&who, call, has_certificate)?;
        if let Some(caller) = caller {
            caller.make_known();
        }
        request.extensions_mut().insert(who);
        Ok(())
    }
}

impl<S: NamedService> NamedService for Guard<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<Request<Body>> for Guard<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Response<Body>, Infallible>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        match self.check(&mut request) {
            Ok(()) => Box::pin(self.service.call(request)),
            Err(refusal) => {
                let refused: Response<Body> = Status::from(refusal).into_http();
                Box::pin(ready(Ok::<_, Infallible>(refused)))
            }
        }
    }
}

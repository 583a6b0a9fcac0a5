//! Calls of gRPC and requests of HTTP: how they ended, and how long it took until the answer began.
//!
//! The answer of most calls begins when its work is done. Streams (sessions, watches, downloads) begin at once and last
//! for long; they are counted when they end.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use http_body::{Frame, SizeHint};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use prost::Message as _;
use tonic::{Code, Status};

use super::Metrics;

/// What is asked for where nobody serves such a path: paths of strangers must not become labels.
const OTHER: &str = "other";

/// What every coordinator is asked for.
const PROBES: [&str; 3] = ["/livez", "/readyz", "/metrics"];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    call: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndedCall {
    call: Arc<str>,
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndedRequest {
    route: String,
    code: u16,
}

/// From a millisecond to ten seconds: what people and programs wait for.
fn seconds() -> Histogram {
    Histogram::new([0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0])
}

/// All calls.
pub(super) struct Calls {
    /// By path.
    names: HashMap<String, Arc<str>>,
    other: Arc<str>,
    ended: Family<EndedCall, Counter>,
    seconds: Family<Call, Histogram, fn() -> Histogram>,
    requests: Family<EndedRequest, Counter>,
    request_seconds: Family<Route, Histogram, fn() -> Histogram>,
}

impl Default for Calls {
    fn default() -> Self {
        let calls = Self {
            names: names(),
            other: Arc::from(OTHER),
            ended: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
        };
        // A call that nobody has made yet is 0 and not absent, so that rates include the first one.
        for call in calls.names.values() {
            drop(calls.ended.get_or_create(&EndedCall { call: Arc::clone(call), code: code(Code::Ok) }));
            drop(calls.seconds.get_or_create(&Call { call: Arc::clone(call) }));
        }
        for route in PROBES {
            let route = format!("GET {route}");
            drop(calls.requests.get_or_create(&EndedRequest { route: route.clone(), code: 200 }));
            drop(calls.request_seconds.get_or_create(&Route { route }));
        }
        calls
    }
}

/// `FarmService/GetJob` by `/clipig.farm.v1.FarmService/GetJob`, for all services of the protocol.
fn names() -> HashMap<String, Arc<str>> {
    let files = prost_types::FileDescriptorSet::decode(clipig_proto::FILE_DESCRIPTOR_SET)
        .expect("the protocol describes itself");
    let services =
        files.file.iter().flat_map(|file| file.service.iter().map(move |one| (file.package(), one)));
    let calls = services.flat_map(|(package, service)| {
        service.method.iter().map(move |method| {
            let name = format!("{}/{}", service.name(), method.name());
            (format!("/{package}.{name}"), Arc::from(name))
        })
    });
    calls.collect()
}

impl Calls {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "calls",
            "gRPC calls that have ended, by status; `cancelled`: the client went away first",
            self.ended.clone(),
        );
        registry.register_with_unit(
            "call",
            "Time from a gRPC call to the start of its answer",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register(
            "http_requests",
            "HTTP requests that were answered, by route and status code",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "http_request",
            "Time from an HTTP request to the start of its answer",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
    }
}

/// Counts a call of gRPC and takes its time.
pub(crate) async fn measure_call(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let call = UnderWay::begin(metrics, request.uri().path());
    let response = next.run(request).await;
    call.answered(response)
}

/// Counts a request of HTTP and takes its time.
pub(crate) async fn measure_request(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or(OTHER, MatchedPath::as_str);
    let route = format!("{} {path}", method(request.method()));
    let started = Instant::now();
    let response = next.run(request).await;
    let code = response.status().as_u16();
    let calls = &metrics.calls;
    calls.requests.get_or_create(&EndedRequest { route: route.clone(), code }).inc();
    calls.request_seconds.get_or_create(&Route { route }).observe(started.elapsed().as_secs_f64());
    response
}

/// Strangers may make up methods, too.
fn method(method: &Method) -> &str {
    let method = method.as_str();
    if matches!(method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD") { method } else { OTHER }
}

/// A call that has not ended. Where it is dropped, the client has gone away.
struct UnderWay {
    metrics: Arc<Metrics>,
    call: Arc<str>,
    started: Instant,
    is_counted: bool,
}

impl UnderWay {
    fn begin(metrics: Arc<Metrics>, path: &str) -> Self {
        let call = Arc::clone(metrics.calls.names.get(path).unwrap_or(&metrics.calls.other));
        Self { metrics, call, started: Instant::now(), is_counted: false }
    }

    /// The answer has begun. A refusal has its code in the headers, other answers have it behind the last message.
    fn answered(mut self, response: Response) -> Response {
        let seconds = self.started.elapsed().as_secs_f64();
        self.metrics.calls.seconds.get_or_create(&Call { call: Arc::clone(&self.call) }).observe(seconds);
        if let Some(status) = Status::from_header_map(response.headers()) {
            self.end(status.code());
            return response;
        }
        response.map(|body| Body::new(Watched { body, call: self }))
    }

    fn end(&mut self, ended: Code) {
        if !std::mem::replace(&mut self.is_counted, true) {
            let label = EndedCall { call: Arc::clone(&self.call), code: code(ended) };
            self.metrics.calls.ended.get_or_create(&label).inc();
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

/// An answer that is looked at until its trailers.
struct Watched {
    body: Body,
    call: UnderWay,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(http_body::Body::poll_frame(Pin::new(&mut self.body), cx));
        if let Some(Ok(frame)) = &frame
            && let Some(trailers) = frame.trailers_ref()
            && let Some(status) = Status::from_header_map(trailers)
        {
            self.call.end(status.code());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        http_body::Body::is_end_stream(&self.body)
    }

    fn size_hint(&self) -> SizeHint {
        http_body::Body::size_hint(&self.body)
    }
}

/// The code as gRPC's documents write it, in small letters.
fn code(code: Code) -> &'static str {
    match code {
        Code::Ok => "ok",
        Code::Cancelled => "cancelled",
        Code::Unknown => "unknown",
        Code::InvalidArgument => "invalid_argument",
        Code::DeadlineExceeded => "deadline_exceeded",
        Code::NotFound => "not_found",
        Code::AlreadyExists => "already_exists",
        Code::PermissionDenied => "permission_denied",
        Code::ResourceExhausted => "resource_exhausted",
        Code::FailedPrecondition => "failed_precondition",
        Code::Aborted => "aborted",
        Code::OutOfRange => "out_of_range",
        Code::Unimplemented => "unimplemented",
        Code::Internal => "internal",
        Code::Unavailable => "unavailable",
        Code::DataLoss => "data_loss",
        Code::Unauthenticated => "unauthenticated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics_after(answer: impl FnOnce(UnderWay)) -> String {
        let metrics = Arc::new(Metrics::default());
        answer(UnderWay::begin(Arc::clone(&metrics), "/clipig.farm.v1.FarmService/GetJob"));
        metrics.text().unwrap()
    }

    fn counted(text: &str, code: &str) -> bool {
        let line = format!("clipig_calls_total{{call=\"FarmService/GetJob\",code=\"{code}\"}} 1");
        text.lines().any(|found| found == line)
    }

    #[test]
    fn a_refusal_is_counted_at_once_and_a_client_that_goes_away_is_too() {
        let refused = metrics_after(|call| {
            let response = Status::not_found("job 7").into_http::<Body>();
            drop(call.answered(response));
        });
        assert!(counted(&refused, "not_found"), "{refused}");
        assert!(refused.contains("clipig_call_seconds_count{call=\"FarmService/GetJob\"} 1"), "{refused}");
        assert!(counted(&metrics_after(drop), "cancelled"));
    }

    #[tokio::test]
    async fn a_stream_is_counted_by_its_trailers() {
        let metrics = Arc::new(Metrics::default());
        let call = UnderWay::begin(Arc::clone(&metrics), "/clipig.farm.v1.FarmService/GetJob");
        let trailers = Status::internal("a fault").into_http::<()>().into_parts().0.headers;
        let mut body = call.answered(Response::new(Body::new(Trailers(Some(trailers))))).into_body();
        assert!(!counted(&metrics.text().unwrap(), "internal"));
        let frame = std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut body), cx)).await;
        assert!(frame.unwrap().unwrap().is_trailers());
        assert!(counted(&metrics.text().unwrap(), "internal"));
        drop(body);
        assert!(!counted(&metrics.text().unwrap(), "cancelled"), "it is counted once");
    }

    struct Trailers(Option<http::HeaderMap>);

    impl http_body::Body for Trailers {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
            Poll::Ready(self.0.take().map(|trailers| Ok(Frame::trailers(trailers))))
        }
    }

    #[test]
    fn paths_of_strangers_are_no_labels() {
        let metrics = Arc::new(Metrics::default());
        drop(UnderWay::begin(Arc::clone(&metrics), "/etc/passwd"));
        let text = metrics.text().unwrap();
        assert!(text.contains("clipig_calls_total{call=\"other\",code=\"cancelled\"} 1"), "{text}");
        assert!(!text.contains("passwd"));
        let made_up = Method::from_bytes(b"FROBNICATE").unwrap();
        assert_eq!((method(&made_up), method(&Method::GET)), (OTHER, "GET"));
        assert!(text.contains("clipig_calls_total{call=\"WorkerService/Session\",code=\"ok\"} 0"), "{text}");
    }
}

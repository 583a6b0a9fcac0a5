//! A call as HTTP sees it. The generated client hides what tells a coordinator from a proxy: the HTTP status and headers.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, Request, StatusCode, header};
use http_body::{Body as _, Frame};
use tonic::body::Body;
use tonic::codegen::Service as _;
use tonic::transport::Channel;
use tonic::{Code, Status};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) http: StatusCode,
    pub(super) headers: HeaderMap,
    /// What gRPC says, where it is gRPC that answers.
    pub(super) grpc: Option<Status>,
    /// By the clock of this machine.
    pub(super) asked: SystemTime,
    pub(super) answered: SystemTime,
    pub(super) took: Duration,
}

impl Answer {
    pub(super) fn code(&self) -> Option<Code> {
        self.grpc.as_ref().map(Status::code)
    }

    /// A header as text, with what a terminal must not get left out.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let value = String::from_utf8_lossy(self.headers.get(name)?.as_bytes()).into_owned();
        Some(crate::farm::show::columns::plain(&value, 80))
    }
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub(super) enum Silence {
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
    #[error("the answer broke off: {0}")]
    BrokenOff(Status),
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Late,
}

/// Makes a unary call. `message` is encoded.
pub(super) async fn call(
    channel: &Channel,
    path: &'static str,
    token: Option<&str>,
    message: &[u8],
) -> Result<Answer, Silence> {
    let mut request =
        Request::post(path).header(header::CONTENT_TYPE, "application/grpc").header(header::TE, "trailers");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Body::new(Whole(Some(framed(message)))));
    let request = request.map_err(|error| Silence::BrokenOff(Status::internal(error.to_string())))?;
    tokio::time::timeout(PATIENCE, answer(channel.clone(), request)).await.unwrap_or(Err(Silence::Late))
}

async fn answer(mut channel: Channel, request: Request<Body>) -> Result<Answer, Silence> {
    let (asked, started) = (SystemTime::now(), Instant::now());
    poll_fn(|cx| channel.poll_ready(cx)).await?;
    let response = channel.call(request).await?;
    let (answered, took) = (SystemTime::now(), started.elapsed());
    let (parts, mut body) = response.into_parts();
    let mut grpc = Status::from_header_map(&parts.headers);
    // What fails after the headers is of no interest here: the headers say who answered.
    while let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(trailers) = frame.into_trailers() {
            grpc = grpc.or_else(|| Status::from_header_map(&trailers));
        }
    }
    Ok(Answer { http: parts.status, headers: parts.headers, grpc, asked, answered, took })
}

/// As gRPC writes a message: not compressed, its length, itself.
fn framed(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(5 + message.len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    frame.put_slice(message);
    frame.freeze()
}

/// A body in one piece.
struct Whole(Option<Bytes>);

impl http_body::Body for Whole {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }
}

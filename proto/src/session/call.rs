//! The call itself: how a session is opened, and how it is answered.

use http::HeaderValue;
use http::header::CONTENT_TYPE;
use tokio_stream::Stream;
use tonic::Status;
use tonic::body::Body;

use super::MessageBody;
use crate::v1::CoordinatorMessage;

/// The path of the method `Session`.
pub const PATH: &str = "/clipig.farm.v1.WorkerService/Session";

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

/// Opens a session over a channel. `metadata` of the request is sent, such as a token.
///
/// # Errors
/// When nobody answers, or the server refuses the call.
#[cfg(feature = "client")]
pub async fn open<C, S>(
    mut channel: C,
    request: tonic::Request<S>,
) -> Result<super::Messages<CoordinatorMessage>, Status>
where
    C: tonic::client::GrpcService<Body>,
    C::ResponseBody: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    <C::ResponseBody as http_body::Body>::Error: Into<tonic::codegen::StdError>,
    S: Stream<Item = crate::v1::WorkerMessage> + Send + Unpin + 'static,
{
    use std::future::poll_fn;
    use tokio_stream::StreamExt as _;

    let failed = |error: C::Error| Status::from_error(error.into());
    poll_fn(|cx| channel.poll_ready(cx)).await.map_err(failed)?;
    let (metadata, _, messages) = request.into_parts();
    let body = Body::new(MessageBody::of_client(messages.map(Ok)));
    let mut request =
        http::Request::post(PATH).body(body).map_err(|error| Status::internal(error.to_string()))?;
    *request.version_mut() = http::Version::HTTP_2;
    *request.headers_mut() = metadata.into_headers();
    request.headers_mut().insert(http::header::TE, HeaderValue::from_static("trailers"));
    request.headers_mut().insert(CONTENT_TYPE, GRPC);
    let (head, body) = channel.call(request).await.map_err(failed)?.into_parts();
    match Status::from_header_map(&head.headers) {
        // The whole answer is a status.
        Some(status) if status.code() != tonic::Code::Ok => Err(status),
        None if head.status != http::StatusCode::OK => {
            Err(Status::unavailable(format!("the answer is no gRPC but HTTP {}", head.status)))
        }
        _ => Ok(super::Messages::of_server(Body::new(body))),
    }
}

/// The answer to a session: what is said, to its end.
#[cfg(feature = "server")]
pub fn answer<S>(messages: S) -> http::Response<Body>
where
    S: Stream<Item = Result<CoordinatorMessage, Status>> + Send + Unpin + 'static,
{
    let mut response = http::Response::new(Body::new(MessageBody::of_server(messages)));
    response.headers_mut().insert(CONTENT_TYPE, GRPC);
    response
}

//! HTTP/2 streams with bytes of a test's choice.

use clipig_proto::v1::CoordinatorMessage;
use clipig_proto::v1::coordinator_message::Message;
use h2::client::SendRequest;
use h2::{RecvStream, SendStream};
use http::Request;
use prost::Message as _;
use tokio::net::UnixStream;
use tonic::codegen::Bytes;

/// A connection on which streams can be opened.
pub(crate) async fn connect(address: &str) -> SendRequest<Bytes> {
    let path = address.strip_prefix("unix:").unwrap();
    let socket = UnixStream::connect(path).await.unwrap();
    let (sender, connection) = h2::client::handshake(socket).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// A stream to a method, before anything is said on it.
pub(crate) struct Stream {
    sender: SendStream<Bytes>,
    response: h2::client::ResponseFuture,
}

impl Stream {
    pub(crate) async fn open(connection: SendRequest<Bytes>, method: &str) -> Self {
        let request = Request::post(format!("http://farm/clipig.farm.v1.{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())
            .unwrap();
        let mut connection = connection.ready().await.unwrap();
        let (response, sender) = connection.send_request(request, false).unwrap();
        Self { sender, response }
    }

    /// Sends bytes as fast as the other side takes them. Does it still?
    pub(crate) async fn send(&mut self, mut bytes: Bytes) -> bool {
        while !bytes.is_empty() {
            self.sender.reserve_capacity(bytes.len());
            match std::future::poll_fn(|cx| self.sender.poll_capacity(cx)).await {
                Some(Ok(room)) => {
                    let part = bytes.split_to(room.min(bytes.len()));
                    if self.sender.send_data(part, false).is_err() {
                        return false;
                    }
                }
                _ => return false,
            }
        }
        true
    }

    /// The status and message that the call ends with.
    pub(crate) async fn status(self) -> Result<(u32, String), h2::Error> {
        let response = self.response.await?;
        let (head, mut body) = response.into_parts();
        if let Some(status) = status(&head.headers) {
            return Ok(status);
        }
        let mut said = Vec::new();
        while let Some(data) = body.data().await {
            let data = data?;
            body.flow_control().release_capacity(data.len())?;
            said.extend(data);
        }
        let trailers = RecvStream::trailers(&mut body).await?.unwrap();
        let (code, message) = status(&trailers).unwrap();
        Ok((code, message + &refusal(&said)))
    }
}

/// What a session was refused with: a message of its stream, behind a flag and four bytes of length.
fn refusal(said: &[u8]) -> String {
    let Some(message) = said.get(5..) else { return String::new() };
    match CoordinatorMessage::decode(message).unwrap().message {
        Some(Message::Refuse(refuse)) => refuse.reason,
        other => panic!("no refusal: {other:?}"),
    }
}

fn status(headers: &http::HeaderMap) -> Option<(u32, String)> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let code = text("grpc-status")?.parse().unwrap();
    Some((code, text("grpc-message").unwrap_or_default().replace("%20", " ")))
}

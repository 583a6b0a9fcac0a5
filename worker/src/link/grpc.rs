//! One session over gRPC.

use std::error::Error as _;

use clipig_core::ToWorker;
use clipig_proto::incoming::CoordinatorAssembler;
use clipig_proto::session::{self, Messages};
use clipig_proto::v1::CoordinatorMessage;
use clipig_proto::v1::coordinator_message::Message;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

use super::dial::{refusal, status_text};
use super::outgoing::{Outgoing, Sent};
use super::{Coordinator, Delivery, DialError, Link, Unconfirmed};

/// Messages that wait for the session; canvases are among them.
const INCOMING: usize = 16;

/// Messages that wait for the connection. Few: what was not handed over can still be replaced by a newer heartbeat.
const OUTGOING: usize = 4;

/// Leases whose answers were delivered and that the session has not heard of.
const DELIVERED: usize = 1024;

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinkEnd {
    /// Both sides had said all.
    Closed,
    /// It broke, or one side broke the rules; why.
    Lost(String),
    /// The coordinator does not want this worker, and will not next time; why.
    Refused(String),
}

impl Coordinator {
    /// Connects and opens the conversation of one session. The task ends with the connection.
    ///
    /// # Errors
    /// When nobody answers, or there is no token to show.
    pub(crate) async fn dial(&self) -> Result<(Link, JoinHandle<LinkEnd>), DialError> {
        let channel = self.connect().await?;
        let (outgoing, messages) = mpsc::channel(OUTGOING);
        let (to_session, incoming) = mpsc::channel(INCOMING);
        let (tell, delivered) = mpsc::channel(DELIVERED);
        let outgoing_messages = Outgoing::new(messages, tell, self.uploaded());
        let (sent, unconfirmed) = (outgoing_messages.sent(), outgoing_messages.unconfirmed());
        let delivery = Delivery { delivered, unconfirmed: unconfirmed.clone() };
        let mut request = self.request(outgoing_messages)?;
        for header in [session::KEEP_ALIVE_HEADER, session::RECEIPTS_HEADER] {
            request.metadata_mut().insert(header, MetadataValue::from_static("1"));
        }
        // In a task, because the coordinator may answer only after the registration has arrived.
        let pump = tokio::spawn(async move {
            match session::open(channel, request).await {
                Ok(messages) => pump(messages, &to_session, &unconfirmed, &sent).await,
                Err(status) => end_of(&status, sent.bytes()),
            }
        });
        Ok((Link { incoming, outgoing, delivery: Some(delivery) }, pump))
    }
}

/// Hands on what arrives until there is no more, or nobody listens.
async fn pump(
    mut stream: Messages<CoordinatorMessage>,
    to_session: &mpsc::Sender<ToWorker>,
    unconfirmed: &Unconfirmed,
    sent: &Sent,
) -> LinkEnd {
    let mut assembler = CoordinatorAssembler::new();
    // An older coordinator sends no keep-alives and may be silent.
    let mut keeps_alive = false;
    loop {
        let next = stream.message();
        let message = if keeps_alive {
            let Ok(message) = timeout(session::SILENCE, next).await else {
                let silence = session::SILENCE.as_secs();
                return LinkEnd::Lost(format!(
                    "the coordinator has sent nothing for {silence} s; it hangs, or a proxy does"
                ));
            };
            message
        } else {
            next.await
        };
        let message = match message {
            Ok(Some(message)) => message,
            Ok(None) => return LinkEnd::Closed,
            Err(status) => return end_of(&status, sent.bytes()),
        };
        match &message.message {
            Some(Message::KeepAlive(_)) => keeps_alive = true,
            Some(Message::Resume(resume)) => unconfirmed.resume(resume),
            Some(Message::Receipt(receipt)) => {
                if let Some(fence) = receipt.fence {
                    unconfirmed.confirm(fence.into());
                }
            }
            _ => {}
        }
        match assembler.receive(message) {
            Ok(None) => {}
            Ok(Some(message)) => {
                if to_session.send(message).await.is_err() {
                    return LinkEnd::Closed;
                }
            }
            Err(error) => return LinkEnd::Lost(format!("the coordinator broke the rules: {error}")),
        }
    }
}

/// How a connection ended with this status, after so many bytes of messages had been sent.
fn end_of(status: &Status, sent: u64) -> LinkEnd {
    if let Some(reason) = refusal(status) {
        return LinkEnd::Refused(reason);
    }
    let said = status_text(status);
    LinkEnd::Lost(if is_reset(status) {
        let mebibytes = sent as f64 / f64::from(1 << 20);
        format!(
            "{said}. The stream was reset after {mebibytes:.1} MiB had been sent: a proxy on the way may allow no more in \
             one call, or no longer. nginx needs `client_max_body_size 0;` and `client_body_timeout 1h;`; see \
             docs/operations/proxies.md"
        )
    } else {
        said
    })
}

/// Did the other side reset the stream alone (`RST_STREAM`, not with `NO_ERROR`), while the connection stands? tonic makes
/// INTERNAL of it, with the error of HTTP/2 as its source. A coordinator says why it ends a session, and does not do so.
fn is_reset(status: &Status) -> bool {
    status.code() == Code::Internal && status.source().is_some()
}

#[cfg(test)]
mod tests {
    use clipig_proto::session::MessageBody;
    use clipig_proto::v1::KeepAlive;
    use tokio_stream::wrappers::ReceiverStream;
    use tonic::body::Body;

    use super::super::outgoing::Uploaded;
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "as the stream has it")]
    fn keep_alive() -> Result<CoordinatorMessage, Status> {
        Ok(CoordinatorMessage { message: Some(Message::KeepAlive(KeepAlive {})) })
    }

    // Time stands still, and jumps to the next deadline when nothing else is left to do.
    #[tokio::test(start_paused = true)]
    async fn a_coordinator_that_kept_the_stream_alive_and_falls_silent_is_lost() {
        let (coordinator, said) = mpsc::channel(1);
        let stream = Messages::of_server(Body::new(MessageBody::of_server(ReceiverStream::new(said))));
        let (to_session, mut incoming) = mpsc::channel(1);
        let (_says, messages) = mpsc::channel(1);
        let unconfirmed = Outgoing::new(messages, mpsc::channel(1).0, Uploaded::default()).unconfirmed();
        let pumping =
            tokio::spawn(async move { pump(stream, &to_session, &unconfirmed, &Sent::default()).await });
        // One that has sent none may be silent for as long as it likes.
        tokio::time::sleep(100 * session::SILENCE).await;
        assert!(!pumping.is_finished());
        for _ in 0..100 {
            coordinator.send(keep_alive()).await.unwrap();
            tokio::time::sleep(session::SILENCE / 2).await;
        }
        assert!(!pumping.is_finished());
        let end = pumping.await.unwrap();
        assert!(matches!(&end, LinkEnd::Lost(why) if why.contains("has sent nothing for 30 s")), "{end:?}");
        assert!(incoming.recv().await.is_none(), "keep-alives are nothing for the session");
    }

    #[test]
    fn what_a_proxy_does_is_said_in_words() {
        let mut reset = Status::internal("h2 protocol error");
        reset.set_source(std::sync::Arc::new(std::io::Error::other("stream error received")));
        let LinkEnd::Lost(why) = end_of(&reset, 3 << 19) else { panic!("it may come back") };
        assert!(why.contains("after 1.5 MiB") && why.contains("client_max_body_size 0;"), "{why}");
        let gateway = Status::unavailable("the answer is no gRPC but HTTP 502 Bad Gateway");
        let LinkEnd::Lost(why) = end_of(&gateway, 0) else { panic!("it may come back") };
        assert!(why.contains("does not reach the coordinator; start the coordinator"), "{why}");
        assert!(!why.contains("was reset"), "{why}");
    }

    #[test]
    fn a_coordinator_that_is_killed_is_said_in_words() {
        let mut broken = Status::unknown("h2 protocol error: error reading a body from connection");
        let tls =
            "peer closed connection without sending TLS close_notify: https://docs.rs/rustls/latest/x.html";
        broken.set_source(std::sync::Arc::new(std::io::Error::other(tls)));
        let LinkEnd::Lost(why) = end_of(&broken, 1 << 20) else { panic!("it may come back") };
        assert_eq!(why, "it closed the connection without a word, as when it is killed or the network fails");
    }
}

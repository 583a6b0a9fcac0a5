//! One session over gRPC.

use clipig_core::ToWorker;
use clipig_proto::incoming::CoordinatorAssembler;
use clipig_proto::session::{self, Messages};
use clipig_proto::v1::CoordinatorMessage;
use clipig_proto::v1::coordinator_message::Message;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tonic::Status;
use tonic::metadata::MetadataValue;

use super::dial::{refusal, status_text};
use super::outgoing::Outgoing;
use super::{Coordinator, DialError, Link};

/// Messages that wait for the session; canvases are among them.
const INCOMING: usize = 16;

/// Messages that wait for the connection. Few: what was not handed over can still be replaced by a newer heartbeat.
const OUTGOING: usize = 4;

/// Leases whose answers were written and that the session has not heard of.
const WRITTEN: usize = 1024;

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
        let (tell, written) = mpsc::channel(WRITTEN);
        let mut request = self.request(Outgoing::new(messages, tell))?;
        request.metadata_mut().insert(session::KEEP_ALIVE_HEADER, MetadataValue::from_static("1"));
        // In a task, because the coordinator may answer only after the registration has arrived.
        let pump = tokio::spawn(async move {
            match session::open(channel, request).await {
                Ok(messages) => pump(messages, &to_session).await,
                Err(status) => end_of(&status),
            }
        });
        Ok((Link { incoming, outgoing, written: Some(written) }, pump))
    }
}

/// Hands on what arrives until there is no more, or nobody listens.
async fn pump(mut stream: Messages<CoordinatorMessage>, to_session: &mpsc::Sender<ToWorker>) -> LinkEnd {
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
            Err(status) => return end_of(&status),
        };
        keeps_alive |= matches!(message.message, Some(Message::KeepAlive(_)));
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

fn end_of(status: &Status) -> LinkEnd {
    refusal(status).map_or_else(|| LinkEnd::Lost(status_text(status)), LinkEnd::Refused)
}

#[cfg(test)]
mod tests {
    use clipig_proto::session::MessageBody;
    use clipig_proto::v1::KeepAlive;
    use tokio_stream::wrappers::ReceiverStream;
    use tonic::body::Body;

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
        let pumping = tokio::spawn(async move { pump(stream, &to_session).await });
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
}

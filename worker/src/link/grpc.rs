//! One session over gRPC.

use clipig_core::ToWorker;
use clipig_proto::incoming::CoordinatorAssembler;
use clipig_proto::session::{self, Messages};
use clipig_proto::v1::CoordinatorMessage;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tonic::Status;

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
        let request = self.request(Outgoing::new(messages, tell))?;
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
    loop {
        let message = match stream.message().await {
            Ok(Some(message)) => message,
            Ok(None) => return LinkEnd::Closed,
            Err(status) => return end_of(&status),
        };
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

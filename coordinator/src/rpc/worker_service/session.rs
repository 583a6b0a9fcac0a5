//! One worker's conversation, from its registration to its end.

use std::sync::Arc;
use std::time::Duration;

use clipig_core::{FromWorker, Registration, SessionId, ShardError, ToWorker};
use clipig_proto::WireError;
use clipig_proto::incoming::WorkerAssembler;
use clipig_proto::outgoing::{canvas_messages, to_worker};
use clipig_proto::session::Messages;
use clipig_proto::v1::{CoordinatorMessage, WorkerMessage};
use clipig_schedule::dispatcher::LeaveCause;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tonic::Status;

use super::super::RpcContext;
use super::super::status::Refusal;
use super::leases::Leases;
use super::outbox::Outbox;
use crate::switchboard::SESSION_QUEUE;

/// How long a worker may take to register.
const REGISTRATION_TIMEOUT: Duration = Duration::from_secs(10);

type Sender = mpsc::Sender<Result<CoordinatorMessage, Status>>;

/// Holds the conversation until one side ends it.
pub(super) async fn run(
    context: Arc<RpcContext>,
    peer: String,
    mut stream: Messages<WorkerMessage>,
    sender: Sender,
) {
    let mut assembler = WorkerAssembler::new();
    let registration = match register(&mut stream, &mut assembler).await {
        Ok(registration) => registration,
        Err(error) => {
            tracing::warn!(peer, reason = %error, "a worker was not let in");
            return refuse(&sender, error.to_string()).await;
        }
    };
    let worker = registration.name.clone();
    let (outbound, inbox) = mpsc::channel(SESSION_QUEUE);
    let switchboard = context.farm.switchboard();
    let session = match switchboard.connect(registration, outbound).await {
        Ok(welcome) => {
            tracing::info!(peer, worker = %welcome.name, session = %welcome.session, "a worker has joined");
            welcome.session
        }
        Err(reason) => {
            tracing::warn!(peer, %worker, reason, "a worker was not let in");
            return refuse(&sender, reason).await;
        }
    };
    let leases = Arc::new(Leases::default());
    let end = tokio::select! {
        end = handle_incoming(&context, session, &mut stream, assembler, &leases) => end,
        end = send_outgoing(inbox, &leases, &sender) => end,
        () = context.closed() => End::Closing,
    };
    tracing::info!(peer, %worker, %session, "a session has ended: {}", end.text());
    // A broken connection does not count against the worker; a broken rule does.
    let cause = match &end {
        End::Fault(cause) => LeaveCause::Fault(cause.clone()),
        End::HungUp(_) | End::Ended => LeaveCause::Disconnected,
        End::Closing => LeaveCause::Closing,
    };
    switchboard.disconnected(session, cause).await;
    match end {
        End::Fault(reason) => refuse(&sender, reason).await,
        End::Closing => {
            // Unlike a refusal, this makes the worker come back.
            let _ = sender.send(Err(Refusal::ShuttingDown.into())).await;
        }
        End::HungUp(_) | End::Ended => {}
    }
}

/// How a conversation ends.
enum End {
    /// The worker's side broke off; how, empty where it just ended.
    HungUp(String),
    /// The worker broke the rules; how.
    Fault(String),
    /// The switchboard has nothing more to say.
    Ended,
    /// The coordinator stops.
    Closing,
}

impl End {
    fn text(&self) -> &str {
        match self {
            Self::HungUp(cause) if cause.is_empty() => "the worker hung up",
            Self::HungUp(cause) | Self::Fault(cause) => cause,
            Self::Ended => "all is said",
            Self::Closing => "the farm is shutting down",
        }
    }
}

async fn refuse(sender: &Sender, reason: String) {
    for message in to_worker(ToWorker::Refuse(reason)).into_iter().flatten() {
        // One who has hung up need not be refused.
        let _ = sender.send(Ok(message)).await;
    }
}

/// Why a session does not begin.
#[derive(Debug, thiserror::Error)]
enum RegistrationError {
    #[error("it hung up before it registered")]
    HungUp,
    #[error("its first message cannot be read: {0}")]
    Unreadable(String),
    #[error("the first message of a session must be a registration")]
    Unexpected,
    #[error("the registration cannot be read: {0}")]
    Malformed(#[from] WireError),
    #[error("no registration has come within {} seconds", REGISTRATION_TIMEOUT.as_secs())]
    Late,
}

/// Waits for the registration. Whether its protocol version and name are accepted is the dispatcher's decision.
async fn register(
    stream: &mut Messages<WorkerMessage>,
    assembler: &mut WorkerAssembler,
) -> Result<Registration, RegistrationError> {
    let first = async {
        loop {
            let message = match stream.message().await {
                Ok(Some(message)) => message,
                Ok(None) => return Err(RegistrationError::HungUp),
                Err(status) => return Err(RegistrationError::Unreadable(status.message().to_owned())),
            };
            match assembler.receive(message, |_| None)? {
                Some(FromWorker::Register(registration)) => return Ok(registration),
                Some(_) => return Err(RegistrationError::Unexpected),
                None => {}
            }
        }
    };
    timeout(REGISTRATION_TIMEOUT, first).await.map_err(|_| RegistrationError::Late)?
}

/// Passes the worker's messages on until the session ends.
async fn handle_incoming(
    context: &RpcContext,
    session: SessionId,
    stream: &mut Messages<WorkerMessage>,
    mut assembler: WorkerAssembler,
    leases: &Leases,
) -> End {
    loop {
        let message = match stream.message().await {
            Ok(Some(message)) => message,
            Ok(None) => return End::HungUp(String::new()),
            // Too large, or no message of this kind.
            Err(status) if matches!(status.code(), tonic::Code::OutOfRange | tonic::Code::Internal) => {
                return End::Fault(format!("a message cannot be read: {}", status.message()));
            }
            Err(status) => return End::HungUp(format!("the connection broke off: {}", status.message())),
        };
        for fence in leases.take_revoked() {
            assembler.pass_over(fence);
        }
        let mut prepares = false;
        let expected = |fence| {
            prepares = leases.prepares(fence);
            leases.expected(fence)
        };
        let said = match assembler.receive(message, expected) {
            // Without expectations a gradient would be passed over, as one whose lease was taken back.
            Ok(_) if prepares => {
                let what = "it answered with a gradient where texts and images were to be encoded";
                return End::Fault(what.to_owned());
            }
            Ok(None) => continue,
            Ok(Some(said)) => said,
            Err(error) => match error.fence() {
                Some(fence) => {
                    let error = ShardError::NotFinite(error.to_string());
                    FromWorker::Failed { fence, error }
                }
                None => return End::Fault(format!("it broke the rules of the protocol: {error}")),
            },
        };
        if let FromWorker::Register(_) = said {
            return End::Fault("it registered twice".to_owned());
        }
        if let Some(fence) = said.answers() {
            leases.answered(fence);
        }
        if !context.farm.switchboard().message(session, said).await {
            return End::Ended;
        }
    }
}

/// Sends the switchboard's messages until the session ends.
async fn send_outgoing(mut inbox: mpsc::Receiver<ToWorker>, leases: &Leases, sender: &Sender) -> End {
    let mut outbox = Outbox::default();
    let mut travelling = None;
    let mut open = true;
    loop {
        while let Some(message) = take(&mut inbox, &mut open, &outbox) {
            outbox.push(message);
        }
        if travelling.as_ref().is_some_and(|(canvas, _)| outbox.overtakes(*canvas)) {
            travelling = None;
        }
        match outbox.next(travelling.as_ref().map(|(canvas, _)| *canvas)) {
            Some(ToWorker::Canvas(canvas)) => {
                travelling = Some(((canvas.revision, canvas.stage), canvas_messages(canvas)));
            }
            Some(message) => {
                note(&message, leases);
                match to_worker(message) {
                    Ok(messages) => {
                        for message in messages {
                            if write(sender, message, &mut inbox, &mut outbox, &mut open).await.is_err() {
                                return End::HungUp(String::new());
                            }
                        }
                    }
                    Err(error) => return End::Fault(error.to_string()),
                }
            }
            None => match travelling.as_mut().and_then(|(_, messages)| messages.next()) {
                Some(message) => {
                    if write(sender, message, &mut inbox, &mut outbox, &mut open).await.is_err() {
                        return End::HungUp(String::new());
                    }
                }
                None if travelling.take().is_some() => {}
                None if !open => return End::Ended,
                None => match inbox.recv().await {
                    Some(message) => outbox.push(message),
                    None => open = false,
                },
            },
        }
    }
}

/// A message that is there already, as long as the outbox has room: what is beyond waits in the switchboard's queue,
/// whose bound ends sessions that do not read.
fn take(inbox: &mut mpsc::Receiver<ToWorker>, open: &mut bool, outbox: &Outbox) -> Option<ToWorker> {
    if outbox.len() >= SESSION_QUEUE {
        return None;
    }
    match inbox.try_recv() {
        Ok(message) => Some(message),
        Err(mpsc::error::TryRecvError::Empty) => None,
        Err(mpsc::error::TryRecvError::Disconnected) => {
            *open = false;
            None
        }
    }
}

/// Waits for room on the way to the socket. What comes meanwhile is put in order, so that a worker that reads slowly
/// does not make old canvases pile up.
async fn write(
    sender: &Sender,
    message: CoordinatorMessage,
    inbox: &mut mpsc::Receiver<ToWorker>,
    outbox: &mut Outbox,
    open: &mut bool,
) -> Result<(), mpsc::error::SendError<()>> {
    loop {
        tokio::select! {
            biased;
            permit = sender.reserve() => {
                permit?.send(Ok(message));
                return Ok(());
            }
            more = inbox.recv(), if *open && outbox.len() < SESSION_QUEUE => match more {
                Some(more) => outbox.push(more),
                None => *open = false,
            },
        }
    }
}

/// Remembers what the worker was given.
fn note(message: &ToWorker, leases: &Leases) {
    match message {
        ToWorker::Open(brief) => leases.opened(brief.revision, brief.shard_size),
        ToWorker::Lease(lease) => leases.given(lease),
        ToWorker::Revoke(fence) => leases.revoked(*fence),
        ToWorker::Close(revision) => leases.closed(*revision),
        ToWorker::Welcome(_) | ToWorker::Refuse(_) | ToWorker::Canvas(_) | ToWorker::Drain(_) => {}
    }
}

//! One worker's conversation, from its registration to its end.

use std::sync::Arc;
use std::time::Duration;

use clipig_core::{Fence, FromWorker, Registration, SessionId, ShardError, ToWorker};
use clipig_proto::WireError;
use clipig_proto::incoming::WorkerAssembler;
use clipig_proto::outgoing::{canvas_messages, tile_messages, to_worker};
use clipig_proto::session::{KEEP_ALIVE, Messages};
use clipig_proto::v1::coordinator_message::Message;
use clipig_proto::v1::{CoordinatorMessage, KeepAlive, Receipt, Resume, WorkerMessage};
use clipig_schedule::dispatcher::LeaveCause;
use clipig_schedule::switchboard::Entry;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tonic::Status;

use super::super::RpcContext;
use super::super::status::Refusal;
use super::leases::Leases;
use super::outbox::Outbox;
use super::partial_answers::{Assembly, Process};
use crate::access::Principal;
use crate::switchboard::{ConnectError, SESSION_QUEUE};

/// How long a worker may take to register.
const REGISTRATION_TIMEOUT: Duration = Duration::from_secs(10);

/// A worker that calls.
pub(super) struct RemoteWorker {
    /// For the log.
    pub(super) peer: String,
    /// Whose token it shows.
    pub(super) who: Principal,
    /// Does it want a message from time to time, so that the stream is never silent?
    pub(super) keep_alive: bool,
    /// Does it keep its answers until it hears that they have arrived?
    pub(super) receipts: bool,
}

/// The messages of a canvas, or of tiles of one.
type Bulk = Box<dyn Iterator<Item = CoordinatorMessage> + Send>;

type Sender = mpsc::Sender<Result<CoordinatorMessage, Status>>;

/// Receipts that wait for the way to the socket. A worker that does not read is not read from.
const RECEIPTS: usize = 256;

/// Holds the conversation until one side ends it.
pub(super) async fn run(
    context: Arc<RpcContext>,
    remote: RemoteWorker,
    mut stream: Messages<WorkerMessage>,
    sender: Sender,
) {
    let RemoteWorker { peer, who, keep_alive, receipts } = remote;
    let mut assembler = WorkerAssembler::new();
    let registration = match register(&mut stream, &mut assembler).await {
        Ok(registration) => registration,
        Err(error) => {
            tracing::warn!(peer, reason = %error, "a worker was not let in");
            return refuse(&sender, error.to_string()).await;
        }
    };
    let (worker, instance) = (registration.name.clone(), registration.instance);
    let (outbound, inbox) = mpsc::channel(SESSION_QUEUE);
    let switchboard = context.farm.switchboard();
    let leases = Arc::new(Leases::default());
    let (session, process, kept) = match switchboard.connect(registration, outbound).await {
        Ok(Entry { welcome, leases: kept }) => {
            let (name, session, token) = (&welcome.name, welcome.session, who.token());
            tracing::info!(peer, worker = %name, %session, token, kept = kept.len(), "a worker has joined");
            // Before anything is read: it may answer as soon as it has heard of them.
            for lease in &kept {
                leases.kept(lease);
            }
            let kept: Vec<Fence> = kept.iter().map(|kept| kept.lease.fence).collect();
            (welcome.session, Process { name: welcome.name, instance }, kept)
        }
        Err(ConnectError::ShuttingDown) => return send_away(&sender).await,
        Err(ConnectError::Refused(error)) => {
            tracing::warn!(peer, %worker, reason = %error, "a worker was not let in");
            return refuse(&sender, error.to_string()).await;
        }
    };
    // A worker that keeps nothing sends everything anew.
    let known = if receipts { &kept[..] } else { &[] };
    let (assembly, answers) = context.partial_answers.begin(&process, assembler, known);
    let (confirm, confirmed) = mpsc::channel(RECEIPTS);
    let incoming =
        Incoming { session, assembly: &assembly, leases: &leases, receipts: receipts.then_some(confirm) };
    let outgoing = async {
        // Before the welcome, with which the worker goes on.
        if receipts && sender.send(Ok(of_session(Message::Resume(Resume { answers })))).await.is_err() {
            return End::HungUp(String::new());
        }
        send_outgoing(inbox, confirmed, &leases, &sender, keep_alive).await
    };
    let end = tokio::select! {
        end = handle_incoming(&context, &mut stream, incoming) => end,
        end = outgoing => end,
        () = context.closed() => End::Closing,
        () = context.doorkeeper.until_revoked(&who) => End::Revoked,
    };
    tracing::info!(peer, %worker, %session, "a session has ended: {}", end.text());
    // A broken connection does not count against the worker; a broken rule does.
    let cause = match &end {
        End::Fault(cause) => LeaveCause::Fault(cause.clone()),
        // One whose token was revoked may come back with another one.
        End::HungUp(_) | End::Ended | End::Revoked => LeaveCause::Disconnected,
        End::Closing => LeaveCause::Closing,
    };
    let may_return = matches!(end, End::HungUp(_) | End::Revoked);
    let is_kept = context.partial_answers.end(&process, &assembly, may_return);
    switchboard.disconnected(session, cause).await;
    if is_kept {
        tokio::spawn(forget_later(Arc::clone(&context), process, assembly));
    }
    match end {
        End::Fault(reason) => refuse(&sender, reason).await,
        End::Closing => send_away(&sender).await,
        End::Revoked => {
            let text = "the worker's token is not valid any more; it may have another one by now";
            // One who has hung up comes back, too.
            let _ = sender.send(Err(Status::unavailable(text))).await;
        }
        End::HungUp(_) | End::Ended => {}
    }
}

/// Forgets what came of answers when nobody has come back with the rest in time.
async fn forget_later(context: Arc<RpcContext>, process: Process, assembly: Arc<Assembly>) {
    sleep(context.partial_answers.patience()).await;
    context.partial_answers.forget(&process, &assembly);
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
    /// The worker's token was revoked, or has expired.
    Revoked,
}

impl End {
    fn text(&self) -> &str {
        match self {
            Self::HungUp(cause) if cause.is_empty() => "the worker hung up",
            Self::HungUp(cause) | Self::Fault(cause) => cause,
            Self::Ended => "all is said",
            Self::Closing => "the farm is shutting down",
            Self::Revoked => "its token is not valid any more",
        }
    }
}

/// Ends a session because the coordinator shuts down. Unlike a refusal, this makes the worker come back.
async fn send_away(sender: &Sender) {
    // One who has hung up comes back, too.
    let _ = sender.send(Err(Refusal::ShuttingDown.into())).await;
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

/// Where a worker's messages go.
struct Incoming<'a> {
    session: SessionId,
    assembly: &'a Assembly,
    leases: &'a Leases,
    /// Takes answers that have come to their end, if the worker wants to hear of it.
    receipts: Option<mpsc::Sender<Fence>>,
}

impl Incoming<'_> {
    /// Lets the worker know that an answer has come to its end. Without room this waits, and nothing is read.
    async fn confirm(&self, fence: Fence) {
        if let Some(receipts) = &self.receipts {
            // An error means that the session ends.
            let _ = receipts.send(fence).await;
        }
    }
}

/// Passes the worker's messages on until the session ends.
async fn handle_incoming(
    context: &RpcContext,
    stream: &mut Messages<WorkerMessage>,
    incoming: Incoming<'_>,
) -> End {
    let Incoming { session, assembly, leases, .. } = incoming;
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
            assembly.pass_over(fence);
        }
        let mut prepares = false;
        let expected = |fence| {
            prepares = leases.prepares(fence);
            leases.expected(fence)
        };
        let Some(received) = assembly.receive(message, expected) else { return End::Ended };
        for fence in assembly.take_passed_over() {
            incoming.confirm(fence).await;
        }
        let said = match received {
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
        let answered = said.answers();
        if let Some(fence) = answered {
            leases.answered(fence);
        }
        if !context.farm.switchboard().message(session, said).await {
            return End::Ended;
        }
        if let Some(fence) = answered {
            incoming.confirm(fence).await;
        }
    }
}

/// Sends the switchboard's messages until the session ends.
async fn send_outgoing(
    mut inbox: mpsc::Receiver<ToWorker>,
    mut confirmed: mpsc::Receiver<Fence>,
    leases: &Leases,
    sender: &Sender,
    keep_alive: bool,
) -> End {
    let longest_silence = if keep_alive { KEEP_ALIVE } else { Duration::MAX };
    let mut outbox = Outbox::default();
    let mut travelling = None;
    let mut open = true;
    loop {
        while let Some(message) = take(&mut inbox, &mut open, &outbox) {
            outbox.push(message);
        }
        while let Ok(fence) = confirmed.try_recv() {
            if write(sender, receipt(fence), &mut inbox, &mut outbox, &mut open).await.is_err() {
                return End::HungUp(String::new());
            }
        }
        if travelling.as_ref().is_some_and(|(canvas, _)| outbox.overtakes(*canvas)) {
            travelling = None;
        }
        match outbox.next(travelling.as_ref().map(|(canvas, _)| *canvas)) {
            Some(ToWorker::Canvas(canvas)) => {
                let place = (canvas.revision, canvas.stage);
                let messages: Bulk = Box::new(canvas_messages(canvas));
                travelling = Some((place, messages));
            }
            Some(ToWorker::Tiles(tiles)) => {
                let place = (tiles.revision, tiles.stage);
                let messages: Bulk = Box::new(tile_messages(tiles));
                travelling = Some((place, messages));
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
                None => {
                    let said = tokio::select! {
                        more = inbox.recv() => {
                            match more {
                                Some(more) => outbox.push(more),
                                None => open = false,
                            }
                            None
                        }
                        Some(fence) = confirmed.recv() => Some(receipt(fence)),
                        () = sleep(longest_silence) => Some(of_session(Message::KeepAlive(KeepAlive {}))),
                    };
                    if let Some(said) = said
                        && write(sender, said, &mut inbox, &mut outbox, &mut open).await.is_err()
                    {
                        return End::HungUp(String::new());
                    }
                }
            },
        }
    }
}

fn of_session(message: Message) -> CoordinatorMessage {
    CoordinatorMessage { message: Some(message) }
}

fn receipt(fence: Fence) -> CoordinatorMessage {
    of_session(Message::Receipt(Receipt { fence: Some(fence.into()) }))
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
        ToWorker::Welcome(_)
        | ToWorker::Refuse(_)
        | ToWorker::Canvas(_)
        | ToWorker::Tiles(_)
        | ToWorker::Drain(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_receipts() -> mpsc::Receiver<Fence> {
        mpsc::channel(1).1
    }

    // Time stands still, and jumps to the next deadline when nothing else is left to do.
    #[tokio::test(start_paused = true)]
    async fn a_worker_that_asks_for_it_hears_something_all_the_time() {
        for keep_alive in [true, false] {
            let (to_worker, inbox) = mpsc::channel(1);
            let (sender, mut said) = mpsc::channel::<Result<CoordinatorMessage, Status>>(1);
            let leases = Leases::default();
            let hear = async {
                let hour = Duration::from_hours(1);
                let start = tokio::time::Instant::now();
                let mut longest = Duration::ZERO;
                let mut last = start;
                while let Ok(Some(message)) = timeout(hour, said.recv()).await
                    && start.elapsed() < hour
                {
                    assert!(matches!(message.unwrap().message, Some(Message::KeepAlive(_))));
                    longest = longest.max(last.elapsed());
                    last = tokio::time::Instant::now();
                }
                (longest, last == start)
            };
            let (longest, silent) = tokio::select! {
                heard = hear => heard,
                _ = send_outgoing(inbox, no_receipts(), &leases, &sender, keep_alive) => panic!("the session has ended"),
            };
            assert_eq!(silent, !keep_alive);
            assert!(longest < Duration::from_secs(10), "{longest:?}");
            drop(to_worker);
        }
    }
}

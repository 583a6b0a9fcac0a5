//! A worker that knows the protocol and says what a test wants it to.

use clipig_core::{FromWorker, Lease, ToWorker, Work};
use clipig_proto::incoming::CoordinatorAssembler;
use clipig_proto::outgoing::from_worker;
use clipig_proto::v1::farm_service_client::FarmServiceClient;
use clipig_proto::v1::worker_message::Message;
use clipig_proto::v1::worker_service_client::WorkerServiceClient;
use clipig_proto::v1::{self, WorkerMessage};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::{Channel, Endpoint};

/// Opens a connection to a farm.
pub(crate) async fn connect(address: &str) -> Channel {
    Endpoint::from_shared(address.to_owned()).unwrap().connect().await.unwrap()
}

/// The kind of the farm's first worker: who claims it gets work.
pub(crate) async fn kind_of_workers(channel: Channel) -> v1::WorkerKind {
    let request = v1::ListWorkersRequest { limit: 10_000, ..Default::default() };
    let workers = FarmServiceClient::new(channel).list_workers(request).await.unwrap().into_inner().workers;
    workers[0].kind.clone().unwrap()
}

/// What a worker says of itself.
pub(crate) fn registration(name: &str, kind: v1::WorkerKind) -> v1::Register {
    let mut instance = [0; 16];
    instance[..name.len().min(16)].copy_from_slice(&name.as_bytes()[name.len().saturating_sub(16)..]);
    v1::Register {
        protocol: clipig_core::PROTOCOL,
        version: "0.1.0".to_owned(),
        name: name.to_owned(),
        instance: instance.to_vec().into(),
        kind: Some(kind),
        cores: 1,
        memory: 0,
        device: "cpu".to_owned(),
    }
}

/// One end of a session.
pub(crate) struct Peer {
    sender: mpsc::Sender<WorkerMessage>,
    stream: Streaming<v1::CoordinatorMessage>,
    assembler: CoordinatorAssembler,
}

impl Peer {
    /// Opens a session and says its first word.
    pub(crate) async fn open(channel: Channel, first: Message) -> Self {
        let (sender, messages) = mpsc::channel(64);
        sender.send(WorkerMessage { message: Some(first) }).await.unwrap();
        let stream = WorkerServiceClient::new(channel).session(ReceiverStream::new(messages)).await.unwrap();
        Self { sender, stream: stream.into_inner(), assembler: CoordinatorAssembler::new() }
    }

    /// Opens a session as a worker of this kind.
    pub(crate) async fn join(channel: Channel, name: &str, kind: &v1::WorkerKind) -> Self {
        let mut peer = Self::open(channel, Message::Register(registration(name, kind.clone()))).await;
        let welcome = peer.receive().await;
        assert!(matches!(welcome, Some(ToWorker::Welcome(_))), "{welcome:?}");
        peer
    }

    /// Says something whether it makes sense or not. Is anybody there?
    pub(crate) async fn say(&self, message: Message) -> bool {
        self.sender.send(WorkerMessage { message: Some(message) }).await.is_ok()
    }

    /// Says something that makes sense as a message.
    pub(crate) async fn send(&self, message: FromWorker) {
        for message in from_worker(message).unwrap() {
            // A coordinator that has hung up says why on its own stream.
            let _ = self.sender.send(message).await;
        }
    }

    /// The next whole message; `None` at the end.
    pub(crate) async fn receive(&mut self) -> Option<ToWorker> {
        loop {
            let message = self.stream.message().await.ok()??;
            if let Some(received) = self.assembler.receive(message).unwrap() {
                return Some(received);
            }
        }
    }

    /// The next node to compute. Hands back what else it is given.
    pub(crate) async fn node(&mut self) -> Lease {
        loop {
            match self.receive().await {
                Some(ToWorker::Lease(lease)) if matches!(lease.work, Work::Node { .. }) => return lease,
                Some(ToWorker::Lease(lease)) => {
                    let reason = "I prepare nothing".to_owned();
                    self.send(FromWorker::Returned { fence: lease.fence, reason }).await;
                }
                Some(ToWorker::Refuse(reason)) => panic!("refused: {reason}"),
                Some(_) => {}
                None => panic!("the session has ended"),
            }
        }
    }

    /// What the coordinator says at last; what it says before is passed over.
    pub(crate) async fn farewell(&mut self) -> String {
        loop {
            match self.stream.message().await {
                Ok(Some(message)) => {
                    if let Ok(Some(ToWorker::Refuse(reason))) = self.assembler.receive(message) {
                        return reason;
                    }
                }
                Ok(None) => return "the stream just ended".to_owned(),
                Err(status) => return status.message().to_owned(),
            }
        }
    }
}

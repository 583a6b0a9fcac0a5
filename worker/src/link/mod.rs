//! How a session's messages travel: over channels in one process, over gRPC between machines.

mod address;
mod blob_fetch;
mod dial;
mod grpc;
mod outgoing;
mod token;

use clipig_core::{Fence, FromWorker, ToWorker};
use tokio::sync::mpsc;

pub use address::{Address, AddressError};
pub(crate) use blob_fetch::GrpcBlobs;
pub use dial::IdentityFiles;
pub(crate) use dial::{Coordinator, DialError};
pub(crate) use grpc::LinkEnd;
pub use outgoing::Unconfirmed;
pub use token::{Token, TokenError};

/// A connection of a worker to its coordinator. It ends when one of the channels does.
#[derive(Debug)]
pub struct Link {
    /// What the coordinator says.
    pub incoming: mpsc::Receiver<ToWorker>,
    /// What the worker says.
    pub outgoing: mpsc::Sender<FromWorker>,
    /// What becomes of the answers. `None` where a message has arrived as soon as it is in the channel.
    pub delivery: Option<Delivery>,
}

/// What becomes of a worker's answers on a connection that may break.
#[derive(Debug)]
pub struct Delivery {
    /// The leases whose answers need not be kept any longer.
    pub delivered: mpsc::Receiver<Fence>,
    /// All others.
    pub unconfirmed: Unconfirmed,
}

impl Link {
    /// A link inside one process, and the coordinator's ends of it.
    pub fn local(capacity: usize) -> (Self, mpsc::Sender<ToWorker>, mpsc::Receiver<FromWorker>) {
        let (to_worker, incoming) = mpsc::channel(capacity);
        let (outgoing, from_worker) = mpsc::channel(capacity);
        (Self { incoming, outgoing, delivery: None }, to_worker, from_worker)
    }
}

//! Computes shards for a farm: sessions with a coordinator, the threads that own devices, the cache of weights.
//!
//! [`run_worker`] is a whole worker. It dials the coordinator ([`link`]), serves one session after the other
//! ([`session`] decides, [`serve`] does), computes on threads of its own ([`threads`]), and keeps weights and
//! images by content ([`blobs`]). It says on a socket how it is ([`health`]). Tensors come in from outside, by a
//! [`ComputeFactory`](clipig_core::ComputeFactory).

mod blobs;
mod contents;
mod health;
mod link;
mod run;
mod serve;
pub mod session;
mod settings;
mod shutdown;
mod threads;

pub use blobs::{Blob, BlobCache, BlobError, BlobSource, Download, FetchError, Finding, Found, Pieces};
pub use contents::{Contents, FindWeights};
pub use health::{AskCoordinatorError, AskError, Health, ask, ask_coordinator};
pub use link::{Address, AddressError, Delivery, IdentityFiles, Link, Token, TokenError, Unconfirmed};
pub use run::{LocalWorker, WorkerDevice, WorkerError, run_worker};
pub use settings::{
    Devices, Environment, Flags, LogFormat, SETTINGS, SettingsError, WorkerSettings, environment,
};
pub use shutdown::{Shutdown, Stage};

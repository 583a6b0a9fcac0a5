//! The farm's protocol `clipig.farm.v1`: generated messages, and the way from values to bytes and back.
//!
//! `proto/farm/v1/*.proto` is the definition, documented field by field. Here:
//!
//! - [`v1`] is generated from it: messages, and with the features `client` and `server` the stubs.
//! - [`outgoing`] turns what coordinator and worker tell each other ([`ToWorker`](clipig_core::ToWorker),
//!   [`FromWorker`](clipig_core::FromWorker)) into messages of a bounded size.
//! - [`incoming`] puts it together again. Nothing in a peer's message is believed: lengths, ranges and places are
//!   checked, memory is bounded, nothing panics.
//! - [`session`] carries the messages of a session over HTTP/2 without copying bulk data.
//! - [`status`] puts a typed error into a gRPC status and takes it out again.
//! - [`connect_error`] says in a sentence why there is no connection.
//! - [`proxy_status`] says in a sentence what a proxy made of a call.
//! - [`limits`] and [`backoff`] are what both ends must agree on: bounds, windows, and how often somebody calls again.

pub mod backoff;
pub mod codec;
pub mod connect_error;
mod convert;
mod entries;
pub mod incoming;
pub mod limits;
pub mod outgoing;
pub mod proxy_status;
pub mod session;
pub mod status;
mod wire_error;

pub use convert::model_settings;
pub use wire_error::{FieldProblem, FragmentProblem, TransferProblem, WireError};

/// Generated from `proto/farm/v1/*.proto`; the documentation is theirs.
#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, rustdoc::all)]
pub mod v1 {
    tonic::include_proto!("clipig.farm.v1");
}

/// All definitions, encoded as `google.protobuf.FileDescriptorSet`: for the reflection service.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/farm.binpb"));

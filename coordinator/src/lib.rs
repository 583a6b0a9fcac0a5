//! The coordinator: runs jobs epoch by epoch, keeps them on disk, and serves clients and workers.
//!
//! No tensor is computed here. The canvas comes in as a [`CanvasOwner`](clipig_core::CanvasOwner), so
//! everything can be tested in milliseconds.

#![allow(
    missing_docs,
    reason = "nobody outside of the workspace uses it; a doc comment that repeats a name says nothing"
)]

mod access;
pub mod api;
mod connections;
mod epoch_loop;
pub mod farm;
mod housekeeping;
mod http;
mod http_room;
mod http_server;
pub mod job_runner;
pub mod metrics;
mod open_files;
pub mod page;
mod pulse;
pub mod rpc;
pub mod server;
pub mod settings;
mod shard_tiles;
pub mod snapshot;
pub mod store;
pub mod switchboard;

pub use access::{Reload, TokensError};
pub use epoch_loop::{
    AcceptError, CanvasTooLarge, EpochLoop, EpochReport, EpochUnderWay, JobError, JobErrorCause, JobProgress,
    JobSpec, first_resolution,
};

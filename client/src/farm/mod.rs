//! The client's side of a farm: connection, uploads, downloads, and how it is shown.

pub(crate) mod attempts;
pub(crate) mod backup;
pub(crate) mod connection;
pub(crate) mod content;
pub(crate) mod download;
pub(crate) mod failure;
pub(crate) mod figures;
pub(crate) mod history;
pub(crate) mod json;
pub(crate) mod service;
pub mod show;
pub(crate) mod submission;
pub mod time;
pub(crate) mod upload;
pub(crate) mod video;
pub(crate) mod watching;

#[cfg(test)]
pub(crate) mod stand_in;
#[cfg(test)]
mod tests;

pub(crate) use clipig_proto::v1 as wire;

use crate::failure::Failure;

/// Runs a conversation with a farm on this thread.
pub(crate) fn converse<T>(talk: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::failed(format!("cannot start the network runtime: {error}")))?;
    let said = runtime.block_on(talk);
    // What still waits for a reader of standard output must not keep the command from ending.
    runtime.shutdown_background();
    said
}

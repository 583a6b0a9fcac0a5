//! Where content comes from.

use std::path::PathBuf;
use std::pin::Pin;

use bytes::Bytes;
use clipig_core::Sha256;
use futures_util::Stream;

/// Something that has content by hash: the farm's coordinator, or the store of the same process.
pub trait BlobSource: Send + Sync {
    /// Looks for content, from its byte `offset` on.
    fn find(&self, hash: Sha256, offset: u64) -> Finding<'_>;
}

/// The answer to [`BlobSource::find`], once it is there.
pub type Finding<'a> = Pin<Box<dyn Future<Output = Result<Found, FetchError>> + Send + 'a>>;

/// Content that a source has.
pub enum Found {
    /// On this machine, verified; it stays while the job is open.
    File(PathBuf),
    /// Elsewhere.
    Stream(Download),
}

/// Content on its way.
pub struct Download {
    /// Size of the whole content in bytes, offset included.
    pub size: u64,
    /// The bytes from the offset on, in order.
    pub pieces: Pieces,
}

/// Pieces of content.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, FetchError>> + Send>>;

/// Why a source does not give content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// It has no such content.
    #[error("the farm has no such content")]
    Missing,
    /// It cannot be reached, or broke off; later it may do better.
    #[error("{0}")]
    Broken(String),
}

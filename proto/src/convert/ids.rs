//! Numbers, names and hashes.

use bytes::Bytes;
use clipig_core::{Fence, JobId, JobRevision, Sha256, WorkerName};

use super::checks::counted;
use crate::v1;
use crate::wire_error::{FieldProblem, WireError, field};

impl From<Fence> for v1::Fence {
    fn from(fence: Fence) -> Self {
        Self { incarnation: fence.incarnation, number: fence.number }
    }
}

impl From<v1::Fence> for Fence {
    fn from(fence: v1::Fence) -> Self {
        Self { incarnation: fence.incarnation, number: fence.number }
    }
}

impl From<JobRevision> for v1::JobRevision {
    fn from(revision: JobRevision) -> Self {
        Self { job: revision.job.0, revision: revision.revision }
    }
}

impl From<v1::JobRevision> for JobRevision {
    fn from(revision: v1::JobRevision) -> Self {
        Self { job: JobId(revision.job), revision: revision.revision }
    }
}

/// A hash as it travels.
pub(super) fn wire_sha256(hash: Sha256) -> Bytes {
    Bytes::copy_from_slice(&hash.0)
}

/// A hash from a peer.
pub(super) fn sha256(bytes: &[u8], name: &'static str) -> Result<Sha256, WireError> {
    counted(bytes.len(), 32, name)?;
    let mut hash = Sha256([0; 32]);
    hash.0.copy_from_slice(bytes);
    Ok(hash)
}

/// A worker's name from a peer.
pub(super) fn worker_name(text: &str, name: &'static str) -> Result<WorkerName, WireError> {
    text.parse().map_err(|error| field(name, FieldProblem::Invalid(format!("{error}"))))
}

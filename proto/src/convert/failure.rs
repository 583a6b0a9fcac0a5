//! Why work was not done.

use clipig_core::{Fence, ShardError};

use super::checks::{limited, reason, required};
use crate::limits::REASON_BYTES;
use crate::v1;
use crate::wire_error::{FieldProblem, WireError, field};

/// A failure as it travels.
pub(crate) fn wire_failure(fence: Fence, error: ShardError) -> v1::Failed {
    let (cause, message) = match error {
        ShardError::Experiment(message) => (v1::FailureCause::Experiment, message),
        ShardError::NotFinite(target) => (v1::FailureCause::NotFinite, target),
        ShardError::Device(message) => (v1::FailureCause::Device, message),
        ShardError::OutOfMemory(message) => (v1::FailureCause::OutOfMemory, message),
    };
    v1::Failed { fence: Some(fence.into()), cause: cause.into(), message: reason(message) }
}

/// A failure from a peer.
pub(crate) fn failure(failed: v1::Failed) -> Result<(Fence, ShardError), WireError> {
    let (fence, cause) = (required(failed.fence, "fence")?.into(), failed.cause());
    let message = limited(failed.message, REASON_BYTES, "message")?;
    let error = match cause {
        v1::FailureCause::Experiment => ShardError::Experiment(message),
        v1::FailureCause::NotFinite => ShardError::NotFinite(message),
        v1::FailureCause::Device => ShardError::Device(message),
        v1::FailureCause::OutOfMemory => ShardError::OutOfMemory(message),
        v1::FailureCause::Unspecified => {
            return Err(field("cause", FieldProblem::UnknownValue(failed.cause)));
        }
    };
    Ok((fence, error))
}

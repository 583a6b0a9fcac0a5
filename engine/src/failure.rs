//! What failed in libtorch or in an experiment, as the errors of shards.

use std::panic::{AssertUnwindSafe, catch_unwind};

use clipig_core::ShardError;

use crate::mask::MaskError;
use crate::read_back::ReadBackError;

/// Turns panics into errors: tch's wrappers panic when libtorch reports a failure.
pub(crate) fn guarded<T>(compute: impl FnOnce() -> Result<T, ShardError>) -> Result<T, ShardError> {
    catch_unwind(AssertUnwindSafe(compute)).unwrap_or_else(|panic| Err(panic_error(panic.as_ref())))
}

/// Translates a panic of tch's wrappers.
fn panic_error(panic: &(dyn std::any::Any + Send)) -> ShardError {
    failure(panic_message(panic))
}

/// Translates a message of libtorch.
fn failure(message: String) -> ShardError {
    let lower = message.to_lowercase();
    // libtorch's allocators have no error type of their own; these are their words on GPU and CPU.
    if lower.contains("out of memory") || lower.contains("can't allocate memory") {
        ShardError::OutOfMemory(message)
    } else {
        ShardError::Device(message)
    }
}

/// The first line of a panic's message. libtorch appends a stack trace, which is left out.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown failure");
    text.lines().next().unwrap_or_default().to_owned()
}

pub(crate) fn experiment_error(error: impl std::fmt::Display) -> ShardError {
    ShardError::Experiment(error.to_string())
}

impl From<MaskError> for ShardError {
    fn from(error: MaskError) -> Self {
        experiment_error(error)
    }
}

impl From<ReadBackError> for ShardError {
    fn from(error: ReadBackError) -> Self {
        failure(error.to_string())
    }
}

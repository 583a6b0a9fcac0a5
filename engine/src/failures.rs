//! Failures of libtorch, which tch's wrappers report by panicking.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clipig_core::ShardError;

/// Turns panics into errors.
pub(crate) fn guarded<T>(compute: impl FnOnce() -> Result<T, ShardError>) -> Result<T, ShardError> {
    catch_unwind(AssertUnwindSafe(compute)).unwrap_or_else(|panic| Err(panic_error(panic.as_ref())))
}

/// Translates a panic of tch's wrappers.
fn panic_error(panic: &(dyn Any + Send)) -> ShardError {
    failure(panic_message(panic))
}

/// Translates a message of libtorch.
pub(crate) fn failure(message: String) -> ShardError {
    let lower = message.to_lowercase();
    // libtorch's allocators have no error type of their own; these are their words on GPU and CPU.
    if lower.contains("out of memory") || lower.contains("can't allocate memory") {
        ShardError::OutOfMemory(message)
    } else {
        ShardError::Device(message)
    }
}

/// The first line of a panic's message. libtorch appends a stack trace, which is left out.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown failure");
    text.lines().next().unwrap_or_default().to_owned()
}

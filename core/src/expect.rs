//! Lookups that cannot fail.
//!
//! What one part of a state machine holds, another refers to by its key. A key that leads nowhere is a bug of this program.
//! Debug builds stop at it, and so do all tests; a program in operation leaves out the one change and goes on.

/// Says in debug builds why this cannot be `None`.
pub fn expected<T>(found: Option<T>, why: &str) -> Option<T> {
    debug_assert!(found.is_some(), "a state machine contradicts itself: {why}");
    found
}

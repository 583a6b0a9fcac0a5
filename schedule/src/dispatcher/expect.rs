//! Lookups that cannot fail.
//!
//! What one room holds, another refers to by its key. A key that leads nowhere is a bug of the dispatcher. Debug builds
//! stop at it, and so do all tests; a farm in operation leaves out the one change and goes on.

/// Says in debug builds why this cannot be `None`.
pub(super) fn expected<T>(found: Option<T>, why: &str) -> Option<T> {
    debug_assert!(found.is_some(), "the dispatcher contradicts itself: {why}");
    found
}

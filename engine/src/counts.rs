//! How often a thread did something with a device, for tests.

use std::cell::Cell;
use std::thread::LocalKey;

/// A number of each thread.
pub(crate) struct Count(&'static LocalKey<Cell<usize>>);

/// Values were read.
pub(crate) const WAITS: Count = Count(&READ);

/// Values were sent.
pub(crate) const UPLOADS: Count = Count(&SENT);

thread_local! {
    static READ: Cell<usize> = const { Cell::new(0) };
    static SENT: Cell<usize> = const { Cell::new(0) };
}

impl Count {
    pub(crate) fn count(&self) {
        self.0.set(self.0.get() + 1);
    }

    /// How much it grows during `compute`.
    pub(crate) fn during<R>(&self, compute: impl FnOnce() -> R) -> (R, usize) {
        let before = self.0.get();
        let result = compute();
        (result, self.0.get() - before)
    }
}

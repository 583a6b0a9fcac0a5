//! Exit codes, and the end of the process.

/// The exit code of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitCode(u8);

impl ExitCode {
    /// Everything was done.
    pub const SUCCESS: Self = Self(0);
    /// Something failed.
    pub const FAILURE: Self = Self(1);
    /// A person has interrupted it; the code that shells give such a command.
    pub const INTERRUPTED: Self = Self(130);

    /// Ends the process with this code, at once: what libraries have registered for the end of a process does not run.
    /// A thread may still compute a shard for which nobody waits. If `main` returned, libtorch would take its tables away
    /// under that thread, which then fails, or ends the process by a signal.
    ///
    /// Nothing waits in a buffer then: what goes to standard output is [flushed](crate::output) as it is written. It is not
    /// flushed here, because a thread may hold it that writes into a full pipe.
    pub fn end(self) -> ! {
        signal_hook::low_level::exit(self.0.into())
    }
}

impl From<u8> for ExitCode {
    fn from(code: u8) -> Self {
        Self(code)
    }
}

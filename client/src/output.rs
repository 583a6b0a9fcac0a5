//! Output: results go to standard output, everything else to standard error.
//!
//! `println!` is not used: it panics when a reader such as `head` has closed the pipe, and ignores a full disk.

use std::io::{ErrorKind, Write};

use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::terminal;

/// Writes a result to standard output. A closed pipe is not a failure.
///
/// # Errors
/// When it cannot be written.
pub fn print(text: &str) -> Result<(), Failure> {
    stream(text).map(|_| ())
}

/// Writes a part of an endless result to standard output; `false` when the reader has closed the pipe.
pub(crate) fn stream(text: &str) -> Result<bool, Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::failed(format!("cannot write the result: {error}"))),
    }
}

/// As [`stream`], on another thread: while the reader takes nothing and the pipe is full, the caller can still be
/// interrupted.
pub(crate) async fn stream_aside(text: String) -> Result<bool, Failure> {
    let written = tokio::task::spawn_blocking(move || stream(&text)).await;
    written.map_err(|error| Failure::failed(format!("cannot write the result: {error}")))?
}

/// Writes a line to standard error, and ignores that it may be closed.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Writes why the command failed to standard error, and gives its exit code.
pub(crate) fn report(failure: &Failure) -> ExitCode {
    let (message, code) = match failure {
        Failure::Usage(message) => (format!("error: {message}"), 2),
        Failure::Failed(message) => (format!("error: {message}"), 1),
        Failure::Experiment(problems) => (problems.render(terminal::colours_on_stderr()), 2),
    };
    say(message.trim_end());
    ExitCode::from(code)
}

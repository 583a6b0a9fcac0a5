//! The processes of a measurement. They are asked by lines on their input and answer by lines on their output; each
//! ends with its input.

mod coordinator;
mod copy;
mod worker;

use std::io::Write as _;

use crate::arguments::Role;
use crate::error::BenchError;

/// Plays a role until its end.
pub(crate) fn play(role: Role) -> Result<(), BenchError> {
    match role {
        Role::Coordinator(arguments) => coordinator::play(arguments),
        Role::Worker(arguments) => worker::play(arguments),
        Role::Hub(arguments) => copy::play_hub(&arguments),
        Role::Leaf(arguments) => copy::play_leaf(&arguments),
    }
}

/// Exports spans, where the measurement wants that.
fn exporting(service: &'static str) -> Result<Option<clipig_telemetry::Exporting>, BenchError> {
    clipig_telemetry::start(service, std::time::Duration::ZERO).map_err(BenchError::wrong)
}

/// Says a line to whoever measures.
fn report(line: &str) -> Result<(), BenchError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(BenchError::at("the standard output"))
}

/// Reads `go N` from the input, again and again; ends the process with the input.
fn apply_commands(mut go: impl FnMut(u64) -> Result<(), BenchError>) -> Result<(), BenchError> {
    for line in std::io::stdin().lines() {
        let line = line.map_err(BenchError::at("the standard input"))?;
        let count = line.strip_prefix("go ").and_then(|count| count.parse().ok());
        go(count.ok_or_else(|| BenchError::Wrong(format!("`{line}` is not understood")))?)?;
    }
    Ok(())
}

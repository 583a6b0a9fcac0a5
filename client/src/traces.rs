//! Traces of commands and services: when they are exported, and what a command's span is below.

use std::time::Duration;

use clipig_telemetry::{Exporting, Kind, Span, TraceContext, with_current};

use crate::failure::Failure;

/// How long the end of a command may wait for a collector. Nobody wants to wait for one that is away.
const PATIENCE: Duration = Duration::from_secs(2);

/// The same for a service, which has more to tell.
const SERVICE_PATIENCE: Duration = Duration::from_secs(5);

/// Exports the spans of a service until the value is dropped.
pub fn of_service(name: &'static str) -> Option<Exporting> {
    exported(name, SERVICE_PATIENCE)
}

/// Runs a command as the first span of a trace, or as a part of the trace that `TRACEPARENT` names: whoever starts
/// the command sets that variable.
pub(crate) fn of_command<T>(
    name: &'static str,
    command: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    // Ends after the span.
    let _exporting = exported("clipig", PATIENCE);
    let parent = std::env::var("TRACEPARENT").ok().and_then(|text| TraceContext::parse(&text));
    let mut span = Span::root(name, Kind::Internal, parent);
    let outcome = with_current(span.context(), command);
    // Not the message: it may quote the experiment, and whoever runs the command reads it anyway.
    match &outcome {
        Ok(_) => {}
        Err(Failure::Usage(_) | Failure::Experiment(_)) => {
            span.fail("the experiment or the command line is wrong");
        }
        Err(Failure::Failed(_)) => span.fail("the command failed"),
    }
    outcome
}

/// Traces are worth no failure of what is traced.
fn exported(name: &'static str, patience: Duration) -> Option<Exporting> {
    clipig_telemetry::start(name, patience).unwrap_or_else(|error| {
        tracing::warn!("{error}");
        None
    })
}

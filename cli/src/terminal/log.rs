//! Logs: for those who debug a command, and of services for their operators.

use tracing_subscriber::EnvFilter;

use crate::output;

/// Starts logging of a command to standard error: nothing unless `CLIPIG_LOG` asks for it. What a person should know is
/// said, not logged.
pub(crate) fn of_command() {
    tracing_subscriber::fmt()
        .with_env_filter(filter("off"))
        .with_writer(std::io::stderr)
        .with_ansi(super::colours_on_stderr())
        .without_time()
        .init();
}

/// Starts logging of a coordinator or worker to standard error: what happens, with times in UTC, for people or as one
/// JSON object per line.
#[cfg(feature = "local")]
pub(crate) fn of_service(json: bool) {
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter("info"))
        .with_writer(std::io::stderr)
        .with_ansi(super::colours_on_stderr())
        .with_target(false);
    if json { log.json().init() } else { log.init() }
}

/// What `CLIPIG_LOG` says, else `otherwise`.
fn filter(otherwise: &str) -> EnvFilter {
    let asked = std::env::var("CLIPIG_LOG").ok().filter(|asked| !asked.trim().is_empty());
    let Some(asked) = asked else { return EnvFilter::new(otherwise) };
    EnvFilter::try_new(&asked).unwrap_or_else(|error| {
        output::say(format!("warning: CLIPIG_LOG=`{asked}` is not understood: {error}; `debug` is, for one"));
        EnvFilter::new(otherwise)
    })
}

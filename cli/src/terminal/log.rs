//! Logs: for those who debug a command, and of services for their operators.

use tracing_subscriber::EnvFilter;

/// Starts logging of a command to standard error: warnings only unless `CLIPIG_LOG` says more.
pub(crate) fn of_command() {
    let filter = EnvFilter::try_from_env("CLIPIG_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
}

/// Starts logging of a coordinator or worker to standard error: what happens, with times in UTC, for people or as one
/// JSON object per line.
#[cfg(feature = "local")]
pub(crate) fn of_service(json: bool) {
    let filter = EnvFilter::try_from_env("CLIPIG_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    if json {
        log.json().init();
    } else {
        log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init();
    }
}

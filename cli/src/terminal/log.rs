//! Logging: of commands for debugging, of services for their operators.

use tracing_subscriber::EnvFilter;

use crate::output;

/// Sets up the log of a command on standard error. It is empty unless `CLIPIG_LOG` asks for more: what users should know
/// is printed, not logged.
pub(crate) fn of_command() {
    tracing_subscriber::fmt()
        .with_env_filter(filter("off"))
        .with_writer(std::io::stderr)
        .with_ansi(super::colours_on_stderr())
        .without_time()
        .init();
}

/// Sets up the log of a coordinator or worker on standard error, with times in UTC, as text or as one JSON object per
/// line.
#[cfg(feature = "local")]
pub(crate) fn of_service(json: bool) {
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter("info"))
        .with_writer(std::io::stderr)
        .with_ansi(super::colours_on_stderr())
        .with_target(false);
    if json { log.json().init() } else { log.init() }
}

/// The filter in `CLIPIG_LOG`, or `otherwise` where that is unset.
fn filter(otherwise: &str) -> EnvFilter {
    let asked = std::env::var("CLIPIG_LOG").ok().filter(|asked| !asked.trim().is_empty());
    let Some(asked) = asked else { return EnvFilter::new(otherwise) };
    EnvFilter::try_new(&asked).unwrap_or_else(|error| {
        output::say(format!(
            "warning: CLIPIG_LOG=`{asked}` is not understood: {error}; try CLIPIG_LOG=debug"
        ));
        EnvFilter::new(otherwise)
    })
}

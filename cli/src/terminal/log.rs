//! Diagnostic logs for those who debug: `CLIPIG_LOG=debug`.

use tracing_subscriber::EnvFilter;

/// Starts logging to standard error; warnings only unless `CLIPIG_LOG` says more.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("CLIPIG_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
}

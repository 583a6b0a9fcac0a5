//! What users see on the terminal. All of it goes to standard error, because standard output is for results.

pub(crate) mod escape;
pub(crate) mod log;
pub(crate) mod preview;
pub(crate) mod screen;

#[cfg(feature = "local")]
pub(crate) mod progress;
#[cfg(feature = "local")]
pub(crate) mod table;

/// How often a line is written where standard error is not a terminal.
const LINE_INTERVAL: std::time::Duration = std::time::Duration::from_secs(15);

/// Whether standard error shows colours: it is a terminal, and `NO_COLOR` is not set.
pub(crate) fn colours_on_stderr() -> bool {
    console::colors_enabled_stderr()
}

/// The time now, UTC, to the second (`2026-11-23 17:31:31 UTC`).
pub(crate) fn utc_now() -> String {
    let now = std::time::SystemTime::now();
    jiff::Timestamp::try_from(now)
        .map_or_else(|_| String::new(), |now| now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

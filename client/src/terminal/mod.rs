//! What users see on the terminal. All of it goes to standard error, because standard output is for results.

pub(crate) mod escape;
pub mod log;
pub(crate) mod preview;
pub mod progress;
pub(crate) mod screen;
pub mod table;

/// How often a line is written where standard error is not a terminal.
const LINE_INTERVAL: std::time::Duration = std::time::Duration::from_secs(15);

/// Whether standard error shows colours: it is a terminal, and `NO_COLOR` is not set.
pub fn colours_on_stderr() -> bool {
    console::colors_enabled_stderr()
}

/// The time now, UTC, to the second (`2026-11-23 17:31:31 UTC`).
pub(crate) fn utc_now() -> String {
    utc(std::time::SystemTime::now())
}

/// A time in UTC, to the second; empty for one that no calendar has.
pub(crate) fn utc(time: std::time::SystemTime) -> String {
    jiff::Timestamp::try_from(time)
        .map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

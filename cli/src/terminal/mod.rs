//! What a person sees on the terminal. Everything here goes to standard error; results alone go to standard
//! output.

pub(crate) mod log;
pub(crate) mod preview;
pub(crate) mod screen;

#[cfg(feature = "local")]
pub(crate) mod progress;
#[cfg(feature = "local")]
pub(crate) mod table;

/// May what goes to standard error have colours? Not in a file or a pipe, nor where `NO_COLOR` is set.
pub(crate) fn colours_on_stderr() -> bool {
    console::colors_enabled_stderr()
}

/// The time now, UTC, to the second (`2026-11-23 17:31:31 UTC`).
pub(crate) fn utc_now() -> String {
    let now = std::time::SystemTime::now();
    jiff::Timestamp::try_from(now)
        .map_or_else(|_| String::new(), |now| now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

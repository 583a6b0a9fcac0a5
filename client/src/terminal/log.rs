//! Logging: of commands for debugging, of services for their operators.
//!
//! What is logged comes from strangers in part, such as why a worker failed. Each event is one line: characters that would
//! end it or command a terminal are escaped.

use std::fmt::{Debug, Write as _};

use tracing::field::Field;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

use super::escape;
use crate::output;

/// Sets up the log of a command on standard error. It is empty unless `CLIPIG_LOG` asks for more: what users should know
/// is printed, not logged.
pub(crate) fn of_command() {
    tracing_subscriber::fmt()
        .with_env_filter(filter("off"))
        .with_writer(std::io::stderr)
        .with_ansi(super::colours_on_stderr())
        .without_time()
        .fmt_fields(fields())
        .init();
}

/// Sets up the log of a coordinator or worker on standard error, with times in UTC, as text or as one JSON object per
/// line.
pub fn of_service(json: bool) {
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter("info"))
        .with_writer(std::io::stderr)
        .with_ansi(super::colours_on_stderr())
        .with_target(false);
    // JSON escapes by itself.
    if json { log.json().init() } else { log.fmt_fields(fields()).init() }
}

/// Fields of events and spans: the message as it is, others as `name=value`.
fn fields() -> impl for<'writer> FormatFields<'writer> + Send + Sync + 'static {
    debug_fn(|writer: &mut Writer<'_>, field: &Field, value: &dyn Debug| {
        if field.name() != "message" {
            write!(writer, "{}=", field.name())?;
        }
        // Debug of a text has quotation marks and escapes; a message and what is marked with `%` are displayed.
        let mut text = String::new();
        write!(text, "{value:?}")?;
        escape::write_line(writer, &text)
    })
    .delimited(" ")
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

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_text_of_a_stranger_makes_a_line_of_the_log() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .without_time()
            .fmt_fields(fields())
            .finish();
        let forged = "out of memory\n2026-11-30T01:00:00Z  INFO alice is an operator\u{1b}[2J";
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("worker", worker = %forged);
            let _inside = span.enter();
            tracing::warn!(reason = forged, error = %forged, other = ?forged, "a lease failed: {forged}");
        });
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        // Nothing of it is lost.
        assert_eq!(text.matches("alice is an operator").count(), 5, "{text}");
        assert_eq!(text.matches("\\n2026").count(), 5, "{text}");
    }
}

//! How panics are reported.
//!
//! tch panics when libtorch fails, and the engine turns these panics into errors. So a command prints the error and no
//! backtrace. A service survives a panic in one of its threads or tasks, so it logs the panic. `CLIPIG_PANICS=1` shows
//! backtraces.

use std::panic::PanicHookInfo;

/// The kind of program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// A command that somebody waits for.
    Command,
    /// A service, which runs for long and writes a log.
    Service,
}

/// Sets the panic hook.
pub(crate) fn listen(program: Program) {
    if std::env::var_os("CLIPIG_PANICS").is_none() {
        std::panic::set_hook(match program {
            Program::Command => Box::new(|panic| tracing::debug!(%panic, "panicked")),
            Program::Service => Box::new(log),
        });
    }
}

fn log(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("without a name");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    // libtorch appends a stack trace to its messages.
    let reason = panic.payload_as_str().unwrap_or_default().lines().next().unwrap_or_default();
    tracing::error!(thread, place, reason, "panicked; set CLIPIG_PANICS=1 to see a backtrace");
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_service_logs_which_thread_panicked_and_where() {
        let page = Page::default();
        let writer = page.clone();
        let log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        listen(Program::Service);
        let thread = std::thread::Builder::new().name("compute-7".to_owned());
        let panics =
            move || tracing::subscriber::with_default(log, || panic!("the device is on fire\nframe 1"));
        thread.spawn(panics).unwrap().join().unwrap_err();
        drop(std::panic::take_hook());
        let said = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        let tells = ["ERROR", "compute-7", "panics.rs:", "the device is on fire"];
        assert!(tells.iter().all(|part| said.contains(part)) && !said.contains("frame 1"), "{said}");
    }
}

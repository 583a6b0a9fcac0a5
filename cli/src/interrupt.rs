//! Ctrl-C: the first asks to finish the epoch, the second ends the process.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Exit code after an interrupt, as shells have it.
pub(crate) const EXIT_CODE: u8 = 130;

/// Listens for Ctrl-C, SIGTERM and SIGHUP from now on.
pub(crate) fn listen(say: impl Fn() + Send + 'static) {
    let listening = ctrlc::set_handler(move || {
        if ASKED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(EXIT_CODE));
        }
        say();
    });
    if let Err(error) = listening {
        tracing::warn!(%error, "Ctrl-C will end clipig at once, without a picture");
    }
}

/// Was the run asked to end?
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

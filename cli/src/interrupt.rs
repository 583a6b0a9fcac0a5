//! Ctrl-C: the first asks to finish the epoch, the second ends the process.

#![cfg_attr(not(feature = "local"), allow(dead_code, reason = "only rendering and rating ask"))]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::output;

static ASKED: AtomicBool = AtomicBool::new(false);

type Listener = Box<dyn Fn() + Send>;

/// Who is told of the first one.
static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);

/// Exit code after an interrupt, as shells have it.
pub(crate) const EXIT_CODE: u8 = 130;

/// Listens for Ctrl-C, SIGTERM and SIGHUP from now on.
pub(crate) fn listen(say: impl Fn() + Send + 'static) {
    let listening = ctrlc::set_handler(move || {
        if ASKED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(EXIT_CODE));
        }
        say();
        if let Some(listener) = &*LISTENER.lock().unwrap_or_else(PoisonError::into_inner) {
            listener();
        }
    });
    if let Err(error) = listening {
        output::say(format!("warning: Ctrl-C will end clipig at once, without a picture ({error})"));
    }
}

/// Whom to tell of the first Ctrl-C, in the place of whoever was told before. Told at once where it has come
/// already.
pub(crate) fn tell(listener: impl Fn() + Send + 'static) {
    let mut held = LISTENER.lock().unwrap_or_else(PoisonError::into_inner);
    if asked() {
        listener();
    }
    *held = Some(Box::new(listener));
}

/// Was the run asked to end?
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

//! Ctrl-C: the first one finishes the epoch, the second one ends the process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::exit::ExitCode;
use crate::output;

static ASKED: AtomicBool = AtomicBool::new(false);

type Listener = Box<dyn Fn() + Send>;

/// Called at the first Ctrl-C.
static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);

/// Listens for Ctrl-C, SIGTERM and SIGHUP from now on.
pub fn listen(say: impl Fn() + Send + 'static) {
    let listening = ctrlc::set_handler(move || {
        if ASKED.swap(true, Ordering::Relaxed) {
            ExitCode::INTERRUPTED.end();
        }
        say();
        if let Some(listener) = &*LISTENER.lock().unwrap_or_else(PoisonError::into_inner) {
            listener();
        }
    });
    if let Err(error) = listening {
        output::say(format!("warning: Ctrl-C will stop clipig at once, without a picture ({error})"));
    }
}

/// Sets what is called at the first Ctrl-C, in place of an earlier listener. It is called at once if Ctrl-C has come
/// already.
pub fn on_first(listener: impl Fn() + Send + 'static) {
    let mut held = LISTENER.lock().unwrap_or_else(PoisonError::into_inner);
    if asked() {
        listener();
    }
    *held = Some(Box::new(listener));
}

/// Whether Ctrl-C was pressed.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

//! The question, and the form of its answer: two lines, `live` and `ready`, each of them alone or as `not live: …` and
//! `not ready: …`. Nothing here needs an async runtime.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// An answer is shorter.
const MOST_BYTES: u64 = 64 << 10;

/// What a worker says of itself; an error is the reason in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Does everything move?
    pub live: Result<(), String>,
    /// Does it also take leases?
    pub ready: Result<(), String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody listens at the socket.
    #[error("no worker answers at {path}: {error}")]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The process is there and does not answer.
    #[error("the worker at {path} does not answer within {} s", patience.as_secs_f64())]
    Silent {
        /// The socket.
        path: PathBuf,
        /// How long it was waited for.
        patience: Duration,
    },
    /// Something else listens there.
    #[error("what answers at {path} is not a worker")]
    Garbled {
        /// The socket.
        path: PathBuf,
    },
}

/// Asks the worker whose `health_socket` this is.
///
/// # Errors
/// When it does not answer in that time, in full. Such a worker is neither live nor ready.
pub fn ask(path: &Path, patience: Duration) -> Result<Health, AskError> {
    // On a thread of its own: connecting to a stopped process can block for ever, and no option limits it.
    let (tell, told) = mpsc::channel();
    let socket = path.to_owned();
    std::thread::spawn(move || tell.send(talk(&socket)));
    let path = path.to_owned();
    match told.recv_timeout(patience) {
        Ok(Ok(text)) => Health::parse(&text).ok_or(AskError::Garbled { path }),
        Ok(Err(error)) => Err(AskError::Unreachable { path, error }),
        Err(_) => Err(AskError::Silent { path, patience }),
    }
}

fn talk(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    UnixStream::connect(path)?.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

impl Health {
    /// As it is sent.
    pub(super) fn text(&self) -> String {
        let line = |word: &str, state: &Result<(), String>| match state {
            Ok(()) => format!("{word}\n"),
            Err(reason) => format!("not {word}: {}\n", reason.replace('\n', " ")),
        };
        line("live", &self.live) + &line("ready", &self.ready)
    }

    fn parse(text: &str) -> Option<Self> {
        let state = |word: &str, line: &str| {
            if line == word {
                return Some(Ok(()));
            }
            let reason = line.strip_prefix("not ")?.strip_prefix(word)?.strip_prefix(": ")?;
            Some(Err(reason.to_owned()))
        };
        // An answer that was cut off is none.
        let (live, ready) = text.strip_suffix('\n')?.split_once('\n')?;
        Some(Self { live: state("live", live)?, ready: state("ready", ready)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_was_meant() {
        let because = || Err("it: is\nlate".to_owned());
        for health in [
            Health { live: Ok(()), ready: Ok(()) },
            Health { live: Ok(()), ready: because() },
            Health { live: because(), ready: because() },
        ] {
            let text = health.text();
            let read = Health::parse(&text).unwrap();
            assert_eq!((read.live.is_ok(), read.ready.is_ok()), (health.live.is_ok(), health.ready.is_ok()));
            assert_eq!(read.text(), text);
            for cut in 0..text.len() {
                assert_eq!(Health::parse(&text[..cut]), None, "{:?}", &text[..cut]);
            }
        }
        for garbage in ["", "\n", "ready\nlive\n", "live\nready\nlive\n", "HTTP/1.1 400 Bad Request\r\n\r\n"]
        {
            assert_eq!(Health::parse(garbage), None, "{garbage:?}");
        }
    }
}

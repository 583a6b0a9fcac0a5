//! `clipig-health`: asks the worker or the coordinator on this machine, or in this container, whether it is live and ready.
//! It is a program of its own because a probe runs every few seconds, and the other programs load libtorch first.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clipig_worker::{ask, ask_coordinator};
use lexopt::Arg::{Long, Short, Value};
use lexopt::ValueExt as _;

const SOCKET: &str = "CLIPIG_WORKER__HEALTH_SOCKET";

const USAGE: &str = "\
Asks a worker or a coordinator whether it is live. Exit code 0: yes; 1: no, or no answer; 2: the arguments are wrong.

Usage: clipig-health [OPTIONS] [PLACE]

  PLACE                the worker's `health_socket` [default: $CLIPIG_WORKER__HEALTH_SOCKET], or for a coordinator
                       its `http_listen`, such as http://127.0.0.1:7871
  --ready              ask whether it is ready: a worker when its coordinator has accepted it, a coordinator when it
                       accepts jobs and workers
  --timeout SECONDS    how long to wait for the answer, above 0 and up to 3600 [default: 4]
  -h, --help           print this
  -V, --version        print the version
";

struct Question {
    place: OsString,
    ready: bool,
    timeout: Duration,
}

fn main() -> ExitCode {
    let question = match question() {
        Ok(Some(question)) => question,
        Ok(None) => return ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}; see clipig-health --help");
            return ExitCode::from(2);
        }
    };
    match answer(&question) {
        Ok(state) => report(question.ready, state),
        Err(words) => {
            println!("{words}");
            ExitCode::FAILURE
        }
    }
}

/// Yes, or the reason why not; an outer error says why there is no answer.
fn answer(question: &Question) -> Result<Result<(), String>, String> {
    if let Some(address) = question.place.to_str().and_then(|place| place.strip_prefix("http://")) {
        let address = address.trim_end_matches('/');
        return ask_coordinator(address, question.ready, question.timeout).map_err(|error| error.to_string());
    }
    let health = ask(Path::new(&question.place), question.timeout).map_err(|error| error.to_string())?;
    Ok(if question.ready { health.ready } else { health.live })
}

/// `None`: help or version was asked for and printed.
fn question() -> Result<Option<Question>, lexopt::Error> {
    let (mut place, mut ready, mut timeout) = (None, false, Duration::from_secs(4));
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("ready") => ready = true,
            Long("timeout") => {
                let seconds: f64 = arguments.value()?.parse()?;
                if !(seconds > 0.0 && seconds <= 3_600.0) {
                    return Err("--timeout takes seconds above 0 and up to 3600".into());
                }
                timeout = Duration::from_secs_f64(seconds);
            }
            Value(given) if place.is_none() => place = Some(given),
            Short('h') | Long("help") => {
                print!("{USAGE}");
                return Ok(None);
            }
            Short('V') | Long("version") => {
                println!("clipig-health {}", env!("CARGO_PKG_VERSION"));
                return Ok(None);
            }
            other => return Err(other.unexpected()),
        }
    }
    let place = place.or_else(|| std::env::var_os(SOCKET));
    let place = place.ok_or_else(|| format!("no socket: name one, or set {SOCKET}"))?;
    Ok(Some(Question { place, ready, timeout }))
}

/// Probes show standard output where the exit code is not 0.
fn report(ready: bool, state: Result<(), String>) -> ExitCode {
    let word = if ready { "ready" } else { "live" };
    match state {
        Ok(()) => {
            println!("{word}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            println!("not {word}: {reason}");
            ExitCode::FAILURE
        }
    }
}

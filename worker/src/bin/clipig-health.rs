//! `clipig-health`: asks the worker on this machine, or in this container, whether it is live and ready. It is a program
//! of its own because a probe runs every few seconds, and `clipig-worker` loads libtorch first.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clipig_worker::{Health, ask};
use lexopt::Arg::{Long, Short, Value};
use lexopt::ValueExt as _;

const SOCKET: &str = "CLIPIG_WORKER__HEALTH_SOCKET";

const USAGE: &str = "\
Asks a worker whether it is live. Exit code 0: yes; 1: no, or no answer; 2: the arguments are wrong.

Usage: clipig-health [OPTIONS] [SOCKET]

  SOCKET               the worker's `health_socket` [default: $CLIPIG_WORKER__HEALTH_SOCKET]
  --ready              ask whether it is ready: live, and accepted by its coordinator
  --timeout SECONDS    how long to wait for the answer, above 0 and up to 3600 [default: 4]
  -h, --help           print this
  -V, --version        print the version
";

struct Question {
    socket: PathBuf,
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
    match ask(&question.socket, question.timeout) {
        Ok(health) => report(&question, health),
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// `None`: help or version was asked for and printed.
fn question() -> Result<Option<Question>, lexopt::Error> {
    let (mut socket, mut ready, mut timeout) = (None, false, Duration::from_secs(4));
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
            Value(path) if socket.is_none() => socket = Some(PathBuf::from(path)),
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
    let socket = socket.or_else(|| std::env::var_os(SOCKET).map(PathBuf::from));
    let socket = socket.ok_or_else(|| format!("no socket: name one, or set {SOCKET}"))?;
    Ok(Some(Question { socket, ready, timeout }))
}

/// Probes show standard output where the exit code is not 0.
fn report(question: &Question, health: Health) -> ExitCode {
    let (word, state) = if question.ready { ("ready", health.ready) } else { ("live", health.live) };
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

//! The command line: which command, with which options.

use std::ffi::OsString;

use crate::error::Error;
use crate::setup::Wanted;

/// What `cargo xtask --help` prints.
pub(crate) const USAGE: &str = "\
Developer commands of clipig.

Usage: cargo xtask COMMAND

  setup [--cuda] [--force]  check the needed programs; fetch libtorch and lay it out
                            --cuda   with the part for NVIDIA GPUs (fetches 2.5 GB)
                            --force  lay it out again, even where it seems to be in order
  demo                      set up, build, render an example and say where the picture is
  test [ARGUMENT…]          set up and run all tests, or those that the arguments select
  check                     formatting, lints, docs, licences, dependencies, spelling, generated files
  generate                  write the generated files (reference, JSON schema) anew
  ci                        check and test, each step timed, as .ci/run does
  size                      build the small client as it is shipped, and weigh it
  gpu                       on a machine with an NVIDIA GPU: the oracle's tests there, and samples per second

Needed beforehand: a Rust toolchain, a C++ compiler, Python 3 with pip. Linux on x86-64.
Libtorch and tools are kept in $XDG_CACHE_HOME/clipig (else ~/.cache/clipig).
";

/// One command with its options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print [`USAGE`].
    Help,
    /// Make plain `cargo build` work.
    Setup(Wanted),
    /// Set up, build, render, show.
    Demo,
    /// Run the tests; the arguments go to the test runner.
    Test(Vec<OsString>),
    /// Everything that is checked without running the program's tests.
    Check,
    /// Write the generated files.
    Generate,
    /// Check and test.
    Ci,
    /// What needs a GPU: the oracle there, and its speed.
    Gpu,
    /// Weigh the small client.
    Size,
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Error> {
    use lexopt::prelude::{Long, Short, Value};

    let mut parser = lexopt::Parser::from_args(arguments);
    let name = match parser.next()? {
        None | Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Value(name)) => name.to_string_lossy().into_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    let command = match name.as_str() {
        "help" => Command::Help,
        "setup" => return setup(&mut parser),
        "demo" => Command::Demo,
        // Everything behind `test` belongs to the test runner, options too.
        "test" => return Ok(Command::Test(parser.raw_args()?.collect())),
        "check" => Command::Check,
        "generate" => Command::Generate,
        "ci" => Command::Ci,
        "gpu" => Command::Gpu,
        "size" => Command::Size,
        _ => {
            return Err(Error::Usage(format!(
                "there is no command {name:?}; there are setup, demo, test, check, generate, ci, size, gpu"
            )));
        }
    };
    match parser.next()? {
        None => Ok(command),
        Some(Short('h') | Long("help")) => Ok(Command::Help),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn setup(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    use lexopt::prelude::{Long, Short};

    let mut wanted = Wanted::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("cuda") => wanted.cuda = true,
            Long("force") => wanted.force = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Setup(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, Error> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn nothing_asks_for_help() {
        assert_eq!(parsed("").unwrap(), Command::Help);
        assert_eq!(parsed("check --help").unwrap(), Command::Help);
    }

    #[test]
    fn setup_takes_its_options() {
        assert_eq!(parsed("setup").unwrap(), Command::Setup(Wanted { cuda: false, force: false }));
        assert_eq!(
            parsed("setup --force --cuda").unwrap(),
            Command::Setup(Wanted { cuda: true, force: true })
        );
    }

    #[test]
    fn test_hands_on_whatever_follows() {
        let expected = ["oracle", "--no-fail-fast", "--", "--ignored"].map(OsString::from).to_vec();
        assert_eq!(parsed("test oracle --no-fail-fast -- --ignored").unwrap(), Command::Test(expected));
    }

    #[test]
    fn mistakes_are_usage_errors() {
        for line in ["tset", "setup --gpu", "check now", "--quiet"] {
            assert!(matches!(parsed(line), Err(Error::Usage(_))), "{line}");
        }
    }
}

//! `cargo xtask test`: all tests, or those that the arguments select.

use std::ffi::OsString;
use std::process::{Command, Output};

use crate::error::Error;
use crate::places::Places;
use crate::process::{self, cargo};
use crate::setup;

/// The command. The last lines it leaves on the terminal are the test runner's.
pub(crate) fn run(places: &Places, arguments: &[OsString]) -> Result<(), Error> {
    setup::ensure(places)?;
    tests(places, arguments)
}

/// Runs the tests with nextest where it is installed (it has time limits, see
/// `.config/nextest.toml`), else with cargo.
pub(crate) fn tests(places: &Places, arguments: &[OsString]) -> Result<(), Error> {
    if !nextest_answers(places) {
        return runner(cargo(places).args(["test", "--workspace"]).args(arguments));
    }
    // Nextest does not run the examples in the documentation. They come first, so that its
    // summary is the last word. Arguments select among the other tests.
    if arguments.is_empty() {
        runner(cargo(places).args(["test", "--quiet", "--doc", "--workspace"]))?;
    }
    let profile =
        if std::env::var_os("CI").is_some_and(|value| !value.is_empty()) { "ci" } else { "default" };
    runner(cargo(places).args(["nextest", "run", "--workspace", "--profile", profile]).args(arguments))
}

fn runner(command: &mut Command) -> Result<(), Error> {
    match process::run(command) {
        Err(Error::Failed { status, .. }) => Err(Error::Tests(status)),
        other => other,
    }
}

fn nextest_answers(places: &Places) -> bool {
    let answer = process::output(cargo(places).args(["nextest", "--version"]));
    answer.is_ok_and(|Output { status, .. }| status.success())
}

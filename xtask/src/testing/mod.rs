//! `cargo xtask test`: all tests, or those that the arguments select. [`soak`] repeats them.

mod load;
mod nextest;
mod programs;
pub(crate) mod results;
pub(crate) mod soak;
mod soak_log;

use std::ffi::OsString;

use crate::error::Error;
use crate::page::browser;
use crate::places::Places;
use crate::process::{self, cargo};
use crate::setup;
use crate::steps::{Steps, in_ci};

use results::Results;

/// The command. Its last lines say which tests failed, and how to run just these again.
pub(crate) fn run(places: &Places, arguments: &[OsString]) -> Result<(), Error> {
    let mut steps = Steps::default();
    // Nothing can be built without it.
    steps.require("set-up", || setup::ensure(places))?;
    add(places, &mut steps, arguments);
    steps.finish()
}

/// Adds the steps: building, the tests, those of the page in a browser, and the examples in the documentation, which
/// nextest does not run. Arguments go to nextest; where there are some, they select among its tests alone. Tests whose
/// programs this machine lacks are left out, and the steps say so.
pub(crate) fn add(places: &Places, steps: &mut Steps, arguments: &[OsString]) {
    if !arguments.is_empty() {
        steps.run("tests", || tests(places, arguments));
        return;
    }
    // By itself, so that its time is seen. Where it fails, there is nothing to run.
    if !steps.run("building the tests", || process::run(nextest::run(places)?.arg("--no-run"))) {
        return;
    }
    let left_out = programs::left_out();
    let others: Vec<OsString> = programs::all_but(&left_out).into_iter().map(OsString::from).collect();
    steps.run("tests", || tests(places, &others));
    for (needy, missing) in left_out {
        steps.leave_out(needy.name, &Error::Missing(missing));
    }
    browser::add(places, steps);
    steps.run("examples in the docs", || process::run(cargo(places).args(["test", "--doc", "--workspace"])));
}

fn tests(places: &Places, arguments: &[OsString]) -> Result<(), Error> {
    let profile = if in_ci() { "ci" } else { "default" };
    nextest::forget_results(places, profile)?;
    let ended = process::run(nextest::run(places)?.args(["--profile", profile]).args(arguments));
    let Err(Error::Failed { command, status }) = ended else { return ended };
    // Without results it was the build or the command line that failed, and its own words are above.
    let results = nextest::results(places, profile)?;
    let failed = results.as_ref().map(Results::failed).unwrap_or_default();
    if failed.is_empty() {
        Err(Error::Failed { command, status })
    } else {
        Err(Error::Tests(results::told(&failed, &results::again(&failed))))
    }
}

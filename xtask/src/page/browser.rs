//! The tests of the page in a real browser, in `web/tests`. Each test file starts a farm of its own with the `clipig` that
//! has been built.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;

use super::needs;
use super::npm::{install, npm_command, web};
use crate::error::Error;
use crate::places::Places;
use crate::process::run as start;
use crate::programs::Programs;
use crate::steps::Steps;
use crate::testing::results::{self, Results, Test};

const STEP: &str = "page in a browser";

/// Where Playwright writes what came of each test: `web/playwright.config.ts` says so.
const RESULTS: &str = "target/page-tests.xml";

/// Adds the step of the tests, for which `clipig` must have been built. A machine without a browser does without them,
/// but continuous integration does not.
pub(crate) fn add(places: &Places, steps: &mut Steps) {
    steps.run_unless(needs::browser_tests(), STEP, || {
        install(&web(places))?;
        test(places, &[])
    });
}

/// Runs the tests, or those that the arguments select. The packages of `web/` must have been installed.
pub(super) fn test(places: &Places, arguments: &[OsString]) -> Result<(), Error> {
    let path = places.repository.join(RESULTS);
    // Those of an earlier run are not results of one that never began.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::file("remove", &path)(error)),
        _ => {}
    }
    let mut command = npm_command(&web(places));
    // Settings of the person who runs the tests are none of the farms'.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CLIPIG_") {
            command.env_remove(name);
        }
    }
    if let Some(browser) = needs::browser() {
        command.env("CHROMIUM", browser);
    }
    command.env("CLIPIG", Programs::of_tests(places).clipig()).args(["test", "--"]).args(arguments);
    let ended = start(&mut command);
    if ended.is_ok() {
        return Ok(());
    }
    // Without results, the command line or the start of the browser failed, and its own words are above.
    let Ok(text) = fs::read_to_string(&path) else { return ended };
    let results = Results::parse(&text).map_err(|why| {
        Error::Other(format!("{} cannot be read as results of tests: {why}", path.display()))
    })?;
    match results.failed().as_slice() {
        [] => ended,
        failed => Err(Error::Tests(results::told(failed, &again(failed)))),
    }
}

/// The command that runs just these tests.
fn again(failed: &[&Test]) -> String {
    // Playwright takes a regular expression, and the shell reads it first. A dot stands for whatever either of them would
    // take for something else.
    let plain = |character: char| {
        if character.is_alphanumeric() || " ,-_".contains(character) { character } else { '.' }
    };
    let titles = failed.iter().map(|test| test.name.chars().map(plain).collect::<String>());
    format!("cargo xtask page -g '{}'", titles.collect::<Vec<_>>().join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_told_with_the_command_that_repeats_them() {
        // As Playwright writes it, shortened.
        let junit = r#"<testsuites id="" name="" tests="3" failures="2" skipped="0" errors="0" time="61.9">
<testsuite name="a.spec.ts" timestamp="2026-11-30T05:06:27.120Z" hostname="" tests="3" failures="2" time="61.5" errors="0">
<testcase name="no barrier (light)" classname="a.spec.ts" time="32.5"><failure message="x" type="FAILURE">y</failure></testcase>
<testcase name="it&apos;s all there" classname="a.spec.ts" time="1.25"><failure message="x" type="FAILURE">y</failure></testcase>
<testcase name="passes" classname="a.spec.ts" time="28"></testcase>
</testsuite></testsuites>"#;
        let results = Results::parse(junit).unwrap();
        let failed = results.failed();
        let expected = "2 tests failed:\n  a.spec.ts no barrier (light) (after 32.5 s)\n  \
            a.spec.ts it's all there (after 1.3 s)\n\
            To run just these again:\n  cargo xtask page -g 'no barrier .light.|it.s all there'";
        assert_eq!(results::told(&failed, &again(&failed)), expected);
    }
}

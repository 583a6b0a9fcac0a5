//! What a run of tests has shown, as nextest and Playwright write it down (in the form of `JUnit`).

use std::fmt::Write as _;
use std::time::Duration;

use roxmltree::{Document, Node};
use serde::{Deserialize, Serialize};

use crate::steps::seconds;

/// The results of one run.
#[derive(Debug, PartialEq)]
pub(crate) struct Results {
    /// Every test that was run.
    pub(crate) tests: Vec<Test>,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Test {
    /// The test program, as nextest calls it: `clipig::farm_client`. Of a test in a browser: its file.
    pub(crate) binary: String,
    /// The test's path in the program, or its title.
    pub(crate) name: String,
    /// How long it took.
    pub(crate) seconds: f64,
    /// Did it pass?
    pub(crate) passed: bool,
}

impl Results {
    /// Reads a `JUnit` file.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let document = Document::parse(text).map_err(|error| error.to_string())?;
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        let tests = cases.filter(|case| !has(case, "skipped")).map(test).collect::<Result<_, _>>()?;
        Ok(Self { tests })
    }

    /// The tests that failed.
    pub(crate) fn failed(&self) -> Vec<&Test> {
        self.tests.iter().filter(|test| !test.passed).collect()
    }

    /// The test that took longest.
    pub(crate) fn longest(&self) -> Option<&Test> {
        self.tests.iter().max_by(|one, other| one.seconds.total_cmp(&other.seconds))
    }
}

fn test(case: Node<'_, '_>) -> Result<Test, String> {
    let text = |name: &str| {
        let value = case.attribute(name).map(str::to_owned);
        value.ok_or_else(|| format!("a test case has no `{name}`"))
    };
    let seconds = text("time")?;
    Ok(Test {
        binary: text("classname")?,
        name: text("name")?,
        seconds: seconds.parse().map_err(|_| format!("`{seconds}` is no number of seconds"))?,
        passed: !has(&case, "failure") && !has(&case, "error"),
    })
}

fn has(case: &Node<'_, '_>, child: &str) -> bool {
    case.children().any(|node| node.has_tag_name(child))
}

impl std::fmt::Display for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.binary, self.name)
    }
}

/// The tests that failed, and the command that runs just these `again`.
pub(crate) fn told(failed: &[&Test], again: &str) -> String {
    let mut text = match failed.len() {
        1 => "1 test failed:".to_owned(),
        count => format!("{count} tests failed:"),
    };
    for test in failed {
        let took = seconds(Duration::try_from_secs_f64(test.seconds).unwrap_or_default());
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {test} (after {took})");
    }
    let which = if failed.len() == 1 { "this one" } else { "these" };
    text + &format!("\nTo run just {which} again:\n  {again}")
}

/// The command that runs just these tests, by nextest.
pub(crate) fn again(failed: &[&Test]) -> String {
    let names = failed.iter().map(|test| format!("(binary_id(={}) & test(={}))", test.binary, test.name));
    format!("cargo xtask test -E '{}'", names.collect::<Vec<_>>().join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As nextest writes it, shortened.
    const JUNIT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="4" failures="1" errors="0" uuid="1" timestamp="2026-11-29T19:00:00.000+00:00" time="3.5">
    <testsuite name="clipig::farm_client" tests="2" disabled="0" errors="0" failures="1">
        <testcase name="a_job_is_made" classname="clipig::farm_client" timestamp="2026-11-29T19:00:00.000+00:00" time="1.500">
            <failure type="test failure with exit code 101">panicked at &apos;x&apos;</failure>
            <system-out>the output</system-out>
        </testcase>
        <testcase name="a_job_is_lost" classname="clipig::farm_client" time="0.250"/>
    </testsuite>
    <testsuite name="xtask::bin/xtask" tests="1">
        <testcase name="steps::tests::times_are_short" classname="xtask::bin/xtask" time="0.004"></testcase>
        <testcase name="left_out" classname="xtask::bin/xtask" time="0"><skipped/></testcase>
    </testsuite>
</testsuites>"#;

    #[test]
    fn results_are_read() {
        let results = Results::parse(JUNIT).unwrap();
        let names: Vec<_> = results.tests.iter().map(|test| (test.name.as_str(), test.passed)).collect();
        let expected =
            [("a_job_is_made", false), ("a_job_is_lost", true), ("steps::tests::times_are_short", true)];
        assert_eq!(names, expected);
        assert_eq!(results.longest().unwrap().name, "a_job_is_made");
        assert!(Results::parse("<testsuites>").is_err());
        assert!(Results::parse(&JUNIT.replace("1.500", "long")).unwrap_err().contains("`long`"));
    }

    #[test]
    fn failures_are_told_with_the_command_that_repeats_them() {
        let results = Results::parse(JUNIT).unwrap();
        let expected = "1 test failed:\n  clipig::farm_client a_job_is_made (after 1.5 s)\n\
            To run just this one again:\n  \
            cargo xtask test -E '(binary_id(=clipig::farm_client) & test(=a_job_is_made))'";
        let failed = results.failed();
        assert_eq!(told(&failed, &again(&failed)), expected);
    }
}

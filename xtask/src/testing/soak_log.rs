//! The record of a soak: one line of JSON per run, appended as soon as the run has ended.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::steps::seconds;

use super::results::Test;

/// What is repeated. Runs of the same series are counted together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Series {
    /// The commit that was tested; ends with `+` where files were changed since.
    pub(crate) commit: String,
    /// Were all cores kept busy by something else?
    pub(crate) busy: bool,
    /// What selects the tests; empty for all.
    pub(crate) arguments: Vec<String>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// What it belongs to.
    #[serde(flatten)]
    pub(crate) series: Series,
    /// Its number in the series, from 1.
    #[serde(rename = "run")]
    pub(crate) number: usize,
    /// When it began, in seconds since 1970.
    pub(crate) began: u64,
    /// How long it took.
    pub(crate) seconds: f64,
    /// How many tests were run.
    pub(crate) tests: usize,
    /// Those that failed.
    pub(crate) failed: Vec<Test>,
    /// The test that took longest.
    pub(crate) longest: Option<Test>,
    /// The system's load average over the last five minutes, when it ended.
    pub(crate) load_average: Option<f64>,
}

impl Run {
    /// Every test passed, and there were some.
    pub(crate) fn passed(&self) -> bool {
        self.tests > 0 && self.failed.is_empty()
    }
}

/// The file.
pub(crate) struct SoakLog {
    path: PathBuf,
}

impl SoakLog {
    /// The record in a folder, which must exist.
    pub(crate) fn of(folder: &Path) -> Self {
        Self { path: folder.join("runs.jsonl") }
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The runs of a series, in their order. A last line without an end is what an interrupted process left, and is
    /// passed over.
    pub(crate) fn runs(&self, series: &Series) -> Result<Vec<Run>, Error> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::file("read", &self.path)(error)),
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut runs = Vec::new();
        for (number, line) in (1..).zip(whole.lines()) {
            let run: Run = serde_json::from_str(line).map_err(|error| {
                let path = self.path.display();
                Error::Other(format!(
                    "{path}, line {number} is no run of the tests: {error}; remove the line"
                ))
            })?;
            if run.series == *series {
                runs.push(run);
            }
        }
        Ok(runs)
    }

    /// Appends a run.
    pub(crate) fn add(&self, run: &Run) -> Result<(), Error> {
        let json = serde_json::to_string(run).map_err(|error| Error::Other(error.to_string()))?;
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&self.path)
            .map_err(Error::file("open", &self.path))?;
        file.write_all(format!("{json}\n").as_bytes()).map_err(Error::file("write", &self.path))
    }
}

/// One line about a run.
pub(crate) fn line(run: &Run) -> String {
    let time = |time| seconds(Duration::try_from_secs_f64(time).unwrap_or_default());
    let outcome = match run.failed.len() {
        _ if run.passed() => "passed".to_owned(),
        0 => "NO TESTS".to_owned(),
        failed => format!("{failed} FAILED"),
    };
    let longest = run.longest.as_ref();
    let longest = longest.map_or_else(String::new, |test| format!("{}, {test}", time(test.seconds)));
    let load = run.load_average.map_or_else(|| "?".to_owned(), |load| format!("{load:.1}"));
    format!("| {} | {outcome} | {} | {} | {load} | {longest} |", run.number, run.tests, time(run.seconds))
}

/// The table of all runs of a series, in Markdown, and what it comes to.
pub(crate) fn table(series: &Series, runs: &[Run]) -> String {
    let cores = if series.busy { "with all cores kept busy" } else { "without other load of ours" };
    let which = if series.arguments.is_empty() { "all tests".to_owned() } else { series.arguments.join(" ") };
    let mut text = format!("Commit {}, {cores}, {which}:\n\n", series.commit);
    text += "| run | outcome | tests | time | load average | longest test |\n|---|---|---|---|---|---|\n";
    for run in runs {
        text += &(line(run) + "\n");
    }
    let passed = runs.iter().filter(|run| run.passed()).count();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n{passed} of {} runs passed.", runs.len());
    let mut failures: BTreeMap<String, usize> = BTreeMap::new();
    for test in runs.iter().flat_map(|run| &run.failed) {
        *failures.entry(test.to_string()).or_default() += 1;
    }
    for (test, times) in failures {
        let _ = writeln!(text, "Failed {times} times: {test}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(busy: bool, number: usize, failed: &[&str]) -> Run {
        let test =
            |name: &str| Test { binary: "a::b".into(), name: name.into(), seconds: 61.0, passed: false };
        Run {
            series: Series { commit: "1234567".into(), busy, arguments: Vec::new() },
            number,
            began: 1,
            seconds: 300.0,
            tests: 500,
            failed: failed.iter().map(|name| test(name)).collect(),
            longest: Some(test("long")),
            load_average: Some(3.25),
        }
    }

    #[test]
    fn a_soak_goes_on_behind_its_last_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let log = SoakLog::of(folder.path());
        let (one, two, quiet) = (run(true, 1, &[]), run(true, 2, &["x"]), run(false, 1, &[]));
        assert_eq!(log.runs(&one.series).unwrap(), []);
        for run in [&one, &quiet, &two] {
            log.add(run).unwrap();
        }
        let mut file = File::options().append(true).open(log.path()).unwrap();
        file.write_all(b"{\"commit\": \"123").unwrap();
        assert_eq!(log.runs(&one.series).unwrap(), [one.clone(), two]);
        assert_eq!(log.runs(&quiet.series).unwrap(), [quiet]);
        file.write_all(b"\n").unwrap();
        let error = log.runs(&one.series).unwrap_err().to_string();
        assert!(error.contains("line 4 is no run"), "{error}");
    }

    #[test]
    fn the_table_counts_passes_and_names_failures() {
        let runs = [run(true, 1, &[]), run(true, 2, &["x", "y"]), run(true, 3, &["x"])];
        let text = table(&runs[0].series, &runs);
        assert!(text.contains("| 2 | 2 FAILED | 500 | 5 min 00 s | 3.2 | 1 min 01 s, a::b long |"), "{text}");
        assert!(
            text.contains("1 of 3 runs passed.\nFailed 2 times: a::b x\nFailed 1 times: a::b y\n"),
            "{text}"
        );
        // A selection that runs nothing proves nothing.
        assert!(!Run { tests: 0, ..runs[0].clone() }.passed());
    }
}

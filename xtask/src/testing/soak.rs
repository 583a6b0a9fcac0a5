//! `cargo xtask soak`: the tests again and again, on a quiet machine or beside other work.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Instant, SystemTime};

use crate::error::Error;
use crate::places::{Places, shown};
use crate::process::{captured, run as start};
use crate::setup;

use super::load::Load;
use super::nextest::{self, Built};
use super::soak_log::{Run, Series, SoakLog, line, table};

/// The options of `soak`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Soak {
    /// How many runs there should be in all, with those of earlier calls.
    pub(crate) runs: usize,
    /// Are all cores kept busy?
    pub(crate) busy: bool,
    /// For nextest: what selects the tests.
    pub(crate) arguments: Vec<OsString>,
}

/// The profile of nextest, so that the results of a `cargo xtask test` meanwhile are not taken for ours.
const PROFILE: &str = "soak";

/// The command. An error if a run failed.
pub(crate) fn run(places: &Places, soak: &Soak) -> Result<(), Error> {
    setup::ensure(places)?;
    let folder = places.repository.join("target/soak");
    fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    let series = Series {
        commit: commit(places)?,
        busy: soak.busy,
        arguments: soak.arguments.iter().map(|argument| argument.to_string_lossy().into_owned()).collect(),
    };
    let log = SoakLog::of(&folder);
    let mut runs = log.runs(&series)?;
    if runs.len() < soak.runs {
        eprintln!("Building the tests");
        let built = Built::new(places, &folder)?;
        eprintln!("Each run is recorded in {}", shown(log.path()));
        for number in runs.len() + 1..=soak.runs {
            let run = once(places, &built, &folder, &series, number)?;
            log.add(&run)?;
            eprintln!("{}", line(&run));
            runs.push(run);
        }
    }
    print!("{}", table(&series, &runs));
    match runs.iter().filter(|run| !run.passed()).count() {
        0 => Ok(()),
        failed => Err(Error::Other(format!(
            "{failed} of {} runs failed; what the tests said is in {}",
            runs.len(),
            shown(&folder)
        ))),
    }
}

fn once(places: &Places, built: &Built, folder: &Path, series: &Series, number: usize) -> Result<Run, Error> {
    let output = output(folder, series, number);
    let said = File::create(&output).map_err(Error::file("create", &output))?;
    let both = said.try_clone().map_err(Error::file("write", &output))?;
    nextest::forget_results(places, PROFILE)?;
    eprintln!("Run {number}; to see it at work: tail -f {}", shown(&output));
    let began = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let load = series.busy.then(Load::on_all_cores);
    let clock = Instant::now();
    let mut tests = built.run(places)?;
    tests.args(["--profile", PROFILE]).args(&series.arguments).stdout(both).stderr(said);
    let ended = start(&mut tests);
    let seconds = clock.elapsed().as_secs_f64();
    drop(load);
    let results = nextest::results(places, PROFILE)?
        .ok_or_else(|| Error::Other(format!("the tests could not be run; {} says why", shown(&output))))?;
    let failed: Vec<_> = results.failed().into_iter().cloned().collect();
    // It may also fail for a reason that is no test's.
    if failed.is_empty() {
        ended?;
    }
    Ok(Run {
        series: series.clone(),
        number,
        began,
        seconds,
        tests: results.tests.len(),
        failed,
        longest: results.longest().cloned(),
        load_average: load_average(),
    })
}

/// What the tests of a run print: named after the series' commit, so that a later soak replaces none of it.
fn output(folder: &Path, series: &Series, number: usize) -> PathBuf {
    let kind = if series.busy { "busy" } else { "quiet" };
    folder.join(format!("{}-{kind}-{number}.log", series.commit))
}

/// The commit that is checked out, with `+` behind it where files differ from it.
fn commit(places: &Places) -> Result<String, Error> {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        captured(git.current_dir(&places.repository).args(arguments))
    };
    let head = git(&["rev-parse", "--short=10", "HEAD"])?;
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    let head = String::from_utf8_lossy(&head).trim().to_owned();
    Ok(if changed { head + "+" } else { head })
}

/// Over five minutes: the second of three numbers.
fn load_average() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().nth(1)?.parse().ok()
}

//! The test runner: [nextest](https://nexte.st), fetched ready to run. Its settings are in `.config/nextest.toml`.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::pins::CARGO_NEXTEST;
use crate::places::Places;
use crate::process::{self, cargo, like_cargo};

use super::results::Results;

/// How many tests run at once. nextest reads it, and `--test-threads` wins.
const TEST_THREADS: &str = "NEXTEST_TEST_THREADS";

/// Three for two cores: many tests wait for processes most of the time.
fn tests_at_once() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores + cores.div_ceil(2)
}

/// `cargo nextest run` for the whole workspace.
pub(crate) fn run(places: &Places) -> Result<Command, Error> {
    let mut command = nextest(places)?;
    command.args(["run", "--workspace"]);
    Ok(command)
}

/// Test programs that are built, so that runs need no cargo and are not held up by it.
pub(crate) struct Built {
    binaries: PathBuf,
    packages: PathBuf,
}

impl Built {
    /// Builds all test programs. `folder` must exist; what nextest wants to know of them is written there.
    pub(crate) fn new(places: &Places, folder: &Path) -> Result<Self, Error> {
        let built = Self { binaries: folder.join("binaries.json"), packages: folder.join("packages.json") };
        let mut list = nextest(places)?;
        list.args(["list", "--workspace", "--list-type", "binaries-only", "--message-format", "json"]);
        process::run(list.stdout(create(&built.binaries)?))?;
        let mut metadata = cargo(places);
        metadata.args(["metadata", "--format-version", "1"]);
        process::run(metadata.stdout(create(&built.packages)?))?;
        Ok(built)
    }

    /// Runs them.
    pub(crate) fn run(&self, places: &Places) -> Result<Command, Error> {
        let mut command = nextest(places)?;
        command.arg("run").arg("--binaries-metadata").arg(&self.binaries);
        command.arg("--cargo-metadata").arg(&self.packages);
        Ok(command)
    }
}

/// Removes the results of an earlier run, so that they are not taken for those of a run that never began.
pub(crate) fn forget_results(places: &Places, profile: &str) -> Result<(), Error> {
    let path = results_file(places, profile);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file("remove", &path)(error)),
        _ => Ok(()),
    }
}

/// The results of the last run; `None` where it ended before it had any.
pub(crate) fn results(places: &Places, profile: &str) -> Result<Option<Results>, Error> {
    let path = results_file(places, profile);
    match fs::read_to_string(&path) {
        Ok(text) => Results::parse(&text).map(Some).map_err(|why| {
            Error::Other(format!("{} cannot be read as results of tests: {why}", path.display()))
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file("read", &path)(error)),
    }
}

/// Where nextest writes them: `junit.path` of the profile.
fn results_file(places: &Places, profile: &str) -> PathBuf {
    places.repository.join("target/nextest").join(profile).join("junit.xml")
}

fn nextest(places: &Places) -> Result<Command, Error> {
    let mut command = CARGO_NEXTEST.command(places)?;
    like_cargo(&mut command, places);
    // Settings of the person who runs the tests are none of theirs, except for the recorded cases.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CLIPIG_") && name != "CLIPIG_ORACLE" {
            command.env_remove(name);
        }
    }
    // If each test had threads on all cores, libtorch's (those of libgomp) would mostly spin until those of other tests
    // have had their turn. What a test says of threads wins.
    command.env("OMP_NUM_THREADS", "1");
    if std::env::var_os(TEST_THREADS).is_none() {
        command.env(TEST_THREADS, tests_at_once().to_string());
    }
    command.arg("nextest");
    Ok(command)
}

fn create(path: &Path) -> Result<File, Error> {
    File::create(path).map_err(Error::file("create", path))
}

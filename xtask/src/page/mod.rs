//! The page in `web/`. The bundle in the repository must be what its source is built to, so that `cargo build` needs no
//! npm. [`browser`] tests the page in a browser.

pub(crate) mod browser;
mod needs;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::places::Places;
use crate::process::{cargo, run as start};
use crate::python;
use crate::setup;
use crate::steps::Steps;
use crate::testing::in_ci;

/// What the page is built to.
const FILES: [&str; 8] = [
    "editor.js",
    "examples.webp",
    "icon.svg",
    "index.html",
    "licenses.txt",
    "page.css",
    "page.js",
    "studio.js",
];

/// Where the checks build it, beside the bundle.
const FOLDER: &str = "target/page";

/// The command: builds the bundle anew in its place, and tests it. Arguments select among the tests.
pub(crate) fn run(places: &Places, arguments: &[OsString]) -> Result<(), Error> {
    setup::ensure(places)?;
    needs::check(needs::browser_tests())?;
    let web = web(places);
    install(&web)?;
    npm(&web, ["run", "build"])?;
    start(cargo(places).args(["build", "--package", "clipig"]))?;
    browser::test(places, arguments)
}

/// The command with `--fuzz`: a real farm, and requests made from the description of its API.
pub(crate) fn fuzz(places: &Places) -> Result<(), Error> {
    setup::ensure(places)?;
    let packages = python::packages(places, &python::FUZZ)?;
    start(cargo(places).args(["build", "--package", "clipig"]))?;
    let mut python = python::command(places, &packages);
    start(python.arg("coordinator/fuzz/fuzz.py").arg(program(places)))
}

/// Adds the step of the checks. Without npm, who did not change the page need not build it.
pub(crate) fn add(places: &Places, steps: &mut Steps) {
    let missing = needs::build();
    if missing.is_empty() || in_ci() {
        steps.run("page", || needs::check(missing).and_then(|()| check(places)));
    } else {
        steps.leave_out("page", &Error::Missing(missing));
    }
}

fn check(places: &Places) -> Result<(), Error> {
    let web = web(places);
    install(&web)?;
    let built = places.repository.join(FOLDER);
    let out = format!("../{FOLDER}");
    npm(&web, ["run", "build", "--", "--emptyOutDir", "--outDir", out.as_str()])?;
    for file in FILES {
        let read = |folder: &Path| {
            let path = folder.join(file);
            fs::read(&path).map_err(Error::file("read", &path))
        };
        if read(&built)? != read(&web.join("dist"))? {
            return Err(Error::Other(format!(
                "web/dist/{file} is not what web/ is built to; `cargo xtask page` builds it anew"
            )));
        }
    }
    Ok(())
}

fn web(places: &Places) -> PathBuf {
    places.repository.join("web")
}

/// The program with the page in it, as tests are built.
fn program(places: &Places) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    places.repository.join(target).join("debug/clipig")
}

fn install(web: &Path) -> Result<(), Error> {
    npm(web, ["ci", "--no-audit", "--no-fund"])
}

fn npm(web: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<(), Error> {
    start(npm_command(web).args(arguments))
}

fn npm_command(web: &Path) -> Command {
    let mut command = Command::new("npm");
    // A browser is never downloaded: the tests use the system's.
    command.current_dir(web).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}

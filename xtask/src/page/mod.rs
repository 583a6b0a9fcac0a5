//! The page in `web/`. The bundle in the repository must be what its source is built to, so that `cargo build` needs no
//! npm. [`browser`] tests the page in a browser.

pub(crate) mod browser;
mod needs;
mod npm;

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::places::Places;
use crate::process::run as start;
use crate::programs::Programs;
use crate::python;
use crate::setup;
use crate::steps::Steps;
use npm::{install, npm, web};

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
    Programs::build(places)?;
    browser::test(places, arguments)
}

/// The command with `--fuzz`: a real farm, and requests made from the description of its API.
pub(crate) fn fuzz(places: &Places) -> Result<(), Error> {
    setup::ensure(places)?;
    let packages = python::packages(places, &python::FUZZ)?;
    let programs = Programs::build(places)?;
    let mut python = python::command(places, &packages);
    start(python.arg("coordinator/fuzz/fuzz.py").arg(programs.clipig()))
}

/// Adds the step of the checks. Without npm, who did not change the page need not build it.
pub(crate) fn add(places: &Places, steps: &mut Steps) {
    steps.run_unless(needs::build(), "page", || check(places));
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

//! The page in `web/`. The bundle in the repository must be what its source is built to, so that `cargo build` needs no
//! npm. `cargo xtask page` also tests it in a browser.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::places::Places;
use crate::process::{answers, cargo, run as start};
use crate::python;
use crate::setup;
use crate::steps::Steps;

/// What the page is built to.
const FILES: [&str; 7] =
    ["examples.webp", "icon.svg", "index.html", "licenses.txt", "page.css", "page.js", "studio.js"];

/// Where the checks build it, beside the bundle.
const FOLDER: &str = "target/page";

/// The command: builds the bundle anew in its place, and tests it.
pub(crate) fn run(places: &Places) -> Result<(), Error> {
    setup::ensure(places)?;
    if !answers("npm") {
        return Err(Error::Other(
            "the page is built by npm, which is missing (Debian: apt install npm)".to_owned(),
        ));
    }
    let web = places.repository.join("web");
    install(&web)?;
    npm(&web, &["run", "build"])?;
    start(cargo(places).args(["build", "--package", "clipig"]))?;
    npm(&web, &["test"])
}

/// The command with `--fuzz`: a real farm, and requests made from the description of its API.
pub(crate) fn fuzz(places: &Places) -> Result<(), Error> {
    setup::ensure(places)?;
    let packages = python::packages(places, &python::FUZZ)?;
    start(cargo(places).args(["build", "--package", "clipig"]))?;
    let mut python = python::command(places, &packages);
    start(python.args(["coordinator/fuzz/fuzz.py", "target/debug/clipig"]))
}

/// Adds the step of the checks. Without npm, who did not change the page need not build it.
pub(crate) fn add(places: &Places, steps: &mut Steps) {
    if answers("npm") {
        steps.run("page", || check(places));
    } else {
        eprintln!("── page: not checked, there is no npm");
    }
}

fn check(places: &Places) -> Result<(), Error> {
    let web = places.repository.join("web");
    install(&web)?;
    let built = places.repository.join(FOLDER);
    npm(&web, &["run", "build", "--", "--emptyOutDir", "--outDir", &format!("../{FOLDER}")])?;
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

fn install(web: &Path) -> Result<(), Error> {
    npm(web, &["ci", "--no-audit", "--no-fund"])
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), Error> {
    // A browser is never downloaded: the tests use the system's.
    start(Command::new("npm").current_dir(web).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").args(arguments))
}

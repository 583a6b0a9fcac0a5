//! npm in `web/`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::places::Places;
use crate::process::run as start;

pub(super) fn web(places: &Places) -> PathBuf {
    places.repository.join("web")
}

pub(super) fn install(web: &Path) -> Result<(), Error> {
    npm(web, ["ci", "--no-audit", "--no-fund"])
}

pub(super) fn npm(web: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<(), Error> {
    start(npm_command(web).args(arguments))
}

pub(super) fn npm_command(web: &Path) -> Command {
    let mut command = Command::new("npm");
    // A browser is never downloaded: the tests use the system's.
    command.current_dir(web).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}

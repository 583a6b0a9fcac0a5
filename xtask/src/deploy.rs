//! What is in `deploy/`: container files are linted, overlays and chart are rendered, compared, and validated against
//! the schemas of Kubernetes and the laws of [`laws`], alerts are tested ([`mod@alerts`]), and metrics have
//! the same names everywhere.

mod alerts;
mod laws;
mod services;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::error::Error;
use crate::pins::HADOLINT;
use crate::places::Places;
use crate::process::{answers, captured, cargo, run};
use crate::python;
use crate::steps::Steps;

/// Where all overlays and examples of the chart lie after they were rendered.
const RENDERED: &str = "target/manifests";
/// Where container files lie under the name that checkov knows.
const SCANNED: &str = "target/container-files";
const CONTAINERS: &str = "deploy/containers";
const METRICS: &str = "docs/metrics.md";
pub(crate) const DASHBOARD: &str = "deploy/dashboards/clipig.json";
pub(crate) const ALERTS: &str = "deploy/prometheus/alerts.yaml";
const ALERTS_TEST: &str = "deploy/prometheus/alerts_test.yaml";

/// Adds the steps.
pub(crate) fn add(places: &Places, steps: &mut Steps) {
    steps.run("container files", || container_files(places));
    steps.run("manifests", || manifests(places));
    steps.run("known mistakes of deployments", || checkov(places));
    steps.run("services", || services::check(places));
    steps.run("alerts", || alerts(places));
    steps.run("metrics", || metrics(places));
}

fn container_sources(places: &Places) -> Result<Vec<PathBuf>, Error> {
    entries(&places.repository.join(CONTAINERS), |path| {
        path.extension().is_some_and(|extension| extension == "Containerfile")
    })
}

fn container_files(places: &Places) -> Result<(), Error> {
    let files = container_sources(places)?;
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

/// Resources by the name of the overlay, or of the chart's example.
pub(crate) type Rendered = BTreeMap<String, Vec<Value>>;

/// All overlays and all examples of the chart.
pub(crate) fn rendered(places: &Places) -> Result<Rendered, Error> {
    let packages = python::packages(places, &python::MANIFESTS)?;
    let mut python = python::command(places, &packages);
    python.arg("deploy/checks/manifests.py");
    let rendered: Rendered = serde_json::from_slice(&captured(&mut python)?)
        .map_err(|error| Error::Other(format!("deploy/checks/manifests.py prints no resources: {error}")))?;
    if rendered.is_empty() {
        return Err(Error::Other("deploy/checks/manifests.py has rendered nothing".into()));
    }
    Ok(rendered)
}

fn manifests(places: &Places) -> Result<(), Error> {
    let rendered = rendered(places)?;
    let folder = fresh_folder(places, RENDERED)?;
    for (name, resources) in &rendered {
        // JSON is YAML; each resource is a document.
        let mut text = String::new();
        for resource in resources {
            text.extend(["---\n", &resource.to_string(), "\n"]);
        }
        let path = folder.join(format!("{}.yaml", name.replace(' ', "-")));
        fs::write(&path, text).map_err(Error::file("write", &path))?;
    }
    told(rendered.iter().flat_map(|(name, resources)| {
        laws::broken(resources).into_iter().map(move |law| format!("{name}: {law}"))
    }))
}

/// Known mistakes in manifests and container files.
fn checkov(places: &Places) -> Result<(), Error> {
    let packages = python::packages(places, &python::CHECKOV)?;
    // checkov knows a container file by this name.
    let containers = fresh_folder(places, SCANNED)?;
    for file in container_sources(places)? {
        let name = file.file_stem().unwrap_or_default();
        let folder = containers.join(name);
        fs::create_dir(&folder).map_err(Error::file("make", &folder))?;
        let copy = folder.join("Dockerfile");
        fs::copy(&file, &copy).map_err(Error::file("write", &copy))?;
    }
    let mut checkov = python::command(places, &packages);
    checkov.args(["-m", "checkov.main", "--config-file", "deploy/checks/checkov.yaml"]);
    checkov.args(["--framework", "kubernetes", "dockerfile", "-d", RENDERED, "-d", SCANNED]);
    run(&mut checkov)
}

/// A folder with nothing in it.
fn fresh_folder(places: &Places, path: &str) -> Result<PathBuf, Error> {
    let folder = places.repository.join(path);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Error::file("empty", &folder))?;
    }
    fs::create_dir_all(&folder).map_err(Error::file("make", &folder))?;
    Ok(folder)
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
    let (described, dashboard, alerts) = (file(METRICS)?, file(DASHBOARD)?, file(ALERTS)?);
    json(DASHBOARD, dashboard.as_bytes())?;
    told(unknown_metrics(&described, &[(DASHBOARD, &dashboard), (ALERTS, &alerts)]))
}

/// Metrics in `users` that `described` does not explain.
fn unknown_metrics(described: &str, users: &[(&str, &str)]) -> Vec<String> {
    let known = metric_names(described);
    let unknown = users.iter().flat_map(|(path, text)| {
        metric_names(text).into_iter().filter(|name| !known.contains(name)).map(move |name| (path, name))
    });
    unknown.map(|(path, name)| format!("{path} uses {name}, which {METRICS} does not explain")).collect()
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
        let described = "| `clipig_epochs_total` | … |\n| `clipig_lease_seconds` | histogram |";
        let dashboard =
            "rate(clipig_epochs_total[5m]) clipig_lease_seconds_bucket{le=\"1\"} clipig_epoch_total";
        let problems = unknown_metrics(described, &[("dashboard", dashboard)]);
        assert_eq!(problems, ["dashboard uses clipig_epoch_total, which docs/metrics.md does not explain"]);
    }
}

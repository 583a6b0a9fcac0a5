//! `cargo xtask prometheus`: a real Prometheus scrapes a real farm that is at work. Its target must be up, every query of
//! the dashboard must return data, the rules of alerts must load, and none may fire.
//!
//! Prometheus is on no package registry that wheels are fetched from, so this is no part of `cargo xtask check`.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::deploy::{ALERTS, DASHBOARD};
use crate::error::Error;
use crate::places::Places;
use crate::process::{answers, captured, cargo, output, run as start};
use crate::setup;
use crate::waiting::until;

/// Everything of a run lies here.
const FOLDER: &str = "target/prometheus";

/// How Grafana fills its variables here: `$job` is the name of the scrape configuration, and a rate needs a few scrapes.
const VARIABLES: [(&str, &str); 2] = [("$job", "clipig"), ("$__rate_interval", "30s")];

/// How long each thing may take that has to come.
const PATIENCE: Duration = Duration::from_mins(3);

/// A job of a second or two.
const EXPERIMENT: &str = "\
epochs: 150
resolution: 48
seed: 5
model: clipig-tiny
snapshot_interval: 0
targets:
  - batch_size: 8
    features: [{text: a red apple}]
    transforms: [{random_crop: 32}, {noise: .1}]
";

/// The command.
pub(crate) fn run(places: &Places) -> Result<(), Error> {
    for program in ["prometheus", "promtool"] {
        if !answers(program) {
            return Err(Error::Other(format!("{program} is not here (Debian: apt install prometheus)")));
        }
    }
    setup::ensure(places)?;
    start(cargo(places).args(["build", "--package", "clipig", "--bin", "clipig"]))?;
    let scene = Scene::prepare(places)?;
    let _farm = scene.farm()?;
    scene.until("the farm answers", || Ok(output(&mut scene.clipig(&["farm"]))?.status.success()))?;
    let _prometheus = scene.prometheus()?;
    scene.until("Prometheus has scraped the farm", || Ok(scene.values("up{job=\"clipig\"}")? == ["1"]))?;
    println!("The target is up");
    let queries = queries(
        &fs::read_to_string(places.repository.join(DASHBOARD))
            .map_err(Error::file("read", &places.repository.join(DASHBOARD)))?,
    )?;
    for query in &queries {
        let mut values = Vec::new();
        scene.until(&format!("there is data for {query}"), || {
            // Something new must happen between two scrapes: queues are left, checkpoints are written.
            scene.submit()?;
            values = scene.values(query)?;
            Ok(values.iter().any(|value| value != "NaN"))
        })?;
        let shown = values.iter().find(|value| *value != "NaN");
        println!("{:4} series, {:>22}  {query}", values.len(), shown.map_or("", String::as_str));
    }
    let firing = scene.values("ALERTS{alertstate=\"firing\"}")?;
    if !firing.is_empty() {
        return Err(Error::Other("an alert fires on a sound farm: look at `clipig_` in the rules".into()));
    }
    println!("All {} queries of {DASHBOARD} return data, and no alert fires", queries.len());
    Ok(())
}

/// The dashboard's queries, each once.
fn queries(dashboard: &str) -> Result<Vec<String>, Error> {
    let dashboard: Value = serde_json::from_str(dashboard)
        .map_err(|error| Error::Other(format!("{DASHBOARD} is not JSON: {error}")))?;
    let mut found = Vec::new();
    collect(&dashboard, &mut found);
    if found.is_empty() {
        return Err(Error::Other(format!("{DASHBOARD} has no queries")));
    }
    Ok(found)
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Object(fields) => {
            if let Some(Value::String(query)) = fields.get("expr") {
                let query =
                    VARIABLES.iter().fold(query.clone(), |query, (name, value)| query.replace(name, value));
                if !found.contains(&query) {
                    found.push(query);
                }
            }
            fields.values().for_each(|value| collect(value, found));
        }
        _ => {}
    }
}

/// Where everything is.
struct Scene {
    folder: PathBuf,
    program: PathBuf,
    /// Of the coordinator's metrics.
    metrics: String,
    /// Of Prometheus.
    server: String,
}

/// A process that does not outlive the command.
struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        // One that has ended is no matter.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Scene {
    fn prepare(places: &Places) -> Result<Self, Error> {
        let folder = places.repository.join(FOLDER);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Error::file("empty", &folder))?;
        }
        fs::create_dir_all(&folder).map_err(Error::file("make", &folder))?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        let scene = Self {
            program: places.repository.join(target).join("debug/clipig"),
            metrics: free_address()?,
            server: free_address()?,
            folder,
        };
        scene.write("experiment.yaml", EXPERIMENT)?;
        // As deploy/prometheus/scrape.yaml, more often and from where the farm is.
        let Self { metrics, .. } = &scene;
        let rules = places.repository.join(ALERTS);
        scene.write("prometheus.yaml", &format!(
            "scrape_configs:\n- job_name: clipig\n  scrape_interval: 1s\n  scrape_timeout: 1s\n  static_configs:\n  - \
             targets: ['{metrics}']\nrule_files: ['{}']\nglobal: {{evaluation_interval: 1s}}\n",
            rules.display()
        ))?;
        start(Command::new("promtool").args(["check", "config"]).arg(scene.folder.join("prometheus.yaml")))?;
        Ok(scene)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(Error::file("write", &path))
    }

    /// A coordinator and a worker, which write checkpoints all the time.
    fn farm(&self) -> Result<Owned, Error> {
        let mut farm =
            self.clipig(&["farm", "start", "--data", "data", "--http-listen", &self.metrics, "--listen"]);
        farm.arg(self.address()).env("CLIPIG_COORDINATOR__CHECKPOINT__MIN_SECONDS", "0");
        farm.env("CLIPIG_COORDINATOR__CHECKPOINT__SHARE", "1");
        self.spawn(farm, "farm.log")
    }

    fn prometheus(&self) -> Result<Owned, Error> {
        let mut prometheus = Command::new("prometheus");
        prometheus.args(["--config.file=prometheus.yaml", "--storage.tsdb.path=tsdb"]);
        prometheus.arg(format!("--web.listen-address={}", self.server)).current_dir(&self.folder);
        self.spawn(prometheus, "prometheus.log")
    }

    fn spawn(&self, mut command: Command, log: &str) -> Result<Owned, Error> {
        let path = self.folder.join(log);
        let file = fs::File::create(&path).map_err(Error::file("write", &path))?;
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn();
        child.map(Owned).map_err(|source| Error::NotStarted { program, source })
    }

    fn address(&self) -> String {
        format!("unix:{}", self.folder.join("farm.sock").display())
    }

    fn clipig(&self, arguments: &[&str]) -> Command {
        let mut clipig = Command::new(&self.program);
        clipig.args(arguments).current_dir(&self.folder).env("CLIPIG_FARM", self.address());
        clipig
    }

    fn submit(&self) -> Result<(), Error> {
        captured(&mut self.clipig(&["submit", "experiment.yaml"])).map(drop)
    }

    /// The values that a query has now.
    fn values(&self, query: &str) -> Result<Vec<String>, Error> {
        let mut promtool = Command::new("promtool");
        promtool.args(["query", "instant", "--format=json", &format!("http://{}", self.server), query]);
        let answer = output(&mut promtool)?;
        // Prometheus may be about to start.
        if !answer.status.success() {
            return Ok(Vec::new());
        }
        let series: Value = serde_json::from_slice(&answer.stdout)
            .map_err(|error| Error::Other(format!("promtool prints no JSON: {error}")))?;
        let series = series.as_array().into_iter().flatten();
        Ok(series.filter_map(|one| one["value"][1].as_str().map(str::to_owned)).collect())
    }

    fn until(&self, what: &str, done: impl FnMut() -> Result<bool, Error>) -> Result<(), Error> {
        until(what, PATIENCE, done).map(drop).map_err(|error| {
            let logs = [self.tail("farm.log"), self.tail("prometheus.log")].concat();
            Error::Other(format!("{error}\n{logs}"))
        })
    }

    fn tail(&self, log: &str) -> String {
        let text = fs::read_to_string(self.folder.join(log)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        format!("--- {log}\n{}\n", lines[lines.len().saturating_sub(10)..].join("\n"))
    }
}

/// An address of this machine that is free now.
fn free_address() -> Result<String, Error> {
    let bound = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = bound.map_err(Error::file("bind", Path::new("127.0.0.1:0")))?;
    Ok(address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_found_wherever_they_are() {
        let dashboard = r#"{"panels": [{"targets": [{"expr": "rate(a{job=\"$job\"}[$__rate_interval])"}, {"expr": "b"}]},
                            {"panels": [{"targets": [{"expr": "b"}]}]}]}"#;
        assert_eq!(queries(dashboard).unwrap(), ["rate(a{job=\"clipig\"}[30s])", "b"]);
        assert!(queries("{}").is_err());
    }
}

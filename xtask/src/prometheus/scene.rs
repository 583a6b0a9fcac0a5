//! A farm and a Prometheus that scrapes it, in a folder of their own.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::series::Span;
use crate::deploy::ALERTS;
use crate::error::Error;
use crate::places::Places;
use crate::process::{Owned, captured, output, run as start};
use crate::waiting::until;

/// Everything of a run lies here.
const FOLDER: &str = "target/prometheus";

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

/// Where everything is.
pub(super) struct Scene {
    folder: PathBuf,
    program: PathBuf,
    /// Of the coordinator's metrics.
    metrics: String,
    /// Of Prometheus.
    server: String,
}

impl Scene {
    pub(super) fn prepare(places: &Places, program: PathBuf) -> Result<Self, Error> {
        let folder = places.repository.join(FOLDER);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Error::file("empty", &folder))?;
        }
        fs::create_dir_all(&folder).map_err(Error::file("make", &folder))?;
        let scene = Self { program, metrics: free_address()?, server: free_address()?, folder };
        scene.write("experiment.yaml", EXPERIMENT)?;
        // As deploy/prometheus/scrape.yaml, more often and from where the farm is.
        let Self { metrics, .. } = &scene;
        let rules = places.repository.join(ALERTS);
        scene.write("prometheus.yaml", &format!(
            "scrape_configs:\n- job_name: clipig\n  scrape_interval: 5s\n  scrape_timeout: 5s\n  static_configs:\n  - \
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

    /// A coordinator and a worker, which write checkpoints all the time. So few jobs run at once that others wait.
    pub(super) fn farm(&self) -> Result<Owned, Error> {
        let mut farm =
            self.clipig(&["farm", "start", "--data", "data", "--http-listen", &self.metrics, "--listen"]);
        farm.arg(self.address()).env("CLIPIG_COORDINATOR__CHECKPOINT__MIN_SECONDS", "0");
        farm.env("CLIPIG_COORDINATOR__CHECKPOINT__SHARE", "1");
        farm.env("CLIPIG_COORDINATOR__MAX_RUNNING_JOBS", "3");
        self.spawn(farm, "farm.log")
    }

    pub(super) fn prometheus(&self) -> Result<Owned, Error> {
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

    pub(super) fn clipig(&self, arguments: &[&str]) -> Command {
        let mut clipig = Command::new(&self.program);
        clipig.args(arguments).current_dir(&self.folder).env("CLIPIG_FARM", self.address());
        clipig
    }

    /// A further worker. It is killed when it is dropped.
    pub(super) fn worker(&self) -> Result<Owned, Error> {
        let address = self.address();
        let worker = self.clipig(&["worker", "--farm", &address, "--name", "second", "--cache", "cache"]);
        self.spawn(worker, "worker.log")
    }

    /// Submits [`EXPERIMENT`] with further options.
    pub(super) fn submit(&self, options: &[&str]) -> Result<(), Error> {
        captured(self.clipig(&["submit", "experiment.yaml"]).args(options)).map(drop)
    }

    /// The values that a query has now.
    pub(super) fn values(&self, query: &str) -> Result<Vec<String>, Error> {
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

    /// What a query has been in a stretch of time, as JSON.
    pub(super) fn range(&self, query: &str, span: Span) -> Result<Vec<u8>, Error> {
        let Span { start, step, .. } = span;
        let mut promtool = Command::new("promtool");
        promtool.args(["query", "range", "--format=json", &format!("--start={start}")]);
        promtool.args([format!("--end={}", start + u64::from(span.seconds())), format!("--step={step}s")]);
        captured(promtool.args([&format!("http://{}", self.server), query]))
    }

    pub(super) fn until(&self, what: &str, done: impl FnMut() -> Result<bool, Error>) -> Result<(), Error> {
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

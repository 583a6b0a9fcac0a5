//! Jobs while their farm is disturbed: the pictures must be those of an undisturbed farm, and of this machine where it is
//! of the same kind.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::faults;
use super::kubectl::{Kubectl, name};
use crate::error::Error;
use crate::jobs::{Length, epochs_done};
use crate::pictures::{picture_in, shown_in};
use crate::process::{Started, captured, output, run, started};
use crate::steps::seconds;
use crate::table::Seen;
use crate::waiting::until;

/// The experiment, but for its number of epochs.
const EXPERIMENT: &str = "\
resolution: 64
seed: 11
model: clipig-tiny
targets:
  - batch_size: 16
    features: [{text: a red apple}]
    transforms: [{random_crop: 48}, {noise: .1}]
";

/// Of one job alone: three take three times as long, and everything happens while they run.
const LENGTH: Length = Length { first_epochs: 200, alone: Duration::from_mins(2), most: 500_000 };

/// How long jobs may take.
const PATIENCE: Duration = Duration::from_mins(30);

/// How often everything is tried again, with twice as many epochs, because the jobs had ended before it was over.
const ATTEMPTS: u32 = 3;

/// Where the picture of the undisturbed job comes to lie.
const UNDISTURBED: &str = "undisturbed";

/// What a client of the farm needs.
pub(super) struct Access {
    /// The program `clipig`.
    pub(super) client: PathBuf,
    /// With `ca.crt` and `client.token`; pictures come to lie here.
    pub(super) folder: PathBuf,
}

impl Access {
    fn clipig(&self, arguments: &[&str]) -> Command {
        let mut clipig = Command::new(&self.client);
        clipig.args(arguments).current_dir(&self.folder).env("CLIPIG_FARM", "https://localhost:7870");
        clipig.env("CLIPIG_TOKEN_FILE", "client.token").env("CLIPIG_TLS_CA", "ca.crt");
        clipig
    }

    /// A port forwarding breaks with the pod that it leads to, so there is a new one after each disturbance.
    fn forward(&self, kubectl: &Kubectl) -> Result<Started, Error> {
        let mut command = kubectl.command(&["port-forward", "service/clipig-coordinator", "7870"]);
        let forwarding = started(&mut command)?;
        until("the farm answers", Duration::from_mins(2), || {
            Ok(output(&mut self.clipig(&["farm"]))?.status.success())
        })?;
        Ok(forwarding)
    }

    /// What `clipig … --json` prints.
    fn json(&self, arguments: &[&str]) -> Result<Value, Error> {
        let text = captured(&mut self.clipig(&[arguments, &["--json"]].concat()))?;
        serde_json::from_slice(&text).map_err(|error| {
            Error::Other(format!("`clipig {} --json` prints no JSON: {error}", arguments.join(" ")))
        })
    }

    /// Waits until the farm has every worker that has a pod; how long that took.
    fn all_there(&self, kubectl: &Kubectl) -> Result<Duration, Error> {
        until("the farm has every worker that has a pod", PATIENCE, || {
            let workers = self.json(&["workers"])?;
            let pods = kubectl.pods("clipig-worker")?;
            Ok(!pods.is_empty() && pods.iter().all(|pod| is_there(&workers, name(pod))))
        })
    }

    /// Do workers say what their pods may use? For people.
    pub(super) fn resources(&self, kubectl: &Kubectl) -> Result<String, Error> {
        let forwarding = self.forward(kubectl)?;
        self.all_there(kubectl)?;
        let workers = self.json(&["workers"])?;
        drop(forwarding);
        let deployment = kubectl.json(&["get", "deployment", "clipig-worker"])?;
        compared(&workers, &deployment["spec"]["template"]["spec"]["containers"][0]["resources"])
    }

    fn submit(&self, epochs: u64) -> Result<String, Error> {
        let file = self.folder.join("experiment.yaml");
        fs::write(&file, format!("epochs: {epochs}\n{EXPERIMENT}")).map_err(Error::file("write", &file))?;
        let number = captured(&mut self.clipig(&["submit", "experiment.yaml"]))?;
        Ok(String::from_utf8_lossy(&number).trim().to_owned())
    }

    fn epochs_done(&self, job: &str) -> Result<u64, Error> {
        epochs_done(job, &self.json(&["job", job])?)
    }

    /// Waits for its end; the hash of what its picture shows. The picture lies in the folder of this name.
    fn finish(&self, job: &str, folder: &str) -> Result<String, Error> {
        run(self.clipig(&["watch", job, "--json"]).stdout(Stdio::null()))?;
        let place = self.folder.join(folder);
        if place.exists() {
            fs::remove_dir_all(&place).map_err(Error::file("empty", &place))?;
        }
        run(self.clipig(&["fetch", job, "-o", folder]).stdout(Stdio::null()))?;
        shown_in(&place)
    }
}

/// Does the farm have this worker, ready to compute?
fn is_there(workers: &Value, name: &str) -> bool {
    let mut workers = workers.as_array().into_iter().flatten();
    workers.any(|worker| worker["worker"] == name && (worker["state"] == "idle" || worker["state"] == "busy"))
}

/// A worker has the cores that its pod requests, and the memory that its pod is limited to: not what its node has.
fn compared(workers: &Value, resources: &Value) -> Result<String, Error> {
    let cores = resources["requests"]["cpu"].as_str().and_then(|cores| cores.parse::<u64>().ok());
    let memory = resources["limits"]["memory"].as_str().and_then(|memory| memory.strip_suffix("Gi"));
    let memory = memory.and_then(|memory| memory.parse::<u64>().ok()).map(|gibibytes| gibibytes << 30);
    let (Some(cores), Some(memory)) = (cores, memory) else {
        return Err(Error::Other(format!("these are not whole cores and GiB: {resources}")));
    };
    let workers = workers.as_array().map(Vec::as_slice).unwrap_or_default();
    match workers.iter().find(|worker| worker["cores"] != cores || worker["memory"] != memory) {
        Some(other) => Err(Error::Other(format!("a worker has other resources than {resources}: {other}"))),
        None => Ok(format!("{} workers, each with {cores} cores and {} GiB", workers.len(), memory >> 30)),
    }
}

/// Something that happens to a cluster while jobs run. Says what was seen.
type Disturbance = fn(&Kubectl) -> Result<String, Error>;

/// In this order.
const DISTURBANCES: [Disturbance; 3] =
    [faults::evict_half_of_the_workers, faults::kill_the_coordinator, faults::upgrade];

/// Three jobs, and everything that happens to them.
pub(super) fn survive(kubectl: &Kubectl, farm: &Access) -> Result<Seen, Error> {
    let mut forwarding = Some(farm.forward(kubectl)?);
    let start = Instant::now();
    farm.finish(&farm.submit(LENGTH.first_epochs)?, UNDISTURBED)?;
    let mut epochs = LENGTH.epochs(start.elapsed());
    for _ in 0..ATTEMPTS {
        eprintln!("jobs of {epochs} epochs");
        let expected = farm.finish(&farm.submit(epochs)?, UNDISTURBED)?;
        let jobs = [farm.submit(epochs)?, farm.submit(epochs)?, farm.submit(epochs)?];
        let mut seen = Vec::new();
        for disturb in DISTURBANCES {
            let done = farm.epochs_done(&jobs[0])?;
            until("the jobs get on", PATIENCE, || {
                let now = farm.epochs_done(&jobs[0])?;
                Ok(now > done + 10 || now >= epochs)
            })?;
            let words = disturb(kubectl)?;
            // The old one is gone before the new one takes its port.
            drop(forwarding.take());
            forwarding = Some(farm.forward(kubectl)?);
            let back = farm.all_there(kubectl)?;
            eprintln!("{words}; the farm has all workers {} later", seconds(back));
            seen.push(words);
        }
        let done = jobs.iter().map(|job| farm.epochs_done(job)).collect::<Result<Vec<_>, _>>()?;
        for job in &jobs {
            let found = farm.finish(job, &format!("job-{job}"))?;
            if found != expected {
                return Err(Error::Other(format!(
                    "job {job} has made {found}, an undisturbed job {expected}"
                )));
            }
        }
        if done.iter().all(|done| *done < epochs) {
            let words = format!("{}; three jobs and an undisturbed one of {epochs} epochs", seen.join("; "));
            return Ok(Seen { words, hash: format!("four times `{expected}`") });
        }
        epochs *= 2;
        eprintln!("a job had ended before this was over; once more, with {epochs} epochs");
    }
    Err(Error::Other(format!("jobs of {} epochs end before this is over", epochs / 2)))
}

/// Renders the undisturbed job's picture from what the picture says of its making. On a processor of another kind it may
/// become another one, and then `clipig render` says so.
pub(super) fn repeated(farm: &Access) -> Result<Seen, Error> {
    let folder = farm.folder.join(UNDISTURBED);
    let expected = shown_in(&folder)?;
    let picture = picture_in(&folder)?.display().to_string();
    let here = farm.folder.join("here");
    if here.exists() {
        fs::remove_dir_all(&here).map_err(Error::file("empty", &here))?;
    }
    let mut render = farm.clipig(&["render", &picture, "-o", "here/"]);
    let rendered = output(render.env_remove("CLIPIG_FARM"))?;
    let words = String::from_utf8_lossy(&rendered.stderr).into_owned();
    if !rendered.status.success() {
        return Err(Error::Other(format!("`clipig render` fails: {words}")));
    }
    judged(&expected, &shown_in(&here)?, &words)
}

/// What the pictures of the cluster and of this machine tell, with the words of `clipig render`.
fn judged(expected: &str, found: &str, words: &str) -> Result<Seen, Error> {
    let hash = format!("`{found}`");
    if found == expected {
        return Ok(Seen { words: "`clipig render` makes the same picture here".into(), hash });
    }
    match words.lines().find(|line| line.contains("the picture may differ")) {
        Some(note) => {
            Ok(Seen { words: format!("another picture here, as `clipig render` says: {note}"), hash })
        }
        None => Err(Error::Other(format!("`clipig render` makes {found} here, the cluster made {expected}"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn jobs_are_as_long_as_the_cluster_is_quick() {
        assert_eq!(LENGTH.epochs(Duration::from_secs(2)), 12_000);
        assert_eq!(LENGTH.epochs(Duration::from_mins(10)), LENGTH.first_epochs);
        assert_eq!(LENGTH.epochs(Duration::ZERO), 240_000);
    }

    #[test]
    fn only_workers_that_can_compute_are_there() {
        let workers = json!([{ "worker": "a", "state": "idle" }, { "worker": "b", "state": "busy" },
            { "worker": "c", "state": "lost" }]);
        assert!(is_there(&workers, "a") && is_there(&workers, "b"));
        assert!(!is_there(&workers, "c") && !is_there(&workers, "d"));
    }

    #[test]
    fn workers_have_what_their_pods_may_use() {
        let resources = json!({ "requests": { "cpu": "2" }, "limits": { "memory": "8Gi" } });
        let worker = |cores: u64, memory: u64| json!([{ "worker": "a", "cores": cores, "memory": memory }]);
        assert_eq!(
            compared(&worker(2, 8 << 30), &resources).unwrap(),
            "1 workers, each with 2 cores and 8 GiB"
        );
        assert!(compared(&worker(64, 8 << 30), &resources).is_err());
        assert!(compared(&worker(2, 512 << 30), &resources).is_err());
        assert!(compared(&worker(2, 8 << 30), &json!({})).is_err());
    }

    #[test]
    fn another_picture_needs_a_reason() {
        let note = "note: the kind of device was A, now it is B; the picture may differ";
        assert_eq!(judged("ab", "ab", "").unwrap().hash, "`ab`");
        assert!(judged("ab", "cd", note).unwrap().words.ends_with(note));
        assert!(judged("ab", "cd", "100 %").is_err());
    }
}

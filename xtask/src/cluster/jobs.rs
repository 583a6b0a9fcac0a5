//! Jobs while their farm is disturbed: the pictures must be those of an undisturbed farm, and of this machine where it is
//! of the same kind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::faults;
use super::kubectl::Kubectl;
use crate::error::Error;
use crate::places::Places;
use crate::process::{Started, captured, cargo, output, run, started};
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

/// Epochs of the job that measures how quick the cluster is.
const FIRST_EPOCHS: u64 = 200;

/// How long one job alone is to take: three take three times as long, and everything happens while they run.
const ALONE: Duration = Duration::from_mins(2);

/// How long jobs may take.
const PATIENCE: Duration = Duration::from_mins(30);

/// What a client of the farm needs.
pub(super) struct Access {
    /// The program `clipig`.
    pub(super) client: PathBuf,
    /// With `ca.crt` and `client.token`; pictures come to lie here.
    pub(super) folder: PathBuf,
}

/// Builds `clipig`.
pub(super) fn build_client(places: &Places) -> Result<PathBuf, Error> {
    run(cargo(places).args(["build", "--release", "--package", "clipig", "--bin", "clipig"]))?;
    Ok(places.target().join("release/clipig"))
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

    fn submit(&self, epochs: u64) -> Result<String, Error> {
        let file = self.folder.join("experiment.yaml");
        fs::write(&file, format!("epochs: {epochs}\n{EXPERIMENT}")).map_err(Error::file("write", &file))?;
        let number = captured(&mut self.clipig(&["submit", "experiment.yaml"]))?;
        Ok(String::from_utf8_lossy(&number).trim().to_owned())
    }

    fn epochs_done(&self, job: &str) -> Result<u64, Error> {
        let text = captured(&mut self.clipig(&["job", job, "--json"]))?;
        let json: serde_json::Value = serde_json::from_slice(&text)
            .map_err(|error| Error::Other(format!("`clipig job --json` prints no JSON: {error}")))?;
        json["epochs_done"]
            .as_u64()
            .ok_or_else(|| Error::Other(format!("job {job} has no `epochs_done`: {json}")))
    }

    /// Waits for its end; what its picture shows.
    fn finish(&self, job: &str) -> Result<Vec<u8>, Error> {
        run(self.clipig(&["watch", job, "--json"]).stdout(Stdio::null()))?;
        let folder = format!("job-{job}");
        run(self.clipig(&["fetch", job, "-o", &folder]).stdout(Stdio::null()))?;
        picture_in(&self.folder.join(folder))
    }
}

/// Something that happens to a cluster while jobs run.
type Disturbance = fn(&Kubectl) -> Result<(), Error>;

/// Three jobs, and everything that happens to them.
pub(super) fn survive(kubectl: &Kubectl, farm: &Access) -> Result<(), Error> {
    let mut forwarding = farm.forward(kubectl)?;
    let start = Instant::now();
    farm.finish(&farm.submit(FIRST_EPOCHS)?)?;
    let epochs = epochs_for(start.elapsed());
    eprintln!("jobs of {epochs} epochs");
    let undisturbed = farm.submit(epochs)?;
    let expected = farm.finish(&undisturbed)?;
    let jobs = [farm.submit(epochs)?, farm.submit(epochs)?, farm.submit(epochs)?];
    let disturbances: [(&str, Disturbance); 3] = [
        ("half of the workers are evicted", faults::evict_half_of_the_workers),
        ("the coordinator is killed", faults::lost_coordinator),
        ("everything is upgraded", faults::upgrade),
    ];
    for (what, disturb) in disturbances {
        let done = farm.epochs_done(&jobs[0])?;
        until("the jobs get on", PATIENCE, || match farm.epochs_done(&jobs[0])? {
            now if now >= epochs => Err(Error::Other(format!("the jobs had ended before this: {what}"))),
            now => Ok(now > done + 10),
        })?;
        eprintln!("{what}");
        disturb(kubectl)?;
        drop(forwarding);
        forwarding = farm.forward(kubectl)?;
    }
    for job in &jobs {
        if farm.finish(job)? != expected {
            return Err(Error::Other(format!(
                "job {job} has another picture than undisturbed job {undisturbed}"
            )));
        }
    }
    drop(forwarding);
    let mut here = farm.clipig(&["render", "experiment.yaml", "-o", "here.png", "-v", "0"]);
    run(here.env_remove("CLIPIG_FARM"))?;
    if shown(&farm.folder.join("here.png"))? == expected {
        eprintln!("all four have the picture that this machine renders");
    } else {
        eprintln!(
            "all four have the same picture, and this machine renders another one; `clipig workers` tells whether the \
             cluster's processors are of another kind"
        );
    }
    Ok(())
}

/// As many epochs as take [`ALONE`], where [`FIRST_EPOCHS`] took this long.
fn epochs_for(first: Duration) -> u64 {
    let times = ALONE.as_secs_f64() / first.as_secs_f64().max(0.1);
    ((FIRST_EPOCHS as f64 * times) as u64).clamp(FIRST_EPOCHS, 500_000)
}

fn picture_in(folder: &Path) -> Result<Vec<u8>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let mut pictures = entries.filter_map(Result::ok).map(|entry| entry.path());
    let picture = pictures.find(|path| path.extension().is_some_and(|extension| extension == "png"));
    shown(&picture.ok_or_else(|| Error::Other(format!("there is no picture in {}", folder.display())))?)
}

fn shown(picture: &Path) -> Result<Vec<u8>, Error> {
    let png = fs::read(picture).map_err(Error::file("read", picture))?;
    pixels(&png).ok_or_else(|| Error::Other(format!("{} is no PNG", picture.display())))
}

/// Size and pixels of a PNG, as they are packed: its chunks without what tells of its making. Chunks are a length of four
/// bytes, a name of four, the data, and a checksum of four.
pub(crate) fn pixels(png: &[u8]) -> Option<Vec<u8>> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut kept = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let (name, data) = (rest.get(4..8)?, rest.get(8..8 + length)?);
        if name == b"IHDR" || name == b"IDAT" {
            kept.extend_from_slice(data);
        }
        rest = rest.get(12 + length..)?;
    }
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &str, data: &str) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes()[..], name.as_bytes(), data.as_bytes(), b"crc!"].concat()
    }

    #[test]
    fn jobs_are_as_long_as_the_cluster_is_quick() {
        assert_eq!(epochs_for(Duration::from_secs(2)), 12_000);
        assert_eq!(epochs_for(Duration::from_mins(10)), FIRST_EPOCHS);
        assert_eq!(epochs_for(Duration::ZERO), 240_000);
    }

    #[test]
    fn only_what_is_shown_counts() {
        let png = |text: &str, data: &str| {
            let chunks = [chunk("IHDR", "size"), chunk("tEXt", text), chunk("IDAT", data), chunk("IEND", "")];
            [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
        };
        let one = png("job 1", "red");
        assert_eq!(pixels(&one).unwrap(), b"sizered");
        assert_eq!(pixels(&one), pixels(&png("job 2", "red")));
        assert_ne!(pixels(&one), pixels(&png("job 1", "green")));
        assert_eq!(pixels(b"GIF89a"), None);
        assert_eq!(pixels(&one[..one.len() - 5]), None, "cut off");
    }
}

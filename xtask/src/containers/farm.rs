//! A farm in containers: a coordinator and three workers on a network of their own, with TLS and tokens, and a client. All of
//! them run as user 65532 with a read-only root and no capabilities.

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::podman::{command, confined, make_network, make_volume, podman, said};
use crate::cluster::documented::make_certificates;
use crate::error::Error;
use crate::places::Places;
use crate::process::output;
use crate::waiting::until;

/// Names of the workers.
pub(super) const WORKERS: [&str; 3] = ["worker-1", "worker-2", "worker-3"];

/// Name of the coordinator, in its certificate and in the network.
pub(super) const COORDINATOR: &str = "coordinator";

/// How long a container may take to do what it should.
pub(super) const PATIENCE: Duration = Duration::from_mins(5);

/// The user of the images.
pub(super) const USER: u32 = 65532;

/// Last numbers of addresses: those of workers stay, the coordinator has another one whenever it is made anew.
const WORKER_HOST: u8 = 20;
const COORDINATOR_HOST: u8 = 100;

/// Share of a core that a worker gets: jobs shall last longer than what happens to the farm meanwhile, however quick the
/// machine is.
const CORES: &str = "0.3";

/// Which addresses there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// IPv4.
    V4,
    /// IPv6 and nothing else.
    V6,
}

impl Family {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6 alone",
        }
    }

    /// A private network that this machine has no route to: its third number, or its 40 random bits (RFC 4193), come from
    /// a number that differs from run to run.
    fn subnet(self, number: u32) -> String {
        match self {
            Self::V4 => format!("10.213.{}.0/24", number % 256),
            Self::V6 => format!("fdc1:{:x}:{:x}::/64", number >> 16, number & 0xffff),
        }
    }

    /// The address of a host in such a network.
    fn address(self, subnet: &str, host: u8) -> String {
        match self {
            Self::V4 => subnet.replace(".0/24", &format!(".{host}")),
            Self::V6 => subnet.replace("/64", &format!("{host:x}")),
        }
    }
}

/// A farm that runs.
pub(super) struct Farm {
    pub(super) family: Family,
    /// With certificates and tokens, which containers may read.
    secrets: PathBuf,
    /// With the experiment; pictures come to lie here.
    pub(super) pictures: PathBuf,
    subnet: String,
    pub(super) image: String,
    /// The last number of the coordinator's next address.
    next_host: Cell<u8>,
}

impl Farm {
    /// Makes network, volumes, certificates and containers, and waits until all workers are ready.
    pub(super) fn start(places: &Places, family: Family, folder: &Path, image: &str) -> Result<Self, Error> {
        let folder = folder.join(match family {
            Family::V4 => "farm-4",
            Family::V6 => "farm-6",
        });
        let (secrets, pictures) = (folder.join("secrets"), folder.join("pictures"));
        for folder in [&secrets, &pictures] {
            super::base::fresh(folder)?;
        }
        make_certificates(places, COORDINATOR, &secrets)?;
        let entries = fs::read_dir(&secrets).map_err(Error::file("read", &secrets))?;
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()).chain([pictures.clone()]) {
            chown(&path, Some(USER), Some(USER)).map_err(Error::file("give away", &path))?;
        }
        let subnet = family.subnet(std::process::id());
        let farm = Self {
            family,
            secrets,
            pictures,
            subnet,
            image: image.to_owned(),
            next_host: Cell::new(COORDINATOR_HOST),
        };
        make_network(&farm.network(), &farm.subnet)?;
        for volume in WORKERS.into_iter().chain([COORDINATOR]) {
            make_volume(&farm.container(volume))?;
        }
        farm.start_coordinator(image)?;
        for worker in WORKERS {
            farm.start_worker(worker, image)?;
        }
        // With this farm its logs are gone, too.
        farm.all_ready().map_err(|error| Error::Other(format!("{error}\n{}", farm.logs())))?;
        Ok(farm)
    }

    fn network(&self) -> String {
        self.container("network")
    }

    /// What podman calls a part of this farm.
    pub(super) fn container(&self, part: &str) -> String {
        let family = if self.family == Family::V4 { 4 } else { 6 };
        format!("clipig-rehearsal-{family}-{part}")
    }

    /// A container of the farm, with an address of its own and a name that the others find it by.
    fn detached(&self, part: &str, host: u8) -> Command {
        let mut run = confined();
        let address = self.family.address(&self.subnet, host);
        run.args(["--detach", "--name", &self.container(part)]);
        run.args(["--network", &format!("{}:ip={address},alias={part}", self.network())]);
        run.arg("--volume").arg(format!("{}:/secrets:ro", self.secrets.display()));
        run
    }

    /// Under an address that it has not had before; its data outlive it.
    pub(super) fn start_coordinator(&self, image: &str) -> Result<(), Error> {
        let host = self.next_host.get();
        self.next_host.set(if host < 250 { host + 1 } else { COORDINATOR_HOST });
        let mut run = self.detached(COORDINATOR, host);
        run.args(["--volume", &format!("{}:/data", self.container(COORDINATOR))]);
        for (key, value) in [
            ("LISTEN", "[::]:7870"),
            ("TLS__CERTIFICATE", "/secrets/tls.crt"),
            ("TLS__KEY", "/secrets/tls.key"),
            ("TOKENS__CLIENT_FILE", "/secrets/client.token"),
            ("TOKENS__WORKER_FILE", "/secrets/worker.token"),
        ] {
            run.args(["--env", &format!("CLIPIG_COORDINATOR__{key}={value}")]);
        }
        said(run.arg(image)).map(drop)
    }

    pub(super) fn start_worker(&self, name: &str, image: &str) -> Result<(), Error> {
        let number = WORKERS.iter().position(|worker| *worker == name).unwrap_or_default();
        let mut run = self.detached(name, WORKER_HOST + number as u8);
        run.args(["--volume", &format!("{}:/cache", self.container(name)), "--cpus", CORES]);
        for (key, value) in [
            ("COORDINATOR", format!("https://{COORDINATOR}:7870").as_str()),
            ("TLS__CA", "/secrets/ca.crt"),
            ("TOKEN_FILE", "/secrets/worker.token"),
            ("HEALTH_SOCKET", "/tmp/health.sock"),
            ("NAME", name),
            ("CORES", "1"),
        ] {
            run.args(["--env", &format!("CLIPIG_WORKER__{key}={value}")]);
        }
        said(run.args([image, "/usr/bin/clipig-worker"])).map(drop)
    }

    /// Is this worker ready, by its own health check? A container that does not run is not.
    pub(super) fn is_ready(&self, worker: &str) -> Result<bool, Error> {
        let container = self.container(worker);
        let asked = output(&mut command(&["exec", &container, "/usr/bin/clipig-health", "--ready"]))?;
        Ok(asked.status.success())
    }

    /// Waits until every worker is ready; how long that took.
    pub(super) fn all_ready(&self) -> Result<Duration, Error> {
        until("all workers are ready", PATIENCE, || {
            WORKERS.into_iter().try_fold(true, |all, worker| Ok(all && self.is_ready(worker)?))
        })
    }

    /// The client, in a container of its own.
    fn client(&self, arguments: &[&str]) -> Command {
        let mut run = confined();
        run.args(["--rm", "--network", &self.network(), "--workdir", "/pictures"]);
        run.arg("--volume").arg(format!("{}:/secrets:ro", self.secrets.display()));
        run.arg("--volume").arg(format!("{}:/pictures", self.pictures.display()));
        for (key, value) in [
            ("FARM", format!("https://{COORDINATOR}:7870").as_str()),
            ("TOKEN_FILE", "/secrets/client.token"),
            ("TLS_CA", "/secrets/ca.crt"),
        ] {
            run.args(["--env", &format!("CLIPIG_{key}={value}")]);
        }
        run.args([&self.image, "/usr/bin/clipig"]).args(arguments);
        run
    }

    /// What `clipig` prints.
    pub(super) fn clipig(&self, arguments: &[&str]) -> Result<String, Error> {
        said(&mut self.client(arguments))
    }

    /// What `clipig … --json` prints, once the farm answers: it may be about to come back.
    pub(super) fn json(&self, arguments: &[&str]) -> Result<Value, Error> {
        let mut printed = String::new();
        let mut words = String::new();
        until("the farm answers", PATIENCE, || match self.clipig(&[arguments, &["--json"]].concat()) {
            Ok(text) => {
                printed = text;
                Ok(true)
            }
            Err(error) => {
                words = error.to_string();
                Ok(false)
            }
        })
        .map_err(|error| Error::Other(format!("{error}\n  {words}")))?;
        serde_json::from_str(&printed)
            .map_err(|error| Error::Other(format!("clipig prints no JSON: {error}")))
    }

    /// A farm of one without any network: `clipig render`.
    pub(super) fn render(&self, arguments: &[&str]) -> Result<(), Error> {
        let mut run = confined();
        run.args(["--rm", "--network", "none", "--workdir", "/pictures"]);
        run.arg("--volume").arg(format!("{}:/pictures", self.pictures.display()));
        run.args([&self.image, "/usr/bin/clipig", "render", "-v", "0"]);
        said(run.args(arguments)).map(drop)
    }

    /// The number by which this machine knows the container's first process.
    pub(super) fn process(&self, part: &str) -> Result<String, Error> {
        let number = podman(&["inspect", "--format", "{{.State.Pid}}", &self.container(part)])?;
        if number == "0" { Err(Error::Other(format!("{part} does not run"))) } else { Ok(number) }
    }

    /// What the kernel says of the rights of a container, and of its addresses.
    pub(super) fn rights(&self, part: &str) -> Result<String, Error> {
        let process = self.process(part)?;
        let path = PathBuf::from(format!("/proc/{process}/status"));
        let status = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        for (field, wanted) in
            [("Uid:", "65532"), ("Gid:", "65532"), ("CapEff:", "0000000000000000"), ("NoNewPrivs:", "1")]
        {
            let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
            if line.split_whitespace().next() != Some(wanted) {
                return Err(Error::Other(format!("{part} has {field}{line}, not {wanted}")));
            }
        }
        let path = PathBuf::from(format!("/proc/{process}/mounts"));
        let mounts = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        if !root_is_read_only(&mounts) {
            return Err(Error::Other(format!("the root of {part} can be written to")));
        }
        let network = format!("--net=/proc/{process}/ns/net");
        let listed = said(
            Command::new("nsenter").args([&network, "ip", "-oneline", "address", "show", "scope", "global"]),
        )?;
        let addresses: Vec<_> = listed.lines().filter_map(|line| line.split_whitespace().nth(3)).collect();
        if self.family == Family::V6 && addresses.iter().any(|address| address.contains('.')) {
            return Err(Error::Other(format!("{part} has an address of IPv4: {}", addresses.join(", "))));
        }
        Ok(addresses.join(", "))
    }

    /// The last lines of all logs, for a person who looks for the reason of a failure.
    pub(super) fn logs(&self) -> String {
        let mut text = String::new();
        for part in [COORDINATOR].into_iter().chain(WORKERS) {
            let log = output(&mut command(&["logs", "--tail", "8", &self.container(part)]));
            let lines = log.map(|log| [log.stdout, log.stderr].concat()).unwrap_or_default();
            text.extend(["--- ", part, "\n", &String::from_utf8_lossy(&lines)]);
        }
        text
    }
}

impl Drop for Farm {
    /// Removes its containers, which would go on computing.
    fn drop(&mut self) {
        for part in [COORDINATOR].into_iter().chain(WORKERS) {
            // At worst it is removed at the end.
            let _ = podman(&["rm", "--force", "--time", "0", &self.container(part)]);
        }
    }
}

/// By the list of what is mounted: device, place, file system, options.
fn root_is_read_only(mounts: &str) -> bool {
    let fields = mounts.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut roots = fields.filter(|fields| fields.get(1) == Some(&"/"));
    roots
        .next_back()
        .and_then(|fields| fields.get(3).map(|options| options.split(',').any(|one| one == "ro")))
        == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lie_in_their_network() {
        let subnet = Family::V4.subnet(0x1234_5678);
        assert_eq!(
            (subnet.as_str(), Family::V4.address(&subnet, 20).as_str()),
            ("10.213.120.0/24", "10.213.120.20")
        );
        let subnet = Family::V6.subnet(0x1234_5678);
        assert_eq!(subnet, "fdc1:1234:5678::/64");
        assert_eq!(Family::V6.address(&subnet, 20), "fdc1:1234:5678::14");
    }

    #[test]
    fn a_root_that_can_be_written_to_is_noticed() {
        let mounts =
            |options: &str| format!("overlay / overlay {options},lowerdir=/x 0 0\ntmpfs /tmp tmpfs rw 0 0\n");
        assert!(root_is_read_only(&mounts("ro,relatime")));
        assert!(!root_is_read_only(&mounts("rw,relatime")));
        assert!(!root_is_read_only(""));
    }
}

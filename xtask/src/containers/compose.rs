//! The compose file, run as it stands by Docker's own program, which podman answers in place of Docker.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::base::fresh;
use super::farm::{COORDINATOR, PATIENCE, USER};
use super::podman::{LIMITS, PREFIX, podman, said};
use crate::cluster::documented::make_certificates;
use crate::error::Error;
use crate::places::Places;
use crate::process::output;
use crate::table::Seen;
use crate::waiting::until;

/// Debian's package of the same name.
pub(super) const PROGRAM: &str = "docker-compose";

/// The image that the compose file names.
const IMAGE: &str = "registry.example.com/clipig:0.1.0";

/// Its services.
const SERVICES: [&str; 2] = [COORDINATOR, "worker"];

/// podman's answers to Docker's programs, until it is dropped.
struct Service {
    child: Child,
    folder: PathBuf,
}

impl Drop for Service {
    fn drop(&mut self) {
        // What was never started cannot be stopped; the cleaner comes later, too.
        let _ = output(&mut self.compose(&["down", "--volumes", "--timeout", "0"]));
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = podman(&["image", "rm", IMAGE]);
    }
}

/// Coordinator and worker must become healthy by the checks in the file, and a client of this machine must reach them.
pub(super) fn rehearse(places: &Places, image: &str, programs: &Path, folder: &Path) -> Result<Seen, Error> {
    if podman(&["image", "exists", IMAGE]).is_ok() {
        return Err(Error::Other(format!(
            "podman has an image {IMAGE}, which may be somebody's; nothing was done"
        )));
    }
    let folder = folder.join("compose");
    let secrets = folder.join("secrets");
    for folder in [&folder, &secrets] {
        fresh(folder)?;
    }
    make_certificates(places, COORDINATOR, &secrets)?;
    for name in ["tls.crt", "tls.key", "ca.crt", "client.token", "worker.token"] {
        let path = secrets.join(name);
        chown(&path, Some(USER), Some(USER)).map_err(Error::file("give away", &path))?;
    }
    let file = folder.join("compose.yaml");
    fs::copy(places.repository.join("deploy/compose/compose.yaml"), &file)
        .map_err(Error::file("write", &file))?;
    podman(&["tag", image, IMAGE])?;
    let service = Service::start(folder)?;
    said(&mut service.compose(&["up", "--detach"]))?;
    for part in SERVICES {
        let container = container(part)?;
        let mut words = String::new();
        until(&format!("the health check of {part} succeeds"), PATIENCE, || {
            let checked = podman(&["healthcheck", "run", &container]);
            words = checked.as_ref().err().map(Error::to_string).unwrap_or_default();
            Ok(checked.is_ok())
        })
        .map_err(|error| Error::Other(format!("{error}; {words}")))?;
    }
    let mut client = Command::new(programs.join("clipig"));
    client.arg("workers").env("CLIPIG_FARM", "https://localhost:7870").current_dir(&secrets);
    let workers = said(client.env("CLIPIG_TOKEN_FILE", "client.token").env("CLIPIG_TLS_CA", "ca.crt"))?;
    match workers.lines().count() {
        2 => Ok(Seen::words(
            "coordinator and worker are healthy; the farm answers at 127.0.0.1:7870 and has one worker",
        )),
        _ => Err(Error::Other(format!("`clipig workers` does not show one worker:\n{workers}"))),
    }
}

/// The container of a service: versions of docker-compose name it differently, and mark it in the same way.
fn container(service: &str) -> Result<String, Error> {
    let project = format!("label=com.docker.compose.project={PREFIX}");
    let service = format!("label=com.docker.compose.service={service}");
    podman(&["ps", "--quiet", "--filter", &project, "--filter", &service])
}

impl Service {
    fn start(folder: PathBuf) -> Result<Self, Error> {
        // Compose files cannot say what holds for all containers of a machine.
        let limits: Vec<_> =
            LIMITS.iter().filter(|word| word.contains('=')).map(|limit| format!("{limit:?}")).collect();
        let settings = folder.join("containers.conf");
        fs::write(&settings, format!("[containers]\ndefault_ulimits = [{}]\n", limits.join(", ")))
            .map_err(Error::file("write", &settings))?;
        let mut serve = Command::new("podman");
        serve.args(["system", "service", "--time", "0", &format!("unix://{}/podman.sock", folder.display())]);
        serve
            .env("CONTAINERS_CONF", &settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = serve.spawn().map_err(|source| Error::NotStarted { program: "podman".into(), source })?;
        let service = Self { child, folder };
        until("podman answers", PATIENCE, || Ok(said(&mut service.compose(&["ps"])).is_ok()))?;
        Ok(service)
    }

    fn compose(&self, arguments: &[&str]) -> Command {
        let mut compose = Command::new(PROGRAM);
        compose.current_dir(&self.folder).args(["--project-name", PREFIX, "--file", "compose.yaml"]);
        compose.args(arguments).env("DOCKER_HOST", format!("unix://{}/podman.sock", self.folder.display()));
        compose
    }
}

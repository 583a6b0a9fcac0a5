//! The batch script, run as it stands by a Slurm of one machine. Its two GPUs are device files of other things: Slurm hands
//! them out as if they were GPUs, and the workers compute on the CPU.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::base::fresh;
use super::farm::PATIENCE;
use super::podman::said;
use crate::cluster::documented::make_certificates;
use crate::error::Error;
use crate::places::Places;
use crate::table::Seen;
use crate::waiting::until;

/// What Debian's packages slurmctld, slurmd, slurm-client and munge bring.
pub(super) const PROGRAMS: [&str; 6] = ["munged", "slurmctld", "slurmd", "sbatch", "scancel", "sinfo"];

const SCRIPT: &str = "deploy/slurm/clipig-workers.sbatch";

/// How long a process may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// A process that does not outlive its owner.
struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        // Slurm's daemons end others that they have started, if they are asked to end.
        let _ = said(Command::new("kill").arg(self.0.id().to_string()));
        let _ = until("it ends", GRACE, || Ok(self.0.try_wait().is_ok_and(|ended| ended.is_some())));
        // One that has ended is no matter.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where everything of this Slurm lies.
struct Cluster<'a> {
    folder: PathBuf,
    programs: &'a Path,
    /// Of the coordinator.
    farm: String,
}

/// A cluster, a coordinator, the script with two tasks, and its end.
pub(super) fn rehearse(places: &Places, programs: &Path, folder: &Path) -> Result<Seen, Error> {
    let cluster = Cluster {
        folder: folder.join("slurm"),
        programs,
        farm: format!("https://localhost:{}", free_port()?),
    };
    for folder in ["", "state", "spool", "data", "tokens"] {
        fresh(&cluster.folder.join(folder))?;
    }
    make_certificates(places, "coordinator", &cluster.folder.join("tokens"))?;
    let _daemons = cluster.start()?;
    let script = places.repository.join(SCRIPT);
    let mut sbatch = cluster.command("sbatch");
    sbatch.args(["--parsable", "--ntasks", "2"]);
    sbatch.arg(format!("--export=ALL,CLIPIG_COORDINATOR={}", cluster.farm)).arg(script);
    let job = said(&mut sbatch)?;
    let names: BTreeSet<String> = (0..2).map(|task| format!("slurm-{job}-{task}")).collect();
    until("both workers have joined", PATIENCE, || Ok(cluster.workers()? == names))
        .map_err(|error| cluster.explained(&error, &job))?;
    let gpus = gpus(&job)?;
    if gpus.len() != 2 {
        return Err(Error::Other(format!("the two workers see these GPUs: {gpus:?}")));
    }
    said(cluster.command("scancel").arg(&job))?;
    until("both workers have said goodbye", PATIENCE, || {
        // Slurm may cut the job's own log off before.
        Ok(cluster.log("coordinator.out").matches("it said goodbye").count() == 2)
    })
    .map_err(|error| cluster.explained(&error, &job))?;
    let gpus = gpus.into_iter().collect::<Vec<_>>().join(" and ");
    let names = names.into_iter().collect::<Vec<_>>().join(" and ");
    Ok(Seen::words(format!("{names}, each with a GPU of its own ({gpus}); scancel drains both")))
}

impl Cluster<'_> {
    /// A program that knows where the cluster and the farm are.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env("SLURM_CONF", self.folder.join("slurm.conf"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.programs.to_owned()).chain(std::env::split_paths(&path));
        if let Ok(path) = std::env::join_paths(folders) {
            command.env("PATH", path);
        }
        let tokens = self.folder.join("tokens");
        command.env("CLIPIG_CONFIG", &tokens).env("CLIPIG_DEVICE", "cpu").env("CLIPIG_FARM", &self.farm);
        command
            .env("CLIPIG_TOKEN_FILE", tokens.join("client.token"))
            .env("CLIPIG_TLS_CA", tokens.join("ca.crt"));
        command
    }

    fn start(&self) -> Result<Vec<Owned>, Error> {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = host.trim().split('.').next().unwrap_or_default();
        let munge = self.folder.join("munge.sock");
        self.write("slurm.conf", &configuration(host, &self.folder, &munge, [free_port()?, free_port()?]))?;
        let gpu = |file: &str| format!("NodeName={host} Name=gpu File={file}\n");
        self.write("gres.conf", &(gpu("/dev/zero") + &gpu("/dev/full")))?;
        let key = self.folder.join("munge.key");
        said(Command::new("openssl").args(["rand", "-out"]).arg(&key).arg("1024"))?;
        said(Command::new("chmod").arg("400").arg(&key))?;
        let option = |name: &str, file: &str| format!("--{name}={}", self.folder.join(file).display());
        let mut munged = self.command("munged");
        munged.args(["--foreground", "--force", &option("key-file", "munge.key")]);
        munged.args([option("socket", "munge.sock"), option("pid-file", "munge.pid")]);
        munged.args([option("log-file", "munge.log"), option("seed-file", "munge.seed")]);
        let mut coordinator = self.command("clipig-coordinator");
        let tokens = |file: &str| self.folder.join("tokens").join(file).display().to_string();
        for (key, value) in [
            ("LISTEN", self.farm.replace("https://localhost", "127.0.0.1")),
            ("HTTP_LISTEN", "off".to_owned()),
            ("DATA", self.folder.join("data").display().to_string()),
            ("TLS__CERTIFICATE", tokens("tls.crt")),
            ("TLS__KEY", tokens("tls.key")),
            ("TOKENS__CLIENT_FILE", tokens("client.token")),
            ("TOKENS__WORKER_FILE", tokens("worker.token")),
        ] {
            coordinator.env(format!("CLIPIG_COORDINATOR__{key}"), value);
        }
        let mut running =
            vec![self.spawn(munged, "munged.out")?, self.spawn(coordinator, "coordinator.out")?];
        until("munged listens", PATIENCE, || Ok(munge.exists()))?;
        let mut controller = self.command("slurmctld");
        controller.arg("-D");
        let mut node = self.command("slurmd");
        node.args(["-D", "-N", host]);
        running.push(self.spawn(controller, "slurmctld.out")?);
        running.push(self.spawn(node, "slurmd.out")?);
        until("the node is idle", PATIENCE, || {
            Ok(said(self.command("sinfo").args(["--noheader", "--format", "%T"]))
                .is_ok_and(|state| state == "idle"))
        })
        .map_err(|error| Error::Other(format!("{error}\n{}", self.log("slurmctld.out"))))?;
        Ok(running)
    }

    fn spawn(&self, mut command: Command, log: &str) -> Result<Owned, Error> {
        let path = self.folder.join(log);
        let file = File::create(&path).map_err(Error::file("write", &path))?;
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn();
        child.map(Owned).map_err(|source| Error::NotStarted { program, source })
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(Error::file("write", &path))
    }

    /// A log as far as it has come; one that nobody has begun is empty.
    fn log(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    fn explained(&self, error: &Error, job: &str) -> Error {
        let logs = ["slurmctld.out".to_owned(), format!("slurm-{job}.out")].map(|name| self.log(&name));
        Error::Other(format!("{error}\n{}", logs.join("\n")))
    }

    /// Names of the workers that are connected. A coordinator that is about to start has none.
    fn workers(&self) -> Result<BTreeSet<String>, Error> {
        let Ok(text) = said(self.command("clipig").args(["workers", "--json"])) else {
            return Ok(BTreeSet::new());
        };
        let workers: Value = serde_json::from_str(&text)
            .map_err(|error| Error::Other(format!("`clipig workers --json` prints no JSON: {error}")))?;
        let names = workers.as_array().into_iter().flatten().filter_map(|one| one["worker"].as_str());
        Ok(names.map(str::to_owned).collect())
    }
}

/// Of one machine with two GPUs, for root. More processors than there are do no harm here.
fn configuration(host: &str, folder: &Path, munge: &Path, [controller, node]: [u16; 2]) -> String {
    let (folder, munge) = (folder.display(), munge.display());
    format!(
        "ClusterName=rehearsal\nSlurmctldHost={host}(127.0.0.1)\nSlurmctldPort={controller}\nSlurmdPort={node}\n\
         AuthType=auth/munge\nAuthInfo=socket={munge}\nSlurmUser=root\nSlurmdUser=root\n\
         StateSaveLocation={folder}/state\nSlurmdSpoolDir={folder}/spool\n\
         SlurmctldPidFile={folder}/slurmctld.pid\nSlurmdPidFile={folder}/slurmd.pid\n\
         ProctrackType=proctrack/pgid\nTaskPlugin=task/none\nSlurmdParameters=config_overrides\n\
         SelectType=select/cons_tres\nSelectTypeParameters=CR_CPU\nGresTypes=gpu\nReturnToService=2\nMpiDefault=none\n\
         NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=16000 Gres=gpu:2 State=UNKNOWN\n\
         PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n"
    )
}

/// The GPUs that the job's workers are shown.
fn gpus(job: &str) -> Result<BTreeSet<String>, Error> {
    let proc = Path::new("/proc");
    let entries = fs::read_dir(proc).map_err(Error::file("read", proc))?;
    // Processes end while they are looked at, and most belong to others.
    let environments =
        entries.filter_map(Result::ok).filter_map(|entry| fs::read(entry.path().join("environ")).ok());
    Ok(environments.filter_map(|environment| gpu_of(&environment, job)).collect())
}

/// The GPU that a worker of the job is shown, by its environment; `None` for other processes.
fn gpu_of(environment: &[u8], job: &str) -> Option<String> {
    let text = String::from_utf8_lossy(environment);
    let value = |key: &str| text.split('\0').find_map(|entry| entry.strip_prefix(key)?.strip_prefix('='));
    value("CLIPIG_WORKER__NAME").filter(|name| name.starts_with(&format!("slurm-{job}-")))?;
    Some(value("CUDA_VISIBLE_DEVICES").unwrap_or("none").to_owned())
}

/// A port of this machine that is free now.
fn free_port() -> Result<u16, Error> {
    let bound = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(Error::file("bind", Path::new("127.0.0.1:0")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workers_gpu_is_read_from_its_environment() {
        let environment = b"PATH=/bin\0CLIPIG_WORKER__NAME=slurm-2-1\0CUDA_VISIBLE_DEVICES=1\0";
        assert_eq!(gpu_of(environment, "2").unwrap(), "1");
        assert_eq!(gpu_of(environment, "3"), None);
        assert_eq!(gpu_of(b"CLIPIG_WORKER__NAME=slurm-2-0\0", "2").unwrap(), "none");
        assert_eq!(gpu_of(b"PATH=/bin\0", "2"), None);
    }
}

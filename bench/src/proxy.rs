//! nginx, HAProxy and Caddy as installed on this machine, with the settings of `deploy/proxies`.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use serde::Serialize;
use tempfile::TempDir;

use crate::certificates::Certificates;
use crate::error::BenchError;
use crate::machine::family_seconds;

/// How long a proxy may take to listen.
const START: Duration = Duration::from_mins(1);

/// Which proxy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProxyKind {
    Nginx,
    #[value(name = "haproxy")]
    HaProxy,
    Caddy,
}

impl ProxyKind {
    pub(crate) const ALL: [Self; 3] = [Self::Nginx, Self::HaProxy, Self::Caddy];

    /// Its program.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::HaProxy => "haproxy",
            Self::Caddy => "caddy",
        }
    }

    /// Its file in `deploy/proxies`.
    fn settings(self) -> &'static str {
        match self {
            Self::Nginx => include_str!("../../deploy/proxies/nginx.conf"),
            Self::HaProxy => include_str!("../../deploy/proxies/haproxy.cfg"),
            Self::Caddy => include_str!("../../deploy/proxies/Caddyfile"),
        }
    }
}

/// A proxy before a coordinator. It ends when this is dropped.
pub(crate) struct Proxy {
    kind: ProxyKind,
    process: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Proxy {
    /// Starts a proxy before a coordinator without TLS, and waits until it listens.
    pub(crate) fn before(
        coordinator: SocketAddr,
        kind: ProxyKind,
        certificates: &Certificates,
    ) -> Result<Self, BenchError> {
        let folder = tempfile::tempdir().map_err(BenchError::at("a folder for a proxy"))?;
        let address = free_address().map_err(BenchError::at("an address for a proxy"))?;
        let write = |name: &str, text: String| {
            let path = folder.path().join(name);
            fs::write(&path, text).map_err(BenchError::at(path.display().to_string()))
        };
        write("settings", adapted(kind, address, coordinator, certificates.folder())?)?;
        if kind == ProxyKind::Nginx {
            write("nginx.conf", around_nginx(folder.path()))?;
        }
        let process = launch(kind, folder.path())?;
        let mut proxy = Self { kind, process, address, folder };
        proxy.wait_until_it_listens()?;
        Ok(proxy)
    }

    /// Where workers connect to, with TLS.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Time that its processes have computed, in seconds.
    pub(crate) fn processor_seconds(&self) -> Result<f64, BenchError> {
        family_seconds(self.process.id())
    }

    fn wait_until_it_listens(&mut self) -> Result<(), BenchError> {
        let start = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            let ended = self.process.try_wait().map_err(BenchError::at(self.kind.name()))?;
            if ended.is_some() || start.elapsed() > START {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                return Err(BenchError::Wrong(format!("{} does not listen:\n{log}", self.kind.name())));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Killed, nginx and HAProxy would leave their workers behind. One that has ended is no matter.
        let _ = kill_process(Pid::from_child(&self.process), Signal::TERM);
        let _ = self.process.wait();
    }
}

/// A port that nobody has.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// Starts a proxy whose settings lie in this folder.
fn launch(kind: ProxyKind, folder: &Path) -> Result<Child, BenchError> {
    let settings = folder.join("settings");
    let mut command = Command::new(kind.name());
    match kind {
        ProxyKind::Nginx => command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf")),
        // With a master process, as Debian's unit starts it.
        ProxyKind::HaProxy => command.args(["-W", "-db", "-f"]).arg(settings),
        ProxyKind::Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]).arg(settings),
    };
    // Some lie where only root looks for programs.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:/usr/local/sbin:/usr/sbin"));
    // Caddy keeps its state there.
    command.env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
    let log = folder.join("log");
    let failed = || BenchError::at(log.display().to_string());
    let output = File::create(&log).map_err(failed())?;
    let errors = output.try_clone().map_err(failed())?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    let name = kind.name();
    let started = command.spawn();
    started.map_err(BenchError::at(format!("starting {name} (Debian: `apt install nginx haproxy caddy`)")))
}

/// The settings with places of this machine instead of those of a real farm.
fn adapted(
    kind: ProxyKind,
    proxy: SocketAddr,
    coordinator: SocketAddr,
    certificates: &Path,
) -> Result<String, BenchError> {
    let host = proxy.ip();
    let mut changes = vec![
        ("127.0.0.1:7870", coordinator.to_string()),
        ("/etc/clipig/", format!("{}/", certificates.display())),
    ];
    match kind {
        ProxyKind::Nginx => {
            changes.push(("listen 443 ", format!("listen {proxy} ")));
            changes.push(("farm.example.org", host.to_string()));
        }
        ProxyKind::HaProxy => changes.push(("bind :443 ", format!("bind {proxy} "))),
        ProxyKind::Caddy => {
            changes.push(("farm.example.org:443", proxy.to_string()));
            // Port 80 and the port of administration may be somebody's.
            let alone = format!(
                "grace_period 1s\n\tadmin off\n\tdefault_bind {host}\n\tauto_https disable_redirects"
            );
            changes.push(("grace_period 30s", alone));
        }
    }
    changes.into_iter().try_fold(kind.settings().to_owned(), |text, (from, to)| {
        if text.contains(from) {
            Ok(text.replace(from, &to))
        } else {
            Err(BenchError::Wrong(format!("`{from}` is not in the settings of {}:\n{text}", kind.name())))
        }
    })
}

/// What stands around nginx's settings: on Debian, /etc/nginx/nginx.conf does.
fn around_nginx(folder: &Path) -> String {
    // As root it would become a user who may not read the certificates.
    let user = if geteuid().is_root() { "user root;\n" } else { "" };
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("    {name}_temp_path {folder}/{name};\n"))
        .concat();
    format!(
        "{user}daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n    \
         access_log off;\n{temporary}    include {folder}/settings;\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_get_the_places_of_this_machine() {
        let address = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        for kind in ProxyKind::ALL {
            let text = adapted(kind, address(4430), address(7000), Path::new("/tmp/x")).unwrap();
            for expected in ["127.0.0.1:4430", "127.0.0.1:7000", "/tmp/x/tls."] {
                assert!(text.contains(expected), "{expected} is missing in\n{text}");
            }
            for gone in ["/etc/clipig", ":443 ", "127.0.0.1:7870"] {
                assert!(!text.contains(gone), "{gone} is still in\n{text}");
            }
        }
    }
}

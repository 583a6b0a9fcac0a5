//! Proxies from the system's packages, with the settings of `deploy/proxies`.

use std::fs::File;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};

use super::farm::{Farm, STANDSTILL};
use super::support::Studio;
use super::tls;

/// The longest silence that proxies take in tests, instead of an hour: longer than coordinator and workers are silent.
pub(crate) const SILENCE: Duration = Duration::from_secs(10);

/// Which proxy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nginx,
    HaProxy,
    Caddy,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Nginx, Self::HaProxy, Self::Caddy];

    /// Its file in `deploy/proxies`.
    pub(crate) fn settings(self) -> &'static str {
        match self {
            Self::Nginx => include_str!("../../../deploy/proxies/nginx.conf"),
            Self::HaProxy => include_str!("../../../deploy/proxies/haproxy.cfg"),
            Self::Caddy => include_str!("../../../deploy/proxies/Caddyfile"),
        }
    }

    fn program(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::HaProxy => "haproxy",
            Self::Caddy => "caddy",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Nginx => 7441,
            Self::HaProxy => 7442,
            Self::Caddy => 7443,
        }
    }
}

/// An address that no other process of this machine uses, so that its ports are free.
fn host() -> Ipv4Addr {
    let [.., high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 78, high, low)
}

/// What proxies show and clients trust.
pub(crate) struct Certificates(Studio);

impl Certificates {
    pub(crate) fn new() -> Self {
        let studio = Studio::new();
        let authority = tls::authority(&studio, "ca.crt");
        let pair = tls::signed(&authority, &host().to_string(), [-1, 1]);
        studio.write("tls.crt", &pair.certificate);
        studio.write("tls.key", &pair.key);
        studio.write("tls.pem", format!("{}{}", pair.certificate, pair.key));
        Self(studio)
    }

    /// The certificate of the authority.
    pub(crate) fn authority(&self) -> PathBuf {
        self.0.path("ca.crt")
    }

    /// Where they lie, instead of /etc/clipig.
    fn folder(&self) -> PathBuf {
        self.authority().parent().unwrap().to_owned()
    }
}

/// A proxy before a farm.
pub(crate) struct Proxy {
    kind: Kind,
    folder: PathBuf,
    process: Child,
}

impl Proxy {
    /// Starts a proxy with the settings of `deploy/proxies`, and waits until it listens.
    pub(crate) fn start(kind: Kind, farm: &Farm, certificates: &Certificates) -> Self {
        Self::start_with(kind, kind.settings(), farm, certificates)
    }

    /// Starts nginx with no other settings than where it listens and what is behind it.
    pub(crate) fn start_nginx_with_defaults(farm: &Farm, certificates: &Certificates) -> Self {
        const LIMITS: [&str; 5] = [
            "client_max_body_size",
            "client_body_timeout",
            "grpc_read_timeout",
            "grpc_send_timeout",
            "http2_body_preread_size",
        ];
        let is_limit = |line: &str| LIMITS.iter().any(|limit| line.trim_start().starts_with(limit));
        let lines = Kind::Nginx.settings().lines();
        let (limits, others): (Vec<_>, Vec<_>) = lines.partition(|line| is_limit(line));
        assert_eq!(limits.len(), LIMITS.len(), "{limits:?}");
        Self::start_with(Kind::Nginx, &others.join("\n"), farm, certificates)
    }

    fn start_with(kind: Kind, settings: &str, farm: &Farm, certificates: &Certificates) -> Self {
        let folder = farm.folder().join(kind.program());
        std::fs::create_dir(&folder).unwrap();
        let settings = adapted(kind, settings, farm, certificates);
        std::fs::write(folder.join("settings"), settings).unwrap();
        if kind == Kind::Nginx {
            std::fs::write(folder.join("nginx.conf"), nginx(&folder)).unwrap();
        }
        let mut proxy = Self { kind, process: launch(kind, &folder), folder };
        proxy.wait_until_it_listens(farm);
        proxy
    }

    fn wait_until_it_listens(&mut self, farm: &Farm) {
        let start = Instant::now();
        while TcpStream::connect((host(), self.kind.port())).is_err() {
            let ended = self.process.try_wait().unwrap();
            assert!(
                ended.is_none() && start.elapsed() < STANDSTILL,
                "{:?} {ended:?}{}",
                self.kind,
                farm.logs()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The name of its program.
    pub(crate) fn name(&self) -> &'static str {
        self.kind.program()
    }

    /// Where workers and clients find the farm.
    pub(crate) fn address(&self) -> String {
        format!("https://{}:{}", host(), self.kind.port())
    }

    /// Makes it end its connections: they are told to end (GOAWAY), and are cut after a second. nginx and HAProxy do so
    /// when they read their settings again. Caddy does so when it ends.
    pub(crate) fn end_connections(&self) {
        self.signal(match self.kind {
            Kind::Nginx => Signal::HUP,
            Kind::HaProxy => Signal::USR2,
            Kind::Caddy => Signal::TERM,
        });
    }

    /// Starts Caddy again, which has ended its connections and then itself. The others have never been away.
    pub(crate) fn come_back(&mut self, farm: &Farm) {
        if self.kind == Kind::Caddy {
            self.process.wait().unwrap();
            self.process = launch(self.kind, &self.folder);
            self.wait_until_it_listens(farm);
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Killed, nginx and HAProxy would leave their workers behind. One that has ended is no matter.
        let _ = kill_process(Pid::from_child(&self.process), Signal::TERM);
        let _ = self.process.wait();
    }
}

/// Starts a proxy whose settings lie in this folder.
fn launch(kind: Kind, folder: &Path) -> Child {
    let settings = folder.join("settings");
    let mut command = Command::new(kind.program());
    match kind {
        Kind::Nginx => command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf")),
        // With a master process, as Debian's unit starts it.
        Kind::HaProxy => command.args(["-W", "-db", "-f"]).arg(settings),
        Kind::Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]).arg(settings),
    };
    // Some lie where only root looks for programs.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:/usr/local/sbin:/usr/sbin"));
    // Caddy keeps its state there.
    command.env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
    let log = File::options().create(true).append(true).open(folder.with_extension("log")).unwrap();
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
    command.spawn().unwrap_or_else(|error| {
        panic!(
            "{}: {error}; this test needs nginx, HAProxy and Caddy (Debian: `apt install nginx haproxy caddy`)",
            kind.program()
        )
    })
}

/// The settings with a test's places and times instead of those of a real farm.
fn adapted(kind: Kind, settings: &str, farm: &Farm, certificates: &Certificates) -> String {
    let (host, port) = (host(), kind.port());
    let socket = farm.folder().join("farm.sock").display().to_string();
    let silence = format!("{}s", SILENCE.as_secs());
    let mut changes = match kind {
        Kind::Nginx => vec![
            ("listen 443 ", format!("listen {host}:{port} ")),
            ("farm.example.org", host.to_string()),
            ("grpc://127.0.0.1:7870", format!("grpc://unix:{socket}")),
        ],
        Kind::HaProxy => vec![
            ("bind :443 ", format!("bind {host}:{port} ")),
            ("127.0.0.1:7870", format!("unix@{socket}")),
            ("hard-stop-after 30s", "hard-stop-after 1s".to_owned()),
        ],
        Kind::Caddy => vec![
            ("farm.example.org:443", format!("{host}:{port}")),
            ("h2c://127.0.0.1:7870", format!("unix+h2c/{socket}")),
            (
                "grace_period 30s",
                // Port 80 and the default port of administration are not free for a test.
                format!(
                    "grace_period 1s\n\tadmin off\n\tdefault_bind {host}\n\tauto_https disable_redirects"
                ),
            ),
        ],
    };
    changes.push(("/etc/clipig/", format!("{}/", certificates.folder().display())));
    // Caddy has no such limit, and nginx has none of ours with its defaults.
    if settings.contains(" 1h") {
        changes.push((" 1h", format!(" {silence}")));
    }
    changes.into_iter().fold(settings.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not in the settings of {kind:?}:\n{text}");
        text.replace(from, &to)
    })
}

/// What stands around nginx's settings: on Debian, /etc/nginx/nginx.conf does.
fn nginx(folder: &Path) -> String {
    // As root it would become a user who may not use the farm's socket.
    let user = if geteuid().is_root() { "user root;\n" } else { "" };
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("    {name}_temp_path {folder}/{name};\n"))
        .concat();
    format!(
        "{user}daemon off;\nworker_processes 1;\nworker_shutdown_timeout 1s;\npid {folder}/nginx.pid;\n\
         error_log stderr;\nevents {{}}\nhttp {{\n    access_log off;\n{temporary}    include {folder}/settings;\n}}\n"
    )
}

//! Proxies from the system's packages, with the settings of `deploy/proxies`.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

pub(crate) use clipig_testing::proxy::Kind;
use clipig_testing::proxy::{NEEDED, Places, Upstream};
use rustix::process::{Pid, Signal, kill_process};

use super::farm::{Farm, STANDSTILL};
use super::support::Studio;
use super::tls;

/// The longest silence that proxies take in tests, instead of an hour: longer than coordinator and workers are silent.
pub(crate) const SILENCE: Duration = Duration::from_secs(10);

/// The port on which a proxy listens.
fn port(kind: Kind) -> u16 {
    match kind {
        Kind::Nginx => 7441,
        Kind::HaProxy => 7442,
        Kind::Caddy => 7443,
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
        let (socket, certificates) = (farm.folder().join("farm.sock"), certificates.folder());
        let places = Places {
            listens: SocketAddr::from((host(), port(kind))),
            upstream: Upstream::Socket(&socket),
            certificates: &certificates,
            silence: Some(SILENCE),
        };
        kind.write(settings, &places, &folder).unwrap();
        let mut proxy = Self { kind, process: launch(kind, &folder), folder };
        proxy.wait_until_it_listens(farm);
        proxy
    }

    fn wait_until_it_listens(&mut self, farm: &Farm) {
        let start = Instant::now();
        while TcpStream::connect((host(), port(self.kind))).is_err() {
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
        format!("https://{}:{}", host(), port(self.kind))
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

fn launch(kind: Kind, folder: &Path) -> Child {
    let log = File::options().create(true).append(true).open(folder.with_extension("log")).unwrap();
    kind.launch(folder, log).unwrap_or_else(|error| panic!("{}: {error}; {NEEDED}", kind.program()))
}

//! nginx, HAProxy and Caddy as installed on this machine, with the settings of `deploy/proxies`.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use clipig_testing::proxy::{Kind, NEEDED, Places, Upstream};
use rustix::process::{Pid, Signal, kill_process};
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
        self.kind().program()
    }

    fn kind(self) -> Kind {
        match self {
            Self::Nginx => Kind::Nginx,
            Self::HaProxy => Kind::HaProxy,
            Self::Caddy => Kind::Caddy,
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
        let places = Places {
            listens: address,
            upstream: Upstream::Tcp(coordinator),
            certificates: certificates.folder(),
            silence: None,
        };
        let failed = || BenchError::at(folder.path().display().to_string());
        kind.kind().write(kind.kind().settings(), &places, folder.path()).map_err(failed())?;
        let log = File::create(folder.path().join("log")).map_err(failed())?;
        let started = kind.kind().launch(folder.path(), log);
        let process = started.map_err(BenchError::at(format!("starting {} ({NEEDED})", kind.name())))?;
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

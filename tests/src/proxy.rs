//! nginx, HAProxy and Caddy from the system's packages, with the settings of `deploy/proxies`.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::geteuid;

/// What is wrong where none of these programs starts.
pub const NEEDED: &str = "nginx, HAProxy and Caddy are needed (Debian: `apt install nginx haproxy caddy`)";

/// Which proxy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// nginx.
    Nginx,
    /// HAProxy.
    HaProxy,
    /// Caddy.
    Caddy,
}

/// What a proxy passes calls on to.
#[derive(Clone, Copy, Debug)]
pub enum Upstream<'a> {
    /// A coordinator that listens here, without TLS.
    Tcp(SocketAddr),
    /// One that listens at this socket.
    Socket(&'a Path),
}

/// What stands in settings instead of the places of a real farm.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// Where the proxy listens.
    pub listens: SocketAddr,
    /// What is behind it.
    pub upstream: Upstream<'a>,
    /// The folder with `tls.crt`, `tls.key` and `tls.pem`.
    pub certificates: &'a Path,
    /// The longest silence that it takes, where the settings name one; `None`: an hour.
    pub silence: Option<Duration>,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Nginx, Self::HaProxy, Self::Caddy];

    /// Its program.
    pub fn program(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::HaProxy => "haproxy",
            Self::Caddy => "caddy",
        }
    }

    /// Its file in `deploy/proxies`.
    pub fn settings(self) -> &'static str {
        match self {
            Self::Nginx => include_str!("../../deploy/proxies/nginx.conf"),
            Self::HaProxy => include_str!("../../deploy/proxies/haproxy.cfg"),
            Self::Caddy => include_str!("../../deploy/proxies/Caddyfile"),
        }
    }

    /// Starts it with settings that were [written](Self::write) to this folder. What it says goes to `log`.
    ///
    /// # Errors
    /// When the program is not installed.
    pub fn launch(self, folder: &Path, log: File) -> io::Result<Child> {
        let settings = folder.join("settings");
        let mut command = Command::new(self.program());
        match self {
            Self::Nginx => command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf")),
            // With a master process, as Debian's unit starts it.
            Self::HaProxy => command.args(["-W", "-db", "-f"]).arg(settings),
            Self::Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]).arg(settings),
        };
        // Some lie where only root looks for programs.
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{path}:/usr/local/sbin:/usr/sbin"));
        // Caddy keeps its state there.
        command.env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        command.spawn()
    }

    /// Writes settings with these places to a folder.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    ///
    /// # Panics
    /// When the settings do not have what is to be replaced.
    pub fn write(self, settings: &str, places: &Places<'_>, folder: &Path) -> io::Result<()> {
        std::fs::write(folder.join("settings"), self.adapted(settings, places))?;
        if self == Self::Nginx {
            std::fs::write(folder.join("nginx.conf"), around_nginx(folder))?;
        }
        Ok(())
    }

    /// The settings with these places.
    fn adapted(self, settings: &str, places: &Places<'_>) -> String {
        let Places { listens, upstream, certificates, silence } = places;
        let host = listens.ip();
        let mut changes = vec![("/etc/clipig/", format!("{}/", certificates.display()))];
        changes.push(match (self, upstream) {
            (_, Upstream::Tcp(address)) => ("127.0.0.1:7870", address.to_string()),
            (Self::Nginx, Upstream::Socket(path)) => {
                ("grpc://127.0.0.1:7870", format!("grpc://unix:{}", path.display()))
            }
            (Self::HaProxy, Upstream::Socket(path)) => ("127.0.0.1:7870", format!("unix@{}", path.display())),
            (Self::Caddy, Upstream::Socket(path)) => {
                ("h2c://127.0.0.1:7870", format!("unix+h2c/{}", path.display()))
            }
        });
        match self {
            Self::Nginx => {
                changes.push(("listen 443 ", format!("listen {listens} ")));
                changes.push(("farm.example.org", host.to_string()));
            }
            Self::HaProxy => {
                changes.push(("bind :443 ", format!("bind {listens} ")));
                changes.push(("hard-stop-after 30s", "hard-stop-after 1s".to_owned()));
            }
            Self::Caddy => {
                changes.push(("farm.example.org:443", listens.to_string()));
                // Port 80 and the default port of administration may be somebody's.
                let alone = format!(
                    "grace_period 1s\n\tadmin off\n\tdefault_bind {host}\n\tauto_https disable_redirects"
                );
                changes.push(("grace_period 30s", alone));
            }
        }
        // Caddy has no such limit, and nginx has none of ours with its defaults.
        if let Some(silence) = silence
            && settings.contains(" 1h")
        {
            changes.push((" 1h", format!(" {}s", silence.as_secs())));
        }
        changes.into_iter().fold(settings.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "`{from}` is not in the settings of {self:?}:\n{text}");
            text.replace(from, &to)
        })
    }
}

/// What stands around nginx's settings: on Debian, /etc/nginx/nginx.conf does.
fn around_nginx(folder: &Path) -> String {
    // As root it would become a user who may use neither the certificates nor a farm's socket.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_get_the_places_of_this_machine() {
        let address = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let (listens, certificates) = (address(4430), Path::new("/tmp/x"));
        let behind = [
            (Upstream::Tcp(address(7000)), "127.0.0.1:7000"),
            (Upstream::Socket(Path::new("/tmp/farm.sock")), "/tmp/farm.sock"),
        ];
        for kind in Kind::ALL {
            for (upstream, place) in behind {
                let silence = Some(Duration::from_secs(7));
                let text =
                    kind.adapted(kind.settings(), &Places { listens, upstream, certificates, silence });
                for expected in ["127.0.0.1:4430", place, "/tmp/x/tls."] {
                    assert!(text.contains(expected), "{expected} is missing in\n{text}");
                }
                for gone in ["/etc/clipig", ":443 ", "127.0.0.1:7870", " 1h"] {
                    assert!(!text.contains(gone), "{gone} is still in\n{text}");
                }
            }
        }
    }
}

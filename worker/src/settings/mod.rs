//! What can be set for a worker. `clipig_settings` reads the sources; here are the types and the bounds.

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clipig_core::{Rendering, WorkerName};
use clipig_proto::connect_error::key_problem;

pub use clipig_settings::{Environment, Flags, LogFormat, SettingsError, environment};
use clipig_settings::{Layers, Schema, Written, bytes};

use crate::link::{Address, IdentityFiles, Token};

/// What the names of environment variables begin with.
const PREFIX: &str = "CLIPIG_WORKER";

/// All settings, by their names in files; [`WorkerSettings::load`] takes flags by the same names.
pub const SETTINGS: &[&str] = &[
    "coordinator",
    "token",
    "token_file",
    "tls.ca",
    "tls.certificate",
    "tls.key",
    "insecure",
    "name",
    "device",
    "devices",
    "cores",
    "rendering",
    "cache",
    "cache_bytes",
    "drain_seconds",
    "health_socket",
    "stuck_seconds",
    "terminated_exit_code",
    "log.format",
];

/// How a worker runs.
#[derive(Clone, Debug)]
pub struct WorkerSettings {
    /// `coordinator`: where the coordinator is. `http://127.0.0.1:7870` unless told otherwise.
    pub coordinator: Address,
    /// `token`, `token_file`: what proves that this is a worker.
    pub token: Option<Token>,
    /// `tls.ca`: a PEM file of authorities that may sign the coordinator's certificate, instead of the system's.
    pub authorities: Option<PathBuf>,
    /// `tls.certificate`, `tls.key`: what the worker shows where the coordinator asks for a certificate.
    pub identity: Option<IdentityFiles>,
    /// `insecure`: may the token be sent beyond this machine without TLS?
    pub insecure: bool,
    /// `name`: what people call the worker. The machine's name unless told otherwise.
    pub name: WorkerName,
    /// `device`, `devices`: what computes.
    pub devices: Devices,
    /// `cores`: how many cores of the CPU compute, at least 1. All unless told otherwise.
    pub cores: Option<u32>,
    /// `rendering`: where windows are rendered. On GPUs, unless told otherwise.
    pub rendering: Rendering,
    /// `cache`: the folder of weights and images.
    pub cache: PathBuf,
    /// `cache_bytes`: how large that folder may become. 4 GiB unless told otherwise.
    pub cache_bytes: u64,
    /// `drain_seconds`: how long work under way may take when the worker is told to end; 30 s unless told
    /// otherwise.
    pub drain: Duration,
    /// `health_socket`: a Unix socket on which the worker says how it is ([`ask`](crate::ask)). Nowhere unless told
    /// otherwise.
    pub health_socket: Option<PathBuf>,
    /// `stuck_seconds`: after how long on one piece of work a thread counts as stuck; half an hour unless told
    /// otherwise.
    pub stuck_after: Duration,
    /// `terminated_exit_code`: how the process ends that drained because of a signal; 0 unless told otherwise.
    pub terminated_exit_code: u8,
    /// `log.format`: how the log is written.
    pub log: LogFormat,
}

/// What computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Devices {
    /// One device, by its name: `auto`, `cpu`, `cuda`, `cuda:0`, ….
    One(String),
    /// All GPUs, one session each.
    All,
}

impl fmt::Display for Devices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(name) => f.write_str(name),
            Self::All => f.write_str("all GPUs"),
        }
    }
}

impl WorkerSettings {
    /// The settings of a file (if there is one), of the environment, and of flags; later ones win. Flags have the
    /// names in [`SETTINGS`].
    ///
    /// # Errors
    /// The first value that cannot be used, with the place where it was written.
    pub fn load(
        file: Option<&Path>,
        environment: &Environment,
        flags: &Flags,
    ) -> Result<Self, SettingsError> {
        let schema = Schema { keys: SETTINGS, former: &[], prefix: PREFIX, flag };
        let layers = Layers::read(schema, file, environment, flags)?;
        Self::read(&layers, cache_folder(environment))
    }

    fn read(layers: &Layers, folder: PathBuf) -> Result<Self, SettingsError> {
        let local = || Address::Tcp { tls: false, authority: "127.0.0.1:7870".to_owned() };
        let settings = Self {
            coordinator: parsed(layers.get("coordinator"))?.unwrap_or_else(local),
            token: layers.either("token", "token_file")?.map(|written| token(&written)).transpose()?,
            authorities: layers.get("tls.ca").map(|written| existing_file(&written)).transpose()?,
            identity: identity(layers)?,
            insecure: layers
                .get("insecure")
                .map_or(Ok(false), |written| written.read("`true` or `false`", |text| text.parse().ok()))?,
            name: parsed(layers.get("name"))?.unwrap_or_else(machine_name),
            devices: layers
                .either("device", "devices")?
                .map_or(Ok(Devices::One("auto".to_owned())), |written| devices(&written))?,
            cores: layers
                .get("cores")
                .map(|written| written.read("a whole number from 1", at_least_one))
                .transpose()?,
            rendering: parsed(layers.get("rendering"))?.unwrap_or_default(),
            cache: layers
                .get("cache")
                .map_or(Ok(folder), |written| written.read("a path", |text| Some(PathBuf::from(text))))?,
            cache_bytes: layers.get("cache_bytes").map_or(Ok(4 << 30), |written| {
                written.read("a size such as `4 GiB`, `500 MB` or 1000000", bytes)
            })?,
            drain: layers.get("drain_seconds").map_or(Ok(Duration::from_secs(30)), |written| {
                written.read("a time from 0 to 86400 seconds", at_most_a_day)
            })?,
            health_socket: layers
                .get("health_socket")
                .map(|written| written.read("the path of a Unix socket", socket_path))
                .transpose()?,
            stuck_after: layers.get("stuck_seconds").map_or(Ok(Duration::from_mins(30)), |written| {
                written.read("a time above 0 and up to 86400 seconds", |text| {
                    at_most_a_day(text).filter(|time| !time.is_zero())
                })
            })?,
            terminated_exit_code: layers
                .get("terminated_exit_code")
                .map_or(Ok(0), |written| written.read("a number from 0 to 255", |text| text.parse().ok()))?,
            log: layers.get("log.format").map_or(Ok(LogFormat::default()), |written| {
                written.read(LogFormat::ALLOWED, LogFormat::parse)
            })?,
        };
        if settings.coordinator.is_open()
            && !settings.insecure
            && let Some(token) = layers.either("token", "token_file")?
        {
            let address = &settings.coordinator;
            return Err(token.unusable(format!(
                "`coordinator` is `{address}`: whoever can read the network would see the token; use `https://…`, or \
                 allow it with `insecure` = true"
            )));
        }
        let of_tls = ["tls.ca", "tls.certificate"].into_iter().find_map(|key| Some((key, layers.get(key)?)));
        match (&settings.coordinator, of_tls) {
            (Address::Tcp { tls: true, .. }, _) | (_, None) => Ok(settings),
            (address, Some((key, written))) => Err(written.unusable(format!(
                "`coordinator` is `{address}`, which is not TLS; `https://…` is, or remove `{key}`"
            ))),
        }
    }
}

/// The flag of `clipig worker` that sets a setting.
fn flag(key: &str) -> String {
    match key {
        // As every command has it.
        "coordinator" => "--farm".to_owned(),
        // One flag for both.
        "device" | "devices" => "--devices".to_owned(),
        _ => format!("--{}", key.replace(['.', '_'], "-")),
    }
}

/// A value of a type that says itself what is wrong with a text.
fn parsed<T: FromStr<Err: fmt::Display>>(written: Option<Written<'_>>) -> Result<Option<T>, SettingsError> {
    let Some(written) = written else { return Ok(None) };
    let text = written.read("one text", Some)?;
    text.parse().map(Some).map_err(|error: T::Err| written.unusable(error))
}

fn token(written: &Written<'_>) -> Result<Token, SettingsError> {
    let text = written.secret()?;
    let token = if written.key() == "token" { Token::value(text) } else { Token::file(Path::new(text)) };
    token.map_err(|error| written.unusable(error))
}

/// Certificate and key belong together.
fn identity(layers: &Layers) -> Result<Option<IdentityFiles>, SettingsError> {
    let (certificate, key) = match (layers.get("tls.certificate"), layers.get("tls.key")) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(written), None) => return Err(written.unusable("`tls.key` is missing; set both or none")),
        (None, Some(written)) => {
            return Err(written.unusable("`tls.certificate` is missing; set both or none"));
        }
    };
    let files = IdentityFiles { certificate: existing_file(&certificate)?, key: existing_file(&key)? };
    let pem = std::fs::read(&files.key).map_err(|error| key.unusable(error))?;
    match key_problem(&pem) {
        Some(problem) => Err(key.unusable(problem)),
        None => Ok(Some(files)),
    }
}

fn existing_file(written: &Written<'_>) -> Result<PathBuf, SettingsError> {
    let path = written.read("a path", |text| Some(PathBuf::from(text)))?;
    std::fs::File::open(&path).map_err(|error| written.unusable(format!("{}: {error}", path.display())))?;
    Ok(path)
}

fn devices(written: &Written<'_>) -> Result<Devices, SettingsError> {
    if written.key() == "devices" {
        let allowed = "`all`; `device` names a single device";
        return written.read(allowed, |text| (text == "all").then_some(Devices::All));
    }
    written.read("the name of a device", |text| Some(Devices::One(text.to_owned())))
}

fn at_least_one(text: &str) -> Option<u32> {
    text.parse().ok().filter(|cores| *cores > 0)
}

/// As the coordinator's addresses are written, or the bare path.
fn socket_path(text: &str) -> Option<PathBuf> {
    let path = text.strip_prefix("unix:").unwrap_or(text);
    (!path.is_empty()).then(|| PathBuf::from(path))
}

fn at_most_a_day(text: &str) -> Option<Duration> {
    clipig_settings::seconds(text).filter(|time| *time <= Duration::from_hours(24))
}

/// The user's folder for what can be fetched again.
fn cache_folder(environment: &Environment) -> PathBuf {
    let variable = |name: &str| environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    variable("XDG_CACHE_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
        .join("clipig/worker")
}

/// The machine's name, as far as a worker may be called so.
fn machine_name() -> WorkerName {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' });
    let name: String = plain.take(80).collect();
    name.parse().unwrap_or_else(|_| "worker".parse().expect("a plain name"))
}

//! What a worker can be told: file, then environment, then flags on top.

mod bytes;
mod layers;
#[cfg(test)]
mod tests;
mod token;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clipig_core::WorkerName;

use crate::link::Address;
use bytes::ByteCount;
pub use layers::SettingsError;
use layers::{Layers, Written};
pub use token::{Token, TokenError};

/// What the names of environment variables begin with.
const PREFIX: &str = "CLIPIG_WORKER";

/// All settings, by their names in files; [`WorkerSettings::load`] takes flags by the same names.
pub const SETTINGS: &[&str] = &[
    "coordinator",
    "token",
    "token_file",
    "tls.ca",
    "name",
    "device",
    "devices",
    "cores",
    "cache",
    "cache_bytes",
    "drain_seconds",
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
    /// `name`: what people call the worker. The machine's name unless told otherwise.
    pub name: WorkerName,
    /// `device`, `devices`: what computes.
    pub devices: Devices,
    /// `cores`: how many cores of the CPU compute, at least 1. All unless told otherwise.
    pub cores: Option<u32>,
    /// `cache`: the folder of weights and images.
    pub cache: PathBuf,
    /// `cache_bytes`: how large that folder may become. 4 GiB unless told otherwise.
    pub cache_bytes: u64,
    /// `drain_seconds`: how long work under way may take when the worker is told to end; 30 s unless told
    /// otherwise.
    pub drain: Duration,
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

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Human,
    /// One JSON object per line.
    Json,
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err("a log is written as `human` or as `json`"),
        }
    }
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
        environment: BTreeMap<String, String>,
        flags: BTreeMap<String, String>,
    ) -> Result<Self, SettingsError> {
        let folder = cache_folder(&environment);
        let mut layers = Layers::new(SETTINGS);
        if let Some(path) = file {
            layers.file(path)?;
        }
        layers.environment(PREFIX, environment)?;
        layers.flags(flags)?;
        Self::read(&layers, folder)
    }

    fn read(layers: &Layers, folder: PathBuf) -> Result<Self, SettingsError> {
        let local = || Address::Tcp { tls: false, authority: "127.0.0.1:7870".to_owned() };
        let settings = Self {
            coordinator: parsed(layers.get("coordinator"))?.unwrap_or_else(local),
            token: layers.either("token", "token_file")?.map(|written| token(&written)).transpose()?,
            authorities: layers.get("tls.ca").map(|written| existing_file(&written)).transpose()?,
            name: parsed(layers.get("name"))?.unwrap_or_else(machine_name),
            devices: layers
                .either("device", "devices")?
                .map_or(Ok(Devices::One("auto".to_owned())), |written| devices(&written))?,
            cores: layers.get("cores").map(|written| at_least_one(&written)).transpose()?,
            cache: layers.get("cache").map_or(folder, |written| PathBuf::from(written.text())),
            cache_bytes: parsed::<ByteCount>(layers.get("cache_bytes"))?.map_or(4 << 30, |count| count.0),
            drain: layers
                .get("drain_seconds")
                .map_or(Ok(Duration::from_secs(30)), |written| seconds(&written))?,
            log: parsed(layers.get("log.format"))?.unwrap_or_default(),
        };
        match (&settings.coordinator, layers.get("tls.ca")) {
            (Address::Tcp { tls: true, .. }, _) | (_, None) => Ok(settings),
            (address, Some(ca)) => {
                Err(ca.wrong(format!("it is of no use with `{address}`; TLS needs `https://…`")))
            }
        }
    }
}

fn parsed<T: FromStr<Err: fmt::Display>>(written: Option<Written<'_>>) -> Result<Option<T>, SettingsError> {
    written.map(|written| written.parse()).transpose()
}

fn token(written: &Written<'_>) -> Result<Token, SettingsError> {
    let token = if written.key() == "token" {
        Token::value(written.text())
    } else {
        Token::file(Path::new(written.text()))
    };
    token.map_err(|error| written.wrong(error.to_string()))
}

fn existing_file(written: &Written<'_>) -> Result<PathBuf, SettingsError> {
    let path = PathBuf::from(written.text());
    std::fs::File::open(&path).map_err(|error| written.wrong(format!("{}: {error}", path.display())))?;
    Ok(path)
}

fn devices(written: &Written<'_>) -> Result<Devices, SettingsError> {
    match (written.key(), written.text()) {
        ("devices", "all") => Ok(Devices::All),
        ("devices", _) => Err(written.wrong("`all` is the only value; `device` names a single one")),
        (_, name) => Ok(Devices::One(name.to_owned())),
    }
}

fn at_least_one(written: &Written<'_>) -> Result<u32, SettingsError> {
    match written.text().parse() {
        Ok(cores) if cores > 0 => Ok(cores),
        _ => Err(written.wrong(format!("`{}` is not a number of cores; 1 and more are", written.text()))),
    }
}

fn seconds(written: &Written<'_>) -> Result<Duration, SettingsError> {
    let wrong = || written.wrong(format!("`{}` is not a time in seconds; 0 to 86400 is", written.text()));
    let seconds: f64 = written.text().parse().map_err(|_| wrong())?;
    if (0.0..=86_400.0).contains(&seconds) { Ok(Duration::from_secs_f64(seconds)) } else { Err(wrong()) }
}

/// The user's folder for what can be fetched again.
fn cache_folder(environment: &BTreeMap<String, String>) -> PathBuf {
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

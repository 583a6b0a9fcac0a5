//! What can be set for a coordinator: by a file, by the environment, by flags.
//!
//! [`KEYS`] lists everything. `clipig_settings` reads the sources; here are the types, the bounds, and what settings
//! must be to each other.

mod address;
mod error;
mod keys;
mod rules;
mod secret;
mod typed;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clipig_access::{Limit, Limits as OwnerLimits};
use clipig_schedule::dispatcher::{DispatchSettings, SpotChecks};
use clipig_settings::Layers;
pub use clipig_settings::{Environment, Flags, LogFormat, environment};

pub use self::address::{AddressError, ListenAddress};
pub use self::error::SettingsError;
pub use self::keys::{KEYS, Key, PREFIX};
pub use self::secret::{Token, TokenError, TokenSetting};
use self::typed::Typed;
use crate::job_runner::TraceTerms;

/// Everything that can be set, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where clients and workers connect. Never empty.
    pub listen: Vec<ListenAddress>,
    /// Where probes and metrics are served; `None`: nowhere.
    pub http_listen: Option<ListenAddress>,
    /// The data folder.
    pub data: PathBuf,
    /// Certificate and key; `None`: no TLS.
    pub tls: Option<TlsFiles>,
    /// Those who sign the certificates that workers have to show, in PEM form; `None`: workers need none.
    pub worker_ca: Option<PathBuf>,
    /// One token of an operator and one of workers. Without these and without [`tokens_file`](Self::tokens_file), whoever
    /// reaches the address is let in.
    pub tokens: Option<Tokens>,
    /// A file of named tokens with roles.
    pub tokens_file: Option<PathBuf>,
    /// May it listen beyond loopback without TLS or tokens?
    pub insecure: bool,
    /// Jobs that may run side by side, at least 1.
    pub max_running_jobs: u32,
    /// Jobs that may wait, at least 1.
    pub max_queued_jobs: u32,
    /// When ended jobs are removed.
    pub retention: Retention,
    /// What is refused for its size.
    pub limits: Limits,
    /// What each owner may take whose tokens do not say otherwise.
    pub quotas: OwnerLimits,
    /// How work is handed out.
    pub dispatch: Dispatch,
    /// How often checkpoints are written.
    pub checkpoint: CheckpointCadence,
    /// Epochs of each job that are traced in full.
    pub traced_epochs: u32,
    /// How the log looks.
    pub log_format: LogFormat,
}

/// Files in PEM form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Different secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// What clients show. It has the role of an operator.
    pub client: TokenSetting,
    /// What workers show.
    pub worker: TokenSetting,
}

/// When ended jobs are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days after their end; 0: never by age.
    pub days: u32,
    /// How many are kept; 0: never by number.
    pub jobs: u32,
    /// Entries of the audit log that are kept.
    pub audit: u32,
}

/// What is refused for its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Greatest gRPC message in bytes, 2 to 64 MiB.
    pub message_bytes: usize,
    /// Greatest uploaded content in bytes, but for weights.
    pub blob_bytes: u64,
    /// Greatest uploaded weights of a model in bytes.
    pub model_bytes: u64,
    /// Greatest canvas of a job in pixels.
    pub job_pixels: u64,
    /// Bytes of memory that running jobs may take together; `None`: nine tenths of what there is.
    pub job_memory: Option<u64>,
    /// Bytes of gradients that may be on their way or unmerged; `None`: a quarter of the memory that there is.
    pub gradient_bytes: Option<u64>,
    /// The most samples of all targets that an epoch of a job may have.
    pub epoch_samples: u64,
    /// Bytes of all uploaded content; `None`: as much as the disk takes.
    pub stored_bytes: Option<u64>,
    /// Bytes of the disk that uploads leave free.
    pub disk_reserve: u64,
    /// Snapshots that are kept of a job.
    pub snapshots: u32,
    /// Snapshots of all jobs together; `None`: no limit.
    pub stored_snapshots: Option<u64>,
    /// How often a job may be updated.
    pub revisions: u32,
    /// Bytes of all experiments of a job, as submitted and updated.
    pub revision_bytes: u64,
    /// Connections of clients and workers, at least 1.
    pub connections: usize,
    /// Connections from one address, at least 1.
    pub connections_per_peer: usize,
    /// Connections at `http_listen`, at least 1.
    pub http_connections: usize,
    /// How long a peer may take to make its first call with a valid token.
    pub first_call: Duration,
    /// Calls per second of all but operators and workers; `None`: no limit.
    pub calls_per_second: Option<u64>,
    /// Bytes per second of all uploads; `None`: no limit.
    pub upload_bytes_per_second: Option<u64>,
}

/// How work is handed out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dispatch {
    /// How often a worker says that it is alive.
    pub heartbeat: Duration,
    /// After this silence its work goes to others.
    pub heartbeat_timeout: Duration,
    /// After this time without progress a lease goes to others.
    pub lease_timeout: Duration,
    /// How long a lease may be expected to take.
    pub lease_time: Duration,
    /// For how long a worker is quarantined.
    pub quarantine: Duration,
    /// The share of nodes that a second worker computes, too, if one is idle; 0 to 1.
    pub spot_checks: f64,
}

/// How often checkpoints are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CheckpointCadence {
    /// The share of the run time that they may take, above 0 and at most 1.
    pub share: f64,
    /// Time from one to the next, at least.
    pub least: Duration,
}

impl Settings {
    /// Joins and checks all sources. `environment` holds the process's variables, see [`environment`].
    ///
    /// # Errors
    /// The first thing that is wrong, with its key, value and place, and what to do about it.
    pub fn load(
        file: Option<&Path>,
        environment: &Environment,
        flags: &Flags,
    ) -> Result<Self, SettingsError> {
        let layers = Layers::read(keys::SCHEMA, file, environment, flags)?;
        let settings = Self::of(&layers, environment)?;
        rules::check(&settings)?;
        Ok(settings)
    }

    /// What holds where nothing is set, with this data folder.
    pub fn with_data(data: impl Into<PathBuf>) -> Self {
        let mut settings = Self::defaults();
        settings.data = data.into();
        settings
    }

    /// What a person should hear at the start: chosen, allowed, and dangerous.
    pub fn warnings(&self) -> Vec<String> {
        rules::warnings(self)
    }

    fn of(sources: &Layers, environment: &Environment) -> Result<Self, SettingsError> {
        let defaults = Self::defaults();
        let Dispatch { heartbeat, heartbeat_timeout, lease_timeout, lease_time, quarantine, spot_checks } =
            defaults.dispatch;
        let http = sources.value("http_listen", address::HTTP_ALLOWED, address::http)?;
        Ok(Self {
            listen: sources.listen()?.unwrap_or(defaults.listen),
            http_listen: http.unwrap_or(defaults.http_listen),
            data: match sources.path("data")? {
                Some(folder) => folder,
                None => default_data(environment).ok_or(SettingsError::NoDataFolder)?,
            },
            tls: rules::tls(sources)?,
            worker_ca: sources.path("tls.worker_ca")?,
            tokens: rules::tokens(sources)?,
            tokens_file: sources.path("tokens.file")?,
            insecure: sources.flag("insecure")?.unwrap_or(defaults.insecure),
            max_running_jobs: sources
                .count("max_running_jobs", 1, 10_000)?
                .unwrap_or(defaults.max_running_jobs),
            max_queued_jobs: sources
                .count("max_queued_jobs", 1, 10_000_000)?
                .unwrap_or(defaults.max_queued_jobs),
            retention: Retention {
                days: sources.count("retention.days", 0, 100_000)?.unwrap_or(defaults.retention.days),
                jobs: sources.count("retention.jobs", 0, 100_000_000)?.unwrap_or(defaults.retention.jobs),
                audit: sources
                    .count("retention.audit", 100, 100_000_000)?
                    .unwrap_or(defaults.retention.audit),
            },
            limits: Self::limits(sources, &defaults.limits)?,
            quotas: Limit::ALL.into_iter().try_fold(OwnerLimits::default(), |quotas, limit| {
                let value = quota(sources, limit.setting(), limit)?;
                Ok::<_, SettingsError>(quotas.with(limit, value))
            })?,
            dispatch: Dispatch {
                heartbeat: sources.seconds("dispatch.heartbeat_seconds", 0.05, 60.0)?.unwrap_or(heartbeat),
                heartbeat_timeout: sources
                    .seconds("dispatch.heartbeat_timeout_seconds", 0.1, 3_600.0)?
                    .unwrap_or(heartbeat_timeout),
                lease_timeout: sources
                    .seconds("dispatch.lease_timeout_seconds", 0.1, 86_400.0)?
                    .unwrap_or(lease_timeout),
                lease_time: sources.seconds("dispatch.lease_seconds", 0.01, 3_600.0)?.unwrap_or(lease_time),
                quarantine: sources
                    .seconds("dispatch.quarantine_seconds", 0.1, 8_640_000.0)?
                    .unwrap_or(quarantine),
                spot_checks: sources
                    .value("dispatch.spot_checks", "a number from 0 to 1", typed::portion)?
                    .unwrap_or(spot_checks),
            },
            checkpoint: CheckpointCadence {
                share: sources
                    .value("checkpoint.share", "a number above 0 and at most 1", typed::share)?
                    .unwrap_or(defaults.checkpoint.share),
                least: sources
                    .seconds("checkpoint.min_seconds", 0.0, 86_400.0)?
                    .unwrap_or(defaults.checkpoint.least),
            },
            traced_epochs: sources.count("traces.epochs", 0, 1_000_000)?.unwrap_or(defaults.traced_epochs),
            log_format: sources
                .value("log.format", LogFormat::ALLOWED, LogFormat::parse)?
                .unwrap_or(defaults.log_format),
        })
    }

    fn limits(sources: &Layers, defaults: &Limits) -> Result<Limits, SettingsError> {
        Ok(Limits {
            message_bytes: sources
                .bytes("limits.message_bytes", 2 << 20, 64 << 20)?
                .map_or(defaults.message_bytes, |bytes| bytes as usize),
            blob_bytes: sources.bytes("limits.blob_bytes", 1 << 20, 1 << 50)?.unwrap_or(defaults.blob_bytes),
            model_bytes: sources
                .bytes("limits.model_bytes", 1 << 20, 1 << 50)?
                .unwrap_or(defaults.model_bytes),
            job_pixels: sources
                .count("limits.job_pixels", 1, clipig_experiment::limits::MAX_PIXELS as u32)?
                .map_or(defaults.job_pixels, u64::from),
            job_memory: sources.bytes("limits.job_memory", 1 << 20, 1 << 50)?,
            gradient_bytes: sources.bytes("limits.gradient_bytes", 1 << 20, 1 << 50)?,
            epoch_samples: sources
                .count("limits.epoch_samples", 1, u32::MAX)?
                .map_or(defaults.epoch_samples, u64::from),
            stored_bytes: sources.bytes("limits.stored_bytes", 1 << 20, 1 << 50)?,
            disk_reserve: sources.bytes("limits.disk_reserve", 0, 1 << 50)?.unwrap_or(defaults.disk_reserve),
            snapshots: sources.count("limits.snapshots", 0, 100_000_000)?.unwrap_or(defaults.snapshots),
            stored_snapshots: quota(sources, "limits.stored_snapshots", Limit::Snapshots)?,
            revisions: sources.count("limits.revisions", 0, 100_000)?.unwrap_or(defaults.revisions),
            revision_bytes: sources
                .bytes("limits.revision_bytes", 1 << 20, 1 << 40)?
                .unwrap_or(defaults.revision_bytes),
            connections: sources
                .count("limits.connections", 1, 1_000_000)?
                .map_or(defaults.connections, |count| count as usize),
            connections_per_peer: sources
                .count("limits.connections_per_peer", 1, 1_000_000)?
                .map_or(defaults.connections_per_peer, |count| count as usize),
            http_connections: sources
                .count("limits.http_connections", 1, 1_000_000)?
                .map_or(defaults.http_connections, |count| count as usize),
            first_call: sources
                .seconds("limits.first_call_seconds", 0.1, 3_600.0)?
                .unwrap_or(defaults.first_call),
            calls_per_second: quota(sources, "limits.calls_per_second", Limit::Calls)?,
            upload_bytes_per_second: quota(sources, "limits.upload_bytes_per_second", Limit::Upload)?,
        })
    }

    fn defaults() -> Self {
        Self {
            listen: vec![ListenAddress::loopback(7870)],
            http_listen: Some(ListenAddress::loopback(7871)),
            data: PathBuf::new(),
            tls: None,
            worker_ca: None,
            tokens: None,
            tokens_file: None,
            insecure: false,
            max_running_jobs: 8,
            max_queued_jobs: 10_000,
            retention: Retention { days: 30, jobs: 1_000, audit: 100_000 },
            limits: Limits {
                message_bytes: 4 << 20,
                blob_bytes: 2 << 30,
                model_bytes: 8 << 30,
                job_pixels: clipig_experiment::limits::MAX_PIXELS as u64,
                job_memory: None,
                gradient_bytes: None,
                epoch_samples: 1 << 20,
                stored_bytes: None,
                disk_reserve: 1 << 30,
                snapshots: 10_000,
                stored_snapshots: None,
                revisions: 100,
                revision_bytes: 16 << 20,
                connections: 8_192,
                connections_per_peer: 1_024,
                http_connections: 512,
                first_call: Duration::from_secs(10),
                calls_per_second: None,
                upload_bytes_per_second: None,
            },
            quotas: OwnerLimits::default(),
            dispatch: Dispatch {
                heartbeat: Duration::from_secs(2),
                heartbeat_timeout: DispatchSettings::HEARTBEAT_TIMEOUT,
                lease_timeout: DispatchSettings::LEASE_TIMEOUT,
                lease_time: DispatchSettings::LEASE_TIME,
                quarantine: DispatchSettings::QUARANTINE,
                spot_checks: SpotChecks::SHARE,
            },
            checkpoint: CheckpointCadence { share: 0.05, least: Duration::from_secs(10) },
            traced_epochs: TraceTerms::EPOCHS,
            log_format: LogFormat::Human,
        }
    }
}

/// A setting with the values of a limit of tokens.
fn quota(sources: &Layers, key: &'static str, limit: Limit) -> Result<Option<u64>, SettingsError> {
    Ok(sources.value(key, limit.allowed(), |text| limit.value(text))?)
}

/// `$XDG_DATA_HOME/clipig/farm`, else `~/.local/share/clipig/farm`.
fn default_data(environment: &Environment) -> Option<PathBuf> {
    // The XDG specification wants relative paths ignored.
    let absolute = |name| environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map(|folder| folder.join("clipig/farm"))
}

#[cfg(test)]
mod tests;

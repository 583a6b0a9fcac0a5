//! What can be wrong with settings.

use std::fmt;
use std::path::PathBuf;

/// Where a value was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the settings file.
    File(PathBuf),
    /// By this variable.
    Variable(String),
    /// By a flag of the command.
    Flag,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "in {}", path.display()),
            Self::Variable(name) => write!(f, "by the variable {name}"),
            Self::Flag => f.write_str("by a flag"),
        }
    }
}

/// Why settings were refused. No message holds a token.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// The settings file cannot be read, or is neither TOML nor YAML.
    #[error("the settings file {}: {cause}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// Something is set that is no setting.
    #[error("`{key}`, set {place}, is no setting; there are: {}", .near.join(", "))]
    UnknownKey {
        /// As it was written.
        key: String,
        /// Where.
        place: Place,
        /// Settings that may have been meant.
        near: Vec<&'static str>,
    },
    /// A value makes no sense.
    #[error("`{key}`, set {place}, is `{value}`; it can be {allowed}")]
    Value {
        /// Of the setting.
        key: &'static str,
        /// As it was written.
        value: String,
        /// Where.
        place: Place,
        /// What is allowed.
        allowed: String,
    },
    /// A token that cannot be one.
    #[error("`{key}`, set {place}, cannot be a token: {cause}")]
    Token {
        /// Of the setting.
        key: &'static str,
        /// Where.
        place: Place,
        /// Why not; never the token.
        cause: String,
    },
    /// Two settings say the same thing in two ways.
    #[error("`{0}` and `{1}` are both set; remove one of them")]
    Both(&'static str, &'static str),
    /// One of two settings that need each other is missing.
    #[error("`{0}` is set, `{1}` is not; set both or none")]
    OnlyOne(&'static str, &'static str),
    /// Workers and clients would have the same rights.
    #[error(
        "`tokens.client` and `tokens.worker` are the same; draw another one, for example with `openssl rand -hex 32`"
    )]
    SameTokens,
    /// Nobody says where data is kept.
    #[error("there is no folder for the farm's data; set `data`, or the variable HOME")]
    NoDataFolder,
    /// Anybody could use the farm.
    #[error(
        "`listen` = {address} is beyond loopback: other machines can reach it, but {missing} not set; set {remedy}, or \
         listen on 127.0.0.1, or allow it with `insecure` = true"
    )]
    Exposed {
        /// Where it would listen.
        address: String,
        /// What is missing, as the subject of a sentence.
        missing: String,
        /// The settings to set.
        remedy: String,
    },
    /// A worker would be given up between two heartbeats.
    #[error(
        "`dispatch.heartbeat_timeout_seconds` ({timeout}) must be at least twice `dispatch.heartbeat_seconds` \
         ({heartbeat}): one late heartbeat is no lost worker"
    )]
    Heartbeat {
        /// Seconds from one to the next.
        heartbeat: f64,
        /// Seconds of silence.
        timeout: f64,
    },
}

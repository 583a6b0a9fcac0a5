//! What can be wrong with settings.

/// Why settings were refused. No message holds a token.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// A source cannot be read, or has an unknown key or an invalid value.
    #[error(transparent)]
    Source(#[from] clipig_settings::SettingsError),
    /// Two settings say the same thing in two ways.
    #[error("`{0}` and `{1}` are both set; remove one of them")]
    Both(&'static str, &'static str),
    /// One of two settings that need each other is missing.
    #[error("`{0}` is set, `{1}` is not; set both or none")]
    OnlyOne(&'static str, &'static str),
    /// A setting is of no use without another one.
    #[error("`{0}` is set, and needs `{1}`, which is not")]
    Needs(&'static str, &'static str),
    /// Workers and clients would have the same rights.
    #[error(
        "`tokens.client` and `tokens.worker` are the same; make a new one, for example with `openssl rand -hex 32`"
    )]
    SameTokens,
    /// No source says where the data is kept.
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
    /// The timeout is shorter than two heartbeats.
    #[error(
        "`dispatch.heartbeat_timeout_seconds` ({timeout}) must be at least twice `dispatch.heartbeat_seconds` \
         ({heartbeat}): otherwise one late heartbeat would count as a lost worker"
    )]
    Heartbeat {
        /// Seconds from one to the next.
        heartbeat: f64,
        /// Seconds of silence.
        timeout: f64,
    },
}

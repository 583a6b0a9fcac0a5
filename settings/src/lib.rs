//! Reads the settings of a service: defaults, then a file (TOML or YAML), then variables of the environment, then
//! flags. A later source wins.
//!
//! Coordinator and worker differ in what can be set; how it is read, and what is said about a value that cannot be
//! used, is the same for both and is here. [`Layers`] holds what was written, each value with its source.
//! [`Written::read`] makes a typed value of it or a [`SettingsError`] that names source, key, value and what is
//! allowed.

mod error;
mod layers;
mod secret;
mod source;
#[cfg(test)]
mod tests;
mod units;

use std::collections::BTreeMap;

pub use self::error::{FileFault, SettingsError};
pub use self::layers::{Layers, Written};
pub use self::secret::read_secret;
pub use self::units::{LogFormat, bytes, bytes_text, seconds};

/// What can be set for one program, and how its variables and flags are called.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// All keys, such as `tls.key`: a section, a dot, a name.
    pub keys: &'static [&'static str],
    /// Names that keys had before, each with the key's name now. They still set it, and messages name what was written.
    pub former: &'static [(&'static str, &'static str)],
    /// What variables begin with, such as `CLIPIG_WORKER`. `__` follows, and stands for each dot of the key.
    pub prefix: &'static str,
    /// The flag that sets a key, such as `--tls-key`.
    pub flag: fn(&str) -> String,
}

/// The variables of a process, as far as they are UTF-8.
pub type Environment = BTreeMap<String, String>;

/// Values that flags gave, by key.
pub type Flags = Vec<(&'static str, String)>;

/// The variables of this process. Those that are not UTF-8 are left out: no setting is.
pub fn environment() -> Environment {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

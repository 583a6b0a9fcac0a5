//! Why settings cannot be used.

use std::path::PathBuf;

/// Why settings cannot be used. No message holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The settings file cannot be used as a whole.
    #[error("{}: {fault}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: FileFault,
    },
    /// A key that does not exist.
    #[error("{place}: there is no setting `{key}`; allowed here: {}", quoted(.near))]
    UnknownKey {
        /// The file, variable or flag that it was written in.
        place: String,
        /// The key as it was written.
        key: String,
        /// The keys of the same section, or all of them where there is no such section.
        near: Vec<&'static str>,
    },
    /// A value that its key cannot have.
    #[error("{place}: `{key}` is `{value}`; it can be {allowed}")]
    Value {
        /// The file, variable or flag that it was written in.
        place: String,
        /// The key.
        key: &'static str,
        /// The value as it was written.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// A value that is well-formed and still of no use, or that no message may show.
    #[error("{place}: `{key}`: {cause}")]
    Unusable {
        /// The file, variable or flag that it was written in.
        place: String,
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        cause: String,
    },
    /// Two keys that exclude each other.
    #[error("{place}: `{first}` and `{second}` are both set; remove one of them")]
    Both {
        /// The file, variable or flag that the first one was written in.
        place: String,
        /// A key.
        first: &'static str,
        /// The other one.
        second: &'static str,
    },
}

/// What is wrong with a settings file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Its name does not tell which language it is written in.
    #[error("the name of a settings file must end in `.toml`, `.yaml` or `.yml`; rename it")]
    Extension,
    /// The system refuses.
    #[error("{0}")]
    Unreadable(String),
    /// It is not TOML or YAML. The text of the line is not shown: it may be a token.
    #[error("{0}")]
    Syntax(String),
    /// It is one value or a list.
    #[error(
        "it holds a single value or a list; write settings as `key: value` (YAML) or `key = value` (TOML)"
    )]
    NotATable,
}

fn quoted(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

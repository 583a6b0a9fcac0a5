//! What proves that a worker is one.

use std::fmt;
use std::path::{Path, PathBuf};

/// A bearer token, or the file that has it. It does not appear in logs.
#[derive(Clone, PartialEq, Eq)]
pub enum Token {
    /// The token itself.
    Value(String),
    /// A file with nothing else in it. It is read again for every connection, so tokens can be changed.
    File(PathBuf),
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The file cannot be read.
    #[error("{file}: {reason}")]
    File {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// Not a token.
    #[error("not a token; a token has 1 to 1000 visible ASCII characters")]
    Malformed,
}

impl Token {
    /// A token as it stands in a setting.
    pub(crate) fn value(text: &str) -> Result<Self, TokenError> {
        Ok(Self::Value(checked(text)?))
    }

    /// A file with a token, which must be readable now.
    pub(crate) fn file(path: &Path) -> Result<Self, TokenError> {
        let token = Self::File(path.to_owned());
        token.read().map(|_| token)
    }

    /// The token as of now.
    ///
    /// # Errors
    /// When the file cannot be read or holds no token.
    pub fn read(&self) -> Result<String, TokenError> {
        match self {
            Self::Value(text) => Ok(text.clone()),
            Self::File(path) => {
                let failed = |error: std::io::Error| TokenError::File {
                    file: path.display().to_string(),
                    reason: error.to_string(),
                };
                checked(&clipig_settings::read_secret(path).map_err(failed)?)
            }
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(_) => f.write_str("Value(…)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

fn checked(text: &str) -> Result<String, TokenError> {
    let text = text.trim();
    let good = (1..=1000).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if good { Ok(text.to_owned()) } else { Err(TokenError::Malformed) }
}

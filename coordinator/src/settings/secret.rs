//! Tokens: what lets somebody in.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use clipig_settings::read_secret;
use subtle::ConstantTimeEq;

/// A secret that clients or workers show. Never printed; compared in constant time.
#[derive(Clone)]
pub struct Token(Arc<str>);

/// Why there is no token. Does not hold the text that it was made from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Too easy to guess.
    #[error(
        "it has {0} characters and needs {SHORTEST} or more; make one, for example with `openssl rand -hex 32`"
    )]
    Short(usize),
    /// Too long for a header.
    #[error("it has {0} characters, at most {LONGEST} are allowed")]
    Long(usize),
    /// It cannot stand in an HTTP header.
    #[error(
        "it has a space, or a character that is not ASCII; letters, digits and punctuation of ASCII are allowed"
    )]
    Characters,
    /// The file that it should be in cannot be read.
    #[error("{}: {cause}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
}

const SHORTEST: usize = 16;
const LONGEST: usize = 1_024;

impl Token {
    /// Reads a file that holds a token and nothing else.
    pub(super) fn of_file(path: &Path) -> Result<Self, TokenError> {
        let unreadable = |error: std::io::Error| TokenError::Unreadable {
            path: path.to_owned(),
            cause: error.to_string(),
        };
        read_secret(path).map_err(unreadable)?.parse()
    }

    /// Is this the token? Takes the same time for every text of the same length.
    pub fn admits(&self, shown: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(shown).into()
    }

    /// The secret itself, for whoever has to show it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        // Files end with a line break.
        let text = text.trim_end_matches(['\n', '\r']);
        match text.chars().count() {
            length if length > LONGEST => Err(TokenError::Long(length)),
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => Err(TokenError::Characters),
            length if length < SHORTEST => Err(TokenError::Short(length)),
            _ => Ok(Self(text.into())),
        }
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.admits(other.0.as_bytes())
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

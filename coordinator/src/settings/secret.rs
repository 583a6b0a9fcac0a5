//! Tokens: what lets somebody in.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use clipig_access::SecretHash;
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
        "it has {0} characters, at least {SHORTEST} are needed; draw one, for example with `openssl rand -hex 32`"
    )]
    Short(usize),
    /// Too long for a header.
    #[error("it has {0} characters, at most {LONGEST} are allowed")]
    Long(usize),
    /// It cannot stand in an HTTP header.
    #[error("letters, digits and punctuation of ASCII are allowed, no spaces")]
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
    /// What it is compared by.
    pub(crate) fn hash(&self) -> SecretHash {
        SecretHash::of(self.0.as_bytes())
    }

    /// Is this the token? Takes the same time for every text of the same length.
    pub fn admits(&self, shown: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(shown).into()
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

/// The tokens of a setting: the one that it says, or those of the file that it names. A file has one per line, so that an
/// old and a new one can be valid side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSetting {
    file: Option<PathBuf>,
    /// As of the start. Never empty.
    tokens: Vec<Token>,
}

impl TokenSetting {
    /// Reads a file of tokens.
    pub(super) fn of_file(path: &Path) -> Result<Self, TokenError> {
        Ok(Self { file: Some(path.to_owned()), tokens: lines(path)? })
    }

    /// The file; `None` where the setting says the token itself.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref()
    }

    /// The tokens as of now.
    ///
    /// # Errors
    /// When the file cannot be read, or holds something else.
    pub fn read(&self) -> Result<Vec<Token>, TokenError> {
        match &self.file {
            Some(path) => lines(path),
            None => Ok(self.tokens.clone()),
        }
    }

    /// Is this one of the tokens?
    pub fn admits(&self, shown: &[u8]) -> bool {
        self.tokens.iter().fold(false, |found, token| found | token.admits(shown))
    }

    /// Has another setting one of these tokens, too?
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.tokens.iter().any(|token| other.tokens.contains(token))
    }
}

impl FromStr for TokenSetting {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        Ok(Self { file: None, tokens: vec![text.parse()?] })
    }
}

/// The tokens of a file, at least one.
fn lines(path: &Path) -> Result<Vec<Token>, TokenError> {
    let unreadable =
        |error: std::io::Error| TokenError::Unreadable { path: path.to_owned(), cause: error.to_string() };
    let text = read_secret(path).map_err(unreadable)?;
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { Err(TokenError::Short(0)) } else { lines.into_iter().map(str::parse).collect() }
}

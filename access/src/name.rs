//! Names of tokens and owners.

use std::fmt;
use std::str::FromStr;

/// The name of a token or of an owner: letters and digits of ASCII, and `. _ @ -`. It stands in logs, tables and cookies
/// as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// A text that is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be a name; 1 to {LONGEST} letters, digits and characters of `._@-` can")]
pub struct NameError(String);

/// Characters of a name.
const LONGEST: usize = 64;

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._@-".contains(&byte);
        if (1..=LONGEST).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError(text.chars().take(LONGEST).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_nothing_that_a_log_or_a_cookie_could_misread() {
        for name in ["alice", "alice@laptop-2", "a.b_c", &"x".repeat(64)] {
            assert_eq!(name.parse::<Name>().unwrap().as_str(), name);
        }
        for text in ["", " ", "a b", "a\nb", "a;b", "ä", "\u{202e}a", "a,b", &"x".repeat(65)] {
            assert!(text.parse::<Name>().is_err(), "{text:?}");
        }
        assert!(!"a\nb".parse::<Name>().unwrap_err().to_string().contains('\n'));
    }
}

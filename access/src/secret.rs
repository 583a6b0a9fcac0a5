//! Secrets, and what is kept of them.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What secrets begin with, so that scanners of published code can find them.
const PREFIX: &str = "clipig_";

/// Bytes of randomness in a secret.
const RANDOM: usize = 32;

/// A secret that is shown once. It does not appear in logs.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Draws a secret of 256 random bits.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let mut random = [0; RANDOM];
        getrandom::fill(&mut random)?;
        Ok(Self(format!("{PREFIX}{}", base16ct::lower::encode_string(&random))))
    }

    /// The secret itself, for whoever hands it over.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a secret: what a farm keeps. Two hashes are compared in constant time.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of what was shown.
    pub fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn to_hex(self) -> String {
        base16ct::lower::encode_string(&self.0)
    }

    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let decoded = base16ct::lower::decode(text, &mut bytes).ok()?;
        (decoded.len() == 32).then_some(Self(bytes))
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_random_long_and_never_printed() {
        let [one, other] = [Secret::draw().unwrap(), Secret::draw().unwrap()];
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.reveal().len(), PREFIX.len() + 64);
        assert_eq!(one.hash(), SecretHash::of(one.reveal().as_bytes()));
        assert_ne!(one.hash(), other.hash());
        let shown = format!("{one:?} {:?}", one.hash());
        assert!(!shown.contains(&one.reveal()[7..]) && !shown.contains(&one.hash().to_hex()), "{shown}");
    }

    #[test]
    fn hashes_are_read_as_they_are_written() {
        let hash = SecretHash::of(b"abc");
        // FIPS 180-4, the example of one block.
        assert_eq!(hash.to_hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(SecretHash::from_hex(&hash.to_hex()), Some(hash));
        for text in ["", "12ab", &"g".repeat(64), &"a".repeat(66)] {
            assert_eq!(SecretHash::from_hex(text), None);
        }
    }
}

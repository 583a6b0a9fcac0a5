//! The picture of a run on disk: its name, its bytes.

pub mod beside;
pub mod file;
pub(crate) mod sheet;
pub mod space;

use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

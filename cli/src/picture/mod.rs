//! The picture of a run on disk: its name, its bytes.

pub(crate) mod beside;
pub(crate) mod file;
#[cfg(feature = "local")]
mod growing;
pub(crate) mod sheet;
pub(crate) mod space;

#[cfg(feature = "local")]
pub(crate) use self::growing::PictureFile;

use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

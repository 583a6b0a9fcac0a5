//! What a backup of a farm consists of, for those who write one and those who read it.
//!
//! A backup is a folder with the files of a farm's data folder under the same names, and [`MANIFEST`] beside them, which
//! lists them all. The manifest is written last.

use serde::{Deserialize, Serialize};

/// The name of the file that lists all others.
pub const MANIFEST: &str = "manifest.json";

/// The form of the manifest that this program writes; it reads all up to it.
pub const FORMAT: u32 = 1;

/// Characters of a file's name, folders included.
const LONGEST_NAME: usize = 255;

/// All files of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// See [`FORMAT`].
    pub format: u32,
    /// The version of the coordinator that the backup is of.
    pub coordinator: String,
    /// The moment that the backup shows, in milliseconds since 1970.
    pub taken: i64,
    /// All of them but this list.
    pub files: Vec<BackupFile>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    /// Its name within the folder, with `/` between folders; see [`check_name`].
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// A name that no file of a backup can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of a file of a backup")]
pub struct BackupNameError(String);

/// Checks that a name leads to a place within the backup's folder, and is not the manifest's. Manifests and farms may be
/// a stranger's.
///
/// # Errors
/// Where it does not.
pub fn check_name(name: &str) -> Result<(), BackupNameError> {
    let plain = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(allowed)
    };
    if name.len() <= LONGEST_NAME && name != MANIFEST && name.split('/').all(plain) {
        Ok(())
    } else {
        Err(BackupNameError(name.chars().take(LONGEST_NAME).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_the_folder() {
        for name in ["farm.sqlite", "blobs/ab/abcd", "jobs/17/snapshots/00000120.png"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        let long = "a".repeat(256);
        for name in [
            "",
            "/etc/passwd",
            "../x",
            "a/../x",
            "a//b",
            "a/",
            ".hidden",
            "a\\b",
            "C:x",
            "a\0",
            "ä",
            MANIFEST,
            &long,
        ] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }
}

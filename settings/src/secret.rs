//! Files that hold a secret and nothing else.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Bytes that such a file may have.
const LARGEST: u64 = 4_096;

/// Reads a file that holds a secret.
///
/// # Errors
/// When the system refuses, when the file has more than 4096 bytes, and when it is not UTF-8.
pub fn read_secret(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    // Bounded by what is read and not by what the system says: `/dev/zero` has a length of 0.
    File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        let message = format!("the file has more than {LARGEST} bytes, so it does not hold a token");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(text)
}

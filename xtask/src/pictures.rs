//! What pictures show, without what they tell of their making.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;

/// The picture in a folder.
pub(crate) fn picture_in(folder: &Path) -> Result<PathBuf, Error> {
    let entries = fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let mut files = entries.filter_map(Result::ok).map(|entry| entry.path());
    let picture = files.find(|path| path.extension().is_some_and(|extension| extension == "png"));
    picture.ok_or_else(|| Error::Other(format!("there is no picture in {}", folder.display())))
}

/// The hash of what the picture in a folder shows.
pub(crate) fn shown_in(folder: &Path) -> Result<String, Error> {
    let picture = picture_in(folder)?;
    let png = fs::read(&picture).map_err(Error::file("read", &picture))?;
    hash(&pixels(&png).ok_or_else(|| Error::Other(format!("{} is no PNG", picture.display())))?)
}

/// Size and pixels of a PNG, as they are packed: its chunks without what tells of its making. Chunks are a length of four
/// bytes, a name of four, the data, and a checksum of four.
fn pixels(png: &[u8]) -> Option<Vec<u8>> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut kept = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let (name, data) = (rest.get(4..8)?, rest.get(8..8 + length)?);
        if name == b"IHDR" || name == b"IDAT" {
            kept.extend_from_slice(data);
        }
        rest = rest.get(12 + length..)?;
    }
    (!kept.is_empty()).then_some(kept)
}

/// The first digits of the SHA-256 of some bytes.
fn hash(bytes: &[u8]) -> Result<String, Error> {
    let failed = |source| Error::NotStarted { program: "sha256sum".into(), source };
    let mut sum = Command::new("sha256sum");
    let mut child = sum.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(bytes).map_err(failed)?;
    }
    let printed = child.wait_with_output().map_err(failed)?.stdout;
    let digits = String::from_utf8_lossy(&printed).chars().take(16).collect::<String>();
    if digits.len() == 16 { Ok(digits) } else { Err(Error::Other("sha256sum prints no sum".into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_that_of_the_bytes() {
        assert_eq!(hash(b"abc").unwrap(), "ba7816bf8f01cfea");
    }

    fn chunk(name: &str, data: &str) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes()[..], name.as_bytes(), data.as_bytes(), b"crc!"].concat()
    }

    #[test]
    fn only_what_is_shown_counts() {
        let png = |text: &str, data: &str| {
            let chunks = [chunk("IHDR", "size"), chunk("tEXt", text), chunk("IDAT", data), chunk("IEND", "")];
            [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
        };
        let one = png("job 1", "red");
        assert_eq!(pixels(&one).unwrap(), b"sizered");
        assert_eq!(pixels(&one), pixels(&png("job 2", "red")));
        assert_ne!(pixels(&one), pixels(&png("job 1", "green")));
        assert_eq!(pixels(b"GIF89a"), None);
        assert_eq!(pixels(&one[..one.len() - 5]), None, "cut off");
    }
}

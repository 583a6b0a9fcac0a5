//! What kind of file somebody named, from its first and last bytes.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use crate::error::ModelError;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Nothing.
    Empty,
    /// A ZIP archive, as `torch.save` and TorchScript write it, with these files.
    Archive(Vec<String>),
    /// A bare pickle, as `torch.save` wrote until version 1.5.
    Pickle,
    /// A web page.
    WebPage,
    /// What Git stores in the place of a large file.
    LfsPointer,
    /// llama.cpp's format.
    Gguf,
    /// HDF5, as Keras writes it.
    Hdf5,
    /// Text in JSON.
    Json,
    /// Perhaps safetensors.
    Other,
}

/// The end of an archive's list of files is looked for in so many last bytes (a comment may follow it).
const END_OF_ARCHIVE: u64 = 66_000;
/// The longest list of files that is read. A model of 10,000 tensors has one of 1 MB.
const LONGEST_LIST: u64 = 16 << 20;

impl Contents {
    /// Looks into a file.
    pub(crate) fn of(path: &Path) -> Result<Self, ModelError> {
        let io = |source| ModelError::io("read", path, source);
        let mut file = File::open(path).map_err(io)?;
        let mut start = Vec::new();
        file.by_ref().take(512).read_to_end(&mut start).map_err(io)?;
        // A safetensors file begins with the length of its header, which begins with a brace.
        if start.get(8) == Some(&b'{') {
            return Ok(Self::Other);
        }
        let text = start.trim_ascii_start();
        Ok(match start.as_slice() {
            [] => Self::Empty,
            [b'P', b'K', 3, 4, ..] => Self::Archive(archived(&mut file).unwrap_or_default()),
            [0x80, 2..=5, ..] => Self::Pickle,
            [b'G', b'G', b'U', b'F', ..] => Self::Gguf,
            [0x89, b'H', b'D', b'F', ..] => Self::Hdf5,
            start if start.starts_with(b"version https://git-lfs") => Self::LfsPointer,
            _ if text.starts_with(b"<") => Self::WebPage,
            _ if text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).starts_with(b"{") => Self::Json,
            _ => Self::Other,
        })
    }
}

/// The names of the files in a ZIP archive, from the list at its end; `None` where there is none to be read.
fn archived(file: &mut File) -> Option<Vec<String>> {
    let length = file.metadata().ok()?.len();
    let from = length.saturating_sub(END_OF_ARCHIVE);
    let end = piece(file, from, length - from)?;
    let record = end.windows(4).rposition(|bytes| bytes == b"PK\x05\x06")?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |n, &byte| n << 8 | u64::from(byte));
    let record = end.get(record..record + 22)?;
    let (mut size, mut start) = (number(&record[12..16]), number(&record[16..20]));
    if size == 0xffff_ffff || start == 0xffff_ffff {
        // Beyond 4 GiB the numbers stand in a record of its own.
        let wide = end.windows(4).rposition(|bytes| bytes == b"PK\x06\x06")?;
        let wide = end.get(wide..wide + 56)?;
        (size, start) = (number(&wide[40..48]), number(&wide[48..56]));
    }
    let list = piece(file, start, size)?;
    let (mut names, mut rest) = (Vec::new(), list.as_slice());
    while let Some(entry) = rest.get(..46).filter(|entry| entry.starts_with(b"PK\x01\x02")) {
        let part = |at: usize| number(&entry[at..at + 2]) as usize;
        let name = rest.get(46..46 + part(28))?;
        names.push(String::from_utf8_lossy(name).into_owned());
        rest = rest.get(46 + part(28) + part(30) + part(32)..)?;
    }
    Some(names)
}

fn piece(file: &mut File, from: u64, length: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from)).ok()?;
    file.take(length.min(LONGEST_LIST)).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::Contents;

    fn of(bytes: &[u8]) -> Contents {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        Contents::of(&path).unwrap()
    }

    #[test]
    fn kinds_of_files() {
        assert_eq!(of(b""), Contents::Empty);
        assert_eq!(of(b"\x80\x02}q\x00."), Contents::Pickle);
        assert_eq!(of(b"\n <!DOCTYPE html><html></html>"), Contents::WebPage);
        assert_eq!(of(b"version https://git-lfs.github.com/spec/v1"), Contents::LfsPointer);
        assert_eq!(of(b"{\"a\": 1}"), Contents::Json);
        assert_eq!(of(b"\x08\0\0\0\0\0\0\0{\"a\": 1}"), Contents::Other);
        assert_eq!(of(&[255; 64]), Contents::Other);
    }

    #[test]
    fn archives_list_their_files() {
        // One stored file "m/data.pkl" of no bytes: its list entry and the end of the list.
        let name = b"m/data.pkl";
        let mut list = b"PK\x01\x02".to_vec();
        list.resize(46, 0);
        list[28] = name.len() as u8;
        list.extend(name);
        let mut bytes = b"PK\x03\x04 the file".to_vec();
        let start = bytes.len() as u8;
        bytes.extend(&list);
        let mut end = b"PK\x05\x06".to_vec();
        end.resize(22, 0);
        (end[12], end[16]) = (list.len() as u8, start);
        bytes.extend(end);
        assert_eq!(of(&bytes), Contents::Archive(vec!["m/data.pkl".to_owned()]));
        // Lies about places and lengths end the list and nothing else.
        for place in 0..bytes.len() {
            let mut lie = bytes.clone();
            lie[place] = 255;
            let _ = of(&lie);
        }
        assert_eq!(of(b"PK\x03\x04 and so on"), Contents::Archive(Vec::new()));
    }
}

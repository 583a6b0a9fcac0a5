//! Whether a PNG is whole: each chunk has a checksum (PNG specification, section 5).

use std::io::{self, Read};

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// A chunk's length, type and checksum.
const FRAME: usize = 4;

/// A chunk may not be longer than this (PNG specification, section 5.3).
const LONGEST_CHUNK: u32 = 0x7fff_ffff;

/// What is wrong with a picture.
#[derive(Debug, thiserror::Error)]
pub enum PngFault {
    #[error("it is no PNG")]
    NotOne,
    #[error("its end is missing")]
    Torn,
    #[error("its bytes were damaged")]
    Damaged,
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
}

impl From<io::Error> for PngFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Torn,
            _ => Self::Unreadable(error),
        }
    }
}

/// Reads a PNG to its end and compares the checksums of all chunks.
pub(super) fn check(file: &mut impl Read) -> Result<(), PngFault> {
    let mut signature = [0; SIGNATURE.len()];
    file.read_exact(&mut signature)?;
    if signature != SIGNATURE {
        return Err(PngFault::NotOne);
    }
    let mut piece = vec![0; super::PIECE];
    loop {
        let length = u32::from_be_bytes(frame(file)?);
        if length > LONGEST_CHUNK {
            return Err(PngFault::Damaged);
        }
        let kind = frame(file)?;
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(&kind);
        let mut left = length as usize;
        while left > 0 {
            let bytes = left.min(piece.len());
            file.read_exact(&mut piece[..bytes])?;
            checksum.update(&piece[..bytes]);
            left -= bytes;
        }
        if u32::from_be_bytes(frame(file)?) != checksum.finalize() {
            return Err(PngFault::Damaged);
        }
        if kind == *b"IEND" {
            let rest = file.read(&mut piece[..1])?;
            return if rest == 0 { Ok(()) } else { Err(PngFault::Damaged) };
        }
    }
}

fn frame(file: &mut impl Read) -> Result<[u8; FRAME], PngFault> {
    let mut bytes = [0; FRAME];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A PNG as far as its chunks go.
    pub(crate) fn png() -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        for (kind, data) in [(b"IHDR", &b"13 bytes here"[..]), (b"IDAT", &[7; 1_000]), (b"IEND", &[])] {
            bytes.extend((data.len() as u32).to_be_bytes());
            let start = bytes.len();
            bytes.extend(kind);
            bytes.extend(data);
            bytes.extend(crc32fast::hash(&bytes[start..]).to_be_bytes());
        }
        bytes
    }

    #[test]
    fn every_changed_or_missing_byte_is_noticed() {
        let good = png();
        check(&mut good.as_slice()).unwrap();
        for at in 0..good.len() {
            let mut changed = good.clone();
            changed[at] ^= 0x20;
            assert!(check(&mut changed.as_slice()).is_err(), "byte {at}");
            assert!(check(&mut &good[..at]).is_err(), "{at} bytes");
        }
        let longer = [good.as_slice(), b"x"].concat();
        assert!(check(&mut longer.as_slice()).is_err());
    }
}

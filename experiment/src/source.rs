//! Texts that an experiment is read from, and places in them.

/// A text with the name under which people know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// File name as it appears in messages (`-` for standard input).
    pub name: String,
    /// The YAML.
    pub text: String,
}

impl Source {
    /// A source from its name and text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// A source from the bytes of a file, which has to be UTF-8.
    ///
    /// # Errors
    /// When the bytes are not UTF-8. The error names the encoding where it can be recognised, else the first wrong
    /// byte. The size is checked first, so that a huge file is not searched.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, NotText> {
        let name = name.into();
        if bytes.len() > crate::limits::MAX_SOURCE_BYTES {
            return Err(NotText::TooLarge { name, bytes: bytes.len() });
        }
        if let Some(encoding) = wide_encoding(&bytes) {
            return Err(NotText::Encoding { name, encoding });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let bytes = error.as_bytes();
                let before = &bytes[..valid];
                let line = before.split(|byte| *byte == b'\n').count();
                let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
                let byte = bytes[valid];
                Err(if looks_like_text(bytes) {
                    NotText::OneByte { name, line, column, byte }
                } else {
                    NotText::NotUtf8 { name, line, column }
                })
            }
        }
    }
}

/// UTF-16 or UTF-32, with or without a byte order mark. Without one, the zeros between Latin letters give it away: the
/// names of parameters are Latin in every experiment.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Some("UTF-16"),
        _ => {}
    }
    // Which of four bytes in a row are mostly zero; a kilobyte says enough.
    let head = &bytes[..bytes.len().min(1 << 10)];
    let zero = [0, 1, 2, 3].map(|offset| {
        let picked = head.iter().skip(offset).step_by(4);
        let count = picked.len();
        2 * picked.filter(|byte| **byte == 0).count() > count
    });
    match zero {
        [false, true, true, true] | [true, true, true, false] => Some("UTF-32"),
        [false, true, false, true] | [true, false, true, false] => Some("UTF-16"),
        _ => None,
    }
}

/// Whether these are letters, most of them without accents, and not a picture or an archive.
fn looks_like_text(bytes: &[u8]) -> bool {
    let control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    let accents = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    !bytes.iter().any(control) && 4 * accents < bytes.len()
}

/// Why bytes are not a [`Source`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// Larger than an experiment may be.
    #[error(
        "{name} has {bytes} bytes; an experiment may have {} at most. Is it the right file?",
        crate::limits::MAX_SOURCE_BYTES
    )]
    TooLarge {
        /// The file.
        name: String,
        /// Its size.
        bytes: usize,
    },
    /// Another encoding of Unicode.
    #[error(
        "{name}: this is {encoding}; save it as UTF-8\nhelp: PowerShell: `Set-Content -Encoding utf8`; editors have it \
         in `Save as`; elsewhere: `iconv -f {encoding} -t UTF-8`"
    )]
    Encoding {
        /// The file.
        name: String,
        /// The encoding.
        encoding: &'static str,
    },
    /// A text in an encoding with one byte per letter, such as Windows-1252.
    #[error(
        "{name}:{line}:{column}: the byte {byte:#04X} is not UTF-8; it may be a letter with an accent in Windows-1252 or \
         Latin-1. Save the file as UTF-8"
    )]
    OneByte {
        /// The file.
        name: String,
        /// Line of the byte, from 1.
        line: usize,
        /// Column of the byte, from 1.
        column: usize,
        /// The byte.
        byte: u8,
    },
    /// Not UTF-8.
    #[error("{name}:{line}:{column}: not a text (a byte here is not UTF-8). Is it the right file?")]
    NotUtf8 {
        /// The file.
        name: String,
        /// Line of the byte, from 1.
        line: usize,
        /// Column of the byte, from 1.
        column: usize,
    },
}

/// A piece of a source: byte offsets, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the source in the order given.
    pub source: usize,
    /// First byte.
    pub start: usize,
    /// Byte after the last one.
    pub end: usize,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A piece of a source.
    Written(Place),
    /// A flag of the command line, such as `--epochs`.
    Flag(&'static str),
    /// Nobody set it.
    Default,
}

impl Origin {
    /// The place, where there is one.
    pub fn place(self) -> Option<Place> {
        match self {
            Self::Written(place) => Some(place),
            Self::Flag(_) | Self::Default => None,
        }
    }
}

/// The character boundary at or before `at`.
pub(crate) fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Line and column (in characters), both from 1, of a byte offset.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..boundary(text, offset.min(text.len()))];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before[before.rfind('\n').map_or(0, |at| at + 1)..].chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_text_name_the_place() {
        let error = Source::from_bytes("a.yaml", b"epochs: 1\nname: \xff\x00".to_vec()).unwrap_err();
        assert_eq!(error, NotText::NotUtf8 { name: "a.yaml".into(), line: 2, column: 7 });
        let error = Source::from_bytes("a.yaml", vec![b'x'; 2_000_000]).unwrap_err();
        assert!(matches!(error, NotText::TooLarge { .. }));
    }
    #[test]
    fn other_encodings_are_named() {
        let text = "targets:\n- features:\n  - text: a café\n";
        let wide = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let wider = |unit: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| unit(c.into())).collect::<Vec<u8>>();
        let with_mark = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        for (bytes, encoding) in [
            (wide(u16::to_le_bytes), "UTF-16"),
            (wide(u16::to_be_bytes), "UTF-16"),
            (with_mark(b"\xff\xfe", wide(u16::to_le_bytes)), "UTF-16"),
            (with_mark(b"\xfe\xff", wide(u16::to_be_bytes)), "UTF-16"),
            (wider(u32::to_le_bytes), "UTF-32"),
            (wider(u32::to_be_bytes), "UTF-32"),
            (with_mark(b"\xff\xfe\0\0", wider(u32::to_le_bytes)), "UTF-32"),
        ] {
            let found = Source::from_bytes("a.yaml", bytes);
            assert_eq!(found, Err(NotText::Encoding { name: "a.yaml".into(), encoding }));
        }
        let latin = text.chars().map(|c| u32::from(c) as u8).collect();
        let error = Source::from_bytes("a.yaml", latin).unwrap_err();
        assert_eq!(error, NotText::OneByte { name: "a.yaml".into(), line: 3, column: 16, byte: 0xe9 });
        assert!(Source::from_bytes("a.yaml", text.into()).is_ok());
        assert!(Source::from_bytes("a.yaml", Vec::new()).is_ok());
    }

    #[test]
    fn positions_count_characters_from_one() {
        assert_eq!(position("a\nöb", 4), (2, 2));
        assert_eq!(position("a\nöb", 3), (2, 1));
        assert_eq!(position("", 10), (1, 1));
    }
}

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

    /// A source from the bytes of a file.
    ///
    /// # Errors
    /// The line and column of the first byte that is not UTF-8; the size limit is checked first, so that the
    /// bytes of a huge file are not looked at.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, NotText> {
        let name = name.into();
        if bytes.len() > crate::limits::MAX_SOURCE_BYTES {
            return Err(NotText::TooLarge { name, bytes: bytes.len() });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let before = &error.as_bytes()[..valid];
                let line = before.split(|byte| *byte == b'\n').count();
                let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
                Err(NotText::NotUtf8 { name, line, column })
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_text_name_the_place() {
        let error = Source::from_bytes("a.yaml", b"epochs: 1\nname: \xff".to_vec()).unwrap_err();
        assert_eq!(error, NotText::NotUtf8 { name: "a.yaml".into(), line: 2, column: 7 });
        let error = Source::from_bytes("a.yaml", vec![b'x'; 2_000_000]).unwrap_err();
        assert!(matches!(error, NotText::TooLarge { .. }));
    }
}

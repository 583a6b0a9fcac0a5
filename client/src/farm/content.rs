//! Content that may have to be uploaded to a farm.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use bytes::Bytes;
use clipig_models::{ModelError, ModelSettings, Resolved, Store, Weights};

use crate::failure::Failure;
use crate::output;

/// Bytes per message: small enough to be fair to others on the connection.
const PIECE: usize = 256 << 10;

/// Content that may have to be uploaded.
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    /// A name for messages.
    pub(crate) name: String,
    pub(crate) bytes: Source,
}

#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// In memory: images.
    Memory(Bytes),
    /// In a file: weights of gigabytes are not read whole.
    File { path: PathBuf, size: u64 },
}

impl Source {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File { size, .. } => *size,
        }
    }

    /// The bytes in pieces, in order. If a file cannot be read to its end they end early, which the farm notices.
    pub(super) fn pieces(&self) -> Box<dyn Iterator<Item = Bytes> + Send> {
        match self.clone() {
            Self::Memory(bytes) => {
                let starts = (0..bytes.len()).step_by(PIECE);
                Box::new(starts.map(move |start| bytes.slice(start..bytes.len().min(start + PIECE))))
            }
            Self::File { path, size } => {
                let mut file = File::open(&path).map(|file| file.take(size));
                Box::new(std::iter::from_fn(move || {
                    let mut piece = Vec::with_capacity(PIECE);
                    let read = match &mut file {
                        Ok(file) => file.by_ref().take(PIECE as u64).read_to_end(&mut piece).map(|_| ()),
                        Err(error) => Err(std::io::Error::new(error.kind(), error.to_string())),
                    };
                    if let Err(error) = read {
                        output::say(format!("cannot read {}: {error}", path.display()));
                        return None;
                    }
                    (!piece.is_empty()).then(|| Bytes::from(piece))
                }))
            }
        }
    }
}

/// Weights of this machine's store, for farms that do not have them.
pub(crate) struct OwnModel {
    pub(crate) sha256: [u8; 32],
    /// How they are to be read; weights do not tell.
    pub(crate) settings: ModelSettings,
    pub(crate) blob: Blob,
}

impl OwnModel {
    /// The model of that name if its weights are in this machine's store; `None` if the farm has to know it.
    pub(crate) fn find(name: &str) -> Result<Option<Self>, Failure> {
        let Ok(store) = Store::of_user() else { return Ok(None) };
        let Resolved { name, sha256, size, spec, weights } = match store.resolve(name) {
            Ok(resolved) => resolved,
            Err(ModelError::Unknown { .. } | ModelError::NotInStore { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // Every farm has the embedded one.
        let Weights::File(path) = weights else { return Ok(None) };
        let mut digest = [0; 32];
        base16ct::lower::decode(&sha256, &mut digest)
            .map_err(|_| Failure::failed(format!("the record of `{name}` in the store has no hash")))?;
        let blob = Blob { name: format!("the model {name}"), bytes: Source::File { path, size } };
        Ok(Some(Self { sha256: digest, settings: spec.settings(), blob }))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn files_and_memory_give_the_same_pieces() {
        let bytes: Vec<u8> = (0..600_000_u32).map(|i| i as u8).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        let size = bytes.len() as u64;
        let file = Source::File { path: file.path().to_owned(), size }.pieces().collect::<Vec<_>>();
        let memory = Source::Memory(bytes.clone().into()).pieces().collect::<Vec<_>>();
        assert_eq!(file, memory);
        assert_eq!((file.len(), file.concat()), (3, bytes));
        let absent = Source::File { path: "/nonexistent".into(), size: 7 };
        assert_eq!(absent.pieces().count(), 0);
    }
}

//! Small JSON files that lie beside weights.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::error::ModelError;

/// Larger than any configuration or index of a model; the index of a model of 100,000 tensors has 10 MB.
const LARGEST: u64 = 32 << 20;

/// A file and what it says.
#[derive(Debug, Clone)]
pub(crate) struct JsonFile {
    pub(crate) path: PathBuf,
    pub(crate) value: Json,
}

impl JsonFile {
    /// Reads a file; `None` where there is none.
    pub(crate) fn find(path: &Path) -> Result<Option<Self>, ModelError> {
        match path.metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ModelError::io("read", path, source)),
            Ok(metadata) if metadata.len() > LARGEST => {
                return Err(ModelError::configuration(path, "it is too large to be one of a model"));
            }
            Ok(_) => {}
        }
        let bytes = std::fs::read(path).map_err(|source| ModelError::io("read", path, source))?;
        // A byte order mark, as editors on Windows put one.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let value = serde_json::from_slice(bytes)
            .map_err(|error| ModelError::configuration(path, format!("it is not JSON: {error}")))?;
        Ok(Some(Self { path: path.to_owned(), value }))
    }

    /// The name of the file, without its folder.
    pub(crate) fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

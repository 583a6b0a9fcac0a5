//! The note that the store keeps beside each file of weights.

use std::{fs::Metadata, path::Path, time::UNIX_EPOCH};

use clipig_core::durable;
use serde::{Deserialize, Serialize};

use crate::{error::ModelError, registry::ModelSpec};

/// What is known of a file in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Name of the model.
    pub(crate) name: String,
    /// SHA-256 of the weights when they came.
    pub(crate) sha256: String,
    /// Address or path that they came from.
    pub(crate) source: String,
    /// For imported models that clipig does not know by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) spec: Option<ModelSpec>,
    /// The file as it was when its hash was last found right.
    pub(crate) stamp: Stamp,
}

/// Enough of a file's state to see that it was touched, without reading hundreds of megabytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    /// Nanoseconds since 1970; zero where the file system has no such time.
    pub(crate) modified: u64,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        // Nanoseconds fit until the year 2554.
        let modified = since.map_or(0, |time| time.as_nanos() as u64);
        Self { size: metadata.len(), modified }
    }

    pub(crate) fn of_file(path: &Path) -> Result<Self, ModelError> {
        let metadata = path.metadata().map_err(|source| ModelError::io("read", path, source))?;
        Ok(Self::of(&metadata))
    }
}

impl Record {
    /// Reads a record; `None` where there is none, or one that cannot be read: the weights are then
    /// treated as if they had just been put there.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        match serde_json::from_str(&text) {
            Ok(record) => Some(record),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "ignoring a record that cannot be read");
                None
            }
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), ModelError> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| ModelError::io("write", path, std::io::Error::other(error)))?;
        durable::write(path, text.as_bytes()).map_err(|source| ModelError::io("write", path, source))
    }
}

//! Features of images that were encoded before, kept as files.
//!
//! An entry is `features/<sha256 of the model, and of how it is read>/<sha256 of the image file>`: a mark, the numbers, and the SHA-256
//! of both, so that whatever is not whole is as good as absent.

use std::io::Write;
use std::path::PathBuf;

use clipig_core::durable;
use clipig_models::Resolved;
use sha2::{Digest, Sha256};

use clipig_client::output;

/// The magic number of an entry. Its digit is raised when images are encoded in another way: since 2 they are turned
/// upright.
const MARK: &[u8; 8] = b"clipigF2";
const HASH: usize = 32;

/// The entries of one model.
#[derive(Debug)]
pub(super) struct FeatureCache {
    /// `None`: nothing is read or written.
    folder: Option<PathBuf>,
    /// Numbers of a feature.
    length: usize,
}

/// The same weights, read in another way, give other features.
fn key(model: &Resolved) -> String {
    let settings = Sha256::digest(format!("{:?}", model.spec.settings()));
    format!("{}-{}", model.sha256, base16ct::lower::encode_string(&settings[..8]))
}

impl FeatureCache {
    /// The cache of this user for a model.
    pub(super) fn of_user(model: &Resolved) -> Self {
        let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || absolute("HOME").map(|home| home.join(".cache"));
        let folder = absolute("XDG_CACHE_HOME").or_else(home);
        let folder = folder.map(|folder| folder.join("clipig/features").join(key(model)));
        Self { folder, length: model.spec.embed_dim as usize }
    }

    /// A cache that keeps nothing.
    pub(super) fn none() -> Self {
        Self { folder: None, length: 0 }
    }

    /// The feature of an image file with this SHA-256.
    pub(super) fn get(&self, image_sha256: &str) -> Option<Vec<f32>> {
        let bytes = std::fs::read(self.folder.as_ref()?.join(image_sha256)).ok()?;
        decode(&bytes, self.length)
    }

    /// Stores a feature. If that fails, the user is told once and nothing more is stored.
    pub(super) fn put(&mut self, image_sha256: &str, feature: &[f32]) {
        let Some(folder) = &self.folder else { return };
        let written = std::fs::create_dir_all(folder)
            .and_then(|()| durable::unfinished(folder))
            .and_then(|mut file| file.write_all(&encode(feature)).map(|()| file))
            .and_then(|file| file.persist(folder.join(image_sha256)).map_err(|failed| failed.error));
        if let Err(error) = written {
            output::say(format!("note: the features are not cached ({}: {error})", folder.display()));
            self.folder = None;
        }
    }
}

fn encode(feature: &[f32]) -> Vec<u8> {
    let mut bytes = MARK.to_vec();
    bytes.extend(feature.iter().flat_map(|value| value.to_le_bytes()));
    let hash = Sha256::digest(&bytes);
    bytes.extend(hash);
    bytes
}

fn decode(bytes: &[u8], length: usize) -> Option<Vec<f32>> {
    let (body, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
    let numbers = body.strip_prefix(MARK)?;
    if numbers.len() != 4 * length || Sha256::digest(body).as_slice() != hash {
        return None;
    }
    Some(numbers.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_and_damaged_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut cache = FeatureCache { folder: Some(folder.path().join("model")), length: 3 };
        assert_eq!(cache.get("a"), None);
        cache.put("a", &[1.0, -0.5, 0.25]);
        assert_eq!(cache.get("a"), Some(vec![1.0, -0.5, 0.25]));
        let entry = folder.path().join("model/a");
        let whole = std::fs::read(&entry).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            std::fs::write(&entry, flipped).unwrap();
            assert_eq!(cache.get("a"), None, "byte {at}");
            std::fs::write(&entry, &whole[..at]).unwrap();
            assert_eq!(cache.get("a"), None, "cut at {at}");
        }
        std::fs::write(&entry, whole).unwrap();
        let other = FeatureCache { length: 4, ..cache };
        assert_eq!(other.get("a"), None);
    }

    #[test]
    fn a_folder_that_cannot_be_written_ends_the_keeping() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut cache = FeatureCache { folder: Some(file.path().join("model")), length: 1 };
        cache.put("a", &[1.0]);
        assert_eq!(cache.folder, None);
    }
}

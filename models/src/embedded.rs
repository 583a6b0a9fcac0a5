//! The small model inside the program: clipig makes pictures without any download.
//!
//! `models/clipig-tiny.md` says what it is and what it was made of.

/// Name of the embedded model.
pub const NAME: &str = "clipig-tiny";

/// SHA-256 of [`BYTES`]; a test compares.
pub const SHA256: &str = "c274adbe644a500697bea695bc1f17f85046b45114994157bdfeb3ba521a310e";

/// Size of the weights in bytes, also where they are left out.
pub const SIZE: u64 = include_bytes!("../clipig-tiny.safetensors").len() as u64;

/// Are the weights inside this program? Only with the feature `embedded`; small clients are built without it.
pub const IS_HERE: bool = cfg!(feature = "embedded");

/// The weights, in safetensors format; empty where they are left out.
pub static BYTES: &[u8] = if IS_HERE { include_bytes!("../clipig-tiny.safetensors") } else { &[] };

#[cfg(test)]
mod tests {
    use crate::{hash::sha256_of_bytes, info::ModelInfo, known_tokens, registry};

    #[test]
    fn the_hash_is_that_of_the_bytes() {
        assert_eq!(sha256_of_bytes(super::BYTES), super::SHA256);
    }

    #[test]
    fn the_registry_describes_the_bytes() {
        let info = ModelInfo::of_bytes(super::BYTES).unwrap();
        let spec = registry::find(super::NAME).unwrap().spec;
        assert_eq!(info.architecture.mismatch(&spec), None);
        assert_eq!(info.architecture.spec(spec.activation), spec);
    }

    #[test]
    fn it_knows_some_words_and_not_all() {
        let known = known_tokens(super::BYTES).unwrap();
        assert_eq!(known.len(), 49_408);
        let count = known.iter().filter(|&&k| k).count();
        assert!((500..20_000).contains(&count), "{count}");
        // "apple" is among its words, "lovecraft" is not.
        assert!(known[3_055] && !known[42_405]);
    }
}

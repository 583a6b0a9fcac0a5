//! The small model inside the program: clipig makes pictures without any download.
//!
//! `models/clipig-tiny.md` says what it is and what it was made of.

/// Name of the embedded model.
pub const NAME: &str = "clipig-tiny";

/// The whole file.
const WHOLE: &[u8] = include_bytes!("../clipig-tiny.safetensors");

/// SHA-256 of [`BYTES`]; a test compares.
pub const SHA256: &str = "c274adbe644a500697bea695bc1f17f85046b45114994157bdfeb3ba521a310e";

/// Size of the weights in bytes.
pub const SIZE: u64 = WHOLE.len() as u64;

/// The weights, in safetensors format. The linker leaves them out of a program that does not name them, such as a client of
/// farms; what only asks about the model reads the header.
pub static BYTES: &[u8] = WHOLE;

/// Length of the header and of the number before it.
const HEADER: usize = match WHOLE.first_chunk() {
    Some(length) => 8 + u64::from_le_bytes(*length) as usize,
    None => 0,
};

/// The header of the weights, a copy of a few kilobytes.
pub(crate) static START: [u8; HEADER] = match WHOLE.first_chunk() {
    Some(start) => *start,
    None => [0; HEADER],
};

#[cfg(test)]
mod tests {
    use crate::{hash::sha256_of_bytes, info::ModelInfo, known_tokens, registry};

    #[test]
    fn the_header_alone_says_the_same() {
        assert_eq!(ModelInfo::of_embedded().unwrap(), ModelInfo::of_bytes(super::BYTES).unwrap());
        assert!(super::START.len() < 100_000, "{}", super::START.len());
    }

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

//! Images that an experiment names, read by somebody else.
//!
//! The engine opens no path: a client reads the files and hands their bytes over
//! ([`Assets`]), decoded here with bounds on what a file may unfold to.

use std::io::Cursor;

use clipig_core::Assets;
use image::{DynamicImage, ImageReader, Limits};

/// The greatest side of an image that is read.
const MAX_SIDE: u32 = 16_384;

/// The most memory that one decoded image may take, in bytes.
const MAX_DECODED: u64 = 1 << 30;

/// Why an image could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    /// Nobody handed it over.
    #[error("the image `{0}` was not found")]
    Missing(String),
    /// It cannot be decoded.
    #[error(
        "the image `{name}` cannot be read: {reason}; PNG, JPEG, WebP, GIF and BMP up to 16384 pixels per side are"
    )]
    Unreadable {
        /// As the experiment names it.
        name: String,
        /// What the decoder says.
        reason: String,
    },
}

/// Decodes one of the images.
///
/// # Errors
/// When it is missing, too large or not an image.
pub(crate) fn image(assets: &Assets, name: &str) -> Result<DynamicImage, AssetError> {
    let bytes = assets.bytes(name).ok_or_else(|| AssetError::Missing(name.to_owned()))?;
    decode(bytes).map_err(|reason| AssetError::Unreadable { name: name.to_owned(), reason })
}

/// Decodes an image within bounds.
pub(crate) fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    reader.decode().map_err(|error| error.to_string())
}

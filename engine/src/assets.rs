//! Images that an experiment names.
//!
//! The engine opens no path: a client reads the files and hands over their bytes ([`Assets`]).

use clipig_core::Assets;
use image::DynamicImage;

use crate::decode::decode;

/// Why an image could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    /// Nobody handed it over.
    #[error("the image `{0}` was not found")]
    Missing(String),
    /// It cannot be decoded.
    #[error(
        "the image `{name}` cannot be read: {reason} (images are PNG, JPEG, WebP, GIF or BMP files of up to 16384 \
         pixels per side)"
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

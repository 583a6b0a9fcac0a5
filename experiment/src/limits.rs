//! Bounds on what an experiment may ask for, checked before memory is taken.

use thiserror::Error;

/// Greatest size of one source in bytes.
pub const MAX_SOURCE_BYTES: usize = 1 << 20;
/// Greatest number of values in one source, aliases expanded.
pub const MAX_NODES: usize = 250_000;
/// Deepest nesting of lists and maps in one source.
pub const MAX_DEPTH: usize = 64;
/// Greatest number of sources for one experiment.
pub const MAX_SOURCES: usize = 64;
/// Greatest number of constant expressions with calls, lists or powers in one experiment: each of them may take
/// some milliseconds, and they are computed while the experiment is read.
pub const MAX_CONSTANT_EXPRESSIONS: usize = 500;
/// Greatest width or height of a canvas in pixels.
pub const MAX_SIDE: i64 = 16_384;
/// Greatest number of pixels of a canvas.
pub const MAX_PIXELS: i64 = 1 << 28;
/// Greatest number of epochs.
pub const MAX_EPOCHS: i64 = 10_000_000;
/// Greatest number of samples of one target in one epoch.
pub const MAX_BATCH: i64 = 65_536;
/// Greatest number of colours of a palette.
pub const MAX_COLORS: u32 = 64;
/// Greatest number of features `style` in active targets: the patches of each, up to some megabytes, go to every worker. One
/// that several models see counts once for each of them.
pub const MAX_STYLES: usize = 8;
/// Greatest number of constraints `histogram` in active targets, however many models see them: the quantiles of each go to
/// every worker.
pub const MAX_HISTOGRAMS: usize = 64;
/// Greatest number of copies of a tile in each direction.
pub const MAX_TILES: i64 = 64;
/// Greatest number of levels of a pyramid: as many as the greatest side can be halved, and the picture itself.
pub const MAX_LEVELS: i64 = 15;
/// Least and greatest softness of a palette: below, pixels would not move any more; above, all would be the same grey.
pub const SOFTNESS: std::ops::RangeInclusive<f64> = 0.01..=2.0;
/// Greatest number of different images that the masks of an experiment use. Each of them is held in the size of the canvas.
pub const MAX_MASK_IMAGES: usize = 8;
/// Bytes of a mask's image per pixel of the canvas.
pub const MASK_PIXEL: u64 = 2;
/// Bytes of all images of masks in the size of the canvas, unless [`MAX_MASK_IMAGES`] of them take more.
const MASK_BYTES: u64 = 64 << 20;
/// Greatest number of them, however small they are.
const MAX_MASK_PLANES: u64 = 256;

/// How many images of masks are held at once in the size of a canvas of so many pixels. An image counts again for each
/// feather.
pub fn mask_planes(pixels: u64) -> usize {
    let fit = MASK_BYTES / MASK_PIXEL.saturating_mul(pixels).max(1);
    fit.clamp(MAX_MASK_IMAGES as u64, MAX_MASK_PLANES) as usize
}

/// Greatest number of CLIP models of one experiment. A device that computes the experiment holds all of them.
pub const MAX_MODELS: usize = 4;
/// Greatest number of texts in one prompt.
pub const MAX_PROMPT_PARTS: usize = 64;
/// Greatest number of characters of a text or a name.
pub const MAX_TEXT: usize = 10_000;

/// Greatest number of pictures of a sweep.
pub const MAX_SWEEP: usize = 1_000;
/// Greatest number of frames of an animation.
pub const MAX_FRAMES: i64 = 10_000;
/// Least and greatest factor by which an image to start from is made larger.
pub const ZOOM: std::ops::RangeInclusive<f64> = 0.01..=100.0;

/// A resolution that no canvas can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ResolutionError {
    /// Less than one pixel.
    #[error("a resolution of {width} x {height} pixels is too small; width and height are at least 1")]
    TooSmall {
        /// Pixels per row.
        width: i64,
        /// Rows.
        height: i64,
    },
    /// More than a side or the whole may have.
    #[error(
        "a resolution of {width} x {height} pixels is too large; a side may have {MAX_SIDE} pixels, the whole \
         {MAX_PIXELS}"
    )]
    TooLarge {
        /// Pixels per row.
        width: i64,
        /// Rows.
        height: i64,
    },
}

/// The resolution that `width` and `height` stand for; for constants as for the results of expressions.
///
/// # Errors
/// Where a side is below 1 or above [`MAX_SIDE`], or the product above [`MAX_PIXELS`].
pub fn resolution(width: i64, height: i64) -> Result<[u32; 2], ResolutionError> {
    if width < 1 || height < 1 {
        return Err(ResolutionError::TooSmall { width, height });
    }
    if width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS {
        return Err(ResolutionError::TooLarge { width, height });
    }
    Ok([width as u32, height as u32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_a_resolution_are_inclusive() {
        assert_eq!(resolution(1, 1), Ok([1, 1]));
        assert_eq!(resolution(16_384, 16_384), Ok([16_384, 16_384]));
        assert!(resolution(0, 1).is_err());
        assert!(resolution(1, 16_385).is_err());
        assert!(resolution(i64::MAX, i64::MAX).is_err());
        assert!(resolution(i64::MIN, 1).is_err());
    }
}

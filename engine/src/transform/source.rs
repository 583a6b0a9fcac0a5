//! What windows are rendered from.

use clipig_geometry::Size;
use tch::Device;

use super::rows::Values;
use crate::mask::Masks;

/// The image that chains start from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The values.
    pub values: Values<'a>,
    /// Its size.
    pub size: Size,
    /// Limit values to [0, 1] on the way in? The gradient of values outside is zero then.
    pub clamp: bool,
    /// Where tensors are computed.
    pub device: Device,
    /// What draws the masks of transforms.
    pub masks: &'a Masks,
}

#[cfg(test)]
impl<'a> Source<'a> {
    /// The source of a test that has no mask with an image.
    pub(super) fn of_test(values: Values<'a>, size: Size, device: Device) -> Self {
        static MASKS: std::sync::LazyLock<Masks> = std::sync::LazyLock::new(Masks::default);
        Self { values, size, clamp: true, device, masks: &MASKS }
    }
}

//! The transforms, one file each: how they are drawn, and their numbers where they change values.

pub mod add;
pub mod blur;
pub(crate) mod border;
pub(crate) mod center_crop;
pub mod clamp;
pub mod contrast;
pub(crate) mod crop;
pub mod edge;
pub mod fnoise;
pub mod mean;
pub mod mul;
pub mod noise;
pub(crate) mod pad;
pub mod quantize;
pub mod random_crop;
pub mod random_rotate;
pub(crate) mod random_scale;
pub mod random_shift;
pub mod random_translate;
pub(crate) mod repeat;
pub mod resize;
pub mod rnoise;
pub(crate) mod rotate;
pub mod saturation;
pub(crate) mod shift;

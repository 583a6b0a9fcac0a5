//! Transforms: how the canvas becomes a window.
//!
//! `clipig-geometry` draws them and says where every pixel of a window comes from. Here their values are computed, in
//! [`mod@render`], on a whole batch of samples at once: runs of maps and pixel steps row by row in plain memory
//! ([`mod@rows`]), field steps as tensor operations ([`mod@field`]), transforms with a mask as a batch of their own whose
//! output is mixed with its input ([`mod@blend`]). On GPUs runs are tensor operations, too
//! ([`mod@on_device`]).

mod add;
mod blend;
mod blur;
mod clamp;
mod contrast;
mod edge;
mod error;
mod field;
mod fnoise;
mod gate;
mod mean;
mod mul;
mod noise;
mod on_device;
mod pixel;
mod quantize;
mod render;
mod repaint;
mod resize;
mod rnoise;
mod rows;
mod sample;
mod saturation;
mod source;

#[cfg(test)]
mod blend_tests;
#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reference;

pub use error::TransformError;
pub(crate) use on_device::noise::noise_images;
pub use render::{BatchMemory, Rendered, render};
pub(crate) use repaint::repaint;
pub use rows::Values;
pub use source::Source;

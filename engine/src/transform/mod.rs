//! Transforms: how the canvas becomes a window.
//!
//! Every transform works in two phases. *Draw* evaluates its expressions and takes its random numbers, in
//! Rust, from the keyed generator; what comes out is a [`Step`] with nothing left to chance. *Apply* happens
//! in [`mod@render`], on a whole batch of samples at once.
//!
//! There are three kinds of steps, and the kind decides what a step costs:
//! - a [`PixelMap`] says for every output pixel which input pixel stands there (crops, shifts, rotations,
//!   repetitions, …). Maps are composed as integers, so a chain of them is one gather of the window's pixels
//!   from the canvas, whatever the size of the canvas or of the images in between;
//! - a [`PixelStep`] changes every pixel by itself (noise, factors, …), so it is applied to the window's
//!   pixels only;
//! - a [`FieldStep`] needs neighbours or the whole image (blur, resize, …) and says which region.

mod add;
mod axis;
mod blur;
mod border;
mod center_crop;
mod chain;
mod clamp;
mod context;
mod contrast;
mod crop;
mod edge;
mod field;
mod fnoise;
mod gate;
mod map;
mod mean;
mod mul;
mod noise;
mod pad;
mod piece;
mod pixel;
mod places;
mod quantize;
mod random_crop;
mod random_rotate;
mod random_scale;
mod random_shift;
mod random_translate;
mod render;
mod repaint;
mod repeat;
mod resize;
mod rnoise;
mod rotate;
mod route;
mod rows;
mod saturation;
mod shift;
mod step;
mod trace;
mod turn;

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reference;

pub use chain::Chain;
pub use context::TransformError;
pub use field::FieldStep;
pub use map::PixelMap;
pub use pixel::PixelStep;
pub use render::{BatchMemory, Rendered, Source, render};
pub(crate) use repaint::repaint;
pub use step::Step;

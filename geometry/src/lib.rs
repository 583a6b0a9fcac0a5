//! What transforms do with the places of pixels, without a pixel and without tensors.
//!
//! A transform works in two phases. *Draw* evaluates its expressions and takes its random numbers from the keyed
//! generator; what comes out is a [`Step`] with nothing left to chance, and a [`Chain`] of them for a sample. *Apply* is the
//! engine's: it computes values. What lies between is here: a [`Trace`] follows the pixels of a window back through the
//! chain to the pixels of the canvas, and [`footprint()`] says which tiles of the canvas these may lie in.
//!
//! There are four kinds of steps, and the kind decides what a step costs:
//! - a [`PixelMap`] says for every output pixel which input pixel stands there (crops, shifts, rotations,
//!   repetitions, …). Maps are composed as integers, so a chain of them is one gather of the window's pixels
//!   from the canvas, whatever the size of the canvas or of the images in between;
//! - a [`PixelStep`] changes every pixel by itself (noise, factors, …), so it is applied to the window's
//!   pixels only;
//! - a [`FieldStep`] needs neighbours or the whole image (blur, resize, …) and says which region;
//! - a [`Blend`] is made of other steps, and mixes what they make with what they got. It needs the region of its output, and
//!   what the steps need for that.

mod axis;
mod chain;
mod context;
mod cuts;
mod field;
mod follow;
mod footprint;
mod gaussian;
mod map;
mod pixel;
mod places;
mod region;
mod route;
mod trace;
pub mod transform;
mod turn;

pub use axis::{Axis, NOWHERE, Nearest};
pub use chain::{Blend, Chain, Step};
pub use context::DrawError;
pub use field::FieldStep;
pub use footprint::{footprint, footprint_of};
pub use gaussian::{Gaussian, GaussianError};
pub use map::{PixelMap, Way};
pub use pixel::PixelStep;
pub use places::{RowPlaces, Ys};
pub use region::{Region, Size};
pub use route::{Losses, Route, RowMemory};
pub use trace::{Effect, Field, Run, Trace};
pub use turn::Turn;

//! Tensors: CLIP, transforms, constraints, losses, gradients, the canvas and its optimisers.
//!
//! Two objects leave this crate, one for each of the farm's traits: [`GradientEngine`] turns a canvas and a
//! shard into a gradient, [`CanvasEngine`] owns the canvas, its optimiser and the post-processing.
//! [`DeviceFactory`] and [`CanvasEngines`] make them for the jobs of a farm. Everything else serves them.

mod assets;
mod bands;
mod canvas;
mod canvas_model;
pub mod clip;
mod colors;
pub mod constraint;
#[cfg(test)]
mod counts;
mod decode;
pub mod device;
mod factory;
mod failure;
mod gaussian;
pub mod gpu;
mod gradient;
#[cfg(test)]
mod gradient_tests;
mod histogram;
mod init;
mod likeness;
#[cfg(test)]
mod looks_tests;
mod loss;
mod mask;
mod models;
mod noise;
mod optimizer;
mod piece;
mod pixels;
mod placement;
mod postproc;
mod prepare;
mod rating;
mod read_back;
mod resample;
mod shard_losses;
mod start_image;
pub mod transform;
mod vocabulary;

pub use assets::AssetError;
pub use canvas::CanvasEngine;
pub use canvas_model::MapError;
pub use decode::{Content, HEAD_BYTES, recognise};
pub use factory::{CanvasEngines, DeviceFactory};
pub use gradient::GradientEngine;
pub use init::InitError;
pub use mask::{MaskError, Masks};
pub use models::LoadModel;
pub use prepare::{Encoder, PrepareError, encode_texts, prepare};
pub use rating::encode_images;
pub use read_back::{ReadBackError, time_waited};
pub use start_image::StartImageError;

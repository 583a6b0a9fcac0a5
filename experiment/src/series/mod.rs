//! Several experiments from one: sweeps, whose pictures differ in some parameters, and animations, whose frames follow
//! each other.
//!
//! Both are pure: from sources to one [`Loaded`](crate::Loaded) per picture. The values of a series are put into the tree
//! of the experiment, with their own places in the file, and the tree is built as if they had stood there. So everything
//! that can be wrong with a value is found and shown where it was written.

mod animation;
mod axis;
mod keys;
pub(crate) mod kind;
mod path;
mod sweep;

pub use animation::{Animation, animation_of};
pub use axis::Axis;
pub use kind::SeriesKind;
pub use sweep::{Sweep, sweep_of};

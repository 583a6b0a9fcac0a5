//! The epoch loop: plans, hands out shards, merges their gradients, steps the canvas.
//!
//! No tensor is computed here. The canvas comes in as a [`CanvasOwner`](clipig_schedule::CanvasOwner), the
//! workers as a [`Dispatch`], so the loop can be tested in milliseconds.

mod dispatch;
mod epoch_loop;
pub mod snapshot;

pub use dispatch::Dispatch;
pub use epoch_loop::{EpochLoop, EpochReport, JobError, JobErrorCause, JobSpec, first_resolution};

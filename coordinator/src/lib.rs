//! The epoch loop: plans, hands out shards, merges their gradients, steps the canvas.
//!
//! No tensor is computed here. The canvas comes in as a [`CanvasOwner`](clipig_schedule::CanvasOwner), the
//! workers as a [`Dispatch`](clipig_schedule::Dispatch), so the loop can be tested in milliseconds.

mod epoch_loop;
pub mod snapshot;

pub use epoch_loop::{EpochLoop, EpochReport, JobError, JobErrorCause, JobSpec, first_resolution};

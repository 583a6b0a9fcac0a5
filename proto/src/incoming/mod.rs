//! From messages to values. A session has one assembler for what its peer says; it holds what is not complete yet.
//!
//! After an error the session should end, but for those that concern [one lease only](crate::WireError::fence).

mod canvases;
mod coordinator;
mod fragments;
mod gradients;
mod tiles;
mod worker;

pub use coordinator::CoordinatorAssembler;
pub use gradients::{ExpectedGradient, PartialGradient};
pub use worker::WorkerAssembler;

//! Values ↔ messages, one file per family. From a value to a message is `From`; from a message to a value is
//! `TryFrom`, which checks everything.

mod brief;
mod checks;
mod failure;
mod ids;
mod kind;
mod lease;
mod prepared;
mod registration;
mod report;
mod stage;

pub(crate) use checks::{limited, listed, reason, required};
pub(crate) use failure::{failure, wire_failure};
pub use kind::model_settings;
pub(crate) use lease::{pixels, wire_trace};
pub(crate) use report::{node_reports, wire_reports};
pub(crate) use stage::{stage, wire_stage};

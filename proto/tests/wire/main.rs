//! The laws of the wire: what goes in comes out, and nothing that a peer sends makes a panic.

mod hostile;
mod identity;
mod later;
mod messages;

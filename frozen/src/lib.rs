//! Peers of other builds, for tests of version skew.
//!
//! [`v2026_11_30`] is generated from definitions that are frozen: what is written against it says and understands what
//! a build of that time does. [`later`] makes what a later build could send. `README.md` says what is frozen, and when
//! something has to be.

pub mod later;

/// What clipig spoke on 2026-11-30 (commit 118cc3c). Generated; the documentation is that of the definitions.
#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, rustdoc::all)]
pub mod v2026_11_30 {
    include!(concat!(env!("OUT_DIR"), "/2026-11-30/clipig.farm.v1.rs"));

    /// The version of the conversation with workers, as `Register` names it.
    pub const PROTOCOL: u32 = 3;

    /// All definitions, encoded as `google.protobuf.FileDescriptorSet`.
    pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/2026-11-30/farm.binpb"));
}

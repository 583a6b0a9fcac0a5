//! Computes shards: the threads that own devices.

mod compute;

pub use compute::ComputePool;

//! The device that tests run on.

use clipig_engine::device;
use tch::Device;

/// `CLIPIG_TEST_DEVICE`, else the CPU.
pub(crate) fn test_device() -> Device {
    device::load_cuda();
    device::select(&std::env::var("CLIPIG_TEST_DEVICE").unwrap_or_else(|_| "cpu".to_owned())).unwrap()
}

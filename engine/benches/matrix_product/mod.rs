//! What a device can do at most.

use std::time::Instant;

use tch::{Device, Kind, Tensor};

/// The best of several products of large square matrices, in GFLOP/s.
pub(crate) fn peak(device: Device, kind: Kind) -> f64 {
    let n = if device == Device::Cpu { 2_048 } else { 8_192 };
    let matrix = || Tensor::rand([n, n], (Kind::Float, device)).to_kind(kind);
    let (a, b) = (matrix(), matrix());
    let once = || {
        let start = Instant::now();
        // Reading one value waits for the device.
        let _ = a.matmul(&b).double_value(&[0, 0]);
        2.0 * (n as f64).powi(3) / start.elapsed().as_secs_f64() / 1e9
    };
    once();
    (0..8).map(|_| once()).fold(0.0, f64::max)
}

//! The numbers in a tensor's bytes.

use half::{bf16, f16};
use safetensors::Dtype;

/// The numbers of a float tensor, in their order.
pub(crate) struct Numbers<'a> {
    bytes: std::slice::ChunksExact<'a, u8>,
    read: fn(&[u8]) -> f64,
}

impl<'a> Numbers<'a> {
    /// `None` where the type is no float that weights have.
    pub(crate) fn of(dtype: Dtype, bytes: &'a [u8]) -> Option<Self> {
        let (width, read): (usize, fn(&[u8]) -> f64) = match dtype {
            Dtype::F16 => (2, |b| f16::from_le_bytes([b[0], b[1]]).to_f64()),
            Dtype::BF16 => (2, |b| bf16::from_le_bytes([b[0], b[1]]).to_f64()),
            Dtype::F32 => (4, |b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]))),
            Dtype::F64 => (8, |b| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]])),
            _ => return None,
        };
        Some(Self { bytes: bytes.chunks_exact(width), read })
    }
}

impl Iterator for Numbers<'_> {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        self.bytes.next().map(self.read)
    }
}

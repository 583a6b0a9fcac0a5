//! Normal noise at the places of pixels, with the bits of [`crate::noise`]: integers and a table.

use clipig_experiment::random::GOLDEN_GAMMA;
use tch::{Kind, Tensor};

use super::places::Places;

/// Standard normal noise, `[n, 3, h, w]`, or `[n, 1, h, w]` where all colours have the same; 0 for pixels that are nowhere.
/// `start` is `[n, 1, 1]`, `quantiles` the table of [`crate::noise::quantiles`].
pub(super) fn normal(start: &Tensor, places: &Places, gray: bool, quantiles: &Tensor) -> Tensor {
    let columns = places.xs.to_kind(Kind::Int64);
    let counter = places.ys.to_kind(Kind::Int64) * (1_i64 << 32) + columns;
    let bits = mix(&(counter * GOLDEN_GAMMA as i64 + start));
    let color = |shift: i64| bits.bitwise_right_shift_tensor_scalar(shift).bitwise_and(0xffff_i64);
    let index = if gray { color(48).unsqueeze(1) } else { Tensor::stack(&[48, 32, 16].map(color), 1) };
    quantiles.take(&index).where_scalarother(&places.there.unsqueeze(1), 0.0)
}

/// [`clipig_experiment::random::mix`] on int64, which overflow as unsigned ones do.
fn mix(z: &Tensor) -> Tensor {
    let z = z.bitwise_xor_tensor(&shifted(z, 30)) * 0xbf58_476d_1ce4_e5b9_u64 as i64;
    let z = z.bitwise_xor_tensor(&shifted(&z, 27)) * 0x94d0_49bb_1331_11eb_u64 as i64;
    z.bitwise_xor_tensor(&shifted(&z, 31))
}

/// A shift that fills with zeros; that of int64 fills with the sign.
fn shifted(z: &Tensor, by: u32) -> Tensor {
    z.bitwise_right_shift_tensor_scalar(i64::from(by)).bitwise_and((u64::MAX >> by) as i64)
}

//! `contrast`: the distance between the mean of the pixels above a colour's mean and of those below it.

use tch::{Kind, Tensor};

pub(super) fn value(windows: &Tensor) -> Tensor {
    let pixels = windows.flatten(2, 3);
    let mean = pixels.mean_dim([2_i64].as_slice(), true, None::<Kind>);
    // Where no pixel lies on a side, the mean of the colours' means stands in for it, as in the original.
    let fallback = mean.mean_dim([1_i64].as_slice(), false, None::<Kind>);
    let side = |mask: Tensor| {
        let mask = mask.to_kind(Kind::Float);
        let count = mask.sum_dim_intlist([2_i64].as_slice(), false, None::<Kind>);
        let sum = (&pixels * mask).sum_dim_intlist([2_i64].as_slice(), false, None::<Kind>);
        (sum / count.clamp_min(1.0)).where_self(&count.gt(0.0), &fallback)
    };
    side(pixels.gt_tensor(&mean)) - side(pixels.lt_tensor(&mean))
}

//! `contrast`: the distance between the mean of the pixels above a colour's mean and of those below it.

use tch::{Kind, Tensor};

use super::{Evaluation, NO_WEIGHT};

pub(super) fn value(windows: &Tensor, eval: &Evaluation<'_>) -> Tensor {
    let pixels = windows.flatten(2, 3);
    let weights = eval.mask.map(|mask| mask.flatten(2, 3));
    let mean = match &weights {
        Some(_) => eval.mean(windows).unsqueeze(-1),
        None => pixels.mean_dim([2_i64].as_slice(), true, None::<Kind>),
    };
    // Where no pixel lies on a side, the mean of the colours' means stands in for it, as in the original.
    let fallback = mean.mean_dim([1_i64].as_slice(), false, None::<Kind>);
    let side = |mask: Tensor| {
        let mask = mask.to_kind(Kind::Float);
        let (mask, least) = match &weights {
            Some(weights) => (mask * weights, NO_WEIGHT),
            None => (mask, 1.0),
        };
        let count = mask.sum_dim_intlist([2_i64].as_slice(), false, None::<Kind>);
        let sum = (&pixels * mask).sum_dim_intlist([2_i64].as_slice(), false, None::<Kind>);
        (sum / count.clamp_min(least)).where_self(&count.gt(0.0), &fallback)
    };
    side(pixels.gt_tensor(&mean)) - side(pixels.lt_tensor(&mean))
}

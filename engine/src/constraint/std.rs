//! `std`: the standard deviation of every colour, unbiased.
//!
//! With weights w it is the root of Σ w · Σ w (x − μ)² / ((Σ w)² − Σ w²), the unbiased estimate of the GNU Scientific
//! Library (`gsl_stats_wsd`), which is the one above if all weights are 1.

use tch::Tensor;

use super::{Evaluation, NO_WEIGHT, sum};

pub(super) fn value(windows: &Tensor, eval: &Evaluation<'_>) -> Tensor {
    let Some(mask) = eval.mask else {
        return windows.flatten(2, 3).std_dim([2_i64].as_slice(), true, false);
    };
    let mean = eval.mean(windows).unsqueeze(-1).unsqueeze(-1);
    let weight = sum(mask);
    let spread = sum(&((windows - mean).square() * mask));
    let freedom = (weight.square() - sum(&mask.square())).clamp_min(NO_WEIGHT);
    // The slope of a root has no end at 0.
    (spread * weight / freedom).clamp_min(1e-12).sqrt()
}

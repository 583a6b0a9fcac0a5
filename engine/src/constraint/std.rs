//! `std`: the standard deviation of every colour, unbiased.

use tch::Tensor;

pub(super) fn value(windows: &Tensor) -> Tensor {
    windows.flatten(2, 3).std_dim([2_i64].as_slice(), true, false)
}

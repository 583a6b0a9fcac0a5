//! `mean`: moves the mean of every colour to a value.

use clipig_geometry::transform::mean::Mean;
use tch::{Kind, Tensor};

use crate::colors;

pub(super) fn apply(wanted: &Mean, x: &Tensor) -> Tensor {
    let mean = x.mean_dim([2_i64, 3].as_slice(), true, None::<Kind>);
    x + (colors::one(wanted.0, x) - mean)
}

//! `edge_mean`: the mean of |window − blurred window| for every colour.

use clipig_experiment::Kernel;
use tch::{Kind, Tensor};

use super::blur::blurred;
use super::{ConstraintError, Evaluation};

pub(super) fn value(
    kernel: &Kernel,
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    let edges = (blurred(kernel, windows, eval)? - windows).abs();
    Ok(edges.mean_dim([2_i64, 3].as_slice(), false, None::<Kind>))
}

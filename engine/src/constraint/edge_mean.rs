//! `edge_mean`: the mean of |window − blurred window| for every colour.

use clipig_experiment::Kernel;
use tch::Tensor;

use super::blur::blurred;
use super::{ConstraintError, Evaluation};

pub(super) fn value(
    kernel: &Kernel,
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    Ok(eval.mean(&(blurred(kernel, windows, eval)? - windows).abs()))
}

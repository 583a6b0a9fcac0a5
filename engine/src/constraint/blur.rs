//! `blur`: the distance between the window and the blurred window.

use clipig_experiment::Kernel;
use clipig_geometry::{Gaussian, Size};
use tch::Tensor;

use super::{ConstraintError, Evaluation};
use crate::gaussian;

pub(super) fn loss(
    kernel: &Kernel,
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    Ok(eval.distance(windows, &blurred(kernel, windows, eval)?))
}

/// The windows, blurred.
pub(super) fn blurred(
    kernel: &Kernel,
    windows: &Tensor,
    eval: &Evaluation<'_>,
) -> Result<Tensor, ConstraintError> {
    let size = Size { width: windows.size()[3], height: windows.size()[2] };
    eval.per_sample(
        windows,
        |scope| Gaussian::evaluate(kernel, scope, size).map_err(|error| eval.gaussian(error)),
        gaussian::blur_whole,
    )
}
